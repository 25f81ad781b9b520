import type { Client, ObjectRow, ObjectSort } from "../../shared/session/contract.ts";
import type { Failure } from "../../shared/types/failure.ts";
import type { ObjectId, SnapshotId } from "../../shared/types/ids.ts";
import type { ListRows, Sort, TableList } from "./list.svelte.ts";
import { PagedRows } from "./paged-rows.svelte.ts";

/** One row of the tree of holders, at its place among those in view. */
export interface TreeRow {
  readonly object: ObjectRow;
  /** 0 for those at the top. */
  readonly depth: number;
  readonly isOpen: boolean;
  /** Position among those that the same object holds, from 0, and how many these are. */
  readonly at: number;
  readonly siblings: number;
  /** Index of the row of the object that holds it; null at the top. */
  readonly parent: number | null;
}

/** What one object holds alone; those of it that are open by their position. */
class Branch {
  readonly rows = new PagedRows<ObjectRow>();
  readonly open = new Map<number, Branch>();
  readonly depth: number;
  /** How many rows it has at least, until it is known. */
  least: number;

  constructor(depth: number, least: number) {
    this.depth = depth;
    this.least = least;
  }

  get total(): number {
    return this.rows.total ?? this.least;
  }
}

/** Rows of one branch that follow each other in the table. */
interface Segment {
  readonly branch: Branch;
  /** Index in the table. */
  readonly start: number;
  /** Position in the branch. */
  readonly first: number;
  readonly count: number;
  readonly parent: number | null;
}

/**
 * The tree of holders as one list, of which only open branches take memory: each is fetched in pages as it comes into
 * view, a million children as well as ten. A row is found in O(log of the open branches); opening one takes O(these).
 */
export class HolderTree implements TableList<TreeRow, ObjectSort>, ListRows<TreeRow> {
  readonly rows: ListRows<TreeRow> = this;
  sort = $state.raw<Sort<ObjectSort>>({ by: "retained", descending: true });
  applied = $state("");
  top = $state(0);
  /** Grows when a row was made the current one from outside: the table brings it into view. */
  shown = $state(0);
  #active = $state(0);
  #root = $state.raw(new Branch(0, 0));
  #version = $state(0);
  readonly #client: Client;
  readonly #snapshot: SnapshotId;
  /** Called when a person has moved to a row. */
  readonly #onchoose: (row: TreeRow) => void;
  #object: ObjectId | null = null;

