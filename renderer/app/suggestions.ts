import type { NameRow, ObjectRow, TypeRow } from "../../shared/session/contract.ts";
import { describe } from "../../shared/types/failure.ts";
import type { CaptureId } from "../../shared/types/ids.ts";
import type { Route } from "../../shared/types/route.ts";
import type { Sentence } from "../components/sentence.ts";
import { shown } from "../components/visible-text.ts";
import { messages } from "../messages.ts";
import type { Finding, Wanted } from "../state/find.svelte.ts";
import type { Command } from "./commands.ts";
import type { ScreenLink } from "./screens.ts";

/** One row of the palette: a sentence, or a name from the dump with what it is. */
export interface Suggestion {
  readonly key: string;
  readonly says?: Sentence | string | undefined;
  readonly name?: string | undefined;
  readonly detail?: string | undefined;
  /** `detail` is a name from the dump too. */
  readonly detailLead?: string | undefined;
  readonly count?: number | null | undefined;
  /** Where it leads, or what it does, or what it makes of the typed text. */
  readonly route?: Route | undefined;
  readonly run?: (() => void) | undefined;
  readonly typed?: string | undefined;
}

export interface SuggestionGroup {
  readonly title: string;
  readonly rows: readonly Suggestion[];
  /** How far the search is; null where it is done. */
  readonly searching?: { readonly fraction: number; readonly found: number } | null;
  readonly failure?: string | undefined;
}

interface Given {
  readonly wanted: Wanted;
  readonly capture: CaptureId | null;
  readonly finding: Finding;
  readonly screens: readonly ScreenLink[];
  readonly commands: readonly Command[];
  readonly recent: readonly Suggestion[];
}

const say = messages.find;

/** What the palette offers, group by group; groups without rows are left out. */
export function suggestionsFor({ wanted, capture, finding, screens, commands, recent }: Given): SuggestionGroup[] {
  const words = wanted.text.toLowerCase().split(/\s+/);
  /** Each typed word begins a word of the title, or one that people use for it. */
  const fits = (title: string, also = "") => {
    const known = ` ${title} ${also}`.toLowerCase();
    return words.every((word) => known.includes(` ${word}`) || (wanted.kind === "command" && known.includes(word)));
  };
  const goTo = {
    title: say.groups.screens,
    rows: screens
      .filter(({ title }) => fits(title))
      .map(({ title, hint, route, count }) => ({ key: title, says: title, detail: hint, route, count })),
  };
  const doing = {
    title: say.groups.commands,
    rows: commands
      .filter(({ title, also }) => fits(title, also))
      .map(({ title, run }) => ({ key: title, says: title, run })),
  };
  const groups = (): SuggestionGroup[] => {
    if (wanted.kind === "nothing") return [{ title: say.groups.recent, rows: recent }, goTo, doing];
    if (wanted.kind === "command" || capture === null) return [goTo, doing];
    if (wanted.kind === "address") {
      const route: Route = { view: "objects", capture, source: { kind: "address", address: wanted.text } };
      return [
        { title: say.groups.address, rows: [{ key: "at", says: say.address(wanted.text), route }] },
        texts(wanted, capture, finding),
      ];
    }
    if (wanted.kind === "pattern") return [texts(wanted, capture, finding)];
    // A screen or a command is meant by its own words, and there are few.
    return [goTo, doing, types(wanted, capture, finding), names(capture, finding), texts(wanted, capture, finding)];
  };
  return groups().filter(({ rows }) => rows.length > 0);
}

function types({ text }: Wanted, capture: CaptureId, { types: asked }: Finding): SuggestionGroup {
  const { total, rows } = asked.value ?? { total: null, rows: [] as readonly TypeRow[] };
  const all: Suggestion = {
    key: "types",
    says: say.types(text, total),
    route: { view: "types", capture, filter: text },
  };
  return {
    title: say.groups.types,
    rows:
      total === 0
        ? []
        : [
            all,
            ...rows.map((row) => ({
              key: `type-${row.typeId}`,
              name: row.type,
              count: row.count,
              route: { view: "objects", capture, source: { kind: "type", type: row.typeId } } as const,
            })),
          ],
  };
}

const names = (capture: CaptureId, { names: asked }: Finding): SuggestionGroup => ({
  title: say.groups.names,
  rows: (asked.value?.rows ?? []).map((row) => ({
    key: `name-${row.kind} ${row.owner} ${row.name}`,
    name: row.name,
    detail: row.owner,
    detailLead: row.kind === "variable" ? say.inModule : say.attributeOf,
    count: row.kind === "variable" ? null : row.count,
    route: routeOfName(capture, row),
  })),
});

function routeOfName(capture: CaptureId, { object, typeId, name }: NameRow): Route {
  if (object !== null) return { view: "object", capture, object };
  if (typeId === null) return { view: "overview", capture };
  return { view: "objects", capture, source: { kind: "attribute", type: typeId, name } };
}

function texts({ kind, text }: Wanted, capture: CaptureId, finding: Finding): SuggestionGroup {
  const pattern = kind === "pattern";
  const source = pattern ? ({ kind: "pattern", pattern: text } as const) : ({ kind: "text", text } as const);
  const finds = finding.texts.value ?? finding.progress;
  const all: Suggestion = {
    key: "text",
    says: pattern ? say.matching(text) : say.objects(text),
    count: finding.texts.value?.found ?? null,
    route: { view: "objects", capture, source },
  };
  const object = (row: ObjectRow): Suggestion => ({
    key: `object-${row.id}`,
    name: row.label,
    detail: row.type,
    route: { view: "object", capture, object: row.id },
  });
  const asPattern: Suggestion = { key: "pattern", says: say.asPattern(text), typed: `/${text}/` };
  const { failure } = finding.texts;
  return {
    title: say.groups.texts,
    rows: [
      all,
      ...(finds?.rows ?? []).map(object),
      ...(pattern || !/[\\^$.*+?()[\]{}|]/.test(text) ? [] : [asPattern]),
    ],
    searching: finding.texts.loading && finds !== null ? { fraction: finds.fraction, found: finds.found } : null,
    failure: failure === null || failure.code === "cancelled" ? undefined : shown(describe(failure), 300),
  };
}
