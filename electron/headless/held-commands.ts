import type { CutLink, ObjectDetail, ObjectRow } from "../../shared/session/contract.ts";
import type { ObjectId } from "../../shared/types/ids.ts";
import type { Source } from "../../shared/types/route.ts";
import type { Answer, Options } from "./answers.ts";
import type { OpenDump } from "./open-dumps.ts";
import { objectId, rows, typeNamed, usage } from "./rows.ts";
import { bytes, number, printable, table } from "./table.ts";

/* The commands about who holds what: why, cut, keeps, and the holders of a type. */

/** `frees 3.1 MiB at once, 0.2 MiB more at the next collection`. */
export const freesText = ({ retainedBytes, releasedByRefcountBytes: atOnce }: ObjectRow): string =>
  atOnce === null || retainedBytes === null
    ? "frees at once: not known, its reference count can't be trusted"
    : `frees ${bytes(atOnce)} at once${retainedBytes > atOnce ? `, ${bytes(retainedBytes - atOnce)} more at the next collection` : ""}`;

/** `why FILE ID`: why one object is alive; `why FILE --type T`: how all objects of a type are held. */
export async function runWhy(dump: OpenDump, options: Options): Promise<Answer> {
  const { args, paths, ignore, noFrames, type } = options;
  if (type !== undefined) return runHowHeld(dump, type);
  const { client, snapshot } = dump;
  const object = await objectId(dump, args[0] ?? "");
  const ignored = await Promise.all(ignore.map((id) => objectId(dump, id)));
  const why = await client.why({ snapshot, object, paths, ignore: ignored, frames: !noFrames });
  return {
    json: why,
    human: () =>
      [
        `${printable(why.sentence)}.`,
        ...why.paths.flatMap((path) => [
          "",
          printable(path.text),
          ...(path.skipped > 0 ? [`  (${number(path.skipped)} objects left out behind the first 100)`] : []),
          table(
            [
              { title: "  how it is held", text: (step) => `  ${step.edge ?? step.root?.kind ?? ""}`, most: 40 },
              { title: "object", text: (step) => step.label },
              { title: "id", align: "right", text: (step) => (step.id === null ? "" : String(step.id)) },
              { title: "own size", align: "right", text: (step) => bytes(step.shallowBytes) },
              { title: "keeps alive", align: "right", text: (step) => bytes(step.retainedBytes) },
            ],
            path.steps,
          ),
        ]),
        ...(why.weakTotal > 0 ? ["", weakReferences(why.weakTotal)] : []),
        ...(why.complete ? [] : ["", "There may be more ways: the search ended at its bound."]),
      ].join("\n"),
  };
}

const weakReferences = (count: number): string =>
  count === 1
    ? "1 weak reference: it does not keep it alive."
    : `${number(count)} weak references: they do not keep it alive.`;

async function runHowHeld(dump: OpenDump, type: string): Promise<Answer> {
  const { client, snapshot } = dump;
  const typeId = await typeNamed(dump, type);
  if (typeof typeId === "string") return nothing(typeId);
  const source: Source = { kind: "type", type: typeId };
  const held = await client.howHeld({ snapshot, source, filter: { text: "" } });
  const alive = held.total - held.garbage;
  const first =
    held.through === null
      ? `${number(alive)} of ${number(held.total)} ${type} are held, and no single object holds half of them`
      : `${number(held.through.members)} of ${number(held.total)} ${type} are held through ${held.through.text}`;
  return {
    json: held,
    human: () =>
      [
        `${printable(alive === 0 ? `Nothing holds the ${number(held.total)} ${type}` : first)}.`,
        ...(held.garbage > 0 ? [`${number(held.garbage)} are garbage that waits for the collector.`] : []),
        "",
        ...held.rows.map(({ depth, edge, holders, label, members }) =>
          printable(
            `${"  ".repeat(depth)}${edge ?? ""} ${holders > 1 ? `${number(holders)} × ` : ""}${label}: ${number(members)}`,
          ),
        ),
      ].join("\n"),
  };
}

/** `cut FILE FROM TO`: what would go without the first reference from one object to the other. */
export async function runCut(dump: OpenDump, { args }: Options): Promise<Answer> {
  const [from, to] = [await objectId(dump, args[0] ?? ""), await objectId(dump, args[1] ?? "")];
  const cut = await dump.client.cut({ snapshot: dump.snapshot, from, to });
  return { json: cut, human: () => printable(cutText(cut)) };
}

