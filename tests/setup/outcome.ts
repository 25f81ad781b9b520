/** What became of one part of the test run. Skipped tests are named, so that nobody takes silence for success. */
export interface Outcome {
  readonly passed: number;
  /** Names; also of what failed outside of any test. */
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
}

/** The part of Vitest's JSON report that is read here. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** A file that can't even be imported has no tests to fail, so it counts as one failure itself. */
export function fromVitest(report: VitestReport): Outcome {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const named = (wanted: (status: string) => boolean) =>
    tests.filter(({ status }) => wanted(status)).map(({ fullName }) => fullName.trim());
  const broken = report.testResults
    .filter((file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"))
    .map((file) => file.name);
  return {
    passed: tests.filter(({ status }) => status === "passed").length,
    failed: [...named((status) => status === "failed"), ...broken],
    skipped: named((status) => status !== "passed" && status !== "failed"),
  };
}

/** One word per test, as `run_unittest.py` writes them. */
export function fromUnittest(words: Readonly<Record<string, string>>): Outcome {
  const named = (wanted: string) => Object.keys(words).filter((test) => words[test] === wanted);
  return { passed: named("passed").length, failed: named("failed"), skipped: named("skipped") };
}

/** A static check is one test. */
export const fromCheck = (name: string, ok: boolean): Outcome => ({
  passed: ok ? 1 : 0,
  failed: ok ? [] : [name],
  skipped: [],
});

export const sum = (outcomes: readonly Outcome[]): Outcome => ({
  passed: outcomes.reduce((total, { passed }) => total + passed, 0),
  failed: outcomes.flatMap(({ failed }) => failed),
  skipped: outcomes.flatMap(({ skipped }) => skipped),
});

/** Distrusts a part that says less than its exit code: a crash, an error outside of the tests, or no test at all. */
export function judged(part: string, exitCode: number | null, outcome: Outcome | null): Outcome {
  if (!outcome) return { passed: 0, failed: [`${part}: crashed before it could report`], skipped: [] };
  if (outcome.failed.length > 0) return outcome;
  if (exitCode !== 0) return { ...outcome, failed: [`${part}: an error outside of the tests (above)`] };
  if (outcome.passed === 0) return { ...outcome, failed: [`${part}: no test ran`] };
  return outcome;
}

/** The last line of `npm test`; continuous integration reads it. */
export const totalLine = ({ passed, failed, skipped }: Outcome): string =>
  `total: ${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;
