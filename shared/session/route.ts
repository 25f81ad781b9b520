import { assertNever } from "../types/failure.ts";
import { asCaptureId, asObjectId, asSetId, asTypeId } from "../types/ids.ts";
import { type Route, type Source, TYPE_GROUPS } from "../types/route.ts";
import { SITE_GROUPINGS } from "../types/sites.ts";
import { STACK_KINDS, type StackRef } from "../types/stack-rows.ts";

/** `{view: "object", …}` -> `#/0f3a…/object/42`. The inverse of `parseRoute`. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case "start":
      return "#/";
    case "overview":
      return `#/${route.capture}/overview`;
    case "types":
      return `#/${route.capture}/types${route.group === undefined ? "" : `/${route.group}`}${query({ filter: route.filter })}`;
    case "held":
      return `#/${route.capture}/held/${formatSource(route.source)}`;
    case "objects":
      return `#/${route.capture}/objects/${formatSource(route.source)}${query({ filter: route.filter ?? "" })}`;
    case "holders":
      return `#/${route.capture}/holders${route.object === null ? "" : `/${route.object}`}`;
    case "cycles":
    case "notebook":
      return `#/${route.capture}/${route.view}`;
    case "advisor":
      return `#/${route.capture}/advisor${route.before === undefined ? "" : `/${route.before}`}`;
    case "threads":
      return `#/${route.capture}/threads${route.stack === null ? "" : `/${route.stack.of}/${route.stack.number}`}`;
    case "allocations":
      return `#/${route.capture}/allocations${route.by === "line" ? "" : `/${route.by}`}`;
    case "compare":
      return `#/${route.capture}/compare/${route.before}${query({ filter: route.filter ?? "" })}`;
    case "series":
      return `#/${route.capture}/compare/${route.earlier.join("/")}`;
    case "object":
      return `#/${route.capture}/object/${route.object}`;
    case "graph":
    case "why":
      return `#/${route.capture}/${route.view}/${route.object}${query({ ignore: (route.ignore ?? []).join(",") })}`;
    default:
      return assertNever(route);
  }
}

/** Unknown or damaged addresses lead to the nearest sensible screen: a stale link must never be an error page. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#?\/?/, "").split("?");
  const parameters = new URLSearchParams(search);
  const [id = "", view = "", ...rest] = path.split("/");
  if (!isCapture(id)) return { view: "start" };
  const capture = asCaptureId(id);
  const object = number(rest[0]);
  const typed = parameters.get("filter") ?? "";
  const filter = typed === "" ? {} : { filter: typed };
  if (view === "types") {
    const group = TYPE_GROUPS.find((each) => each === rest[0]);
    return { view, capture, filter: typed, ...(group === undefined ? {} : { group }) };
  }
  if (view === "objects" || view === "held") {
    const source = parseSource(rest);
    if (source !== null) return view === "held" ? { view, capture, source } : { view, capture, source, ...filter };
  }
  if (view === "cycles" || view === "notebook") return { view, capture };
  if (view === "advisor") return { view, capture, ...(isCapture(rest[0]) ? { before: asCaptureId(rest[0]) } : {}) };
  if (view === "holders") return { view, capture, object: object === null ? null : asObjectId(object) };
  if (view === "allocations") return { view, capture, by: SITE_GROUPINGS.find((by) => by === rest[0]) ?? "line" };
  if (view === "threads") return { view, capture, stack: parseStack(rest) };
  if (view === "compare" && rest.length > 1 && rest.length < 10 && rest.every(isCapture))
    return { view: "series", capture, earlier: rest.map(asCaptureId) };
  if (view === "compare" && isCapture(rest[0])) return { view, capture, before: asCaptureId(rest[0]), ...filter };
  if (view === "object" && object !== null) return { view, capture, object: asObjectId(object) };
  if ((view === "why" || view === "graph") && object !== null) {
    const ignore = (parameters.get("ignore") ?? "")
      .split(",")
      .map(number)
      .filter((value) => value !== null)
      .map(asObjectId);
    if (view === "why" || ignore.length > 0) return { view, capture, object: asObjectId(object), ignore };
    return { view, capture, object: asObjectId(object) };
  }
  return { view: "overview", capture };
}

function formatSource(source: Source): string {
  switch (source.kind) {
    case "all":
    case "held-outside":
    case "unreachable":
      return source.kind;
    case "type":
      return `type/${source.type}`;
    case "within":
      return `${source.by}/${source.from}/${source.to}${source.type === null ? "" : `/${source.type}`}`;
    case "types":
      return `types/${source.types.join(",")}`;
    case "dominated":
      return source.object === null ? "dominated" : `dominated/${source.object}`;
    case "kept":
    case "referents":
    case "referrers":
      return `${source.kind}/${source.object}`;
    case "neighbours":
      return `neighbours/${source.object}/${source.direction}/${encodeURIComponent(source.group)}`;
    case "text":
      return `text/${encodeURIComponent(source.text)}`;
    case "pattern":
      return `pattern/${encodeURIComponent(source.pattern)}`;
    case "attribute":
      return `attribute/${source.type}/${encodeURIComponent(source.name)}`;
    case "set":
      return `set/${source.set}`;
    case "combined":
      return `${source.how}/${source.first}/${source.second}`;
    case "address":
      return `address/${encodeURIComponent(source.address)}`;
    case "cycle":
    case "cycles-alike":
      return `${source.kind}/${source.cycle}`;
    case "site":
      return `site/${source.by}/${source.site}${source.type === null ? "" : `/${source.type}`}`;
    case "fate":
      return `${source.fate}/${source.other}`;
    default:
      return assertNever(source);
  }
}

function parseSource([kind = "", value = "", more = "", last = ""]: readonly string[]): Source | null {
  const id = number(value);
  const second = number(more);
  switch (kind) {
    case "all":
    case "held-outside":
    case "unreachable":
      return { kind };
    case "size":
    case "generation": {
      const [from, to, type] = [bound(value), bound(more), number(last)];
      if (from === null || to === null || (last !== "" && type === null)) return null;
      return { kind: "within", by: kind, type: type === null ? null : asTypeId(type), from, to };
    }
    case "types": {
      const types = value.split(",").map(number);
      return types.every((type) => type !== null) ? { kind, types: types.map(asTypeId) } : null;
    }
    case "type":
      return id === null ? null : { kind, type: asTypeId(id) };
    case "dominated":
      return { kind, object: id === null ? null : asObjectId(id) };
    case "kept":
    case "referents":
    case "referrers":
      return id === null ? null : { kind, object: asObjectId(id) };
    case "neighbours": {
      const direction = (["referents", "referrers"] as const).find((each) => each === more);
      if (id === null || direction === undefined || last === "") return null;
      return { kind, object: asObjectId(id), direction, group: decode(last) };
    }
    case "text":
      return { kind, text: decode(value) };
    case "pattern":
      return { kind, pattern: decode(value) };
    case "attribute":
      return id === null || more === "" ? null : { kind, type: asTypeId(id), name: decode(more) };
    case "set":
      return id === null ? null : { kind, set: asSetId(id) };
    case "union":
    case "intersection":
    case "difference":
      return id === null || second === null
        ? null
        : { kind: "combined", how: kind, first: asSetId(id), second: asSetId(second) };
    case "address":
      return { kind, address: decode(value) };
    case "cycle":
    case "cycles-alike":
      return id === null ? null : { kind, cycle: id };
    case "site": {
      const by = SITE_GROUPINGS.find((each) => each === value);
      const type = number(last);
      if (by === undefined || second === null || (last !== "" && type === null)) return null;
      return { kind, by, site: second, type: type === null ? null : asTypeId(type) };
    }
    case "new":
    case "gone":
    case "still-there":
      return isCapture(value) ? { kind: "fate", fate: kind, other: asCaptureId(value) } : null;
    default:
      return null;
  }
}

function parseStack([of, value]: readonly string[]): StackRef | null {
  const kind = STACK_KINDS.find((each) => each === of);
  const id = number(value);
  return kind === undefined || id === null ? null : { of: kind, number: id };
}

const isCapture = (text: string | undefined): text is string => text !== undefined && /^[0-9a-f]{32}$/.test(text);

const number = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null;

/** A number of bytes, or a generation; -1 for none. */
const bound = (text: string): number | null => (text === "-1" ? -1 : /^\d{1,15}$/.test(text) ? Number(text) : null);

function query(parameters: Record<string, string>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

/** A damaged escape is shown as it stands rather than thrown at the user. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
