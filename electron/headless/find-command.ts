import { closeSync, openSync, writeSync } from "node:fs";
import { extname } from "node:path";
import type { ExportFormat, NameRow, SetRow, SetSizes } from "../../shared/session/contract.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { parseAddress } from "../../shared/types/ids.ts";
import type { Source } from "../../shared/types/route.ts";
import { type Answer, list, type Options } from "./answers.ts";
import { OBJECT_COLUMNS, objects } from "./object-rows.ts";
import type { OpenDump } from "./open-dumps.ts";
import { rows, typeNamed, usage } from "./rows.ts";
import { bytes, number, printable, table } from "./table.ts";

/** Rows that are exported at a time. */
const PAGE_ROWS = 1000;
const FORMATS: Readonly<Record<string, ExportFormat>> = { ".csv": "csv", ".json": "json", ".md": "markdown" };

/** `find FILE`: objects by type, address, text, pattern, or as a kept set has them. */
export async function runFind(dump: OpenDump, options: Options): Promise<Answer> {
  const source = await sourceOf(dump, options);
  if (source === null) throw usage("find takes one of --type, --address, --text, --pattern and --set");
  if (typeof source === "string") return { json: { total: 0, rows: [], warnings: [source] }, human: () => source };
  return list(await objects(dump, source, options), OBJECT_COLUMNS);
}

/** `export FILE OUT`: the same lists, or the biggest holders, as a file; OUT must not exist yet. */
export async function runExport(dump: OpenDump, options: Options): Promise<Answer> {
  const { client, snapshot } = dump;
  const [path = ""] = options.args;
  const format = FORMATS[extname(path).toLowerCase()];
  if (format === undefined)
    throw usage(`export writes ${Object.keys(FORMATS).join(", ")}; ${path} ends in none of them`);
  const source = (await sourceOf(dump, options)) ?? { kind: "dominated", object: null };
  if (typeof source === "string") throw usage(source);
  const file = create(path);
  let total = 1;
  try {
    for (let offset = 0; offset < total; offset += PAGE_ROWS) {
      const page = await client.exportObjects({
        snapshot,
        source,
        format,
        sort: { by: "retained", descending: true },
        filter: { text: "" },
        offset,
        limit: PAGE_ROWS,
      });
      writeSync(file, page.text);
      total = page.total;
    }
  } finally {
    closeSync(file);
  }
  return { json: { path, format, rows: total }, human: () => `${printable(path)}: ${number(total)} objects` };
}

/** `names FILE TEXT`: variables of modules and attributes of instances. */
export async function runNames({ client, snapshot }: OpenDump, { args, offset, limit }: Options): Promise<Answer> {
  const [text = ""] = args;
  const page = await rows(offset, limit, (range) => client.names({ snapshot, text, ...range }));
  return list<NameRow>(page, [
    { title: "name", text: (row) => row.name },
    { title: "", text: (row) => (row.kind === "variable" ? "variable of" : "attribute of") },
    { title: "owner", text: (row) => row.owner },
    { title: "objects", align: "right", text: (row) => number(row.count) },
    { title: "id", align: "right", text: (row) => (row.object === null ? "–" : String(row.object)) },
    { title: "keeps alive", align: "right", text: (row) => bytes(row.retainedBytes) },
  ]);
}

/** `sets FILE`: the object sets that this user has kept of the dump. */
export async function runSets({ client, snapshot }: OpenDump): Promise<Answer> {
  const sets: (SetRow & SetSizes)[] = [];
  for (const row of (await client.sets({ snapshot })).rows) {
    const source = { kind: "set", set: row.set } as const;
    sets.push({ ...(await client.sizes({ snapshot, source, filter: { text: "" } })), ...row });
  }
  return list({ total: sets.length, rows: sets }, [
    { title: "set", text: (row) => row.name },
    { title: "objects", align: "right", text: (row) => number(row.objects) },
    { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
    { title: "keep alive together", align: "right", text: (row) => bytes(row.retainedBytes) },
    { title: "note", text: (row) => row.note },
  ]);
}

/** `notes FILE`: what this user has written about objects of the dump. */
export async function runNotes({ client, snapshot }: OpenDump): Promise<Answer> {
  const { rows: notes } = await client.notes({ snapshot });
  return {
    json: { total: notes.length, rows: notes },
    human: () =>
      table(
        [
          { title: "id", align: "right", text: (row) => String(row.id) },
          { title: "object", text: (row) => row.label },
          { title: "note", text: (row) => row.text, most: 200 },
        ],
        notes,
      ),
  };
}

/** Null where the options name none; a sentence where the dump has no such thing, which is an answer, not a mistake. */
async function sourceOf(dump: OpenDump, options: Options): Promise<Source | string | null> {
  const { type, address, text, pattern, set } = options;
  if ([type, address, text, pattern, set].filter((value) => value !== undefined).length > 1)
    throw usage("only one of --type, --address, --text, --pattern and --set can be given");
  if (text !== undefined) return { kind: "text", text };
  if (pattern !== undefined) return { kind: "pattern", pattern };
  if (address !== undefined) {
    if (parseAddress(address) === null) throw usage(`${address} is not an address`);
    return { kind: "address", address };
  }
  if (type !== undefined) {
    const found = await typeNamed(dump, type);
    return typeof found === "string" ? found : { kind: "type", type: found };
  }
  if (set === undefined) return null;
  const { rows: sets } = await dump.client.sets({ snapshot: dump.snapshot });
  const found = sets.find(({ name }) => name === set);
  if (found === undefined) throw new HeapError({ code: "no-such-set", set });
  return { kind: "set", set: found.set };
}

function create(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "EEXIST") throw new HeapError({ code: "file-exists", path }, { cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HeapError({ code: "cannot-write", path, why }, { cause });
  }
}
