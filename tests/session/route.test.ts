import { describe, expect, it } from "vitest";
import { formatRoute, parseRoute } from "../../shared/session/route.ts";
import { asCaptureId, asObjectId, asSetId, asTypeId } from "../../shared/types/ids.ts";
import type { Route, Source } from "../../shared/types/route.ts";

const capture = asCaptureId("0123456789abcdef0123456789abcdef");
const object = asObjectId(42);
const SOURCES: Source[] = [
  { kind: "all" },
  { kind: "type", type: asTypeId(7) },
  { kind: "within", by: "size", type: asTypeId(7), from: 49, to: 64 },
  { kind: "within", by: "generation", type: null, from: -1, to: -1 },
  { kind: "types", types: [asTypeId(7), asTypeId(0)] },
  { kind: "dominated", object: null },
  { kind: "dominated", object },
  { kind: "kept", object },
  { kind: "referents", object },
  { kind: "referrers", object },
  { kind: "text", text: "a/b?c=d#e&ü %" },
  { kind: "pattern", pattern: "^'u-\\d+/%2F(?=é)'$" },
  { kind: "address", address: "0x7f00" },
  { kind: "attribute", type: asTypeId(7), name: "a/b?c" },
  { kind: "set", set: asSetId(3) },
  ...(["union", "intersection", "difference"] as const).map(
    (how): Source => ({ kind: "combined", how, first: asSetId(3), second: asSetId(4) }),
  ),
  { kind: "held-outside" },
  { kind: "unreachable" },
  { kind: "cycle", cycle: 3 },
  { kind: "fate", fate: "still-there", other: asCaptureId("f".repeat(32)) },
];
const ROUTES: Route[] = [
  { view: "start" },
  { view: "overview", capture },
  { view: "holders", capture, object: null },
  { view: "holders", capture, object },
  { view: "types", capture, filter: "" },
  { view: "types", capture, filter: "a&b=c d" },
  { view: "types", capture, filter: "", group: "size" },
  { view: "types", capture, filter: "app.py", group: "line" },
  { view: "object", capture, object },
  { view: "graph", capture, object },
  { view: "graph", capture, object, ignore: [object, asObjectId(0)] },
  { view: "objects", capture, source: { kind: "all" }, filter: "=shop.Order" },
  { view: "compare", capture, before: asCaptureId("f".repeat(32)), filter: "a&b" },
  { view: "cycles", capture },
  { view: "advisor", capture },
  { view: "advisor", capture, before: asCaptureId("f".repeat(32)) },
  { view: "notebook", capture },
  { view: "allocations", capture, by: "line" },
  { view: "allocations", capture, by: "traceback" },
  {
    view: "objects",
    capture,
    source: { kind: "neighbours", object: asObjectId(7), direction: "referrers", group: "3 out item a/b %" },
  },
  { view: "objects", capture, source: { kind: "site", by: "file", site: 12, type: null } },
  { view: "objects", capture, source: { kind: "site", by: "line", site: 12, type: asTypeId(3) } },
  { view: "threads", capture, stack: null },
  { view: "threads", capture, stack: { of: "task", number: 18_984 } },
  { view: "compare", capture, before: asCaptureId("f".repeat(32)) },
  { view: "series", capture, earlier: [asCaptureId("f".repeat(32)), asCaptureId("e".repeat(32))] },
  { view: "why", capture, object, ignore: [] },
  { view: "why", capture, object, ignore: [object, asObjectId(0)] },
  ...SOURCES.map((source): Route => ({ view: "objects", capture, source })),
  { view: "held", capture, source: { kind: "kept", object } },
];

describe("a route", () => {
  it.each(ROUTES)("comes back from its address: %j", (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it.each(["", "#", "#/", "#/nonsense", "#/types", "#/../etc", "#/%E0%A4%A/types"])(
    "that names no dump leads to the start screen: %s",
    (hash) => expect(parseRoute(hash)).toEqual({ view: "start" }),
  );

  it.each([
    "",
    "/object/x",
    "/object/-1",
    "/graph/x",
    "/object/99999999999",
    "/objects/nothing/1",
    "/why",
    "/wat/1",
    "/compare",
    "/compare/x",
    "/objects/new/1",
    "/objects/set/x",
    "/objects/union/1",
    "/objects/attribute/1",
  ])("that is damaged behind the dump leads to its overview: %s", (rest) =>
    expect(parseRoute(`#/${capture}${rest}`)).toEqual({ view: "overview", capture }),
  );

  it("shows a damaged escape as it stands", () => {
    expect(parseRoute(`#/${capture}/objects/text/%E0%A4%A`)).toMatchObject({
      source: { kind: "text", text: "%E0%A4%A" },
    });
  });
});
