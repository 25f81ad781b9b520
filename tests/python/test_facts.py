"""What the file says of the process besides its objects."""

from __future__ import annotations

import json
import os
import re
import sys
import unittest

from heapfile import read
from support import ProgramTest

ALLOCATOR = """
    import gc, random, sys, pyheap_dump
    class Item:
        def __init__(self, i): self.name, self.price, self.by = f"item {i}", [i + 0.5], {"k": i}
    random.seed(1)
    kept = [Item(i) for i in range(60_000)]
    kept = [item for item in kept if random.random() < 0.4]  # leaves holes
    large = [bytes(100_000) for _ in range(50)]
    gc.collect()
    sys._debugmallocstats()
    pyheap_dump.dump("out.pyheap")
"""

OTHER_INTERPRETER = """
    import sys, threading, time
    try: import _interpreters as interpreters
    except ImportError: import _xxsubinterpreters as interpreters
    import pyheap_dump
    other = interpreters.create()
    run = getattr(interpreters, "exec", None) or interpreters.run_string
    inside = "import time; marker = ['in the other interpreter']; time.sleep(2)"
    thread = threading.Thread(target=lambda: run(other, inside))
    thread.start()
    time.sleep(0.5)
    print(pyheap_dump.dump("out.pyheap").warnings)
    thread.join()
    interpreters.destroy(other)
"""


class FactsTest(ProgramTest):
    """Memory, the machine, other interpreters."""

    @unittest.skipUnless(os.path.exists("/proc/self/mem"), "the system tells it nowhere else")
    def test_the_allocators_figures_are_what_python_prints(self) -> None:
        """Arenas to one, bytes in use to two per cent."""
        ran = self.python(self.write("app.py", ALLOCATOR))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        memory = read(self.folder / "out.pyheap").meta["memory"]
        arenas = int(re.findall(r"arenas allocated current\s+=\s+([\d,]+)", ran.stderr)[0])
        used = re.findall(r"bytes in allocated blocks\s+=\s+([\d,]+)", ran.stderr)[0]
        allocator = memory["allocator"]
        self.assertAlmostEqual(allocator["arenas"], arenas, delta=1)
        self.assertAlmostEqual(allocator["used_bytes"] / int(used.replace(",", "")), 1, delta=0.02)
        self.assertGreater(allocator["arena_bytes"] - allocator["used_bytes"], 5_000_000)
        self.assertLessEqual(allocator["blocks"], memory["allocated_blocks"])

    @unittest.skipUnless(os.path.exists("/proc/self/mem"), "the system tells it nowhere else")
    def test_another_allocator_has_no_figures(self) -> None:
        """Nor are any invented."""
        program = self.write("app.py", "import pyheap_dump; pyheap_dump.dump('out.pyheap')")
        self.python(program, environment={"PYTHONMALLOC": "malloc"})
        self.assertIsNone(read(self.folder / "out.pyheap").meta["memory"]["allocator"])

    @unittest.skipUnless(sys.platform == "linux", "the system tells it nowhere else")
    def test_resident_memory_is_the_programs_without_ours(self) -> None:
        """It is asked for before the capture takes memory, and its parts add up."""
        source = """
            import pyheap_dump
            kept = [[i] for i in range(300_000)]
            def resident():
                for line in open("/proc/self/status"):
                    if line.startswith("VmRSS"): return int(line.split()[1]) * 1024
            before = resident()
            pyheap_dump.dump("out.pyheap")
            print(before)
        """
        ran = self.python(self.write("app.py", source))
        memory = read(self.folder / "out.pyheap").meta["memory"]
        self.assertAlmostEqual(memory["rss_bytes"] / int(ran.stdout), 1, delta=0.05)
        parts = ("anonymous_bytes", "file_bytes", "shared_memory_bytes")
        self.assertEqual(sum(memory[part] for part in parts), memory["rss_bytes"])
        self.assertLessEqual(memory["proportional_bytes"], memory["rss_bytes"] * 1.05)
        self.assertIn(memory["cgroup"]["version"], (1, 2, None))

    def test_other_interpreters_are_counted_and_not_looked_at(self) -> None:
        """Also while a thread runs in one, which some versions do not survive being asked about."""
        ran = self.python(self.write("app.py", OTHER_INTERPRETER))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("1 other interpreter in this process", ran.stdout)
        heap = read(self.folder / "out.pyheap")
        self.assertEqual(heap.meta["process"]["interpreters"], 2)
        self.assertEqual(heap.meta["capture"]["skipped"]["other interpreters"], 1)
        self.assertNotIn("'in the other interpreter'", heap.texts)

    def test_the_host_and_the_uptime_are_told(self) -> None:
        """For whoever compares dumps of many machines."""
        source = "import json, os, pyheap_dump; pyheap_dump.dump('out.pyheap')\n"
        source += "print(json.dumps([os.uname().nodename, os.getpid()]))"
        ran = self.python(self.write("app.py", source))
        process = read(self.folder / "out.pyheap").meta["process"]
        self.assertEqual([process["host"], process["pid"]], json.loads(ran.stdout))
        if sys.platform == "linux":
            self.assertGreater(process["uptime"], 0)
            self.assertLess(process["uptime"], 600)


if __name__ == "__main__":
    unittest.main()
