import { type AddressColumn, AddressWriter, objectAtAddress } from "../types/addresses.ts";
import type { Aside, AsideTask } from "../types/aside.ts";
import { codeColumn, compactColumn } from "../types/compact.ts";
import { HeapError } from "../types/failure.ts";
import { giveBack, type IndexColumn, indexColumn, NONE, type Tick } from "../types/graph.ts";
import { type Heap, type Layout, type Root, type TypeInfo, UNKNOWN_IN_FILE } from "../types/heap.ts";
import { AddressIndex } from "./address-index.ts";
import { damaged, orDamaged } from "./damage.ts";
import { availableBytes, neededBytes } from "./memory.ts";
import { type DumpFile, type DumpPlace, openAt, openDump } from "./open-file.ts";
import { BadPage, type Codec, checkPage, PAGE_ENTRIES, readHalves, readU16, readU32 } from "./page.ts";
import { readFramePlaces, readLayouts, readRoots, readTypes } from "./small-tables.ts";

/** Numbers of objects and references are 31-bit. */
const MOST_ENTRIES = 0x7fffffff;

export interface LoadedDump {
  readonly heap: Heap;
  readonly roots: readonly Root[];
  /** References to objects that are not in the file. */
  readonly missing: number;
  /** References whose pages do not verify; they count as missing ones would. */
  readonly lost: number;
  /** Starting points that lead to none of the objects. */
  readonly lostRoots: number;
  /** What could not be read although the rest is sound; each a sentence. */
  readonly warnings: readonly string[];
}

/** How many entries the dump's pages announce. Checked against each page while loading. */
export interface Extent {
  readonly objects: number;
  readonly references: number;
}

/** Reads the extent from the pages' own numbers. Refuses what can't be loaded before any memory is asked for. */
export function readExtent(file: DumpFile): Extent {
  const extent = (table: string): number =>
    orDamaged(file.path, `\`${table}\``, () => {
      const rows = file.db
        .prepare<[], [unknown, unknown]>(`SELECT first, count FROM ${table} ORDER BY first`)
        .raw()
        .iterate();
      let total = 0;
      let full = true;
      for (const [first, count] of rows) {
        if (
          !Number.isInteger(count) ||
          (count as number) < 1 ||
          (count as number) > PAGE_ENTRIES ||
          first !== total ||
          !full
        )
          throw damaged(file.path, `the pages of \`${table}\` do not follow each other`);
        total += count as number;
        full = count === PAGE_ENTRIES;
      }
      return total;
    });
  const objects = extent("object_page");
  const references = extent("reference_page");
  refuseTooLarge(file.path, { objects, references });
  return { objects, references };
}

function refuseTooLarge(path: string, extent: Extent): void {
  const { objects, references } = extent;
  // Only where it is said: the first number in words costs tens of milliseconds.
  const inWords = (n: number): string => n.toLocaleString("en-US");
  const refuse = (what: string): never => {
    const numbers = `${inWords(objects)} objects and ${inWords(references)} references`;
    throw new HeapError({ code: "too-large", path, what: `${numbers} ${what}` });
  };
  if (objects > MOST_ENTRIES || references > MOST_ENTRIES) refuse("are more than it can number");
  const needed = neededBytes(extent);
  const available = availableBytes();
  if (needed <= available) return;
  const mebibytes = (bytes: number): string => `${inWords(Math.ceil(bytes / 2 ** 20))} MiB`;
  refuse(
    `need ${mebibytes(needed)} of memory, and ${mebibytes(available)} are free. Close other dumps and programs, raise the memory limit where this runs in a container, or open the file on a machine with more memory`,
  );
}

/**
 * Loads a dump's columns into shared memory. Pages are checked (checksum, lengths, ranges) before they are believed.
 * A reference page that does not verify costs its references and a warning; an object page that does not verify costs
 * the dump, because without its counts no later reference has a source.
 *
 * Time O(n + m); memory 34 bytes an object, 4 a reference, and one page of scratch. No JavaScript object per row.
 */
