"""``run`` runs a program as Python itself would, and dumps it at its end."""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import sys
import textwrap
import unittest

from heapfile import NOT_RETAINING, HeapFile, read
from support import DUMPER, ProgramTest

SHOW = """
    import sys
    print(__name__, __file__, __doc__, __package__, __spec__ is None, sys.argv, sys.path)
    print(sorted(vars()), type(__builtins__).__name__, __loader__.__class__.__name__)
    print(sys.modules["__main__"].__dict__ is globals(), vars().get("__annotations__"))
"""


class RunTest(ProgramTest):
    """What a program can see, and what its caller can see."""

    def check_same(self, *arguments: str) -> None:
        """Check that a command behaves the same with and without the dumper."""
        plain = self.python(*arguments)
        ours = self.python(str(DUMPER), "run", "-o", "out.pyheap", *arguments)
        self.assertEqual(ours.stdout, plain.stdout)
        self.assertEqual(ours.returncode, plain.returncode)
        message = r"pyheap_dump: [\d,]+ objects in out\.pyheap; the program stood still for .* s\n"
        self.assertRegex(ours.stderr, message)
        self.assertEqual(re.sub(message, "", ours.stderr), plain.stderr)
        self.heap = read(self.folder / "out.pyheap")

    def test_a_script_sees_what_it_always_sees(self) -> None:
        """Name, file, arguments, search path, and nothing else among its globals."""
        self.check_same(self.write("app.py", SHOW), "-o", "run", "--label", "x")

    def test_a_program_is_not_started_for_a_dump_that_could_not_be_written(self) -> None:
        """Where the file is there already, or its folder is not."""
        app = self.write("app.py", "print('started')")
        (self.folder / "there.pyheap").write_text("mine")
        for output, reason in (
            ("there.pyheap", "exists already"),
            ("no/where.pyheap", "no folder"),
        ):
            with self.subTest(output):
                run = self.python(str(DUMPER), "run", "-o", output, app)
                self.assertEqual((run.returncode, run.stdout), (2, ""))
                self.assertIn(reason, run.stderr)
        self.assertEqual((self.folder / "there.pyheap").read_text(), "mine")

    def test_a_script_elsewhere_has_its_folder_on_the_path(self) -> None:
        """Also with a path in front."""
        (self.folder / "sub").mkdir()
        self.check_same(self.write("sub/app.py", SHOW))

    def test_a_module_runs_as_with_m(self) -> None:
        """Its spec is the module's, and the current folder is on the path."""
        self.write("app.py", SHOW)
        self.check_same("-m", "app", "one", "--two")

    def test_a_package_and_a_folder_run_by_their_main(self) -> None:
        """As ``python -m package`` and ``python folder``."""
        (self.folder / "package").mkdir()
        self.write("package/__init__.py", "")
        self.write("package/__main__.py", SHOW)
        self.check_same("-m", "package")
        (self.folder / "out.pyheap").unlink()
        self.check_same("package")

    def test_sys_exit_keeps_its_code(self) -> None:
        """A number, a text, nothing."""
        for code in ("3", "'a reason'", ""):
            with self.subTest(code):
                self.check_same(self.write("app.py", f"import sys\nsys.exit({code})\n"))
                (self.folder / "out.pyheap").unlink()

    def test_an_uncaught_exception_prints_the_usual_traceback(self) -> None:
        """Without our frames; and the failed function's variables are in the dump."""
        program = """
            import threading
            def fail(n):
                lost = ["unmistakable"]
                raise ValueError(n)
            try:
                {}["missing"]
            except KeyError:
                fail(1)
        """
        self.check_same(self.write("app.py", program))
        last = "last_exc" if sys.version_info >= (3, 12) else "last_value"
        trace = self.heap.follow(self.heap.root("module", "sys"), f".{last}", ".__traceback__")
        lost = self.heap.follow(trace, ".tb_next", ".tb_frame", " local lost", "[0]")
        self.assertEqual(self.heap.text(lost), "'unmistakable'")

    def test_a_syntax_error_prints_as_usual_and_leaves_no_dump(self) -> None:
        """The program has not run, so there is nothing of it to look at."""
        self.write("app.py", "def broken(:\n")
        plain = self.python("app.py")
        ours = self.python(str(DUMPER), "run", "-o", "out.pyheap", "app.py")
        self.assertEqual((ours.returncode, ours.stderr), (plain.returncode, plain.stderr))
        self.assertFalse((self.folder / "out.pyheap").exists())

    def test_an_excepthook_of_the_program_is_used(self) -> None:
        """As Python uses it."""
        program = "import sys\nsys.excepthook = lambda *a: print('hook', a[0].__name__)\n1 / 0\n"
        self.check_same(self.write("app.py", program))

    @unittest.skipIf(sys.platform == "win32", "signals")
    def test_an_interrupt_ends_the_process_by_its_signal(self) -> None:
        """So that a shell knows."""
        self.check_same(self.write("app.py", "raise KeyboardInterrupt\n"))
        ended = self.python(str(DUMPER), "run", "-o", "again.pyheap", "app.py")
        self.assertEqual(ended.returncode, -signal.SIGINT)

    def test_atexit_comes_after_the_dump(self) -> None:
        """What a program tears down at its end is still there."""
        program = """
            import atexit
            table = {"kept": 1}
            atexit.register(table.clear)
            atexit.register(print, "at exit")
        """
        self.check_same(self.write("app.py", program))
        self.heap.follow(self.heap.root("module", "__main__"), ".table", "['kept']")

    def test_threads_that_still_run_are_in_the_dump(self) -> None:
        """Python waits for them only afterwards."""
        program = """
            import threading, time
            started = threading.Event()
            def work():
                mine = "in the thread"
                started.set()
                time.sleep(1.5)
                print("done")
            threading.Thread(target=work, name="slow").start()
            started.wait()
        """
        self.check_same(self.write("app.py", program))
        self.assertIn("slow", [row["name"] for row in self.heap.tables["thread"]])

    def test_a_missing_script_is_reported_as_python_does(self) -> None:
        """Exit status 2; only the executable's own name may differ."""
        plain = self.python("nothing.py")
        ours = self.python(str(DUMPER), "run", "nothing.py")
        self.assertEqual(ours.returncode, plain.returncode)
        self.assertIn("can't open file", ours.stderr)
        self.assertEqual(list(self.folder.glob("*.pyheap")), [])

    def test_a_program_may_leave_its_process_in_any_state(self) -> None:
        """The dump is taken, and the exit status is the program's."""
        endings = {
            "no stdout": "import sys; sys.stdout = None",
            "stdout closed": "import os; os.close(1)",
            "no stderr": "import sys; sys.stderr = None",
            "no room to recurse": "import sys; sys.setrecursionlimit(10)",
        }
        for name, source in endings.items():
            with self.subTest(name):
                ours = self.python(str(DUMPER), "run", "-o", "x", self.write("app.py", source))
                self.assertEqual(ours.returncode, 0)
                (self.folder / "x").unlink()

    @unittest.skipUnless(hasattr(os, "fork"), "fork")
    def test_a_forked_child_leaves_the_dump_to_its_parent(self) -> None:
        """The child ends by the same way as the parent, but it is not the program."""
        program = """
            import os
            child = os.fork()
            who = "parent" if child else "child"
            if child:
                os.waitpid(child, 0)
        """
        ours = self.python(str(DUMPER), "run", "-o", "x.pyheap", self.write("app.py", program))
        self.assertEqual(ours.returncode, 0)
        heap = read(self.folder / "x.pyheap")
        who = heap.follow(heap.root("module", "__main__"), ".who")
        self.assertEqual(heap.text(who), "'parent'")

    def test_what_stops_the_dump_is_told_in_a_sentence(self) -> None:
        """The program may have changed anything that the dumper stands on."""
        program = """
            import sys
            def hook(event, arguments):
                if event.startswith("sqlite3"):
                    raise RuntimeError("not here")
            sys.addaudithook(hook)
        """
        ours = self.python(str(DUMPER), "run", "-o", "x.pyheap", self.write("app.py", program))
        self.assertRegex(ours.stderr, r"^pyheap_dump: no dump could be taken here: .*not here\n$")
        self.assertEqual(list(self.folder.glob("x*")), [])

    def test_the_default_name_tells_program_host_process_and_time(self) -> None:
        """One can see from the name what it is a dump of."""
        self.python(str(DUMPER), "run", self.write("app.py", "pass\n"))
        (name,) = [path.name for path in self.folder.glob("*.pyheap")]
        self.assertRegex(name, r"^app-.+-\d+-\d{8}T\d{6}Z\.pyheap$")

    def test_the_output_name_is_relative_to_where_the_command_was_given(self) -> None:
        """Also when the program goes elsewhere."""
        self.check_same(self.write("app.py", "import os\nos.chdir('/')\n"))

    def test_help_shows_how_to_use_it(self) -> None:
        """With examples."""
        shown = self.python(str(DUMPER), "--help")
        self.assertEqual(shown.returncode, 0)
        self.assertIn("python3 pyheap_dump.py run app.py", shown.stdout)

    def test_the_file_says_what_was_run(self) -> None:
        """In ``meta``."""
        self.check_same(self.write("app.py", "pass\n"), "x")
        self.assertEqual(self.heap.meta["process"]["program"], "app")
        self.assertEqual(self.heap.meta["capture"]["mode"], "run")
        self.assertEqual(self.heap.meta["capture"]["objects"], len(self.heap))
        self.assertEqual(self.heap.meta["python"]["version"], sys.version)


