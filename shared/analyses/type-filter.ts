import type { TypeRow } from "../types/rows.ts";

/** Which types a filter lets through; `usesOwnership` where that takes knowing whose code a module is. */
export interface TypeFilter {
  readonly usesOwnership: boolean;
  matches(row: TypeRow, isMine: () => boolean): boolean;
}

/** `dict` -> names that contain it, ignoring case; `=dict` -> this name and no other. */
export function nameTest(text: string): (name: string) => boolean {
  if (text.startsWith("=") && text.length > 1) {
    const exactly = text.slice(1);
    return (name) => name === exactly;
  }
  const part = text.toLowerCase();
  return (name) => name.toLowerCase().includes(part);
}

type Test = (row: TypeRow, isMine: () => boolean) => boolean;

const NUMBERS: Readonly<Record<string, (row: TypeRow) => number | null>> = {
  count: (row) => row.count,
  size: (row) => row.shallowBytes,
  average: (row) => row.shallowBytes / row.count,
  keeps: (row) => row.retainedBytes,
};

const RANGE = /^([a-z]+)(>=|<=|>|<|=)(\d{1,15}(?:\.\d{1,6})?)([kmgt]?)i?b?$/i;

/**
 * What somebody types above the list of types: words that the name contains, and `count>1000`, `size>=64KB`,
 * `average>1k`, `keeps<10MB`, `module:shop`, `name:Request`, `=shop.http.Request`, `is:mine`, `is:library`. All of them must hold. Units are
 * binary, as everywhere. What is no condition is a part of the name.
 */
export function typeFilter(text: string): TypeFilter {
  const tests: Test[] = [];
  let usesOwnership = false;
  for (const word of text.split(/\s+/)) {
    if (word === "") continue;
    const range = rangeIn(word);
    const [, field = "", value = ""] = /^(module|name|is):(.*)$/i.exec(word) ?? [];
    const wanted = value.toLowerCase();
    if (range !== null) tests.push(range);
    else if (/^module$/i.test(field)) tests.push((row) => isInModule(row.module.toLowerCase(), wanted));
    else if (/^name$/i.test(field)) tests.push((row) => row.type.toLowerCase().includes(wanted));
    else if (/^is$/i.test(field) && (wanted === "mine" || wanted === "library")) {
      usesOwnership = true;
      tests.push((_, isMine) => isMine() === (wanted === "mine"));
    } else {
      const isLike = nameTest(word);
      tests.push((row) => isLike(row.type));
    }
  }
  return { usesOwnership, matches: (row, isMine) => tests.every((test) => test(row, isMine)) };
}

/** The module itself or one below it: `shop` has `shop.sessions` too, but not `shopping`. */
const isInModule = (module: string, wanted: string): boolean =>
  module === wanted || module.startsWith(`${wanted}.`) || wanted === "";

function rangeIn(word: string): Test | null {
  const [, field = "", sign, digits, unit = ""] = RANGE.exec(word) ?? [];
  const number = Object.hasOwn(NUMBERS, field.toLowerCase()) ? NUMBERS[field.toLowerCase()] : undefined;
  if (number === undefined) return null;
  const bound = Number(digits) * 1024 ** " kmgt".indexOf(unit.toLowerCase() || " ");
  return (row) => {
    const value = number(row);
    if (value === null) return false; // not known yet
    switch (sign) {
      case ">":
        return value > bound;
      case ">=":
        return value >= bound;
      case "<":
        return value < bound;
      case "<=":
        return value <= bound;
      default:
        return value === bound;
    }
  };
}
