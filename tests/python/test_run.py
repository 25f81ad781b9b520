"""``run`` runs a program as Python itself would, and dumps it at its end."""

from __future__ import annotations

import re
import signal
import sys
import unittest

from heapfile import read
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

    def test_a_syntax_error_prints_as_usual(self) -> None:
        """There is no frame of the program then."""
        self.check_same(self.write("app.py", "def broken(:\n"))

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


if __name__ == "__main__":
    unittest.main()
