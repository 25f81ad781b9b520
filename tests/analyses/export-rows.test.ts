import { describe, expect, it } from "vitest";
import { type ExportedRow, exportedRows } from "../../shared/analyses/export-rows.ts";
import { asAddress, asObjectId, asTypeId } from "../../shared/types/ids.ts";

const row = (id: number, label: string, type = "str", note: string | null = null): ExportedRow => ({
  id: asObjectId(id),
  address: asAddress(4096 + id),
  type,
  typeId: asTypeId(1),
  label,
  shallowBytes: 50,
  retainedBytes: id % 2 === 0 ? 100 : null,
  releasedByRefcountBytes: null,
  children: null,
  note,
});
const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "\u202egpj.exe",
  "two\nlines\r\n",
  'quote " and , comma',
  "a | b `code` ``more`` [link](http://x)",
  "\x1b[31mred\x00",
  "x".repeat(100_000),
];

/** Reads RFC 4180 by its letter. */
function parseCsv(text: string): string[][] {
  return text
    .split("\r\n")
    .slice(0, -1)
    .map((line) =>
      Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g), (cell) =>
        (cell[1] ?? cell[2] ?? "").replaceAll('""', '"'),
      ),
    );
}

describe("exported rows", () => {
  it("are CSV with a head, sizes in bytes, and nothing where nothing is known", () => {
    const rows = [row(0, "'u-17'"), row(1, "dict, 3 entries", "dict", "seen\nin the log")];
    expect(parseCsv(exportedRows(rows, "csv", { offset: 0, total: 2 }))).toEqual([
      ["id", "address", "type", "object", "own size", "keeps alive", "frees at once", "note"],
      ["0", "0x1000", "str", "'u-17'", "50", "100", "", ""],
      ["1", "0x1001", "dict", "dict, 3 entries", "50", "", "", "seen\\nin the log"],
    ]);
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=cmd|'/C calc'!A0'", '=HYPERLINK("http://x")'])(
    "give a spreadsheet no formula: %j",
    (label) => {
      const cell = parseCsv(exportedRows([row(0, label, label)], "csv", { offset: 1, total: 2 }))[0];
      for (const text of [cell?.[2], cell?.[3]]) expect(text).toMatch(/^('|[^\s=+\-@])/);
    },
  );

  it.each(HOSTILE)("keep a hostile name in its cell of the CSV: %j", (label) => {
    const [line, ...more] = parseCsv(exportedRows([row(0, label)], "csv", { offset: 1, total: 2 }));
    expect([line?.length, more.length]).toEqual([8, 0]);
    expect(line?.[3]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("are one JSON document over all pages, with every name as it is", () => {
    const rows = HOSTILE.map((label, i) => row(i, label));
    const parts = [0, 3, 6].map((offset) =>
      exportedRows(rows.slice(offset, offset + 3), "json", { offset, total: rows.length }),
    );
    const text = parts.join("");
    expect((JSON.parse(text) as ExportedRow[]).map(({ label }) => label)).toEqual(HOSTILE);
    expect(text).not.toMatch(/[\p{Cf}]|[^\P{Cc}\n]/u);
    expect(JSON.parse(exportedRows([], "json", { offset: 0, total: 0 }))).toEqual([]);
  });

  it.each(HOSTILE)("are one line of a Markdown table each: %j", (label) => {
    const text = exportedRows([row(0, label)], "markdown", { offset: 1, total: 2 });
    expect(text.split("\n")).toHaveLength(2);
    expect(text.match(/(?<!\\)\|/g)).toHaveLength(9);
    // Outside of code spans there is nothing of the name.
    expect(text.replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, "code")).toBe("| 0 | code | code | code | 50 | 100 |  |  |\n");
  });
});
