import type { Page } from "../../shared/session/contract.ts";
import type { Failure } from "../../shared/types/failure.ts";
import { PagedRows } from "./paged-rows.svelte.ts";

const TYPING_PAUSE = 150;

export interface Sort<By extends string> {
  readonly by: By;
  readonly descending: boolean;
}

export type FetchList<Row, By extends string> = (
  list: { readonly sort: Sort<By>; readonly filter: { readonly text: string } } & {
    readonly offset: number;
    readonly limit: number;
  },
  options: { readonly signal: AbortSignal },
) => Promise<Page<Row>>;

/** The rows of a list as a table shows them. */
export interface ListRows<Row> {
  readonly total: number | null;
  readonly failure: Failure | null;
  readonly stale: boolean;
  /** Read to hear of new questions. */
  readonly generation: unknown;
  row(index: number): Row | undefined;
  need(first: number, end: number): void;
}

/** What a table needs of a list. */
export interface TableList<Row, By extends string> {
  readonly rows: ListRows<Row>;
  readonly sort: Sort<By>;
  readonly applied: string;
  top: number;
  active: number;
  sortBy(by: By, descendingFirst: boolean): void;
  applyFilter(text: string): void;
  refresh(): void;
}

/** A long list as a person left it: its order, filter, place and current row, all still there on the way back. */
export class ListState<Row, By extends string = string> implements TableList<Row, By> {
  readonly rows = new PagedRows<Row>();
  sort = $state.raw<Sort<By>>() as Sort<By>;
  /** As typed; it is applied after a short pause. */
  filter = $state("");
  /** The filter that the rows answer. */
  applied = $state("");
  /** In pixels of the full list. */
  top = $state(0);
  active = $state(0);
  /** True once the user chose an order; until then the list may choose a better one. */
  sortChosen = false;
  readonly #fetch: FetchList<Row, By>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(fetch: FetchList<Row, By>, sort: Sort<By>, filter = "") {
    this.#fetch = fetch;
    this.sort = sort;
    this.filter = filter;
    this.applied = filter;
    this.refresh();
  }

  /** The same order turned round, or another order from its more useful end. */
  sortBy(by: By, descendingFirst: boolean): void {
    this.sortChosen = true;
    this.#order({ by, descending: this.sort.by === by ? !this.sort.descending : descendingFirst });
  }

  /** A better order, unless the user has chosen one. */
  suggestSort(sort: Sort<By>): void {
    if (this.sortChosen || (sort.by === this.sort.by && sort.descending === this.sort.descending)) this.refresh();
    else this.#order(sort);
  }

  setFilter(text: string, onApplied: (text: string) => void = () => {}): void {
    this.filter = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.applyFilter(text);
      onApplied(text);
    }, TYPING_PAUSE);
  }

  applyFilter(text: string): void {
    clearTimeout(this.#timer);
    this.filter = text;
    if (text === this.applied) return;
    this.applied = text;
    this.#toStart();
    this.refresh();
  }

  /** Asks again, staying where it is: more is known now. */
  refresh(): void {
    const { sort, applied } = this;
    this.rows.ask((offset, limit, signal) =>
      this.#fetch({ sort, filter: { text: applied }, offset, limit }, { signal }),
    );
  }

  #order(sort: Sort<By>): void {
    this.sort = sort;
    this.#toStart();
    this.refresh();
  }

  #toStart(): void {
    this.top = 0;
    this.active = 0;
  }
}