function cutText(cut: CutLink): string {
  const { edge, stillHeld, atOnce, later, also } = cut;
  const link = `Cutting ${edge.trim()}`;
  switch (stillHeld) {
    case "path":
      return `${link} frees nothing: also held by ${also?.text ?? "another way"}.`;
    case "outside":
      return `${link} frees nothing that the dump knows of: its reference count tells of a holder outside the graph.`;
    case "immortal":
      return `${link} frees nothing: the object is immortal.`;
    case "is-garbage":
      return `${link} frees nothing: the object is garbage already and goes at the next collection.`;
    case null:
      return atOnce === null
        ? `${link} frees ${bytes(later.bytes)}; how much of it at once is not known.`
        : `${link} frees ${bytes(atOnce.bytes)} at once, ${bytes(later.bytes)} more at the next collection.`;
  }
}

/** `keeps FILE ID`: all that would be gone with an object, by type. */
export async function runKeeps(dump: OpenDump, { args, offset, limit, filter }: Options): Promise<Answer> {
  const { client, snapshot } = dump;
  const object = await objectId(dump, args[0] ?? "");
  const page = await rows(offset, limit, (range) =>
    client.types({
      snapshot,
      source: { kind: "kept", object },
      sort: { by: "shallow", descending: true },
      filter: { text: filter ?? "" },
      ...range,
    }),
  );
  const { retainedBytes, releasedByRefcountBytes } = await client.object({ snapshot, object });
  return {
    json: { id: object, retainedBytes, releasedByRefcountBytes, ...page },
    human: () =>
      [
        `keeps ${bytes(retainedBytes)} alive, itself included:`,
        table(
          [
            { title: "type", text: (row) => row.type },
            { title: "objects", align: "right", text: (row) => number(row.count) },
            { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
          ],
          page.rows,
        ),
      ].join("\n"),
  };
}

/** `dominators FILE --by type`: what nothing else holds, or what one object holds alone, in groups. */
export async function runHolderGroups(
  { client, snapshot }: OpenDump,
  object: ObjectId | null,
  by: string,
): Promise<Answer> {
  const groups = await client.holderGroups({ snapshot, object, by: groupedBy(by) });
  return {
    json: groups,
    human: () =>
      table(
        [
          { title: by, text: (row) => row.name ?? "(no module)" },
          { title: "holders", align: "right", text: (row) => number(row.holders) },
          { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
          { title: "keep alive", align: "right", text: (row) => bytes(row.retainedBytes) },
          { title: "the biggest", align: "right", text: (row) => String(row.biggest) },
        ],
        groups.rows,
      ),
  };
}

/** `dominators FILE --drop`: down to the first holder whose bytes are spread. */
export async function runDrop({ client, snapshot }: OpenDump, object: ObjectId | null): Promise<Answer> {
  const drop = await client.bigDrop({ snapshot, object });
  const { to, levels } = drop;
  return {
    json: drop,
    human: () =>
      to === null
        ? "It holds nothing alone."
        : `${printable(to.label)} (${printable(to.type)}, object ${to.id}) keeps ${bytes(to.retainedBytes)} alive, ${number(levels)} ${levels === 1 ? "level" : "levels"} below; nothing that it holds has most of that.`,
  };
}

const groupedBy = (by: string): "type" | "module" => {
  if (by === "type" || by === "module") return by;
  throw usage(`--by takes type or module, not ${by}`);
};

/** `dominators FILE --type T`: which types or modules hold the objects of a type. */
export async function runHeldBy(dump: OpenDump, { type = "", by = "type" }: Options): Promise<Answer> {
  const { client, snapshot } = dump;
  const typeId = await typeNamed(dump, type);
  if (typeof typeId === "string") return nothing(typeId);
  const groups = await client.dominatorsOf({ snapshot, source: { kind: "type", type: typeId }, by: groupedBy(by) });
  return {
    json: groups,
    human: () =>
      table(
        [
          { title: by === "type" ? "held by a" : "held by module", text: (row) => row.name ?? "(no single object)" },
          { title: "holders", align: "right", text: (row) => number(row.dominators) },
          { title: "objects", align: "right", text: (row) => number(row.members) },
          { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
          { title: "keep alive", align: "right", text: (row) => bytes(row.retainedBytes) },
        ],
        groups.rows,
      ),
  };
}

/** The answer about a type of which the dump has no object. */
const nothing = (why: string): Answer => ({
  json: { total: 0, rows: [], warnings: [why] },
  human: () => printable(why),
});

/** `smallest ring: Request.response → Response.request`; nothing for an object in no ring. */
export const ringLine = ({ smallestCycle }: ObjectDetail): string[] =>
  smallestCycle === null || smallestCycle.length === 0
    ? []
    : [`smallest ring: ${smallestCycle.map(({ label, edge }) => printable(`${label}${edge}`)).join(" → ")}`];