export function loadDump(file: DumpFile, extent: Extent, tick: Tick, helped: HelpedLoading | null = null): LoadedDump {
  const types = readTypes(file);
  const layouts = readLayouts(file);
  const entries = extent.objects + extent.references;
  const { address, columns, offsets, announced } = loadObjects(file, extent, types, layouts, (done) =>
    tick(done / entries),
  );
  if (announced !== extent.references)
    throw damaged(file.path, `it announces ${announced} references and holds ${extent.references}`);

  const { targets, missing, lost } = loadReferences(
    file,
    { extent, address, slots: new AddressIndex(address).slots },
    (done) => tick((extent.objects + done) / entries),
    helped,
  );
  const warnings: string[] =
    lost === 0
      ? []
      : [
          `${lost} references could not be read: their pages are damaged. Objects may look less held than they are; copy the file again.`,
        ];
  const { roots, lost: lostRoots } = resolveRoots(file, address);
  if (lostRoots > 0)
    warnings.push(
      `${lostRoots} starting ${lostRoots === 1 ? "point of the dump leads" : "points of the dump lead"} to none of its objects: the file is damaged, and what was held there looks like garbage or like held from outside; copy the file again.`,
    );
  const references = { nodeCount: extent.objects + 1, offsets, targets };
  const heap: Heap = {
    objectCount: extent.objects,
    address,
    ...columns,
    references,
    types,
    layouts,
  };
  return { heap, roots, missing, lost, lostRoots, warnings };
}

type ObjectColumns = Omit<Heap, "objectCount" | "address" | "references" | "types" | "layouts">;

interface ObjectPage {
  first: number;
  count: number;
  codec: Codec;
  crc: number;
  address: Buffer;
  type: Buffer;
  layout: Buffer;
  size: Buffer;
  refcount: Buffer;
  length: Buffer;
  reference_count: Buffer;
  flags: Buffer;
}

function loadObjects(
  file: DumpFile,
  { objects }: Extent,
  types: readonly TypeInfo[],
  layouts: readonly Layout[],
  tick: (done: number) => void,
): { address: AddressColumn; columns: ObjectColumns; offsets: IndexColumn; announced: number } {
  const type = codeColumn(objects, types.length);
  const layout = codeColumn(objects, layouts.length);
  const addresses = new AddressWriter(objects);
  // Until it is known how wide they must be; not shared, so that the collector knows their weight.
  const shallow = new Float64Array(objects);
  const refcount = new Uint32Array(objects);
  const length = new Uint32Array(objects);
  const flags = new Uint16Array(new SharedArrayBuffer(2 * objects));
  const offsets = indexColumn(objects + 2);

  const hidden = Float64Array.from(layouts, (l) => l.hiddenBytes);
  const fixed = Float64Array.from(layouts, (l) => l.fixed);
  const scratch = () => new Uint32Array(PAGE_ENTRIES);
  const [typeOf, layoutOf, counts, low, high] = [scratch(), scratch(), scratch(), scratch(), scratch()];
  let announced = 0;
  for (const page of pages<ObjectPage>(file, "object_page")) {
    const { first, count, codec } = page;
    orDamaged(file.path, `the page of objects from ${first}`, () => {
      checkPage(
        [page.address, page.type, page.layout, page.size, page.refcount, page.length, page.reference_count, page.flags],
        page.crc,
      );
      readHalves(page.address, codec, addresses.low, first, high, count);
      if (!addresses.take(first, count, high)) throw new BadPage("addresses do not increase");
      readU32(page.type, codec, typeOf, 0, count);
      readU32(page.layout, codec, layoutOf, 0, count);
      readHalves(page.size, codec, low, 0, high, count);
      readU32(page.refcount, codec, refcount, first, count);
      readU32(page.length, codec, length, first, count);
      readU32(page.reference_count, codec, counts, 0, count);
      readU16(page.flags, codec, flags, first, count);
      for (let i = first; i < first + count; i++) {
        const t = typeOf[i - first];
        const l = layoutOf[i - first];
        const references = counts[i - first];
        if (t >= types.length) throw new BadPage("an object has a type that does not exist");
        if (l >= layouts.length) throw new BadPage("an object has a layout that does not exist");
        if (references < fixed[l]) throw new BadPage("an object has fewer references than its layout names");
        type[i] = t;
        layout[i] = l;
        shallow[i] = high[i - first] * 2 ** 32 + low[i - first] + hidden[l];
        announced += references;
        if (announced > MOST_ENTRIES) throw new BadPage("more references are announced than a dump can hold");
        offsets[i + 1] = announced;
      }
    });
    tick(first + count);
  }
  offsets[objects + 1] = announced; // the node for missing objects has no references
  const columns = {
    type,
    layout,
    shallow: compactColumn(shallow),
    refcount: compactColumn(refcount, UNKNOWN_IN_FILE),
    length: compactColumn(length, UNKNOWN_IN_FILE),
    flags,
  };
  giveBack(shallow, refcount, length);
  return { address: addresses.finish(), columns, offsets, announced };
}

interface ReferencePage {
  first: number;
  count: number;
  codec: Codec;
  crc: number;
  target: Buffer;
}

/** Another core, and where it finds the file. */
export interface HelpedLoading {
  readonly aside: Aside;
  readonly place: DumpPlace;
}

interface AddressedReferences {
  readonly extent: Extent;
  readonly address: AddressColumn;
  /** Of their `AddressIndex`. */
  readonly slots: IndexColumn;
}

