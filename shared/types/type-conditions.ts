/** What one word of the filter above the list of types asks for. */
export type TypeCondition =
  | { readonly kind: "range"; readonly field: NumberField; readonly sign: Sign; readonly bound: number }
  | { readonly kind: "module" | "name"; readonly text: string }
  | { readonly kind: "is"; readonly mine: boolean }
  | { readonly kind: "part"; readonly text: string };

export type NumberField = "count" | "size" | "average" | "keeps";
export type Sign = ">" | ">=" | "<" | "<=" | "=";

const NUMBER_FIELDS: readonly string[] = ["count", "size", "average", "keeps"] satisfies NumberField[];
const COMPARISON = /^([a-z]+)(>=|<=|>|<|=)(.*)$/i;
const AMOUNT = /^(\d{1,15}(?:\.\d{1,6})?)([kmgt]?)i?b?$/i;
const FIELD = /^([a-z]+):(.*)$/i;

/** The conditions of a filter, word by word. Units are binary, as everywhere. What is no condition is a part of the name. */
export const typeConditions = (filter: string): TypeCondition[] => words(filter).map((word) => conditionIn(word));

const words = (filter: string): string[] => filter.split(/\s+/).filter((word) => word !== "");

function conditionIn(word: string): TypeCondition {
  const [, compared = "", sign = "=", amount = ""] = COMPARISON.exec(word) ?? [];
  const [, digits = "", unit = ""] = AMOUNT.exec(amount) ?? [];
  const number = compared.toLowerCase();
  if (isNumberField(number) && digits !== "") {
    const bound = Number(digits) * 1024 ** " kmgt".indexOf(unit.toLowerCase() || " ");
    return { kind: "range", field: number, sign: sign as Sign, bound }; // sound: the expression has no others
  }
  const [, name = "", value = ""] = FIELD.exec(word) ?? [];
  const field = name.toLowerCase();
  const text = value.toLowerCase();
  if (field === "module" || field === "name") return { kind: field, text };
  if (field === "is" && (text === "mine" || text === "library")) return { kind: "is", mine: text === "mine" };
  return { kind: "part", text: word };
}

const isNumberField = (name: string): name is NumberField => NUMBER_FIELDS.includes(name);

/**
 * What to say of a filter that nothing passes: the first word that looks like a condition and is none, so that it was
 * looked for in names. Null where there is none.
 */
export function wrongCondition(filter: string): string | null {
  for (const word of words(filter)) {
    if (conditionIn(word).kind !== "part") continue;
    const [, name = "", value = ""] = COMPARISON.exec(word) ?? FIELD.exec(word) ?? [];
    if (name === "" || value === "") continue;
    if (isNumberField(name.toLowerCase()))
      return `${word} is no condition: count, size, average and keeps are compared with a number, such as count>1000 or size>64KB`;
    if (name.toLowerCase() === "is") return `${word} is no condition: there are is:mine and is:library`;
    return `${word} is no condition: there are count, size, average and keeps, as in count>1000, and module:, name: and is:`;
  }
  return null;
}
