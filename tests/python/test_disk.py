"""A dump that keeps what it finds in a file while it looks."""

from __future__ import annotations

import json
import sys
import unittest
from typing import Any

from heapfile import HeapFile, read
from support import ProgramTest

PROGRAM = """
    import collections, functools, gc, json, os, resource, sys, weakref, pyheap_dump

    class Plain:
        def __init__(self, number): self.number, self.inside = number + 1000, [number]
    class Slotted:
        __slots__ = ("x", "__weakref__")
    class Table(dict): pass
    def closure():
        enclosed = ["enclosed"]
        return lambda: enclosed
    def generate():
        inside = ["inside"]
        yield inside
    plain = [Plain(i) for i in range(500)]
    long_list = [str(i) for i in range(3000)]
    long_dict = {f"key {i}": i * 1.5 for i in range(3000)}
    slotted = Slotted(); slotted.x = Table(a=[1])
    weak, proxy = weakref.ref(slotted), weakref.proxy(slotted)
    inner, generator = closure(), generate(); next(generator)
    cache = functools.lru_cache(None)(len)
    settings = {"password": "correct horse", "long": "x" * 500, "unicode": "\\u6f22\\U0001f600"}
    gc.freeze()
    young = [{"young": [1]}]

    def dump(name, **options):
        try:
            return list(pyheap_dump.dump(name, **options))[1:3]
        except pyheap_dump.DumpError as error:
            return str(error)
    def room():
        with open("/proc/self/status") as file:
            (line,) = [line for line in file if line.startswith("VmData")]
        return int(line.split()[1]) * 1024
    def limit(which, size):
        resource.setrlimit(which, (size, resource.RLIM_INFINITY))
"""


