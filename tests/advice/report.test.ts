import { describe, expect, it } from "vitest";
import { adviceReport } from "../../shared/analyses/advice/report.ts";
import type { Advice, Suspect } from "../../shared/types/advice.ts";
import type { Meta } from "../../shared/types/heap.ts";
import { asCaptureId, asObjectId } from "../../shared/types/ids.ts";

const HOSTILE = "</script><img src=x onerror=alert(1)>`code`**bold**\u202e\n# heading";

const META: Meta = {
  captureId: asCaptureId("0".repeat(32)),
  label: HOSTILE,
  createdAt: "2026-01-02T03:04:05Z",
  process: { program: "app.py" },
  python: { version: "3.12.1 (main)" },
  capture: { privacy: "names" },
  gc: {},
  memory: {},
  tracemalloc: {},
};

const SUSPECT: Suspect = {
  kind: "accumulation",
  title: `${HOSTILE} keeps 3.0 MiB alive`,
  parts: [
    { text: HOSTILE, code: true },
    { text: " keeps 3.0 MiB alive", code: false },
  ],
  text: "Why it matters here.",
  bytes: 3 * 1024 * 1024,
  grewBytes: null,
  confidence: "likely",
  ids: [asObjectId(7)],
  holder: HOSTILE,
  usedBy: [{ function: "remember", file: "/srv/app.py", line: 41 }],
  evidence: [{ text: "One of them", id: asObjectId(8), label: HOSTILE }],
  fix: "Bound it.",
  snippet: "x = deque(maxlen=9)\n``` <b>",
  caveat: "A table may look alike.",
};

const ADVICE: Advice = {
  earlier: null,
  suspects: [SUSPECT],
  unknowns: [{ text: "Whether it grows.", measure: "Take a second dump." }],
  liveBytes: 1e7,
};
const NOTHING: Advice = { ...ADVICE, suspects: [] };

describe("advice as a document", () => {
  it("is one HTML file that needs nothing else and runs nothing", () => {
    const text = adviceReport(ADVICE, META, "html");
    expect(text).toContain(`default-src 'none'; style-src 'unsafe-inline'`);
    expect(text).not.toMatch(/<script|<img|<link|https?:|<b> </i);
    expect(text).toContain("&lt;img ");
    expect(text).toContain("remember /srv/app.py:41");
    expect(text).toContain("Why it matters here.");
    expect(text).toContain("Take a second dump.");
  });

  it("shows names as text: no line break, no mark that turns the writing around", () => {
    for (const format of ["html", "markdown"] as const) {
      const text = adviceReport(ADVICE, META, format);
      expect(text).not.toContain("\u202e");
      expect(text).not.toMatch(/^# heading/m);
    }
  });

  it("is Markdown in which a name can't end its code span, nor a snippet its fence", () => {
    const lines = adviceReport(ADVICE, META, "markdown").split("\n");
    expect(lines.filter((line) => line.startsWith("```"))).toEqual(["```python", "```"]);
    expect(lines.find((line) => line.startsWith("## 1."))).toMatch(/``.*`code`.*`` keeps 3\.0 MiB alive$/);
  });

  it("keeps a number and its unit on one line, and says when the dump was taken", () => {
    const text = adviceReport(ADVICE, META, "html");
    expect(text).toContain(" keeps 3.0&nbsp;MiB alive");
    expect(text).toContain("taken 2026-01-02 03:04:05 UTC");
    expect(text).toContain("3.0&nbsp;MiB · likely · accumulation");
  });

  it("says at which privacy the dump was taken", () => {
    expect(adviceReport(ADVICE, META, "markdown")).toContain("privacy of the dump: names");
  });

  it("says that nothing was found where nothing was", () => {
    expect(adviceReport(NOTHING, META, "markdown")).toContain("Nothing suspicious was found in this heap");
    expect(adviceReport(NOTHING, META, "html")).toContain("Nothing suspicious was found");
  });
});
