import type { ObjectDetail, WhyAlive } from "../../shared/session/contract.ts";
import { messages } from "../messages.ts";
import { foldSteps } from "./fold.ts";
import { formatBytes } from "./format.ts";
import { inCode, markdownText } from "./markdown.ts";
import { plain } from "./sentence.ts";
import { shown } from "./visible-text.ts";

/** The answer as Markdown for an issue or a chat: the sentence, the chain, the other ways. */
export function whyMarkdown(why: WhyAlive, detail: ObjectDetail | null): string {
  const lines = [`**${markdownText(shown(plain(why.parts), 1000))}**`];
  if (detail !== null) lines.push("", `${inCode(detail.label)}, ${inCode(detail.type)}, ${inCode(detail.address)}`);
  const [first, ...others] = why.paths;
  if (first !== undefined) {
    lines.push(
      "",
      `| ${messages.why.how} | ${messages.columns.shallow} | ${messages.columns.retained} |`,
      "|---|--:|--:|",
    );
    for (const step of foldSteps(first.steps)) {
      const edge = step.edge === null ? "" : `${inCode(step.edge.trim())} `;
      lines.push(
        `| ${edge}${inCode(step.label)}${step.withVariables ? ` ${messages.why.withVariables}` : ""} | ${size(step.shallowBytes)} | ${size(step.retainedBytes)} |`,
      );
    }
  }
  if (others.length > 0)
    lines.push("", `${messages.why.others}:`, "", ...others.map((path) => `- ${inCode(path.text)}`));
  if (why.weak.length > 0) {
    lines.push("", `${messages.why.weak} (${messages.why.weakLead}):`, "");
    for (const row of why.weak) lines.push(`- ${inCode(row.edge.trim())} ${inCode(row.label)}`);
  }
  if (why.ignored.length > 0)
    lines.push("", `${messages.why.ignored}: ${why.ignored.map((row) => inCode(row.label)).join(", ")}`);
  return `${lines.join("\n")}\n`;
}

const size = (bytes: number | null): string => (bytes === null ? messages.notThere : formatBytes(bytes));