@unittest.skipUnless(sys.platform == "linux", "the limits and the promise of room are Linux's")
class DiskTest(ProgramTest):
    """Real limits on real processes. Where the tests' folders are in memory, it is refused."""

    def setUp(self) -> None:
        """Make the folder."""
        super().setUp()
        ask = "import os, pyheap_dump; print(pyheap_dump._why_no_disk(os.getcwd()))"
        why_not = self.python("-c", ask).stdout.strip()
        if why_not:
            self.skipTest(why_not)

    def printed(self, source: str) -> Any:
        """Run a program and return what it printed."""
        import textwrap

        program = textwrap.dedent(PROGRAM) + textwrap.dedent(source)
        run = self.python(self.write("app.py", program))
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout.splitlines()[-1])

    def test_the_file_is_the_same(self) -> None:
        """Objects, types, sizes, counts, flags, names, texts; only the numbers of pages differ."""
        self.printed("""
            dump("first"), dump("second", method="disk")  # what is made once
            counted = [dump("memory", method="memory"), dump("disk", method="disk")]
            print(json.dumps(counted))
        """)
        by_memory, by_disk = read(self.folder / "memory"), read(self.folder / "disk")
        self.assertEqual(by_memory.meta["capture"]["method"], "memory")
        self.assertEqual(by_disk.meta["capture"]["method"], "disk")
        for key in ("missing", "redacted", "unnamed", "skipped"):
            self.assertEqual(by_memory.meta["capture"][key], by_disk.meta["capture"][key])
        both = set(by_memory.columns["address"]) & set(by_disk.columns["address"])
        one = set(by_memory.columns["address"]) ^ set(by_disk.columns["address"])
        self.assertLess(len(one), 30)  # what the calls make and let go, and the figures of a pause
        main = by_memory.root("module", "__main__")
        mine = {main, by_memory.follow(main, ".__dict__")}
        pending = list(mine)
        while pending:  # all that the program's data leads to, but not its modules
            for each in by_memory.references(pending.pop()):
                kind = by_memory.type_name(each.target)
                if each.target not in mine and kind not in ("module", "type", "frame"):
                    mine.add(each.target)
                    pending.append(each.target)
        self.assertGreater(len(mine & both), 13_000)
        for address in mine & both:
            self.assertEqual(facts(by_memory, address), facts(by_disk, address))

    def test_a_heap_for_which_memory_does_not_suffice_is_dumped_so(self) -> None:
        """Under a real limit; and asked by name, the other way is refused with both numbers."""
        printed = self.printed("""
            kept = [[str(i)] for i in range(200_000)]
            limit(resource.RLIMIT_DATA, room() + (84 << 20))
            print(json.dumps([dump("auto"), dump("memory", method="memory")]))
        """)
        heap = read(self.folder / "auto")
        self.assertEqual(heap.meta["capture"]["method"], "disk")
        self.assertGreater(printed[0][0], 400_000)
        self.assertRegex(printed[1], r"takes about [\d,]+ MB .*, and [\d,]+ MB are left by .*data")

    def test_it_takes_less_than_64_mebibytes(self) -> None:
        """Of private memory, which the system refuses beyond; the other way does take more."""
        printed = self.printed("""
            kept = [[str(i)] for i in range(450_000)]
            limit(resource.RLIMIT_DATA, room() + (64 << 20))
            found = dump("disk", method="disk", force=True)
            try:
                dump("memory", method="memory", force=True)
            except MemoryError:
                found.append("refused")
            print(json.dumps(found))
        """)
        self.assertGreater(printed[0], 900_000)
        self.assertEqual(printed[2], "refused")

    def test_one_long_container_is_read_piece_by_piece(self) -> None:
        """Also one whose items are all the same, so that there are few objects."""
        printed = self.printed("""
            same, others = [same := [0]] * 4_000_000, [str(i) for i in range(300_000)]
            limit(resource.RLIMIT_DATA, room() + (48 << 20))
            print(json.dumps(dump("disk", method="disk", force=True)))
        """)
        self.assertGreater(printed[0], 300_000)
        self.assertGreater(printed[1], 4_300_000)

    def test_a_disk_without_room_is_told_and_nothing_is_left(self) -> None:
        """Before anything is looked at."""
        printed = self.printed("""
            limit(resource.RLIMIT_FSIZE, 1 << 20)
            told = dump("out", method="disk")
            print(json.dumps([told, sorted(os.listdir("."))]))
        """)
        self.assertRegex(printed[0], "cannot write .*too large")
        self.assertEqual(printed[1], ["app.py"])

    def test_nothing_is_left_open(self) -> None:
        """Neither a file nor a mapping."""
        printed = self.printed("""
            def open_now():
                with open("/proc/self/maps") as file:
                    mapped = sum(".columns" in line for line in file)
                return [len(os.listdir("/proc/self/fd")), mapped, sorted(os.listdir("."))]
            dump("a", method="disk")
            before = open_now()
            dump("b", method="disk")
            print(json.dumps([before, open_now()]))
        """)
        before, after = printed
        self.assertEqual(after, [before[0], 0, ["a", "app.py", "b"]])

    def test_a_folder_in_memory_is_refused(self) -> None:
        """It would save nothing."""
        with open("/proc/self/mounts", encoding="utf-8") as file:
            if not any(line.split()[1:3] == ["/dev/shm", "tmpfs"] for line in file):
                self.skipTest("there is no folder in memory")
        printed = self.printed("""
            print(json.dumps(dump(f"/dev/shm/pyheap-{os.getpid()}", method="disk")))
        """)
        self.assertIn("/dev/shm is in memory", printed)


def facts(heap: HeapFile, address: int) -> dict[str, Any]:
    """Return what the file says of an object; counts only of what no caller of ours holds."""
    number = heap.numbers[address]
    columns = ("size", "length", "flags", "reference_count")
    said = {column: heap.columns[column][number] for column in columns}
    if heap.type_name(address) in ("list", "float", "cell", "generator", "__main__.Plain"):
        said["refcount"] = heap.columns["refcount"][number]
    references = [(each.kind, each.name, each.target) for each in heap.references(address)]
    return {**said, "type": heap.type_name(address), "text": heap.text(address), "to": references}


if __name__ == "__main__":
    unittest.main()
