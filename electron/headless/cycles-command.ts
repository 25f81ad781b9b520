import type { CyclePage, CycleRow } from "../../shared/session/contract.ts";
import { type Answer, list, type Options } from "./answers.ts";
import type { OpenDump } from "./open-dumps.ts";
import { rows } from "./rows.ts";
import { bytes, type Column, number } from "./table.ts";

export async function runCycles({ client, snapshot }: OpenDump, options: Options): Promise<Answer> {
  const { offset, limit, filter, code, each } = options;
  const ask = (grouped: boolean): Promise<CyclePage> =>
    rows(offset, limit, (range) =>
      client.cycles({
        snapshot,
        of: code ? "code" : "data",
        grouped,
        source: { kind: "all" },
        sort: { by: "retained", descending: true },
        filter: { text: filter ?? "" },
        ...range,
      }),
    );
  const [single, alike] = [await ask(false), await ask(true)];
  const common: Column<CycleRow>[] = [
    { title: "", text: (row) => (row.reachable ? "held" : "garbage waiting") },
    { title: each ? "smallest ring" : "cycles like", text: ringText, most: 80 },
    { title: "make weak", text: (row) => (row.weaken === null ? "" : `${row.weaken.fromType}${row.weaken.edge}`) },
  ];
  const human = each
    ? list(single, [
        { title: "objects", align: "right", text: (row) => number(row.objects) },
        { title: "own size", align: "right", text: (row) => bytes(row.shallowBytes) },
        { title: "keeps alive", align: "right", text: (row) => bytes(row.retainedBytes) },
        ...common,
      ])
    : list(alike, [
        { title: "cycles", align: "right", text: (row) => number(row.alike.cycles) },
        { title: "objects", align: "right", text: (row) => number(row.alike.objects) },
        { title: "own size", align: "right", text: (row) => bytes(row.alike.shallowBytes) },
        { title: "keep alive", align: "right", text: (row) => bytes(row.alike.retainedBytes) },
        ...common,
      ]);
  return {
    json: { ...single, groups: alike.rows, groupsTotal: alike.total, warnings: [] },
    human: () => human.human(),
  };
}

/** `Request.response ⇄ Response.request`; a longer ring with an arrow for each step. */
function ringText({ smallestCycle: steps, types }: CycleRow): string {
  if (steps.length === 0) return `${types.map(({ type, count }) => `${number(count)} ${type}`).join(", ")} …`;
  return steps.map(({ label, edge }) => `${label}${edge}`).join(steps.length === 2 ? " ⇄ " : " → ");
}