NOTHING = """
    import json, sys, random, threading
    class Kept:
        def __init__(self): self.items = [1, 2]
    kept = [Kept() for _ in range(10)]
    try: 1 / 0
    except ZeroDivisionError as error: caught = error
"""


class NothingOfOursTest(ProgramTest):
    """What is in the file would be there if Python had run the program."""

    def dumped(self, program: str, *arguments: str) -> HeapFile:
        """Run a program and return its heap."""
        self.write("app.py", program)
        command = [str(DUMPER), "run", "-o", "out.pyheap", *(arguments or ("app.py",))]
        inside = "import pyheap_dump" in program
        run = self.python(*command, environment={} if inside else {"PYTHONPATH": ""})
        self.assertIn("objects in out.pyheap", run.stderr)
        heap = read(self.folder / "out.pyheap")
        (self.folder / "out.pyheap").unlink()
        return heap

    def check_nothing_of_ours(self, heap: HeapFile) -> None:
        """Check types, code, names, functions, frames, and the parser's list of our source."""
        types = [row for row in heap.types if row["qualname"].startswith(("_Describ", "Report"))]
        self.assertEqual(types, [])
        self.assertEqual([c for c in heap.tables["code"] if c["file"] == str(DUMPER)], [])
        of_ours = {
            f"'{node.name}'"
            for node in ast.parse(DUMPER.read_text()).body
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and len(node.name) > 9
        }
        self.assertGreater(len(of_ours), 60)
        self.assertEqual(of_ours.intersection(heap.texts), set())
        self.assertEqual([text for text in heap.texts if "Write the object graph of" in text], [])
        ours = [text for text in heap.texts if "pyheap_dump" in text]
        self.assertIn(ours, ([], [repr(str(DUMPER))]))  # sys.orig_argv
        self.assertNotIn("<module>", self.held_functions(heap))
        self.assertLess(heap.meta["capture"]["missing"], 3)  # 3.13: what marks a thread

    def held_functions(self, heap: HeapFile) -> list[str]:
        """Return the functions to which nothing refers."""
        found = set(heap.targets)
        addresses = [a for a in heap.columns["address"] if heap.type_name(a) == "function"]
        return [heap.text(address) for address in addresses if address not in found]

    def test_a_script_is_alone_in_its_dump(self) -> None:
        """No class, function, name, constant or list of the dumper, nor of its source."""
        heap = self.dumped(NOTHING)
        self.check_nothing_of_ours(heap)
        heap.follow(heap.root("module", "__main__"), ".kept", "[3]", ".items")

    def test_a_module_and_a_folder_are_alone_too(self) -> None:
        """They run in other ways."""
        self.check_nothing_of_ours(self.dumped(NOTHING, "-m", "app"))
        (self.folder / "package").mkdir()
        self.write("package/__main__.py", NOTHING)
        self.check_nothing_of_ours(self.dumped(NOTHING, "package"))

    def test_it_does_not_matter_how_we_are_called(self) -> None:
        """As a module, or by a path with a dot in it."""
        app = self.write("app.py", NOTHING)
        (self.folder / "tool").mkdir()
        shutil.copy(DUMPER, self.folder / "tool" / "dumptool.py")
        for name in (["tool/./dumptool.py"], ["-m", "tool.dumptool"]):
            with self.subTest(name):
                command = [*name, "run", "-o", "out.pyheap", app]
                self.python(*command, environment={"PYTHONPATH": ""})
                texts = read(self.folder / "out.pyheap").texts
                self.assertEqual([t for t in texts if "dumptool.py" in t and "/./" not in t], [])
                (self.folder / "out.pyheap").unlink()

    def test_a_kept_exception_does_not_lead_to_us(self) -> None:
        """The program's outermost frame was called by one of ours."""
        for end in ("", "1 / 0\n", "sys.exit(3)\n"):
            with self.subTest(end):
                heap = self.dumped(textwrap.dedent(NOTHING) + end)
                self.check_nothing_of_ours(heap)
                caught = heap.follow(heap.root("module", "__main__"), ".caught")
                frame = heap.follow(caught, ".__traceback__", ".tb_frame")
                self.assertNotIn(".f_back", dict(heap.edges(frame)))

    def test_a_dump_by_the_program_itself_does_not_show_us_either(self) -> None:
        """Its own import of the dumper is its own."""
        program = (
            NOTHING
            + """
    def work():
        import pyheap_dump
        pyheap_dump.dump("inner.pyheap")
    work()
"""
        )
        self.dumped(program)
        heap = read(self.folder / "inner.pyheap")
        frames = [row["function"] for row in heap.tables["frame"]]
        self.assertEqual(frames, ["work", "<module>"])
        self.assertEqual(heap.texts.count("pyheap_dump._Describers"), 1)  # the class, not twice

    def test_counts_are_those_without_us(self) -> None:
        """Modules that we use too, built-in functions, the program's namespace."""
        heap = self.dumped(NOTHING)
        explained = heap.explained()
        for name in ("zlib", "json", "gc", "itertools"):
            with self.subTest(name):
                module = heap.root("module", name)
                left = heap.refcount(module) - explained[module]
                self.assertIn(left, (0, 1))  # some are also in a list of the interpreter's

    def test_little_is_held_by_nobody_that_has_a_name(self) -> None:
        """The interpreter's own tables are roots with names, or members of classes."""
        heap = self.dumped(NOTHING)
        names = {row["name"] for row in heap.tables["root"] if row["kind"] == "builtin"}
        wanted = {"codecs.register", "codecs.register_error", "codecs.lookup"}
        wanted |= {"modules written in C, by number", "first state of module builtins"}
        wanted.add("os.register_at_fork")
        if sys.version_info >= (3, 14):
            wanted.add("sys.intern")
        self.assertLessEqual(wanted, names)
        reached = self.reached(heap)
        held = [a for a in heap.columns["address"] if a not in reached]
        held = [a for a in held if heap.type_name(a) not in ("str", "int", "NoneType", "bool")]
        self.assertLess(len(held), 40, [heap.describe(address) for address in held])

    def test_a_class_has_its_subclasses(self) -> None:
        """Weakly, as Python keeps them; also a class of which we have derived one."""
        program = "class A: pass\nclass B(A): pass\nclass C(Exception): pass\n"
        heap = self.dumped(program)
        main = heap.root("module", "__main__")
        for name in (".B", ".C"):
            derived = heap.follow(main, name)
            table = heap.follow(derived, ".__base__", ".__subclasses__")
            weak = [heap.follow(t, " weak None") for e, t in heap.edges(table) if e.startswith("[")]
            self.assertIn(derived, weak)

    def reached(self, heap: HeapFile) -> set[int]:
        """Return what can be reached from the roots."""
        reached = {row["address"] for row in heap.tables["root"]}
        pending = list(reached)
        while pending:
            for reference in heap.references(pending.pop()):
                if reference.kind not in NOT_RETAINING and reference.target not in reached:
                    reached.add(reference.target)
                    pending.append(reference.target)
        return reached


if __name__ == "__main__":
    unittest.main()
