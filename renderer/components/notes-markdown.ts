import type { NoteRow } from "../../shared/session/contract.ts";
import { inCode, markdownText } from "./markdown.ts";

/** The notes of a dump, for an issue or a chat. What a person wrote stays as written; names of the dump are text. */
export function notesMarkdown(dump: string, notes: readonly NoteRow[]): string {
  const each = notes.map(
    ({ label, type, address, text }) =>
      `- ${inCode(label)} (${inCode(type)} at ${inCode(address)})\n\n  ${text.replaceAll("\n", "\n  ")}\n`,
  );
  return `## Notes on ${markdownText(dump)}\n\n${each.join("\n")}`;
}
