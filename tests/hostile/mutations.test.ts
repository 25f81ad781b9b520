import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { build } from "../../shared/session/build.ts";
import { recover } from "../../shared/store/recover.ts";
import { importSpool } from "../../shared/store/spool.ts";
import { HeapError } from "../../shared/types/failure.ts";
import { noTick } from "../../shared/types/graph.ts";
import { drawHeap, temporaryFolder } from "../fixtures/drawn-heap.ts";
import { writeDump } from "../fixtures/dump-file.ts";
import { type Random, seededRandom } from "../fixtures/random.ts";
import { spoolOf } from "../fixtures/spool-file.ts";
import { digestOf } from "../fixtures/stage-digest.ts";
import { MUTATIONS, type Mutation, pick } from "./mutations.ts";
import { verdict } from "./verdict.ts";

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

/** Ways to change an index, which no checksum of its own would let pass. */
const INDEX_MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bits of the index": (path, random) => {
    const bytes = readFileSync(path);
    for (let flips = 1 + random.below(8); flips > 0; flips--) {
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
    writeFileSync(path, bytes);
  },
  "numbers of the index": (path, random) => {
    const bytes = readFileSync(path);
    const numbers = [0, 1, 0x7f_ff_ff_ff, 0xff_ff_ff_ff];
    bytes.writeUInt32LE(pick(random, numbers), random.below(bytes.length - 4));
    writeFileSync(path, bytes);
  },
  "the end of the index": (path, random) => {
    const bytes = readFileSync(path);
    writeFileSync(
      path,
      random.below(2) === 0
        ? bytes.subarray(0, random.below(bytes.length))
        : Buffer.concat([bytes, Buffer.alloc(1 + random.below(64))]),
    );
  },
};

/** Ways to change a spool, whose pages have checksums, and whose lines have none. */
const SPOOL_MUTATIONS: Readonly<Record<string, Mutation>> = {
  "bits of the spool": INDEX_MUTATIONS["bits of the index"] as Mutation,
  "the end of the spool": INDEX_MUTATIONS["the end of the index"] as Mutation,
  "digits of the spool's lines": (path, random) => {
    const text = readFileSync(path).toString("latin1");
    const places = [...text.matchAll(/(?<=^\[.*)\d(?=.*\]$)/gm)].map(({ index }) => index);
    const bytes = Buffer.from(text, "latin1");
    for (let changes = 1 + random.below(4); changes > 0; changes--)
      bytes[pick(random, places)] = 0x30 + random.below(10);
    writeFileSync(path, bytes);
  },
};

/** In all, spread over the ways. `MUTATIONS=10000 npx vitest run --project unit tests/hostile` makes it thorough. */
const TOTAL = Number(process.env.MUTATIONS ?? 1000);
const WAYS =
  2 * Object.keys(MUTATIONS).length + Object.keys(INDEX_MUTATIONS).length + Object.keys(SPOOL_MUTATIONS).length;
const SEEDS = Math.ceil(TOTAL / WAYS);
const SLOW_MS = 2000;

/** CPU time, since other work on the machine may hold up anything. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Tries all seeds, each on a fresh copy; the complaints. */
function complaints(whole: string, copy: string, mutate: Mutation, judge: (random: Random) => string): string[] {
  const found: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    rmSync(copy, { force: true });
    copyFileSync(whole, copy);
    const random = seededRandom(seed);
    mutate(copy, random);
    const began = cpuMs();
    const wrong = judge(random);
    if (wrong !== "") found.push(`seed ${seed}: ${wrong}`);
    if (cpuMs() - began > SLOW_MS) found.push(`seed ${seed}: too slow`);
  }
  return found;
}

function sound(): { folder: string; whole: string } {
  const folder = temporaryFolder();
  const whole = join(folder, "whole.pyheap");
  writeDump(whole, drawHeap(PICTURE).content, { codec: "raw" });
  return { folder, whole };
}

describe("a dump that was changed at random", () => {
  it.each(Object.entries(MUTATIONS))("is refused in a sentence or opens as it is: %s", (_, mutate) => {
    const { folder, whole } = sound();
    expect(verdict(whole)).toEqual({ refused: false, wrong: "" });
    const changed = join(folder, "changed.pyheap");
    expect(complaints(whole, changed, mutate, () => verdict(changed).wrong)).toEqual([]);
  });

  it.each(Object.entries(MUTATIONS))("is recovered to a sound one, or refused in a sentence: %s", (_, mutate) => {
    const { folder, whole } = sound();
    const changed = join(folder, "changed.pyheap");
    const out = join(folder, "recovered.pyheap");
    const judge = (): string => {
      rmSync(out, { force: true });
      try {
        recover(changed, out, noTick);
      } catch (thrown) {
        return thrown instanceof HeapError ? "" : `thrown: ${(thrown as Error).stack}`;
      }
      const { refused, wrong } = verdict(out);
      return refused ? `what was recovered does not open: ${refused}` : wrong;
    };
    expect(complaints(whole, changed, mutate, judge)).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });
});

describe("a spool that was changed at random", () => {
  it.each(Object.entries(SPOOL_MUTATIONS))("is refused in a sentence or opens as it is: %s", (_, mutate) => {
    const { folder, whole } = sound();
    const spool = join(folder, "whole.spool");
    const changed = join(folder, "changed.spool");
    const database = join(folder, "database");
    writeFileSync(spool, spoolOf(whole));
    const judge = (): string => {
      rmSync(database, { force: true });
      try {
        importSpool(changed, database, noTick);
      } catch (thrown) {
        return thrown instanceof HeapError ? "" : `thrown: ${(thrown as Error).stack}`;
      }
      return verdict(database).wrong;
    };
    expect(complaints(spool, changed, mutate, judge)).toEqual([]);
  });
});

describe("an index that was changed at random", () => {
  it.each(Object.entries(INDEX_MUTATIONS))("changes no number: %s", (_, mutate) => {
    const { folder, whole } = sound();
    const cache = join(folder, "cache");
    const open = (): string => {
      const values: Record<string, unknown> = {};
      build({ path: whole, database: whole }, { folder: cache, fewest: 0 }, (message) => {
        if (message.kind === "failed") throw new Error(JSON.stringify(message.failure));
        if (message.kind === "done") values[message.done.stage] = message.done.value;
      });
      return digestOf(values);
    };
    const digest = open();
    const [name = ""] = readdirSync(cache);
    const kept = join(folder, "kept.index");
    copyFileSync(join(cache, name), kept);
    const judge = (): string => (open() === digest ? "" : "other numbers came from it");
    expect(complaints(kept, join(cache, name), mutate, judge)).toEqual([]);
  });
});
