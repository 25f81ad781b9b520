import type { SentencePart } from "./rows.ts";

/** A sentence in pieces, so that Python text can stand in its own face: ``sentence`${code("dict")} uses most` ``. */
export type Sentence = readonly SentencePart[];

/** Python text in a sentence. */
export const code = (text: string): SentencePart => ({ text, code: true });

type Piece = string | number | SentencePart | Sentence;

/** Joins words and pieces; neighbouring plain pieces become one. */
export function sentence(words: TemplateStringsArray, ...pieces: readonly Piece[]): Sentence {
  const parts: SentencePart[] = [];
  const add = (part: SentencePart) => {
    const last = parts.at(-1);
    if (part.text === "") return;
    if (last && !last.code && !part.code) parts[parts.length - 1] = { text: last.text + part.text, code: false };
    else parts.push(part);
  };
  words.forEach((word, index) => {
    add({ text: word, code: false });
    const piece = pieces[index];
    if (piece === undefined) return;
    if (typeof piece === "string" || typeof piece === "number") add({ text: String(piece), code: false });
    else if ("text" in piece) add(piece);
    else piece.forEach(add);
  });
  return parts;
}

/** The same sentence as plain text, for titles and for copying. */
export const plain = (parts: Sentence): string => parts.map((part) => part.text).join("");