  readonly #segments = $derived.by<readonly Segment[]>(() => {
    this.#version;
    return segmentsOf(this.#root);
  });

  constructor(client: Client, snapshot: SnapshotId, onchoose: (row: TreeRow) => void) {
    this.#client = client;
    this.#snapshot = snapshot;
    this.#onchoose = onchoose;
  }

  get total(): number | null {
    if (this.#root.rows.total === null) return null;
    const last = this.#segments.at(-1);
    return last === undefined ? 0 : last.start + last.count;
  }

  get failure(): Failure | null {
    return this.#segments.find(({ branch }) => branch.rows.failure !== null)?.branch.rows.failure ?? null;
  }

  get stale(): boolean {
    return this.#root.rows.stale;
  }

  /** What there is to ask for changes with each branch that opens. */
  get generation(): unknown {
    return this.#segments;
  }

  get active(): number {
    return this.#active;
  }

  set active(index: number) {
    this.#active = index;
    const row = this.row(index);
    if (row !== undefined) this.#onchoose(row);
  }

  /** The current row. */
  get chosen(): TreeRow | undefined {
    return this.row(this.#active);
  }

  /** Shows what the object holds alone; all holders for null. */
  begin(object: ObjectId | null): void {
    this.#object = object;
    this.refresh();
  }

  row(index: number): TreeRow | undefined {
    const segment = this.#segmentAt(index);
    if (segment === undefined) return undefined;
    const { branch, start, first, parent } = segment;
    const at = first + index - start;
    const object = branch.rows.row(at);
    if (object === undefined) return undefined;
    return { object, depth: branch.depth, isOpen: branch.open.has(at), at, siblings: branch.total, parent };
  }

  need(first: number, end: number): void {
    const wanted = new Map<Branch, { from: number; to: number }>();
    for (let index = first; index < end; ) {
      const segment = this.#segmentAt(index);
      if (segment === undefined) break;
      const from = segment.first + index - segment.start;
      const count = Math.min(segment.count - (index - segment.start), end - index);
      const known = wanted.get(segment.branch) ?? { from, to: from };
      wanted.set(segment.branch, { from: Math.min(known.from, from), to: Math.max(known.to, from + count) });
      index += count;
    }
    if (wanted.size === 0) this.#root.rows.need(0, 1);
    for (const [branch, { from, to }] of wanted) branch.rows.need(from, to);
  }

  sortBy(by: ObjectSort, descendingFirst: boolean): void {
    this.sort = { by, descending: this.sort.by === by ? !this.sort.descending : descendingFirst };
    this.refresh();
  }

  applyFilter(text: string): void {
    if (text === this.applied) return;
    this.applied = text;
    this.refresh();
  }

  /** Asks anew, all closed. */
  refresh(): void {
    this.#root = new Branch(0, 0);
    this.#ask(this.#root, this.#object, this.applied);
    this.#root.rows.need(0, 1);
    this.#active = 0;
    this.top = 0;
    this.#version++;
  }

  /** Opens the row to what it holds alone, or closes it. */
  toggle(index: number): void {
    const segment = this.#segmentAt(index);
    const row = this.row(index);
    if (segment === undefined || row === undefined) return;
    const { branch } = segment;
    if (!branch.open.delete(row.at)) {
      const { children, id } = row.object;
      if (children === null || children === 0) return;
      const below = new Branch(branch.depth + 1, children);
      branch.open.set(row.at, below);
      this.#ask(below, id, "");
    }
    this.#version++;
  }

  /** Opens all on the way and makes the last one the current row. The way begins at the top: positions and ids. */
  show(way: readonly { readonly at: number; readonly id: ObjectId | null }[]): void {
    if (this.sort.by !== "retained" || !this.sort.descending || this.applied !== "") {
      this.sort = { by: "retained", descending: true };
      this.applied = "";
      this.refresh();
    }
    let branch = this.#root;
    for (const [step, { at, id }] of way.entries()) {
      branch.least = Math.max(branch.least, at + 1);
      if (step === way.length - 1) break;
      let below = branch.open.get(at);
      if (below === undefined) {
        below = new Branch(branch.depth + 1, 0);
        branch.open.set(at, below);
        this.#ask(below, id, "");
      }
      branch = below;
    }
    this.#version++;
    const at = way.at(-1)?.at ?? 0;
    const segment = this.#segments.find(
      (each) => each.branch === branch && at >= each.first && at < each.first + each.count,
    );
    if (segment !== undefined) this.#active = segment.start + at - segment.first;
    this.shown++;
  }

  /** The rows from the top to this one. */
  wayTo(index: number): readonly TreeRow[] {
    const way: TreeRow[] = [];
    for (let row = this.row(index); row !== undefined; row = row.parent === null ? undefined : this.row(row.parent))
      way.unshift(row);
    return way;
  }

  #ask(branch: Branch, object: ObjectId | null, text: string): void {
    const { sort } = this;
    const which = { snapshot: this.#snapshot, source: { kind: "dominated", object }, sort, filter: { text } } as const;
    branch.rows.ask((offset, limit, signal) => this.#client.objects({ ...which, offset, limit }, { signal }));
  }

  #segmentAt(index: number): Segment | undefined {
    const segments = this.#segments;
    let from = 0;
    let to = segments.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (segments[middle].start <= index) from = middle + 1;
      else to = middle;
    }
    const found = segments[from - 1];
    return found !== undefined && index >= 0 && index < found.start + found.count ? found : undefined;
  }
}

/** The table from top to bottom, in runs of rows of one branch. Time O(open branches, sorted). */
function segmentsOf(root: Branch): Segment[] {
  const segments: Segment[] = [];
  let index = 0;
  const openOf = (branch: Branch) => [...branch.open].sort(([a], [b]) => b - a);
  const stack = [{ branch: root, from: 0, waiting: openOf(root), parent: null as number | null }];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const { branch, from: first, parent } = frame;
    const next = frame.waiting.pop();
    const end = next === undefined ? branch.total : next[0] + 1;
    if (end > first) segments.push({ branch, start: index, first, count: end - first, parent });
    index += Math.max(0, end - first);
    if (next === undefined) stack.pop();
    else {
      frame.from = end;
      stack.push({ branch: next[1], from: 0, waiting: openOf(next[1]), parent: index - 1 });
    }
  }
  return segments;
}
