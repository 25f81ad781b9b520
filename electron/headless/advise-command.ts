import { cutMiddle } from "../../shared/types/visible-text.ts";
import type { Answer, Options } from "./answers.ts";
import type { OpenDump } from "./open-dumps.ts";
import { printable } from "./table.ts";

/** Characters of an object's label. */
const MOST_LABEL = 60;

/** What is suspicious, with evidence and how to fix it, as a list or as a document; of two dumps the last one. */
export async function runAdvise(dumps: readonly OpenDump[], { document }: Options): Promise<Answer> {
  const [{ client, snapshot }, earlier] = [...dumps].reverse() as [OpenDump, OpenDump?]; // sound: the command names a file
  const about = earlier === undefined ? { snapshot } : { snapshot, before: earlier.snapshot };
  if (document !== null) {
    const { text } = await client.adviceReport({ ...about, format: document });
    return { json: { format: document, text }, human: () => text.trimEnd() };
  }
  const advice = await client.advise(about);
  return {
    json: advice,
    human: () =>
      [
        ...(advice.earlier === null || advice.earlier.sameProcess
          ? []
          : ["The two dumps are of different processes: holders are matched by name.", ""]),
        ...(advice.suspects.length === 0 ? ["Nothing suspicious was found."] : []),
        ...advice.suspects.flatMap(({ title, confidence, text, usedBy, evidence, fix, snippet, caveat }, i) => [
          `${i + 1}. ${printable(title)} (${confidence})`,
          ...wrapped("why", text),
          ...usedBy.slice(0, 5).map((by) => `   used by ${printable(`${by.function} ${by.file}:${by.line}`)}`),
          ...evidence.map(
            (each) =>
              `   seen: ${printable(each.text)}${each.id === null ? "" : ` (${printable(cutMiddle(each.label ?? "", MOST_LABEL))}, id ${each.id})`}`,
          ),
          ...wrapped("fix", fix),
          ...(snippet === null ? [] : snippet.split("\n").map((line) => `      ${printable(line)}`)),
          ...wrapped("could be wrong", caveat),
          "",
        ]),
        "What this dump can't tell:",
        ...advice.unknowns.map(({ text, measure }) => `- ${printable(text)} ${printable(measure)}`),
      ].join("\n"),
  };
}

const wrapped = (name: string, text: string): string[] => [`   ${name}: ${printable(text)}`];
