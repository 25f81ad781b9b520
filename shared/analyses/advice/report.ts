import type { Advice, AdviceEarlier, Suspect } from "../../types/advice.ts";
import { formatBytes } from "../../types/format.ts";
import type { Meta } from "../../types/heap.ts";
import type { SentencePart } from "../../types/rows.ts";
import { shown, visible } from "../../types/visible-text.ts";

/** Longest text of one piece: a name from a dump can be as long as it likes. */
const LONGEST = 400;

/**
 * The advice as a document to hand on. It says what the dump says and nothing more: what was hidden when the dump was
 * taken is hidden here. Names are text; nothing in them becomes markup.
 */
export function adviceReport(advice: Advice, meta: Meta, format: "markdown" | "html"): string {
  return format === "html" ? html(advice, meta) : markdown(advice, meta);
}

function facts({ earlier }: Advice, { label, createdAt, python, process, capture }: Meta): string[] {
  const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
  return [
    text(process.program) ?? text(process.argv0),
    label,
    text(python.version) === null ? null : `Python ${String(python.version).split(" ")[0]}`,
    createdAt === null ? null : `taken ${moment(createdAt)}`,
    text(capture.privacy) === null ? null : `privacy of the dump: ${String(capture.privacy)}`,
    earlier === null ? null : comparedWith(earlier),
  ]
    .filter((fact) => fact !== null)
    .map((fact) => shown(fact, LONGEST));
}

