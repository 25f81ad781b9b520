import { assertNever } from "../types/failure.ts";
import type { TypeRow } from "../types/rows.ts";
import { type NumberField, type Sign, type TypeCondition, typeConditions } from "../types/type-conditions.ts";

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

const NUMBERS: Readonly<Record<NumberField, (row: TypeRow) => number | null>> = {
  count: (row) => row.count,
  size: (row) => row.shallowBytes,
  average: (row) => row.shallowBytes / row.count,
  keeps: (row) => row.retainedBytes,
};

/**
 * What somebody types above the list of types: words that the name contains, and `count>1000`, `size>=64KB`,
 * `average>1k`, `keeps<10MB`, `module:shop`, `name:Request`, `=shop.http.Request`, `is:mine`, `is:library`. All of them must hold.
 */
export function typeFilter(text: string): TypeFilter {
  const conditions = typeConditions(text);
  const tests = conditions.map((condition) => testOf(condition));
  return {
    usesOwnership: conditions.some(({ kind }) => kind === "is"),
    matches: (row, isMine) => tests.every((test) => test(row, isMine)),
  };
}

function testOf(condition: TypeCondition): Test {
  switch (condition.kind) {
    case "range":
      return rangeTest(NUMBERS[condition.field], condition.sign, condition.bound);
    case "module":
      return (row) => isInModule(row.module.toLowerCase(), condition.text);
    case "name":
      return (row) => row.type.toLowerCase().includes(condition.text);
    case "is":
      return (_, isMine) => isMine() === condition.mine;
    case "part": {
      const isLike = nameTest(condition.text);
      return (row) => isLike(row.type);
    }
    default:
      return assertNever(condition);
  }
}

/** The module itself or one below it: `shop` has `shop.sessions` too, but not `shopping`. */
const isInModule = (module: string, wanted: string): boolean =>
  module === wanted || module.startsWith(`${wanted}.`) || wanted === "";

const rangeTest =
  (number: (row: TypeRow) => number | null, sign: Sign, bound: number): Test =>
  (row) => {
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
