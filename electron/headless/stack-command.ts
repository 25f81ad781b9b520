import type { StackDetail, StackInfo, StackObject, StackSort } from "../../shared/session/contract.ts";
import type { Answer, Options } from "./answers.ts";
import type { OpenDump } from "./open-dumps.ts";
import { rows, usage } from "./rows.ts";
import { bytes, number, printable } from "./table.ts";

const SORTS: readonly string[] = ["retained", "name", "frames"] satisfies StackSort[];
/** Lines of one stack that are printed; `--json` has as many. */
const MOST_LINES = 1000;

/** `threads FILE`: stacks of threads and tasks, and of generators and coroutines, with their variables. */
export async function runThreads(
  { client, snapshot }: OpenDump,
  { limit, offset, sort, filter }: Options,
): Promise<Answer> {
  const by = sort ?? "retained";
  if (!SORTS.includes(by)) throw usage(`--sort takes ${SORTS.join(", ")}, not ${by}`);
  const page = await rows(offset, limit, (range) =>
    client.stacks({
      snapshot,
      of: null,
      sort: { by: by as StackSort, descending: by !== "name" },
      filter: { text: filter ?? "" },
      ...range,
    }),
  );
  const stacks: StackDetail[] = [];
  for (const { of, number: which } of page.rows)
    stacks.push(await client.stack({ snapshot, of, number: which, offset: 0, limit: MOST_LINES }));
  return {
    json: {
      total: page.total,
      counts: page.counts,
      endedTasks: page.endedTasks,
      rows: stacks.map(({ stack, total, rows: lines }) => ({ ...stack, lines, linesTotal: total })),
    },
    human: () =>
      [
        `threads: ${number(page.counts.thread)}, tasks: ${number(page.counts.task)}${page.endedTasks > 0 ? ` (${number(page.endedTasks)} of them ended)` : ""}, generators and coroutines without a task: ${number(page.counts.suspended)}`,
        ...stacks.map(stackText),
        ...(page.rows.length < page.total
          ? [`${number(page.rows.length)} of ${number(page.total)} stacks; --offset and --limit show others`]
          : []),
      ].join("\n\n"),
  };
}

function stackText({ stack, rows: lines, total }: StackDetail): string {
  return [
    `${title(stack)}, keeps alive ${bytes(stack.retainedBytes)}`,
    ...lines.map((line) => {
      if (line.row === "frame") {
        const { function: name, file, line: at, exact } = line.place;
        const where = file === null ? "" : ` ${file}${at === null ? "" : `:${at}`}${exact ? "" : " (where it begins)"}`;
        return `  ${printable(name)}${printable(where)}, keeps alive ${bytes(line.retainedBytes)}`;
      }
      const how = line.row === "local" ? line.edge.replace(/^ local /, "") : "waits for";
      return `    ${printable(how)} = ${printable(line.label)} (object ${line.id}), keeps alive ${bytes(line.retainedBytes)}`;
    }),
    ...(lines.length < total ? [`  … ${number(total - lines.length)} more lines`] : []),
  ].join("\n");
}

const KINDS: Record<StackInfo["of"], string> = { thread: "thread", task: "task", suspended: "" };

const objectName = ({ task, label, id }: StackObject): string =>
  `${task === null ? label : `task ${task}`} (object ${id})`;

const title = (stack: StackInfo): string =>
  printable(
    [
      /^(main thread|thread \d+)$/.test(stack.name) ? stack.name : `${KINDS[stack.of] || stack.type} ${stack.name}`,
      ...(stack.state === null ? [] : [stack.state]),
      ...(stack.id === null ? [] : [`object ${stack.id}`]),
      ...(stack.waitsFor === null ? [] : [`waits for ${objectName(stack.waitsFor)}`]),
      ...(stack.loop === null ? [] : [`in loop ${objectName(stack.loop)}`]),
      ...(stack.daemon ? ["daemon"] : []),
      ...(stack.current ? ["took the dump"] : []),
    ].join(", "),
  );
