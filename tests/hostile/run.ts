/**
 * Changes files at random, many times over, and says what came of it: no crash, nothing slower than two seconds, and no
 * total that is wrong without a word.
 *
 *     npm run mutations                    10,000 in all
 *     npm run mutations -- --total 50000
 */
import { parseArgs } from "node:util";
import { makeTrials, tried } from "./trials.ts";

const { values } = parseArgs({ options: { total: { type: "string", default: "10000" } } });
const trials = makeTrials();
const seeds = Math.ceil(Number(values.total) / trials.all.length);
const sums = new Map<string, number>();
let complaints = 0;
let slowest = 0;
for (const trial of trials.all) {
  const result = tried(trial, seeds);
  const said = [...result.outcomes].map(([outcome, count]) => `${count} ${outcome}`);
  console.log(`${trial.group}: ${trial.name}: ${said.join("; ")}`);
  for (const complaint of result.complaints) console.log(`  WRONG: ${complaint}`);
  for (const [outcome, count] of result.outcomes) {
    const key = `${trial.group}: ${outcome}`;
    sums.set(key, (sums.get(key) ?? 0) + count);
  }
  complaints += result.complaints.length;
  slowest = Math.max(slowest, result.slowest);
}
const left = trials.leftovers();
trials.close();
console.log("");
for (const [key, count] of sums) console.log(`${count} ${key}`);
console.log(
  `${seeds * trials.all.length} mutations, ${complaints} of them wrong, ${left.length} files left behind; the slowest took ${Math.round(slowest)} ms of CPU time`,
);
process.exitCode = complaints + left.length === 0 ? 0 : 1;
