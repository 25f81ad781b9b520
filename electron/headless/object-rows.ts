import type { ListedObject, ObjectRow, Page } from "../../shared/session/contract.ts";
import type { Source } from "../../shared/types/route.ts";
import type { Options } from "./answers.ts";
import type { OpenDump } from "./open-dumps.ts";
import { rows } from "./rows.ts";
import { bytes, type Column } from "./table.ts";

const OBJECT: Column<ObjectRow> = { title: "object", text: (row) => row.label };
const FACTS: Column<ObjectRow>[] = [
  { title: "type", text: (row) => row.type, most: 40 },
  { title: "id", align: "right", text: (row) => String(row.id) },
  { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
  { title: "keeps alive", align: "right", text: (row) => bytes(row.retainedBytes) },
  { title: "frees at once", align: "right", text: (row) => bytes(row.releasedByRefcountBytes) },
];

/** How the neighbours of an object are printed. */
export const NEIGHBOUR_COLUMNS: Column<ObjectRow>[] = [OBJECT, ...FACTS];
/** How every list of objects is printed. */
export const OBJECT_COLUMNS: Column<ListedObject>[] = [
  OBJECT,
  { title: "held as", text: (row) => row.heldAs ?? "", most: 40 },
  ...FACTS,
];

/** The objects of a list, those that keep most alive first. */
export const objects = (
  { client, snapshot }: OpenDump,
  source: Source,
  { offset, limit }: Options,
): Promise<Page<ListedObject>> =>
  rows(offset, limit, (range) =>
    client.objects({ snapshot, source, sort: { by: "retained", descending: true }, filter: { text: "" }, ...range }),
  );
