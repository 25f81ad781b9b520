/**
 * What changed between two runs of a bench.
 *
 *   node tests/bench/difference.ts BEFORE.json AFTER.json [--limit 1.1]
 *
 * Prints each figure of both, and the ratio. Ends with status 1 where one grew beyond the limit: a figure of a bench is
 * a cost, so less is better.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Report } from "./report.ts";

const { values, positionals } = parseArgs({
  options: { limit: { type: "string", default: "1.1" } },
  allowPositionals: true,
});
const [before, after] = positionals.map((path) => JSON.parse(readFileSync(path, "utf8")) as Report);
if (before === undefined || after === undefined || positionals.length !== 2) {
  process.stderr.write("Give two files that benches wrote with --json.\n");
  process.exit(2);
}
if (before.machine !== after.machine || before.node !== after.node)
  process.stdout.write(`not the same machine: ${before.machine}, ${before.node}; ${after.machine}, ${after.node}\n`);
process.stdout.write(`load ${before.load.toFixed(1)} before, ${after.load.toFixed(1)} after\n`);

const limit = Number(values.limit);
let grown = 0;
for (const { name, figures } of after.cases) {
  const earlier = before.cases.find((one) => one.name === name)?.figures;
  process.stdout.write(`\n${name}${earlier === undefined ? ": only in the second" : ""}\n`);
  for (const [figure, value] of Object.entries(figures)) {
    const was = earlier?.[figure];
    if (was === undefined) continue;
    const ratio = was === 0 ? (value === 0 ? 1 : Number.POSITIVE_INFINITY) : value / was;
    const isMore = ratio > limit;
    if (isMore) grown++;
    process.stdout.write(
      `  ${figure.padEnd(34)} ${was.toFixed(1).padStart(12)} ${value.toFixed(1).padStart(12)}  × ${ratio.toFixed(2)}${isMore ? "  more" : ""}\n`,
    );
  }
}
for (const { name } of before.cases)
  if (!after.cases.some((one) => one.name === name)) process.stdout.write(`\n${name}: only in the first\n`);
process.exitCode = grown === 0 ? 0 : 1;
