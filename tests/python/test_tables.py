"""Tables beside the objects: tasks and where they stand, caches, threads, code."""

from __future__ import annotations

import json
import unittest
from typing import Any

from support import Dumped

PROGRAM = """
    import asyncio, collections, functools, json

    @functools.lru_cache(maxsize=32)
    def load(key): return [key]
    for key in (1, 2, 1, 1, 3): load(key)
    queue = collections.deque(range(7))

    async def numbers():
        for number in range(3):
            await asyncio.Event().wait()
            yield number
    async def innermost(event): await event.wait()
    async def middle(event): await innermost(event)
    async def consume():
        async for number in numbers(): pass
    async def unstarted(): pass
    class OwnTask(asyncio.Task):
        def get_name(self): raise AssertionError("of the program")
        __str__ = get_name

    async def main():
        event = asyncio.Event()
        loop = asyncio.get_running_loop()
        waiter = asyncio.create_task(middle(event), name="the waiter")
        consumer = asyncio.create_task(consume())
        own = OwnTask(middle(event), loop=loop)
        slow = asyncio.tasks._PyTask(middle(event), loop=loop, name="in Python")
        done = asyncio.create_task(unstarted())
        await asyncio.sleep(0.01)
        kept.extend([waiter, consumer, own, slow, done])
    kept = []
    async def outer():
        await main()
    loop = asyncio.new_event_loop()
    future = loop.create_task(outer())
    loop.run_until_complete(future)
    kept.append(loop.create_task(unstarted()))
    print(json.dumps({"tasks": [id(task) for task in kept]}))
"""


class TableTest(unittest.TestCase):
    """One program with tasks in every state."""

    dumped: Dumped

    @classmethod
    def setUpClass(cls) -> None:
        """Run it."""
        cls.dumped = Dumped(PROGRAM)

    def tables(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table."""
        return self.dumped.heap.tables[name]

    def task(self, index: int) -> dict[str, Any]:
        """Return the row of the program's task of that number."""
        address = self.dumped.printed["tasks"][index]
        (row,) = [row for row in self.tables("task") if row["address"] == address]
        return row

    def stack(self, index: int) -> list[tuple[str, int]]:
        """Return functions and lines of a task, the innermost first."""
        number = self.task(index)["id"]
        rows = [row for row in self.tables("task_frame") if row["task"] == number]
        self.assertEqual([row["depth"] for row in rows], list(range(len(rows))))
        for row in rows:
            self.assertIn(row["address"], self.dumped.heap.numbers)
        return [(row["function"], row["line"]) for row in rows]

    def test_every_task_is_listed_with_its_state(self) -> None:
        """Also those of a subclass that hides everything, and tasks written in Python."""
        waiter, consumer, own, slow, done, ready = map(self.task, range(6))
        self.assertEqual([waiter["name"], slow["name"]], ["the waiter", "in Python"])
        self.assertRegex(consumer["name"], r"^Task-\d+$")
        self.assertRegex(own["name"], r"^Task-\d+$")
        states = [row["state"] for row in (waiter, consumer, own, slow, done, ready)]
        self.assertEqual(states, ["waiting"] * 4 + ["finished", "ready"])
        self.assertEqual(len({row["loop"] for row in (waiter, own, slow)}), 1)
        self.assertIn(waiter["waits_for"], self.dumped.heap.numbers)

    def test_a_task_stands_where_its_innermost_coroutine_does(self) -> None:
        """Through coroutines and asynchronous generators; lines are those that wait."""
        names = [name for name, _ in self.stack(0)]
        self.assertEqual(names, ["Event.wait", "innermost", "middle"])
        self.assertEqual([name for name, _ in self.stack(1)], ["Event.wait", "numbers", "consume"])
        lines = dict(self.stack(0))
        source = PROGRAM.splitlines()
        self.assertIn("await event.wait()", source[lines["innermost"] - 1])
        self.assertEqual([name for name, _ in self.stack(5)], ["unstarted"])
        self.assertEqual([name for name, _ in self.stack(4)], ["unstarted"])  # it was that one

    def test_what_a_task_holds_has_names(self) -> None:
        """Its coroutine, loop, name, context, callbacks."""
        heap = self.dumped.heap
        unnamed = {
            heap.type_name(address)
            for address in heap.columns["address"]
            for reference in heap.references(address)
            if reference.kind == "unnamed"
        }
        self.assertEqual(unnamed & {"_asyncio.Task", "_asyncio.Future", "__main__.OwnTask"}, set())

    def test_a_cache_has_its_figures_and_its_functions_name(self) -> None:
        """As ``cache_info`` tells them; nothing else is called for it."""
        (row,) = [row for row in self.tables("cache") if row["function"] == "load"]
        figures = [row[name] for name in ("hits", "misses", "maxsize", "currsize")]
        self.assertEqual(figures, [2, 3, 32, 3])
        self.assertEqual(self.dumped.heap.text(row["address"]), "load")

    def test_a_deque_has_a_length(self) -> None:
        """As other containers of Python's own have."""
        heap = self.dumped.heap
        queue = heap.numbers[self.dumped.follow(".queue")]
        self.assertEqual(heap.columns["length"][queue], 7)

    def test_names_of_tasks_are_hidden_with_other_names(self) -> None:
        """At the level that writes none."""
        dumped = Dumped(PROGRAM, "--privacy", "none")
        rows = dumped.heap.tables["task"]
        self.assertTrue(all(row["name"].startswith("task ") for row in rows))
        self.assertEqual({row["function"] for row in dumped.heap.tables["task_frame"]}, {""})
        self.assertEqual({row["function"] for row in dumped.heap.tables["cache"]}, {""})

    def test_code_that_may_store_under_a_key_or_in_place_says_so(self) -> None:
        """Before the interpreter has adapted it to what it sees, and after."""
        source = """
            import json
            def by_key(d): d["a"] = 1
            def at_index(d): d[0] = 1
            def slice_of(d): d[1:2] = [3]
            def nested(d): d["a"]["b"] = d["a"]
            def in_place():
                global LIST
                LIST += [1]
            def united():
                global SET
                SET |= {1}
            def reads(d): return [x for x in d["a"].values() if x.name == d["b"]]
            def removes(d): del d["a"]
            def appends(d): d.append(1)
            LIST, SET = [], set()
            for _ in range(TIMES):
                by_key({}); at_index([0]); in_place(); united()
                try: reads({"a": {}, "b": 1}); removes({"a": 1})
                except AttributeError: pass
        """
        stores = ["at_index", "by_key", "in_place", "nested", "slice_of", "united"]
        for times in ("1", "3000"):
            dumped = Dumped(source.replace("TIMES", times))
            rows = [row for row in dumped.heap.tables["code"] if row["file"].endswith("app.py")]
            names = {row["qualname"]: json.loads(row["names"]) for row in rows}
            found = sorted(name for name in names if "[]=" in names[name])
            self.assertEqual([name for name in found if "<" not in name], stores)
            self.assertEqual(names["appends"], ["append"])


if __name__ == "__main__":
    unittest.main()
