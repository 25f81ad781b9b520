"""A dump leaves the program as it was."""

from __future__ import annotations

import ctypes
import json
import sys
import unittest
from typing import Any

from heapfile import read
from support import ProgramTest

PROBES = """
    import gc, json, sys, threading, types, pyheap_dump

    class Plain:
        def __init__(self): self.a, self.b = [1], {"k": 2}
    class Slotted:
        __slots__ = ("x",)
    def function(a, b: int = 1): return a
    def undocumented(): pass
    def generate():
        inside = ["generator"]
        yield inside
    plain, slotted = Plain(), Slotted()
    text, number = "-".join(["a", "b"]), 10 ** 30
    generator = generate(); next(generator)
    watched = [plain, slotted, Plain, function, undocumented, function.__code__, text, number,
               plain.a, plain.b, sys, generator, types.SimpleNamespace(a=1)]

    def outer():
        def dump(name):
            local = ["in a frame"]
            return pyheap_dump.dump(name)
        return dump
    dump = outer()
"""


class UndisturbedTest(ProgramTest):
    """Each test compares what a program can measure, before and after."""

    def printed(self, source: str) -> dict[str, Any]:
        """Run a program and return what it printed."""
        program = "\n".join([_dedented(PROBES), _dedented(source)])
        run = self.python(self.write("app.py", program))
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout.splitlines()[-1])

    def test_a_program_with_asyncio_goes_on_and_ends(self) -> None:
        """Python 3.12.0 to 3.12.5 hangs if asyncio's module is asked for its referents."""
        printed = self.printed("""
            import asyncio
            async def main():
                await asyncio.gather(*[asyncio.sleep(0.001) for _ in range(20)])
                for name in "ab": dump(name)
                await asyncio.gather(*[asyncio.sleep(0.001) for _ in range(20)])
                gc.collect()
            asyncio.run(main())
            gc.collect()
            print(json.dumps({"ended": True}))
        """)
        self.assertEqual(printed, {"ended": True})

    def test_no_object_is_left_behind(self) -> None:
        """The collector lists as many objects at once, and finds no garbage of ours."""
        printed = self.printed("""
            dump("first"); dump("second")  # what is made once: frame objects, caches of imports
            gc.collect()
            blocks = sys.getallocatedblocks()
            listed = len(gc.get_objects())
            for name in "abcd": dump(name)
            more = len(gc.get_objects()) - listed
            gc.set_debug(gc.DEBUG_SAVEALL)
            garbage = gc.collect()  # this also empties the allocator's lists of free objects
            print(json.dumps({"more": more, "garbage": garbage,
                              "blocks": sys.getallocatedblocks() - blocks}))
        """)
        self.assertLessEqual(printed["more"], 4)
        self.assertEqual(printed["garbage"], 0)
        self.assertLess(printed["blocks"], 100)

    def test_sizes_settings_threads_and_signals_are_as_they_were(self) -> None:
        """Whatever a program can ask of itself."""
        printed = self.printed("""
            import os, signal, warnings
            instances = [Plain() for _ in range(1000)]
            def settings():
                return [
                    sys.getrecursionlimit(), sys.getswitchinterval(), gc.get_threshold(),
                    gc.get_debug(), len(gc.callbacks), str(sys.gettrace()), str(sys.getprofile()),
                    sorted(sys.flags), sorted(sys.path), len(sys.meta_path), str(sys.excepthook),
                    [str(signal.getsignal(each)) for each in range(1, 32)], os.getcwd(),
                    threading.active_count(), sorted(os.listdir("/proc/self/task")),
                    len(os.listdir("/proc/self/fd")), len(warnings.filters), dict(os.environ),
                    getattr(sys, "get_int_max_str_digits", int)(),
                ]
            def sizes():
                return [sys.getsizeof(each) for each in (*instances, *watched)]
            settings(), sizes()
            before = [settings(), sizes()]
            dump("first")
            print(json.dumps({"same": [settings(), sizes()] == before}))
        """)
        self.assertEqual(printed, {"same": True})

    @unittest.skipUnless(hasattr(ctypes.CDLL(None), "mallinfo2"), "only glibc 2.33 tells")
    def test_memory_comes_back(self) -> None:
        """Nothing stays in use but a few caches; what ``malloc`` keeps free is bounded."""
        printed = self.printed("""
            import ctypes
            libc = ctypes.CDLL(None)
            class Info(ctypes.Structure):
                names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks top"
                _fields_ = [(name, ctypes.c_size_t) for name in names.split()]
            libc.mallinfo2.restype = Info
            kept = [Plain() for _ in range(20_000)]
            def resident():
                with open("/proc/self/statm") as file: return int(file.read().split()[1]) * 4096
            def measure():
                gc.collect()  # this also empties the allocator's lists of free objects
                info = libc.mallinfo2()
                used.append(info.uordblks + info.hblkhd)
                sizes.append(resident())
            used, sizes = [], []
            libc.malloc_trim(0)
            measure()
            for name in "abcdef":
                dump(name)
                measure()
            libc.malloc_trim(0)
            print(json.dumps({"used": used, "sizes": sizes, "trimmed": resident()}))
        """)
        used, sizes = printed["used"], printed["sizes"]
        self.assertLess(max(used) - used[0], 512 << 10, used)
        self.assertLess(max(used[3:]) - used[2], 128 << 10, used)
        self.assertLess(printed["trimmed"] - sizes[0], 12 << 20, (sizes, printed["trimmed"]))
        self.assertLess(max(sizes) - sizes[0], 72 << 20, sizes)

    def test_suspended_functions_get_no_frame_objects(self) -> None:
        """From 3.11 on they have none, and asking for their variables would make one for each."""
        printed = self.printed("""
            import asyncio
            async def wait(future):
                mine = ["mine"]
                await future
            async def main():
                future = asyncio.get_running_loop().create_future()
                tasks = [asyncio.create_task(wait(future)) for _ in range(200)]
                generators = [generate() for _ in range(400)]
                for generator in generators[:200]: next(generator)
                await asyncio.sleep(0)
                dump("first")
                listed = len(gc.get_objects())
                for name in "ab": dump(name)
                more = len(gc.get_objects()) - listed
                tasks += [asyncio.create_task(wait(future)) for _ in range(200)]
                await asyncio.sleep(0)
                listed = len(gc.get_objects())
                dump("c")
                more_with_new_ones = len(gc.get_objects()) - listed
                future.set_result(None)
                await asyncio.gather(*tasks)
                print(json.dumps({"more": more, "with new ones": more_with_new_ones}))
            asyncio.run(main())
        """)
        self.assertLessEqual(printed["more"], 4)
        if sys.version_info >= (3, 11) and sys.platform == "linux":
            self.assertLessEqual(printed["with new ones"], 4)

    def test_reference_counts_are_the_same_afterwards(self) -> None:
        """Of instances, classes, functions, code, texts, numbers."""
        printed = self.printed("""
            counts = lambda: [sys.getrefcount(obj) for obj in watched]
            counts()
            before = counts()
            dump("out")
            after = counts()
            print(json.dumps({"before": before, "after": after}))
        """)
        self.assertEqual(printed["before"], printed["after"])

    def test_no_instance_dictionary_is_made(self) -> None:
        """The collector would report it in the attributes' place."""
        printed = self.printed("""
            seen = lambda: [[type(r).__name__ for r in gc.get_referents(o)] for o in watched[:6]]
            before = seen()
            dump("out")
            print(json.dumps({"before": before, "after": seen()}))
        """)
        self.assertEqual(printed["before"], printed["after"])

    def test_the_collector_and_the_switch_interval_are_as_they_were(self) -> None:
        """Both when collecting is on and when it is off; and nothing was collected."""
        printed = self.printed("""
            sys.setswitchinterval(0.0123)
            states = []
            for enabled in (True, False):
                (gc.enable if enabled else gc.disable)()
                collections = gc.get_stats()[2]["collections"]
                dump(f"out{enabled}")
                states.append([gc.isenabled(), gc.get_stats()[2]["collections"] - collections])
            print(json.dumps({"states": states, "interval": sys.getswitchinterval()}))
        """)
        self.assertEqual([state[0] for state in printed["states"]], [True, False])
        self.assertEqual(printed["states"][1][1], 0)
        self.assertAlmostEqual(printed["interval"], 0.0123, places=4)

    def test_locals_taken_by_the_program_stay_as_they_are(self) -> None:
        """Also a generator goes on, and functions know their variables."""
        printed = self.printed("""
            def work():
                variable = ["kept"]
                taken = locals()
                inner = taken
                dump("out")
                return "variable" in taken, variable[0], sorted(locals())
            print(json.dumps({"work": work(), "generator": next(generator, "ended")}))
        """)
        self.assertEqual(printed["work"], [True, "kept", ["inner", "taken", "variable"]])
        self.assertEqual(printed["generator"], "ended")

    @unittest.skipUnless(sys.version_info < (3, 11), "frames are made on demand from 3.11 on")
    @unittest.skipUnless(sys.platform == "linux", "elsewhere their dictionaries are asked for")
    def test_frames_keep_no_dictionary_of_their_variables(self) -> None:
        """Neither one that runs nor one that is suspended, and variables have their names."""
        printed = self.printed("""
            def work(argument, shared, *rest, key=1):
                local = ["a local"]
                def inner(): return shared
                before = [type(each).__name__ for each in gc.get_referents(sys._getframe())]
                dump("out")
                return before, [type(each).__name__ for each in gc.get_referents(sys._getframe())]
            def pausing(number):
                inside = {"suspended": number}
                yield (lambda: inside)
            paused = pausing(7)
            next(paused)
            held = lambda: [type(each).__name__ for each in gc.get_referents(paused.gi_frame)]
            paused_before = held()
            before, after = work(["an argument"], ["shared"], key=[2])
            print(json.dumps({"work": [before, after], "paused": [paused_before, held()]}))
        """)
        before, after = printed["work"]
        self.assertEqual(sorted(after), sorted([*before, "list"]))  # the variable ``before`` itself
        self.assertEqual(*printed["paused"])
        heap = read(self.folder / "out")
        work = next(row for row in heap.tables["frame"] if row["function"] == "work")
        edges = dict(heap.edges(work["address"]))
        for name, text in {"argument": "'an argument'", "local": "'a local'"}.items():
            self.assertEqual(heap.text(heap.follow(edges[f" local {name}"], "[0]")), text)
        self.assertEqual(heap.type_name(edges[" local shared"]), "cell")
        main = heap.root("module", "__main__")
        frame = heap.follow(main, ".paused", ".gi_frame")
        self.assertEqual(heap.type_name(dict(heap.edges(frame))[" local inside"]), "cell")
        self.assertIn(" local number", dict(heap.edges(frame)))

    def test_other_threads_stand_still_and_go_on(self) -> None:
        """They make no step between what the dump sees first and last."""
        printed = self.printed("""
            import time
            counter = [0]
            stop = False
            def work():
                while not stop:
                    counter[0] += 1
                    time.sleep(0)
            thread = threading.Thread(target=work); thread.start()
            report = dump("out")
            reached = counter[0]
            time.sleep(0.2)
            moved = counter[0] > reached
            stop = True
            thread.join()
            print(json.dumps({"moved": moved, "pause": report.pause_seconds,
                              "warnings": report.warnings}))
        """)
        self.assertTrue(printed["moved"])
        self.assertEqual(printed["warnings"], [])
        self.assertLess(printed["pause"], 30)

    def test_threads_that_did_not_stand_still_are_told(self) -> None:
        """The program lets them run, against what the dumper asks for."""
        printed = self.printed("""
            stop = False
            def step(depth):  # a thread gives way wherever a function begins
                return step(depth - 1) if depth else None
            def work():
                while not stop:
                    step(9); step(8); step(7)
            threads = [threading.Thread(target=work) for _ in range(5)]
            for thread in threads: thread.start()
            sys.setswitchinterval(1e-5)
            sys.setswitchinterval = lambda _: None
            report = dump("out")
            stop = True
            for thread in threads: thread.join()
            print(json.dumps({"warnings": report.warnings}))
        """)
        (warning,) = printed["warnings"]
        self.assertRegex(warning, "^(another thread|[2-5] other threads) ran while")

    def test_threads_that_compute_do_not_make_a_dump_last_for_minutes(self) -> None:
        """Whenever it reads memory one of them can take the interpreter, for a switch interval."""
        printed = self.printed("""
            stop = False
            things = []
            def work():
                while not stop:
                    things.append(object()); things.pop()
            before = sys.getswitchinterval()
            threads = [threading.Thread(target=work) for _ in range(4)]
            for thread in threads: thread.start()
            report = dump("out")
            stop = True
            for thread in threads: thread.join()
            print(json.dumps({"interval": sys.getswitchinterval() == before,
                              "pause": report.pause_seconds}))
        """)
        self.assertTrue(printed["interval"])
        self.assertLess(printed["pause"], 40)  # it was some 100 s, and is 5

    def test_no_module_is_imported(self) -> None:
        """Not even one of Python's own, such as the codec of an encoding."""
        printed = self.printed("""
            before = {*sys.modules}
            dump("out")
            print(json.dumps({"imported": sorted({*sys.modules} - before)}))
        """)
        self.assertEqual(printed["imported"], [])

    def test_the_dumpers_own_working_data_is_not_in_the_file(self) -> None:
        """Nor its frames; only the module itself, as any other."""
        self.printed("""
            dump("out.pyheap")
            print(json.dumps({}))
        """)
        from heapfile import read

        heap = read(self.folder / "out.pyheap")
        working = [
            a for a in heap.columns["address"] if heap.type_name(a).startswith("pyheap_dump.")
        ]
        self.assertEqual([heap.describe(address) for address in working], [])
        self.assertNotIn("_capture", [row["function"] for row in heap.tables["frame"]])
        lists = [a for a in heap.columns["address"] if heap.type_name(a) in ("list", "tuple")]
        longest = max(sum(1 for _ in heap.references(address)) for address in lists)
        self.assertLess(longest, len(heap) / 4)  # a list of all objects would be longer
        if sys.version_info < (3, 11):
            frames = [a for a in heap.columns["address"] if heap.type_name(a) == "frame"]
            self.assertFalse([a for a in frames if heap.text(a).startswith("_")])


def _dedented(source: str) -> str:
    import textwrap

    return textwrap.dedent(source)


if __name__ == "__main__":
    unittest.main()
