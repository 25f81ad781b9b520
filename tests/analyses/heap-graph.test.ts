import { describe, expect, it } from "vitest";
import { objectDetail } from "../../shared/analyses/object-detail.ts";
import { summary } from "../../shared/analyses/summary.ts";
import { reachOf } from "../../shared/analyses/view.ts";
import { asCaptureId } from "../../shared/types/ids.ts";
import { viewOf } from "../fixtures/drawn-heap.ts";
import { seededRandom } from "../fixtures/random.ts";

const META = {
  captureId: asCaptureId("0".repeat(32)),
  label: null,
  createdAt: null,
  process: {},
  python: {},
  capture: {},
  gc: {},
  memory: {},
  tracemalloc: {},
};

describe("what is alive", () => {
  it("is told apart by name, from outside the graph, and not at all", () => {
    const { view, id } = viewOf(`
      @module app: m
      m  module "app" -> dict d
      d  dict -> ['x'] x
      x  app.Item
      c  app.Handle +1 -> .buffer b
      b  bytearray
      g  app.Node -> .next h
      h  app.Node -> .next g
    `);
    const reach = (names: string) => names.split(" ").map((name) => reachOf(view, id[name] as number));
    expect(reach("m d x")).toEqual(["named", "named", "named"]);
    expect(reach("c b")).toEqual(["held-outside", "held-outside"]);
    expect(reach("g h")).toEqual(["unreachable", "unreachable"]);
  });

  it("is not what only a weak reference names", () => {
    const { view, id } = viewOf(`
      @module app: m
      m  module "app" -> .REF w
      w  weakref.ReferenceType -> weak x
      x  app.Item -> .me x
    `);
    expect(reachOf(view, id.x as number)).toBe("unreachable");
  });

  it("is never called garbage when its count can't be trusted", () => {
    const { view, id } = viewOf(`
      i  int "7" immortal
      x  app.Item
    `);
    expect(reachOf(view, id.i as number)).toBe("held-outside");
    expect(reachOf(view, id.x as number)).toBe("unreachable");
  });

  it("does not grow by references from garbage: these keep nothing alive", () => {
    const { view, id } = viewOf(`
      @module app: m
      m  module "app" -> .x x
      x  app.Item size=100
      g  app.Node -> .self g .x x
    `);
    expect(objectDetail(view, id.m as number).retainedBytes).toBe(116);
    expect(objectDetail(view, id.x as number).dominator).toBe(id.m);
  });

  it("adds up: every object is in exactly one of the three groups", () => {
    for (let seed = 0; seed < 40; seed++) {
      const { picture, objects } = randomPicture(seed);
      const { view } = viewOf(picture);
      const { reachable, heldOutside, unreachable, shallowBytes } = summary(view, META, {
        file: "x.pyheap",
        format: 1,
        buckets: null,
      });
      expect(reachable.objects + heldOutside.objects + (unreachable?.objects ?? 0)).toBe(objects);
      expect(reachable.bytes + heldOutside.bytes + (unreachable?.bytes ?? 0)).toBe(shallowBytes);
    }
  });

  it("agrees with the definition on random heaps with weak references and counts from outside", () => {
    for (let seed = 0; seed < 40; seed++) {
      const drawn = randomPicture(seed);
      const { view, id } = viewOf(drawn.picture);
      const expected = Object.fromEntries(slowReach(drawn));
      const found = Object.fromEntries(drawn.names.map((name) => [name, reachOf(view, id[name] as number)]));
      expect(found, `seed ${seed}`).toEqual(expected);
    }
  });
});

interface RandomPicture {
  picture: string;
  names: string[];
  objects: number;
  strong: Map<string, string[]>;
  extra: Map<string, number>;
  roots: string[];
}

function randomPicture(seed: number): RandomPicture {
  const random = seededRandom(seed);
  const names = Array.from({ length: 2 + random.below(10) }, (_, i) => `o${i}`);
  const pick = () => names[random.below(names.length)] as string;
  const strong = new Map<string, string[]>();
  const extra = new Map<string, number>();
  const roots = names.filter(() => random.next() < 0.2);
  const lines = names.map((name) => {
    const targets = Array.from({ length: random.below(3) }, pick);
    strong.set(name, targets);
    extra.set(name, random.next() < 0.15 ? 1 : 0);
    const weak = random.next() < 0.3 ? ` weak ${pick()}` : "";
    const references = targets.map((target, i) => `.a${i} ${target}`).join(" ") + weak;
    return `${name} app.Node +${extra.get(name)}${references === "" ? "" : ` -> ${references.trim()}`}`;
  });
  const picture = [...roots.map((name) => `@module ${name}: ${name}`), ...lines].join("\n");
  return { picture, names, objects: names.length, strong, extra, roots };
}

/** The definition, slow and obvious: reached by name; else reached from one with more counts than references; else lost. */
function slowReach({ names, strong, extra, roots }: RandomPicture): Map<string, string> {
  const closure = (starts: readonly string[]): Set<string> => {
    const seen = new Set(starts);
    for (const name of seen) for (const target of strong.get(name) ?? []) seen.add(target);
    return seen;
  };
  const named = closure(roots);
  const held = closure(names.filter((name) => !named.has(name) && (extra.get(name) ?? 0) > 0));
  return new Map(
    names.map((name) => [name, named.has(name) ? "named" : held.has(name) ? "held-outside" : "unreachable"]),
  );
}