/** `2026-11-22T22:37:37.044879+00:00` -> `2026-11-22 22:37:37 UTC`; a text that is no time stays as it is. */
function moment(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Which earlier dump was looked at too: its label, and when it was taken. */
function comparedWith({ label, createdAt, sameProcess }: AdviceEarlier): string {
  const what = `looked at with an earlier dump of ${sameProcess ? "the same process" : "another process"}`;
  return [what, label, createdAt === null ? null : `taken ${moment(createdAt)}`]
    .filter((part) => part !== null)
    .join(", ");
}

/** The answer to "what is wrong with this heap?". */
export function verdict({ suspects }: Advice): readonly SentencePart[] {
  const [first] = suspects;
  if (first === undefined) return [{ text: "Nothing suspicious was found in this heap", code: false }];
  if (first.confidence === "possible")
    return [{ text: "Nothing is clearly wrong with this heap; some things are worth a look", code: false }];
  return first.parts;
}

const WORDS = {
  title: "What is wrong with this heap?",
  why: "Why it matters",
  fix: "How to fix it",
  caveat: "What could make this wrong",
  seen: "Seen in the dump",
  usedBy: "Used by",
  unknowns: "What this dump can't tell",
  next: "Measure next",
  none: "Nothing suspicious was found.",
};

function markdown(advice: Advice, meta: Meta): string {
  const lines = [`# ${WORDS.title}`, "", `**${mdSentence(verdict(advice))}.**`, ""];
  const known = facts(advice, meta);
  if (known.length > 0) lines.push(known.map(mdText).join(" · "), "");
  for (const [i, suspect] of advice.suspects.entries()) {
    lines.push(`## ${i + 1}. ${mdSentence(suspect.parts)}`, "", `*${headOf(suspect)}*`, "");
    lines.push(`**${WORDS.why}.** ${mdText(suspect.text)}`, "");
    if (suspect.usedBy.length > 0)
      lines.push(
        `**${WORDS.usedBy}** ${suspect.usedBy
          .slice(0, 8)
          .map((by) => mdCode(`${by.function} ${by.file}:${by.line}`))
          .join(", ")}`,
        "",
      );
    lines.push(`**${WORDS.seen}:**`, "");
    for (const { text, id, label } of suspect.evidence)
      lines.push(
        `- ${mdText(text)}${label === null ? "" : `: ${mdCode(label)}`}${id === null ? "" : ` (object ${id})`}`,
      );
    lines.push("", `**${WORDS.fix}.** ${mdText(suspect.fix)}`, "");
    if (suspect.snippet !== null) lines.push("```python", fenced(suspect.snippet), "```", "");
    lines.push(`**${WORDS.caveat}.** ${mdText(suspect.caveat)}`, "");
  }
  lines.push(`## ${WORDS.unknowns}`, "");
  for (const { text, measure } of advice.unknowns) lines.push(`- ${mdText(text)} *${WORDS.next}:* ${mdText(measure)}`);
  return `${lines.join("\n")}\n`;
}

const headOf = ({ bytes, confidence, kind }: Suspect): string => `${formatBytes(bytes)} · ${confidence} · ${kind}`;

const mdText = (text: string): string => shown(text, 2000).replace(/[\\`*_<>[\]|#]/g, "\\$&");
const mdSentence = (parts: readonly SentencePart[]): string =>
  parts.map(({ text, code }) => (code ? mdCode(text) : mdText(text))).join("");
/** Each line on its own, so that line breaks stay and nothing else gets through; no fence inside the fence. */
const fenced = (text: string): string =>
  text
    .split("\n")
    .map((line) => shown(line, LONGEST).replaceAll("```", "` ` `"))
    .join("\n");

/** Code spans end at a run of backticks as long as their own. */
function mdCode(text: string): string {
  const safe = shown(text, LONGEST).replaceAll("|", "\\|");
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = safe.startsWith("`") || safe.endsWith("`") ? " " : "";
  return `${fence}${space}${safe}${space}${fence}`;
}

/** One file without scripts, and with a policy that lets none in: names in a dump are hostile. */
function html(advice: Advice, meta: Meta): string {
  const cards = advice.suspects.map((suspect) => card(suspect)).join("\n");
  const known = facts(advice, meta);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${WORDS.title}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${htmlSentence(verdict(advice))}</h1>
<p>${known.map(escaped).join(" · ")}</p></header>
<main>
${advice.suspects.length === 0 ? `<p>${WORDS.none}</p>` : `<ol>\n${cards}\n</ol>`}
<section><h2>${WORDS.unknowns}</h2>
<ul>
${advice.unknowns.map(({ text, measure }) => `<li>${escaped(text)} <span>${WORDS.next}: ${escaped(measure)}</span></li>`).join("\n")}
</ul></section>
</main>
</body>
</html>
`;
}

function card(suspect: Suspect): string {
  const { parts, text, usedBy, evidence, fix, snippet, caveat } = suspect;
  const used = usedBy
    .slice(0, 8)
    .map((by) => `<code>${escaped(`${by.function} ${by.file}:${by.line}`)}</code>`)
    .join(", ");
  const seen = evidence
    .map(
      ({ text: each, id, label }) =>
        `<li>${ownText(each)}${label === null ? "" : `: <code>${escaped(label)}</code>`}${id === null ? "" : ` <small>object ${id}</small>`}</li>`,
    )
    .join("");
  return `<li class="${suspect.confidence}"><h2>${htmlSentence(parts)}</h2>
<p>${ownText(headOf(suspect))}${used === "" ? "" : ` · ${WORDS.usedBy.toLowerCase()} ${used}`}</p>
<h3>${WORDS.why}</h3><p>${ownText(text)}</p>
<h3>${WORDS.fix}</h3><p>${ownText(fix)}</p>${snippet === null ? "" : `<pre tabindex="0">${snippet.split("\n").map(escaped).join("\n")}</pre>`}
<h3>${WORDS.seen}</h3><ul>${seen}</ul>
<h3>${WORDS.caveat}</h3><p>${ownText(caveat)}</p></li>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string): string => visible(text.slice(0, 2000)).replace(/[&<>"']/g, (c) => ENTITIES[c] ?? "");
/** Words around names, in which no line breaks between a number and its unit. */
const ownText = (text: string): string => escaped(text).replace(/(\d) (%|[KMGT]iB|B)(?![\w%])/g, "$1&nbsp;$2");
const htmlSentence = (parts: readonly SentencePart[]): string =>
  parts.map(({ text, code }) => (code ? `<code>${escaped(shown(text, LONGEST))}</code>` : ownText(text))).join("");

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 860px; margin: 0 auto; padding: 24px 18px 48px; }
h1 { font-size: 22px; line-height: 1.35; }
h2 { font-size: 16px; line-height: 1.4; margin: 0 0 4px; overflow-wrap: anywhere; }
h3 { font-size: 13px; margin: 12px 0 0; color: light-dark(#5c6370, #a3abb6); }
h1, p, li { overflow-wrap: anywhere; }
p { margin: 2px 0; }
ol { padding: 0; list-style: none; }
ol > li { margin: 16px 0; padding: 14px 16px; border: 1px solid light-dark(#d5d7da, #3a4049); border-radius: 8px; }
ol > li.certain { border-left: 5px solid light-dark(#a8321a, #f0907a); }
ol > li.likely { border-left: 5px solid light-dark(#8a4b00, #e8b866); }
ol > li.possible { border-left: 5px solid light-dark(#8f97a3, #79818d); }
code, pre { font-family: ui-monospace, monospace; font-size: 0.92em; }
pre { padding: 8px 10px; background: light-dark(#f3f3f1, #1c1f23); border-radius: 6px; overflow-x: auto; overflow-wrap: normal; }
ul { margin: 2px 0; padding-inline-start: 20px; list-style: disc; }
section li span { display: block; color: light-dark(#5c6370, #a3abb6); }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; }
  ol > li { border-color: #bbb; }
  h1, h2, h3 { break-after: avoid; }
  pre, ul > li { break-inside: avoid; }
  pre { white-space: pre-wrap; }
}
`;
