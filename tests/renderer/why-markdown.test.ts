import { expect, it } from "vitest";
import { whyMarkdown } from "../../renderer/components/why-markdown.ts";
import { weakRow, why } from "./why-fixture.ts";

it("says the sentence, the chain with sizes, and what does not count", () => {
  const answer = why(
    [
      [
        [1, "module app"],
        [2, "dict, 3 entries", ".__dict__", "dict"],
        [9, "Session", "['_LAST']", "value"],
      ],
    ],
    [weakRow(20, "KeyedRef")],
  );
  expect(whyMarkdown(answer, null)).toBe(
    [
      "**This Session is alive**",
      "",
      "| How it is held | Own size | Keeps alive |",
      "|---|--:|--:|",
      "| `module app` | 64 B | 2.0 KiB |",
      "| `._LAST` `Session` | 64 B | 2.0 KiB |",
      "",
      "Weak references (they do not keep it alive):",
      "",
      "- `weak reference` `KeyedRef`",
      "",
    ].join("\n"),
  );
});

it("lets no name break out of its code span, its table or its line", () => {
  const text = whyMarkdown(why([[[1, "a`b``c | d\ne"]]]), null);
  expect(text).toContain("| ```a`b``c \\| d\\ne``` |");
  expect(text.split("\n").filter((line) => line.startsWith("|"))).toHaveLength(3);
});
