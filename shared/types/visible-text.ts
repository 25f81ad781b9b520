/**
 * Text from a dump is hostile: it may hold line breaks, terminal codes, invisible marks, marks that reverse the order
 * of everything after them, and a hundred thousand characters. These functions make it safe to look at; the browser
 * makes it safe to show, because it is only ever set as text.
 */

/** Longest text that is put on screen at once; the rest is cut from the middle. */
export const SHOWN = 240;
/** Longest text on hover. */
const HOVER = 2000;

// Controls, format characters (zero-width, bidi, tags, soft hyphen), line separators, lone surrogates; and the fillers
// that are letters by category but have no shape.
const INVISIBLE = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Each character that can't be seen is written as Python writes it: `\n` for a line break, `\u202e` for a bidi mark. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const digits = (character.codePointAt(0) ?? 0).toString(16);
    if (digits.length <= 2) return SHORT[character] ?? `\\x${digits.padStart(2, "0")}`;
    return digits.length <= 4 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
  });
}

/** `cutMiddle("abcdefgh", 5)` -> `"ab…gh"`. Never longer than `longest`; never splits a surrogate pair. */
export function cutMiddle(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const kept = Math.max(0, longest - 1);
  let head = Math.ceil(kept / 2);
  let tail = text.length - (kept - head);
  if (isLow(text.charCodeAt(head))) head--;
  if (isLow(text.charCodeAt(tail))) tail++;
  return `${text.slice(0, head)}…${text.slice(tail)}`;
}

const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** What a label shows: bounded first, so that a huge text costs nothing, then made visible. */
export const shown = (text: string, longest = SHOWN): string => visible(cutMiddle(text, longest));

/** What hovering a label shows. */
export const onHover = (text: string): string => visible(cutMiddle(text, HOVER));

/**
 * Where a label may be shortened when its column is narrow: the head gives way, the tail stays. Of a dotted name the
 * last part stays, since it says most.
 */
export function headAndTail(text: string, longestTail = 28): { head: string; tail: string } {
  const dot = text.lastIndexOf(".");
  const identifier = dot > 0 && /^\.[\w<>]+$/.test(text.slice(dot));
  if (text.length <= 20 && !identifier) return { head: text, tail: "" };
  const wanted = identifier && text.length - dot <= longestTail ? text.length - dot : 8;
  const at = text.length - wanted;
  const split = isLow(text.charCodeAt(at)) ? at - 1 : at;
  return { head: text.slice(0, split), tail: text.slice(split) };
}
