import { shown, visible } from "./visible-text.ts";

/** Code spans end at a run of backticks as long as their own; a bar would end the table's cell even inside one. */
export function inCode(text: string): string {
  const safe = shown(text).replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = safe.startsWith("`") || safe.endsWith("`") ? " " : "";
  return `${fence}${space}${safe}${space}${fence}`;
}

/** Words that mean nothing in Markdown. */
export const markdownText = (text: string): string => visible(text).replace(/[\\`*_<>[\]|#]/g, "\\$&");