interface SomeReferences extends AddressedReferences {
  readonly place: DumpPlace;
  readonly targets: IndexColumn;
  /** How many pages somebody has begun with. */
  readonly begun: Int32Array<SharedArrayBuffer>;
}

interface Lost {
  missing: number;
  lost: number;
}

export const REFERENCES: AsideTask<SomeReferences, Lost> = {
  name: "references",
  run: ({ place, ...references }, tick) => {
    const file = openAt(place, openDump);
    try {
      return readReferences(file, references, tick);
    } finally {
      file.close();
    }
  },
};

function loadReferences(
  file: DumpFile,
  addressed: AddressedReferences,
  tick: (done: number) => void,
  helped: HelpedLoading | null,
): Lost & { readonly targets: IndexColumn } {
  const targets = indexColumn(addressed.extent.references);
  const references = { ...addressed, targets, begun: new Int32Array(new SharedArrayBuffer(4)) };
  const others = helped?.aside(REFERENCES, { ...references, place: helped.place });
  const own = readReferences(file, references, tick);
  const { missing, lost } = others?.() ?? { missing: 0, lost: 0 };
  return { targets, missing: own.missing + missing, lost: own.lost + lost };
}

/** Reads pages, each as long as nobody else has begun with it, until none is left. */
function readReferences(
  file: DumpFile,
  { extent, address, slots, targets, begun }: Omit<SomeReferences, "place">,
  tick: (done: number) => void,
): Lost {
  const { objects, references } = extent;
  const index = new AddressIndex(address, slots);
  const [low, high] = [new Uint32Array(PAGE_ENTRIES), new Uint32Array(PAGE_ENTRIES)];
  const statement = orDamaged(file.path, "`reference_page`", () =>
    file.db.prepare<[number], ReferencePage>("SELECT * FROM reference_page WHERE first = ?"),
  );
  const result: Lost = { missing: 0, lost: 0 };
  for (;;) {
    const first = PAGE_ENTRIES * Atomics.add(begun, 0, 1);
    if (first >= references) return result;
    const count = Math.min(PAGE_ENTRIES, references - first);
    const page = orDamaged(file.path, "`reference_page`", () => statement.get(first));
    if (page?.count !== count) throw damaged(file.path, "its pages of references have changed meanwhile");
    checkPageRow(file, "reference_page", page);
    try {
      checkPage([page.target], page.crc);
      readHalves(page.target, page.codec, low, 0, high, count);
      for (let i = 0; i < count; i++) {
        const object = index.find(low[i], high[i]);
        if (object === NONE) result.missing++;
        targets[first + i] = object === NONE ? objects : object;
      }
    } catch (thrown) {
      if (!(thrown instanceof BadPage)) throw thrown;
      targets.fill(objects, first, first + count);
      result.lost += count;
    }
    tick(first + count);
  }
}

/** Pages in order, one at a time, their BLOBs certain to be BLOBs. */
function* pages<Page extends { first: number; codec: Codec }>(file: DumpFile, table: string): Generator<Page> {
  const statement = file.db.prepare<[], Page>(`SELECT * FROM ${table} ORDER BY first`);
  const rows = orDamaged(file.path, `\`${table}\``, () => statement.iterate());
  try {
    for (;;) {
      const next = orDamaged(file.path, `\`${table}\``, () => rows.next());
      if (next.done) return;
      checkPageRow(file, table, next.value);
      yield next.value;
    }
  } finally {
    rows.return?.(); // a query that is not at its end would keep the file from being closed
  }
}

function checkPageRow(file: DumpFile, table: string, page: { first: number; codec: Codec }): void {
  for (const [column, value] of Object.entries(page)) {
    const isFact = column === "first" || column === "count" || column === "codec" || column === "crc";
    if (!isFact && !Buffer.isBuffer(value)) throw damaged(file.path, `\`${table}.${column}\` does not hold bytes`);
  }
  if (page.codec !== "raw" && page.codec !== "zlib" && page.codec !== "planes+zlib")
    throw damaged(file.path, `the page ${page.first} of \`${table}\` is packed in a way this version does not know`);
}

/** Roots of objects that are in the file, and how many rows are none: a capture writes no other. */
function resolveRoots(file: DumpFile, addresses: AddressColumn): { roots: Root[]; lost: number } {
  const places = readFramePlaces(file);
  const { rows, unknown } = readRoots(file);
  const roots = rows
    .map(({ kind, name, address }) => ({
      kind,
      name,
      object: objectAtAddress(addresses, address),
      place: kind === "thread" ? (places.get(address) ?? null) : null,
    }))
    .filter((root) => root.object !== NONE);
  return { roots, lost: unknown + rows.length - roots.length };
}
