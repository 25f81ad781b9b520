import type { Page } from "../../shared/session/contract.ts";
import { type Failure, toFailure } from "../../shared/types/failure.ts";

const PAGE = 200;
/** Pages kept in memory: 12,000 rows, more than anyone scrolls through and back. */
const KEPT = 60;
const AT_ONCE = 2;

export type FetchPage<Row> = (offset: number, limit: number, signal: AbortSignal) => Promise<Page<Row>>;

/** The rows of a list of any length, fetched in pages as they come into view. */
export class PagedRows<Row> {
  /** Null until the first page is there. */
  total = $state<number | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** True while the rows on screen still answer the question before. */
  stale = $state(false);
  /** Grows with each new question. */
  generation = $state(0);
  #version = $state(0);

  #fetch: FetchPage<Row> | null = null;
  #pages = new Map<number, readonly Row[]>();
  #older = new Map<number, readonly Row[]>();
  #asked = new Map<number, AbortController>();
  #wanted: readonly number[] = [];

  /** Asks a new question. The old rows stay in view until the first new ones are there. */
  ask(fetch: FetchPage<Row>): void {
    this.cancel();
    this.#fetch = fetch;
    if (!this.stale) this.#older = this.#pages;
    this.#pages = new Map();
    this.stale = true;
    this.failure = null;
    this.generation++;
  }

  /** The row, or undefined while it is on its way. */
  row(index: number): Row | undefined {
    this.#version;
    const page = Math.floor(index / PAGE);
    return (this.#pages.get(page) ?? (this.stale ? this.#older.get(page) : undefined))?.[index % PAGE];
  }

  /** Says which rows are in view. */
  need(first: number, end: number): void {
    const from = Math.floor(first / PAGE);
    const to = Math.floor(Math.max(first, end - 1) / PAGE);
    this.#wanted = Array.from({ length: to - from + 1 }, (_, index) => from + index);
    this.#pump();
  }

  cancel(): void {
    for (const controller of this.#asked.values()) controller.abort();
    this.#asked.clear();
  }

  #pump(): void {
    if (this.failure !== null) return;
    for (const page of this.#wanted) {
      if (this.#pages.has(page) || this.#asked.has(page)) continue;
      // What was asked for and has since been scrolled past makes room for what is in view.
      for (const [other, controller] of this.#asked) {
        if (this.#asked.size < AT_ONCE) break;
        if (this.#wanted.includes(other)) continue;
        controller.abort();
        this.#asked.delete(other);
      }
      if (this.#asked.size < AT_ONCE) void this.#load(page);
    }
  }

  async #load(page: number): Promise<void> {
    const fetch = this.#fetch;
    if (fetch === null) return;
    const controller = new AbortController();
    this.#asked.set(page, controller);
    try {
      const { total, rows } = await fetch(page * PAGE, PAGE, controller.signal);
      if (controller.signal.aborted) return;
      this.#keep(page, rows);
      this.total = total;
      this.stale = false;
      this.#older = new Map();
    } catch (thrown) {
      if (controller.signal.aborted) return;
      this.failure = toFailure(thrown);
      this.stale = false;
    }
    this.#version++;
    this.#asked.delete(page);
    this.#pump();
  }

  #keep(page: number, rows: readonly Row[]): void {
    this.#pages.set(page, rows);
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= KEPT) break;
      if (!this.#wanted.includes(old)) this.#pages.delete(old);
    }
  }
}
