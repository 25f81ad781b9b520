import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../shared/session/build.ts";
import type { Codec } from "../../shared/store/page.ts";
import { recover } from "../../shared/store/recover.ts";
import { importSpool } from "../../shared/store/spool.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { noTick } from "../../shared/types/graph.ts";
import { drawHeap } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";
import { seededRandom } from "../fixtures/random.ts";
import { spoolOf } from "../fixtures/spool-file.ts";
import { digestOf } from "../fixtures/stage-digest.ts";
import { DUMP_MUTATIONS, INDEX_MUTATIONS, type Mutation, SPOOL_MUTATIONS } from "./mutations.ts";
import { type Verdict, verdict } from "./verdict.ts";

/*
 * Each trial changes one file by chance and says what came of it. What is damage by accident (`accident`) must be told or
 * leave all totals as they were; what was changed on purpose, its checksums right, is another dump, whose totals are
 * those of a slow reader.
 */

/** A bit of everything: names, keys, weak and missing references, a garbage ring, something held from outside. */
const PICTURE = `
  @module app: m
  @thread MainThread: f
  @builtin gc.garbage: l
  m  module "app" -> dict d
  d  dict -> ['CACHE'] c ['ITEMS'] l
  c  dict -> ['u-17'] s ['u-18'] t
  s  app.Session +1 size=97 -> .user u .self s
  t  app.Session size=97 -> .user u
  u  app.User +2 -> weak s
  l  list size=120 -> [] s [] t [] gone [] l
  f  frame -> local=x t local=y u
  o  app.Held +3 -> .next p
  p  app.Held -> .next q
  q  app.Held -> .back p
  g1 app.Ring -> .next g2
  g2 app.Ring -> .next g1
  i  int "7" immortal
  k  type class "app.Session" -> base k
`;

export interface Trial {
  /** What is changed and what is then done with it. */
  readonly group: string;
  readonly name: string;
  /** Changes a fresh copy by the seed; what came of it, and what is wrong with that, or "". */
  run(seed: number): { readonly outcome: string; readonly wrong: string };
}

export interface Trials {
  readonly all: readonly Trial[];
  /** What is left in the folder that nobody asked for. */
  leftovers(): string[];
  close(): void;
}

