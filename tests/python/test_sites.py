"""Where objects and other memory were allocated, as ``tracemalloc`` knows it."""

from __future__ import annotations

import json
import sys
import unittest
from typing import Any, ClassVar

from heapfile import HeapFile, read
from support import DUMPER, ProgramTest

PROGRAM = """
import json, os, sys
import pyheap_dump

class Plain: pass
class Item: __slots__ = ("name",)

def make(number):
    item = Item()
    item.name = "item " + str(number)  # 10
    return item

items = [make(number) for number in range(300)]  # 13
raw = bytearray(1_000_000)
plain = Plain()
before = None
if "tracemalloc" in sys._xoptions:
    import tracemalloc
    before = [tracemalloc.get_traceback_limit(), tracemalloc.get_traced_memory()[0]]
pyheap_dump.dump("out.pyheap", privacy=sys.argv[2], method=sys.argv[1], force=True)
after = None
if before:
    after = [tracemalloc.get_traceback_limit(), tracemalloc.is_tracing()]
    kept = tracemalloc.get_object_traceback(items[0])[-1].lineno
    after.append(kept)
facts = [id(item) for item in items], id(raw), id(items[5].name), before, after, id(plain)
print(json.dumps(facts))
"""
# From inside, a dump of a traced program takes seconds: the last method is the quicker one.
METHODS = ("memory", *(("fork",) if sys.platform == "linux" else ()))
FORK = ("--fork",) if sys.platform == "linux" else ()


class SiteTest(ProgramTest):
    """Dumps of one program, traced and not; each is made once."""

    made: ClassVar[dict[tuple[Any, ...], tuple[HeapFile, Any, str, bytes]]] = {}

    def dump(
        self, option: str | None, method: str = "memory", privacy: str = "previews"
    ) -> tuple[HeapFile, Any]:
        """Run the program and return the heap, and what the program printed."""
        key = (option, method, privacy)
        if key not in self.made:
            self.write("app.py", PROGRAM)
            (self.folder / "out.pyheap").unlink(missing_ok=True)
            options = ["-X", option] if option else []
            done = self.python(*options, "app.py", method, privacy)
            self.assertEqual(done.returncode, 0, done.stderr)
            file = self.folder / "out.pyheap"
            app = str(self.folder / "app.py")
            self.made[key] = read(file), json.loads(done.stdout), app, file.read_bytes()
        heap, printed, self.app, self.bytes = self.made[key]
        return heap, printed

    def test_each_object_has_the_line_that_made_it(self) -> None:
        for method in METHODS:
            with self.subTest(method):
                heap, (items, raw, name, _, _, plain) = self.dump("tracemalloc", method)
                app = self.app
                self.assertEqual(
                    {tuple(map(tuple, heap.site(i) or ())) for i in items}, {((app, 9),)}
                )
                self.assertEqual(heap.site(name), [[app, 10]])
                self.assertEqual(heap.site(raw), [[app, 14]])
                # 3.11 looks for an instance with a __dict__ at an address where no block begins.
                known = sys.version_info[:2] != (3, 11)
                self.assertEqual(heap.site(plain), [[app, 15]] if known else None)

    def test_a_traceback_has_its_callers_the_innermost_first(self) -> None:
        heap, (items, *_) = self.dump("tracemalloc=2", METHODS[-1])
        frames = heap.site(items[0]) or []
        self.assertEqual([line for _, line in frames[:2]], [9, 13])
        self.assertEqual(len(frames), 2)
        self.assertEqual(heap.meta["tracemalloc"]["frames"], 2)

    def test_totals_are_of_all_blocks_in_use_objects_or_not(self) -> None:
        for method in METHODS:
            with self.subTest(method):
                heap, (_, _, _, before, *_) = self.dump("tracemalloc", method)
                totals = {}
                for row in heap.tables["site_total"]:
                    frames = heap.tables["site"][row["site"]]["frames"]
                    totals[frames] = totals.get(frames, 0) + row["bytes"]
                at_raw = [
                    size for frames, size in totals.items() if frames.endswith('app.py", 14]]')
                ]
                self.assertTrue(1_000_000 <= at_raw[0] <= 1_000_200, at_raw)
                of_all = sum(totals.values())
                # What Python counted before, less what this file's own calls hold by then.
                self.assertTrue(0.75 * before[1] < of_all <= 1.02 * before[1], (before, of_all))
                self.assertTrue(0.98 < heap.meta["tracemalloc"]["traced_bytes"] / before[1] < 1.05)

    def test_what_the_dumper_takes_is_in_no_total(self) -> None:
        heap, _ = self.dump("tracemalloc=2", METHODS[-1])
        innermost = {row["frames"].split('"')[1] for row in heap.tables["site"]}
        self.assertNotIn(str(DUMPER), innermost)

    def test_the_program_is_traced_as_before(self) -> None:
        for method in METHODS:
            with self.subTest(method):
                _, (_, _, _, before, after, _) = self.dump("tracemalloc", method)
                self.assertEqual(after, [before[0], True, 9])

    def test_without_tracing_there_is_nothing(self) -> None:
        heap, _ = self.dump(None)
        self.assertEqual(heap.tables["site"] + heap.tables["site_total"] + list(heap.sites), [])
        self.assertIs(heap.meta["tracemalloc"]["tracing"], False)

    def test_at_level_none_no_file_is_named(self) -> None:
        heap, _ = self.dump("tracemalloc", METHODS[-1], privacy="none")
        self.assertEqual(heap.tables["site"] + heap.tables["site_total"] + list(heap.sites), [])
        self.assertIs(heap.meta["tracemalloc"]["tracing"], True)
        self.assertNotIn(b"app.py", self.bytes)

    def test_tracing_that_the_program_began_is_known_too(self) -> None:
        self.write("late.py", "import tracemalloc; tracemalloc.start(2)\nkept = bytearray(9)\n")
        done = self.python(str(DUMPER), "run", *FORK, "-o", "late.pyheap", "late.py")
        self.assertEqual(done.returncode, 0, done.stderr)
        heap = read(self.folder / "late.pyheap")
        self.assertEqual(heap.meta["tracemalloc"]["frames"], 2)
        kept = heap.follow(heap.root("module", "__main__"), ".kept")
        self.assertEqual(heap.site(kept), [[str(self.folder / "late.py"), 2]])

    def test_counts_and_objects_are_those_of_an_untraced_program(self) -> None:
        untraced, (items, *_) = self.dump(None)
        plain = [untraced.refcount(item) for item in items]
        traced, (items, *_) = self.dump("tracemalloc")
        self.assertEqual([traced.refcount(item) for item in items], plain)


if __name__ == "__main__":
    unittest.main()
