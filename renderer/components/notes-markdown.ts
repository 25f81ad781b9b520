import type { NoteRow, SetRow } from "../../shared/session/contract.ts";
import { plural } from "./format.ts";
import { inCode, markdownText } from "./markdown.ts";

/** The notes and object sets of a dump, for an issue or a chat. What a person wrote stays as written; names of the dump are text. */
export function notesMarkdown(dump: string, notes: readonly NoteRow[], sets: readonly SetRow[]): string {
  const each = notes.map(
    ({ label, type, address, text }) =>
      `- ${inCode(label)} (${inCode(type)} at ${inCode(address)})\n\n  ${text.replaceAll("\n", "\n  ")}\n`,
  );
  const kept = sets.map(({ name, objects, note }) => {
    const about = note === "" ? "" : `\n\n  ${note.replaceAll("\n", "\n  ")}`;
    return `- **${markdownText(name)}**: ${plural(objects, "object")}${about}\n`;
  });
  const part = (title: string, entries: readonly string[]) =>
    entries.length === 0 ? [] : [`## ${title} ${markdownText(dump)}\n\n${entries.join("\n")}`];
  return [...part("Notes on", each), ...part("Object sets of", kept)].join("\n");
}
