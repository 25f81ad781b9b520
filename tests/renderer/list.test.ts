import { expect, it, vi } from "vitest";
import { ListState } from "../../renderer/state/list.svelte.ts";
import { HeapError } from "../../shared/types/failure.ts";

interface Asked {
  readonly text: string;
  readonly offset: number;
  readonly by: string;
  readonly signal: AbortSignal;
  answer(total: number): void;
  fail(): void;
}

/** A list whose answers come when the test says so. Each row is `filter:number`. */
function listOf() {
  const asked: Asked[] = [];
  const list = new ListState<string, "size" | "name">(
    ({ filter: { text }, sort, offset, limit }, { signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(new HeapError({ code: "cancelled" })));
        asked.push({
          ...{ text, offset, by: `${sort.by} ${sort.descending ? "down" : "up"}`, signal },
          answer(total) {
            const count = Math.max(0, Math.min(limit, total - offset));
            resolve({ total, rows: Array.from({ length: count }, (_, at) => `${text}:${offset + at}`) });
          },
          fail: () => reject(new HeapError({ code: "connection-lost" })),
        });
      }),
    { by: "size", descending: true },
  );
  const last = (): Asked => {
    const newest = asked.at(-1);
    if (newest === undefined) throw new Error("Nothing was asked");
    return newest;
  };
  return { list, asked, last };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it("asks for the pages in view only, each once", async () => {
  const { list, asked, last } = listOf();
  list.rows.need(0, 40);
  list.rows.need(0, 40);
  last().answer(1000);
  await settled();
  expect(list.rows.row(39)).toBe(":39");
  list.rows.need(190, 230);
  expect(asked.map(({ offset }) => offset)).toEqual([0, 200]);
  expect(list.rows.row(210)).toBeUndefined();
  last().answer(1000);
  await settled();
  expect(list.rows.row(210)).toBe(":210");
});

it("cancels what was asked before, and keeps the old rows until the new ones are there", async () => {
  const { list, asked, last } = listOf();
  list.rows.need(0, 40);
  last().answer(100);
  await settled();

  list.applyFilter("a");
  list.rows.need(0, 40);
  list.applyFilter("ab");
  list.rows.need(0, 40);
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([false, true, false]);
  expect([list.rows.stale, list.rows.row(0), list.rows.total]).toEqual([true, ":0", 100]);
  last().answer(3);
  await settled();
  expect([list.rows.stale, list.rows.row(0), list.rows.total]).toEqual([false, "ab:0", 3]);
});

it("waits for a pause in the typing", () => {
  vi.useFakeTimers();
  const { list, asked } = listOf();
  const applied = vi.fn();
  for (const text of ["S", "Se", "Ses"]) list.setFilter(text, applied);
  list.rows.need(0, 1);
  expect(asked.at(-1)?.text).toBe("");
  vi.runAllTimers();
  list.rows.need(0, 1);
  expect(asked.at(-1)?.text).toBe("Ses");
  expect(applied.mock.calls).toEqual([["Ses"]]);
  vi.useRealTimers();
});

it("makes room for what is in view when it is scrolled past pages on their way", () => {
  const { list, asked, last } = listOf();
  list.rows.need(0, 40);
  list.rows.need(1000, 1040);
  list.rows.need(5000, 5040);
  expect(asked.filter(({ signal }) => !signal.aborted).length).toBeLessThanOrEqual(2);
  expect(last().offset).toBe(5000);
});

it("turns an order round, starts another from its more useful end, and goes to the top", () => {
  const { list, last } = listOf();
  list.top = 500;
  list.sortBy("size", true);
  list.rows.need(0, 1);
  expect(last().by).toBe("size up");
  list.sortBy("name", false);
  list.rows.need(0, 1);
  expect([last().by, list.top]).toEqual(["name up", 0]);
});

it("takes a suggested order only until the user has chosen one", () => {
  const { list } = listOf();
  list.suggestSort({ by: "name", descending: false });
  expect(list.sort.by).toBe("name");
  list.sortBy("size", true);
  list.suggestSort({ by: "name", descending: false });
  expect(list.sort.by).toBe("size");
});

it("says why it failed, and asks again on request", async () => {
  const { list, last } = listOf();
  list.rows.need(0, 1);
  last().fail();
  await settled();
  expect(list.rows.failure).toEqual({ code: "connection-lost" });
  list.refresh();
  list.rows.need(0, 1);
  last().answer(1);
  await settled();
  expect([list.rows.failure, list.rows.row(0)]).toEqual([null, ":0"]);
});