export function makeTrials(): Trials {
  const folder = mkdtempSync(join(tmpdir(), "pyheap-mutations-"));
  const at = (name: string): string => join(folder, name);
  const content = drawHeap(PICTURE).content;
  const write = (name: string, codec: Codec): string => {
    writeDump(at(name), content, { codec });
    return at(name);
  };
  const dumps = [write("raw.pyheap", "raw"), write("packed.pyheap", "planes+zlib")] as const;
  const sound = verdict(dumps[0]);
  if (sound.outcome !== "opens" || sound.wrong !== "")
    throw new Error(`The dump to change is not sound: ${sound.wrong}`);

  const judged = (found: Verdict, { accident = false }: Mutation) => {
    const silent = accident && found.outcome === "opens" && found.totals !== sound.totals;
    return { outcome: found.outcome, wrong: silent ? `other totals, and not a word: ${found.totals}` : found.wrong };
  };
  const refused = (thrown: unknown) =>
    thrown instanceof HeapError
      ? { outcome: "refused in a sentence", wrong: "" }
      : { outcome: "something was thrown", wrong: String((thrown as Error).stack) };

  /** A changed copy, as `packed` as the mutation can change it. */
  const changed = (whole: string, name: string, { change }: Mutation, seed: number): string => {
    rmSync(at(name), { force: true });
    copyFileSync(whole, at(name));
    change(at(name), seededRandom(seed));
    return at(name);
  };
  const dumpFor = ({ accident = false }: Mutation, seed: number) => dumps[accident && seed % 2 === 1 ? 1 : 0];

  const opened = Object.entries(DUMP_MUTATIONS).map(([name, mutation]) => ({
    group: "a changed dump, opened",
    name,
    run: (seed: number) =>
      judged(verdict(changed(dumpFor(mutation, seed), "changed.pyheap", mutation, seed)), mutation),
  }));

  const recovered = Object.entries(DUMP_MUTATIONS).map(([name, mutation]) => ({
    group: "a changed dump, recovered",
    name,
    run(seed: number) {
      const out = at("recovered.pyheap");
      rmSync(out, { force: true });
      try {
        recover(changed(dumpFor(mutation, seed), "changed.pyheap", mutation, seed), out, noTick);
      } catch (thrown) {
        return refused(thrown);
      }
      const found = verdict(out);
      if (found.outcome === "refused in a sentence")
        return { outcome: "recovered", wrong: "what was recovered does not open" };
      const { wrong } = judged(found, mutation);
      return { outcome: found.outcome === "opens" ? "recovered whole" : "recovered in part, which it says", wrong };
    },
  }));

  writeFileSync(at("whole.spool"), spoolOf(dumps[0]));
  const spools = Object.entries(SPOOL_MUTATIONS).map(([name, mutation]) => ({
    group: "a changed spool, opened",
    name,
    run(seed: number) {
      const database = at("database");
      rmSync(database, { force: true });
      try {
        importSpool(changed(at("whole.spool"), "changed.spool", mutation, seed), database, noTick);
      } catch (thrown) {
        return refused(thrown);
      }
      return judged(verdict(database), mutation);
    },
  }));

  const cache = at("cache");
  const open = (): { digest: string; fromCache: boolean; notes: readonly string[] } => {
    const values: Record<string, unknown> = {};
    let fromCache = true;
    let notes: readonly string[] = [];
    build({ path: dumps[0], database: dumps[0] }, { folder: cache, fewest: 0 }, (message) => {
      if (message.kind === "failed") throw new Error(JSON.stringify(message.failure));
      if (message.kind !== "done") return;
      values[message.done.stage] = message.done.value;
      if (message.done.stage === "columns") notes = message.done.value.warnings;
      if (message.done.stage !== "types") fromCache &&= message.done.fromCache;
    });
    return { digest: digestOf(values), fromCache, notes };
  };
  const { digest } = open();
  const [indexName = ""] = readdirSync(cache);
  copyFileSync(join(cache, indexName), at("whole.index"));
  const indexes = Object.entries(INDEX_MUTATIONS).map(([name, mutation]) => ({
    group: "a changed index, used",
    name,
    run(seed: number) {
      changed(at("whole.index"), "changed.index", mutation, seed);
      mkdirSync(cache, { recursive: true });
      copyFileSync(at("changed.index"), join(cache, indexName));
      const found = open();
      const same = found.digest === digest;
      if (found.fromCache) {
        const outcome = "used: the change is where nothing stands";
        return { outcome, wrong: same ? "" : "other numbers came from it" };
      }
      const wrong = same ? "" : "other numbers were computed";
      return found.notes.length > 0
        ? { outcome: "computed again, which it says", wrong }
        : { outcome: "left, as one of another program or dump", wrong };
    },
  }));

  return {
    all: [...opened, ...recovered, ...spools, ...indexes],
    leftovers: () => readdirSync(folder).filter((name) => name.endsWith(".partial")),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** CPU time, since other work on the machine may hold up anything. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const SLOW_MS = 2000;

/** Runs a trial for seeds 1 to `seeds`: how often what came of it, and the complaints. */
export function tried(
  trial: Trial,
  seeds: number,
): { outcomes: Map<string, number>; complaints: string[]; slowest: number } {
  const outcomes = new Map<string, number>();
  const complaints: string[] = [];
  let slowest = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const began = cpuMs();
    const { outcome, wrong } = trial.run(seed);
    const took = cpuMs() - began;
    slowest = Math.max(slowest, took);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (wrong !== "") complaints.push(`seed ${seed}: ${wrong}`);
    if (took > SLOW_MS) complaints.push(`seed ${seed}: too slow`);
  }
  return { outcomes, complaints, slowest };
}
