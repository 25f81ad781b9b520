/** A column of a long list. */
export interface Column<By extends string> {
  readonly key: string;
  readonly title: string;
  /** One line of explanation, on hover. */
  readonly hint?: string;
  /** A track of the CSS grid: `minmax(0, 2fr)`, `96px`. */
  readonly width: string;
  /** Right-aligned: numbers. */
  readonly end?: boolean;
  readonly sort?: { readonly by: By; readonly descendingFirst: boolean };
  /** Left out where the list is narrower than this. */
  readonly from?: number;
}

/** The columns that a list of this width has room for. */
export const columnsAt = <By extends string>(columns: readonly Column<By>[], width: number): readonly Column<By>[] =>
  columns.filter((column) => width === 0 || width >= (column.from ?? 0));
