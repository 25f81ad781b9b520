import { expect, it } from "vitest";
import { code, plain, sentence } from "../../renderer/components/sentence.ts";
import { messages, rootName } from "../../renderer/messages.ts";

it("joins words and keeps Python text apart", () => {
  expect(sentence`${"2 objects"} of type ${code("dict")} use ${"1 KiB"}`).toEqual([
    { text: "2 objects of type ", code: false },
    { text: "dict", code: true },
    { text: " use 1 KiB", code: false },
  ]);
});

it("explains a reference count without accusing anyone", () => {
  const say = messages.object.references_;
  expect(say({ refcount: 5, explainedReferences: 3 })).toBe("3 of 5 references found, 2 from outside the graph");
  expect(say({ refcount: 3, explainedReferences: 3 })).toBe("3 of 3 references found");
  expect(say({ refcount: 1, explainedReferences: 1 })).toBe("1 of 1 reference found");
  expect(say({ refcount: 2, explainedReferences: 3 })).toBe("3 found, though the count says 2");
  expect(say({ refcount: null, explainedReferences: 3 })).toBe("this Python's count can't be trusted");
});

it("names starting points", () => {
  expect(plain(rootName({ kind: "module", name: "app", place: null }))).toBe("module app");
  expect(plain(rootName({ kind: "thread", name: "Main", place: "handle app.py:41" }))).toBe(
    "thread Main, handle app.py:41",
  );
  expect(plain(rootName({ kind: "c_held", name: "", place: null }))).toBe("held from outside Python");
});
