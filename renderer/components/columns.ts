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

/** What makes the rows of a list those of a tree. */
export interface TreeShape<Row> {
  /** 0 at the top. */
  depthOf(row: Row): number;
  /** Undefined for rows that have nothing below them. */
  isOpen(row: Row): boolean | undefined;
  /** Its place among its siblings, from 0, and how many these are. */
  placeOf(row: Row): { readonly at: number; readonly of: number };
  /** Index of the row above it in the tree. */
  parentOf(row: Row): number | null;
  /** Opens or closes the row with this index. */
  toggle(index: number): void;
}

/** The columns that a list of this width has room for. */
export const columnsAt = <By extends string>(columns: readonly Column<By>[], width: number): readonly Column<By>[] =>
  columns.filter((column) => width === 0 || width >= (column.from ?? 0));
