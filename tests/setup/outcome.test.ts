import { expect, it } from "vitest";
import { fromUnittest, fromVitest, judged, sum, totalLine } from "./outcome.ts";

const report = (...tests: [name: string, status: string][]) => ({
  testResults: [
    {
      name: "a.test.ts",
      status: tests.some(([, status]) => status === "failed") ? "failed" : "passed",
      assertionResults: tests.map(([fullName, status]) => ({ fullName, status })),
    },
  ],
});

it("counts Vitest's tests and names those that did not pass", () => {
  expect(fromVitest(report(["one", "passed"], ["two", "failed"], ["three", "pending"], ["four", "todo"]))).toEqual({
    passed: 1,
    failed: ["two"],
    skipped: ["three", "four"],
  });
});

it("counts a file that could not be imported as a failure", () => {
  const outcome = fromVitest({ testResults: [{ name: "broken.test.ts", status: "failed", assertionResults: [] }] });
  expect(outcome.failed).toEqual(["broken.test.ts"]);
});

it("counts unittest's tests", () => {
  expect(fromUnittest({ a: "passed", b: "skipped", c: "failed" })).toEqual({
    passed: 1,
    failed: ["c"],
    skipped: ["b"],
  });
});

it.each([
  ["a crash", judged("unit", null, null)],
  ["an error outside of the tests", judged("unit", 1, { passed: 3, failed: [], skipped: [] })],
  ["a part without a test", judged("unit", 0, { passed: 0, failed: [], skipped: [] })],
  ["a part that skipped everything", judged("unit", 0, { passed: 0, failed: [], skipped: ["a"] })],
])("counts %s as a failure", (_, outcome) => {
  expect(outcome.failed).toHaveLength(1);
});

it("ends with the total of all parts", () => {
  const all = sum([fromVitest(report(["one", "passed"], ["two", "failed"])), fromUnittest({ b: "skipped" })]);
  expect(totalLine(all)).toBe("total: 1 passed, 1 failed, 1 skipped");
});
