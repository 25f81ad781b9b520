import { expect, it } from "vitest";
import { cutMiddle, headAndTail, onHover, SHOWN, shown, visible } from "../../renderer/components/visible-text.ts";

it.each([
  ["a\nb\tc", "a\\nb\\tc"],
  ["\x00\x1b[31m\x7f\x9b", "\\x00\\x1b[31m\\x7f\\x9b"],
  ["exe.\u202egpj", "exe.\\u202egpj"],
  ["\u2066x\u2069\u200b\ufeff\u2028", "\\u2066x\\u2069\\u200b\\ufeff\\u2028"],
  ["\u{e0041}", "\\U000e0041"],
  ["\ud800 alone", "\\ud800 alone"],
  ["مرحبا, 你好, 😀, naïve", "مرحبا, 你好, 😀, naïve"],
])("makes every character of %j visible", (text, expected) => {
  expect(visible(text)).toBe(expected);
});

it("cuts the middle and keeps both ends", () => {
  expect(cutMiddle("abcdefgh", 5)).toBe("ab…gh");
  expect(cutMiddle("abc", 3)).toBe("abc");
});

it("never splits a surrogate pair, never gets longer than allowed", () => {
  const text = "😀".repeat(50);
  for (let longest = 1; longest <= 100; longest++) {
    const cut = cutMiddle(text, longest);
    expect(cut.length).toBeLessThanOrEqual(longest);
    expect(cut).not.toMatch(/\p{Cs}/u);
  }
});

it("bounds what is shown and what is on hover, whatever the dump holds", () => {
  const huge = "\x00".repeat(100_000);
  expect(shown(huge).length).toBeLessThanOrEqual(4 * SHOWN);
  expect(onHover(huge).length).toBeLessThanOrEqual(8000);
});

it("keeps the last part of a dotted name in view", () => {
  expect(headAndTail("shop.sessions.storage.Session")).toEqual({ head: "shop.sessions.storage", tail: ".Session" });
  expect(headAndTail("short")).toEqual({ head: "short", tail: "" });
  const { head, tail } = headAndTail("x".repeat(100));
  expect(head + tail).toBe("x".repeat(100));
  expect(tail).toHaveLength(8);
});
