"""Other ways to start it: by a call, around code, while a program runs, by a fork, under limits."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import unittest

from heapfile import read
from support import DUMPER, ProgramTest, variables

WAITING = """
    import sys, threading
    kept = ["planted"]
    print("ready", flush=True)
    sys.stdin.read()
"""


class CallTest(ProgramTest):
    """In the program."""

    def test_two_labelled_dumps_in_one_run(self) -> None:
        """Each file has its label."""
        program = """
            import pyheap_dump
            pyheap_dump.dump("a.pyheap", label="release=1")
            pyheap_dump.dump("b.pyheap", label="release=2")
        """
        self.assertEqual(self.python(self.write("app.py", program)).returncode, 0)
        labels = [read(self.folder / f"{name}.pyheap").meta["label"] for name in "ab"]
        self.assertEqual(labels, ["release=1", "release=2"])

    def test_around_some_code(self) -> None:
        """Before and after, also when the code fails."""
        program = """
            import pyheap_dump
            kept = []
            try:
                with pyheap_dump.around("import.pyheap", label="import"):
                    kept.append("grown")
                    1 / 0
            except ZeroDivisionError: pass
        """
        run = self.python(self.write("app.py", program))
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        before = read(self.folder / "import-before.pyheap")
        after = read(self.folder / "import-after.pyheap")
        lengths = [
            len(list(heap.references(heap.follow(heap.root("module", "__main__"), ".kept"))))
            for heap in (before, after)
        ]
        self.assertEqual(lengths, [0, 1])
        self.assertEqual(before.meta["label"], "import: before")
        self.assertEqual(after.meta["label"], "import: after")

    def test_around_a_function_once(self) -> None:
        """A decorator; a dump that fails does not stop the function."""
        program = """
            import pyheap_dump
            @pyheap_dump.around("call.pyheap")
            def work(n): return n + 1
            print(work(1), work(2), work.__name__)
            @pyheap_dump.around("no/folder.pyheap")
            def other(): return 7
            print(other())
        """
        run = self.python(self.write("app.py", program))
        self.assertEqual(run.stdout, "2 3 work\n7\n")
        self.assertEqual(run.stderr.count("there is no folder"), 2)
        names = sorted(path.name for path in self.folder.glob("*.pyheap"))
        self.assertEqual(names, ["call-after.pyheap", "call-before.pyheap"])

    def test_a_name_of_its_own_in_the_folder_that_the_environment_names(self) -> None:
        """The program's, the host's, the process's, and the time."""
        (self.folder / "dumps").mkdir()
        program = "import pyheap_dump; print(pyheap_dump.dump().path); pyheap_dump.dump()"
        folder = {"PYHEAP_FOLDER": "dumps"}
        run = self.python(self.write("app.py", program), environment=folder)
        self.assertRegex(run.stdout, r"dumps/app-.+-\d+-\d{8}T\d{6}Z\.pyheap\n$")
        self.assertEqual(len(list((self.folder / "dumps").iterdir())), 2)

    def test_standard_output_gets_the_file(self) -> None:
        """And no file is left."""
        program = "import pyheap_dump; pyheap_dump.dump('-')"
        command = [sys.executable, self.write("app.py", program)]
        with (self.folder / "piped.pyheap").open("wb") as out:
            subprocess.run(
                command,
                cwd=self.folder,
                env=variables({"TMPDIR": str(self.folder)}),
                stdout=out,
                check=True,
                timeout=60,
            )
        self.assertGreater(len(read(self.folder / "piped.pyheap")), 1000)
        names = sorted(path.name for path in self.folder.iterdir())
        self.assertEqual(names, ["app.py", "piped.pyheap"])


class WhileItRunsTest(ProgramTest):
    """``run`` with other moments than the end."""

    def start(self, source: str, *options: str) -> subprocess.Popen[str]:
        """Start a program under the dumper."""
        command = [sys.executable, str(DUMPER), "run", *options, self.write("app.py", source)]
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=variables({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.communicate)
        return process

    def wait_for_files(self, number: int) -> None:
        """Wait until so many dumps are there."""
        ends = time.monotonic() + 60
        while len(list(self.folder.glob("*.pyheap"))) < number and time.monotonic() < ends:
            time.sleep(0.02)
        self.assertGreaterEqual(len(list(self.folder.glob("*.pyheap"))), number)

    def test_every_few_seconds(self) -> None:
        """The program goes on, and the thread that counts is not in the dump."""
        process = self.start(WAITING, "--every", "0.2", "-o", "out.pyheap")
        self.wait_for_files(2)
        self.assertIsNone(process.poll())
        heap = read(self.folder / "out-2.pyheap")
        self.assertEqual([row["name"] for row in heap.tables["thread"]], ["MainThread"])
        heap.follow(heap.root("module", "__main__"), ".kept", "[0]")
        self.assertEqual([c for c in heap.tables["code"] if c["file"] == str(DUMPER)], [])

    def test_keep_removes_older_ones_of_this_program_only(self) -> None:
        """Files of other names stay."""
        (self.folder / "mine.pyheap").write_text("")
        (self.folder / "other-host-1-20200101T000000Z.pyheap").write_text("")
        process = self.start(WAITING, "--every", "0.2", "--keep", "2")
        assert process.stderr
        for _ in range(4):
            self.assertIn("objects in app-", process.stderr.readline())
        process.communicate("")
        names = [path.name for path in self.folder.glob("*.pyheap")]
        self.assertEqual(len([name for name in names if name.startswith("app-")]), 2)
        self.assertIn("mine.pyheap", names)
        self.assertIn("other-host-1-20200101T000000Z.pyheap", names)

    @unittest.skipUnless(sys.platform == "linux", "Linux tells a process's memory")
    def test_when_memory_grows_above(self) -> None:
        """One dump, with what has grown."""
        program = """
            import sys, time
            time.sleep(0.1)
            grown = bytearray(120_000_000)
            sys.stdin.read()
        """
        process = self.start(program, "--when-memory-above", "100MB", "-o", "out.pyheap")
        self.wait_for_files(1)
        heap = read(self.folder / "out.pyheap")
        heap.follow(heap.root("module", "__main__"), ".grown")
        process.communicate("")
        self.assertEqual(len(list(self.folder.glob("*.pyheap"))), 1)

    def test_sigterm_is_python_s_own_unless_asked_for(self) -> None:
        """Then the dump comes first, and the process ends by the signal all the same."""
        for options, files in (((), 0), (("--at-term",), 1)):
            process = self.start(WAITING, "-o", "out.pyheap", *options)
            assert process.stdout
            process.stdout.readline()
            process.send_signal(signal.SIGTERM)
            process.communicate()
            self.assertEqual(process.returncode, -signal.SIGTERM)
            self.assertEqual(len(list(self.folder.glob("*.pyheap"))), files)
            self.assertEqual(list(self.folder.glob("*.tmp")), [])

    def test_standard_output_is_for_the_dump_if_asked_for(self) -> None:
        """What the program prints goes to standard error."""
        self.write("app.py", "print('said'); import os; os.system('echo also said')")
        command = [sys.executable, str(DUMPER), "run", "-o", "-", "app.py"]
        with (self.folder / "out.pyheap").open("wb") as out:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=variables({}),
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                check=True,
                timeout=60,
            )
        self.assertIn("said\n", done.stderr)
        self.assertIn("also said\n", done.stderr)
        self.assertGreater(len(read(self.folder / "out.pyheap")), 1000)

    def test_a_failed_dump_does_not_change_the_exit_code(self) -> None:
        """It is told on standard error."""
        for code in (0, 3):
            self.write("app.py", f"import sys; open('out.pyheap', 'w').close(); sys.exit({code})")
            (self.folder / "out.pyheap").unlink(missing_ok=True)
            run = self.python(str(DUMPER), "run", "-o", "out.pyheap", "app.py")
            self.assertEqual(run.returncode, code)
            self.assertIn("exists already", run.stderr)


@unittest.skipUnless(sys.platform == "linux", "Linux")
class ForkTest(ProgramTest):
    """A copy looks."""

    def test_the_fork_sees_what_the_process_sees(self) -> None:
        """Variables of all threads, the process's own facts; no child is left to wait for."""
        program = """
            import os, threading, pyheap_dump
            os.register_at_fork(before=lambda: ran.append("before"))
            ran = []
            ready, end = threading.Event(), threading.Event()
            def other():
                mine = ["of the other thread"]
                ready.set(); end.wait()
            thread = threading.Thread(target=other, name="other"); thread.start(); ready.wait()
            def work():
                here = ["of this thread"]
                print(pyheap_dump.dump("out.pyheap", method="fork").path)
            work()
            end.set()
            print(os.getpid(), ran)
            try: os.waitpid(-1, os.WNOHANG)
            except ChildProcessError: print("no child")
        """
        run = self.python("-W", "error", self.write("app.py", program))
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        lines = run.stdout.splitlines()
        self.assertRegex(lines[1], r"^\d+ \['before'\]$")
        self.assertEqual(lines[2], "no child")
        heap = read(self.folder / "out.pyheap")
        self.assertEqual(heap.meta["process"]["pid"], int(lines[1].split()[0]))
        self.assertEqual(heap.meta["capture"]["method"], "fork")
        if sys.version_info < (3, 15):  # there a fork can't look at other threads
            self.assertEqual({r["name"] for r in heap.tables["thread"]}, {"MainThread", "other"})
            self.assertIn("'of the other thread'", heap.texts)
        self.assertIn("'of this thread'", heap.texts)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["app.py", "out.pyheap"])

    def test_functions_that_gevent_replaced_are_not_called(self) -> None:
        """They let other parts of the program run, and number threads in another way."""
        program = """
            import _thread, os, sys, time, types
            saved = {}
            def replace(module, name, other):
                saved.setdefault(module.__name__, {})[name] = getattr(module, name)
                setattr(module, name, other)
            def must_not(*arguments): raise AssertionError("was called")
            replace(_thread, "get_ident", lambda: 4711)
            replace(_thread, "start_new_thread", must_not)
            replace(time, "sleep", must_not)
            replace(os, "fork", must_not)
            replace(os, "waitpid", must_not)
            monkey = types.ModuleType("gevent.monkey"); monkey.saved = saved
            sys.modules["gevent.monkey"] = monkey
            import pyheap_dump
            def work():
                here = ["of this thread"]
                for method in "memory", "fork":
                    print(pyheap_dump.dump(method + ".pyheap", method=method).warnings)
            pyheap_dump.listen()
            work()
        """
        run = self.python(self.write("app.py", program))
        self.assertEqual((run.returncode, run.stderr, run.stdout), (0, "", "()\n" * 2))
        for method in "memory", "fork":
            heap = read(self.folder / f"{method}.pyheap")
            self.assertEqual(len(heap.tables["thread"]), 1)
            self.assertIn("'of this thread'", heap.texts)

    def test_a_fork_that_is_ended_is_told_and_leaves_nothing(self) -> None:
        """The process goes on."""
        program = """
            import os, signal, pyheap_dump
            def end(*arguments): os.kill(os.getpid(), signal.SIGKILL)
            pyheap_dump._look = end
            try: pyheap_dump.dump("out.pyheap", method="fork")
            except pyheap_dump.DumpError as error: print(error)
        """
        run = self.python(self.write("app.py", program))
        self.assertIn("the fork that looked was ended", run.stdout)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["app.py"])

    def test_the_fork_is_the_first_to_be_ended_for_memory_and_holds_nothing_open(self) -> None:
        """As the system shows it from inside."""
        program = """
            import os, pyheap_dump
            kept = open("held")
            def look(*arguments):
                score = open("/proc/self/oom_score_adj").read().strip()
                held = [os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")
                        if os.path.lexists(f"/proc/self/fd/{n}")]
                raise pyheap_dump.DumpError(f"{score} {any('held' in name for name in held)}")
            pyheap_dump._look = look
            try: pyheap_dump.dump("out.pyheap", method="fork")
            except pyheap_dump.DumpError as error: print(error)
        """
        (self.folder / "held").write_text("")
        run = self.python(self.write("app.py", program))
        self.assertEqual(run.stdout, "1000 False\n")


@unittest.skipUnless(sys.platform == "linux", "Linux")
class LimitsTest(ProgramTest):
    """What would be too much is not begun, and both numbers are told."""

    def limited(self, limits: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run a program with a large heap, under limits."""
        program = f"""
            import resource
            kept = [[n] for n in range(400_000)]
            {limits}
        """
        self.write("app.py", program)
        return self.python(str(DUMPER), "run", "-o", "out.pyheap", *options, "app.py")

    def test_a_limit_on_memory_is_read_first(self) -> None:
        """Of the address space and of data, as ``ulimit`` sets them; the exit code stays."""
        for limit, name in (("RLIMIT_AS", "VmSize"), ("RLIMIT_DATA", "VmData")):
            with self.subTest(limit):
                lines = (
                    "status = open('/proc/self/status').read(); "
                    f"used = int(status.split('{name}:')[1].split()[0]) * 1024; "
                    f"resource.setrlimit(resource.{limit}, (used + 60_000_000,) * 2)"
                )
                run = self.limited(lines)
                self.assertRegex(
                    run.stderr,
                    r"a dump takes about \d+ MB of memory here, and \d+ MB are left by the limit",
                )
                self.assertEqual(run.returncode, 0)
                self.assertFalse((self.folder / "out.pyheap").exists())

    def test_the_control_group_is_read(self) -> None:
        """Of either version, with what it can give back."""
        program = """
            import pyheap_dump
            files = {
                "/proc/self/cgroup": "4:memory:/a/b\\n0::/c\\n",
                "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "1000\\n",
                "/sys/fs/cgroup/memory/a/b/memory.usage_in_bytes": "900\\n",
                "/sys/fs/cgroup/memory/a/b/memory.stat": "total_inactive_file 50\\n",
                "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "9223372036854771712\\n",
                "/sys/fs/cgroup/memory/a/memory.usage_in_bytes": "5\\n",
                "/sys/fs/cgroup/c/memory.max": "max\\n",
                "/sys/fs/cgroup/c/memory.current": "5\\n",
                "/sys/fs/cgroup/memory.max": "700\\n",
                "/sys/fs/cgroup/memory.current": "100\\n",
                "/sys/fs/cgroup/memory.stat": "anon 3\\ninactive_file 7\\n",
            }
            pyheap_dump._read = lambda path: files.get(path, "")
            print([room for room, _ in pyheap_dump._cgroup_rooms()])
        """
        run = self.python(self.write("app.py", program))
        self.assertEqual(run.stdout, "[150, 607]\n", run.stderr)

    def test_a_pause_that_would_be_too_long_is_not_begun(self) -> None:
        """Both numbers are told; a dump that takes longer than predicted is given up."""
        program = """
            import pyheap_dump
            kept = [[n] for n in range(400_000)]
            def dump(**options):
                try: print(pyheap_dump.dump("out.pyheap", **options).objects > 400_000)
                except pyheap_dump.DumpError as error: print(error)
            dump(method="memory", max_pause=0.5)
            pyheap_dump._SECONDS_TO_LOOK = 0
            dump(method="memory", max_pause=0.21)
            dump(max_pause=60)
        """
        run = self.python(self.write("app.py", program))
        lines = run.stdout.splitlines()
        self.assertRegex(lines[0], r"stand still for about [\d.]+ s, and may for 0.5 s only")
        self.assertRegex(lines[1], r"given up after [\d.]+ s, .* still for 0.21 s only")
        self.assertEqual(lines[2], "True", run.stderr)

    def test_a_fork_is_taken_where_the_pause_would_be_too_long(self) -> None:
        """Without being asked for."""
        program = """
            import pyheap_dump
            kept = [[n] for n in range(400_000)]
            print(pyheap_dump.dump("out.pyheap", max_pause=0.9).objects > 400_000)
        """
        run = self.python(self.write("app.py", program))
        self.assertEqual(run.stdout, "True\n", run.stderr)
        self.assertEqual(read(self.folder / "out.pyheap").meta["capture"]["method"], "fork")

    def test_room_on_the_disk_is_looked_at_first(self) -> None:
        """Both numbers are told."""
        small = self.folder / "small"
        small.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)],
            capture_output=True,
            check=False,
        )
        if mounted.returncode:
            self.skipTest("mounting a small disk needs root")
        self.addCleanup(subprocess.run, ["umount", str(small)], check=True)
        self.write("app.py", "import os\nkept = [os.urandom(30) for _ in range(60_000)]")
        command = [str(DUMPER), "run", "-o", "small/out.pyheap"]
        refused = self.python(*command, "app.py")
        self.assertRegex(refused.stderr, r"takes up to \d+ MB, and .*small has \d+ MB free")
        full = self.python(*command, "--force", "app.py")
        self.assertIn("disk", full.stderr)
        self.assertEqual((refused.returncode, full.returncode), (0, 0))
        self.assertEqual(os.listdir(small), [])

    def test_interrupts_while_it_writes_leave_no_file_of_that_name(self) -> None:
        """SIGINT leaves nothing; SIGTERM, by which Python ends at once, the temporary file."""
        program = """
            import os, signal, sys, pyheap_dump
            pages = pyheap_dump._pages
            def interrupted(columns):
                yield from pages(columns)
                os.kill(os.getpid(), getattr(signal, sys.argv[1]))
            pyheap_dump._pages = interrupted
            pyheap_dump.dump("out.pyheap")
        """
        self.write("app.py", program)
        for name, left in (("SIGINT", 0), ("SIGTERM", 1)):
            run = self.python("app.py", name)
            self.assertNotEqual(run.returncode, 0)
            found = [path.name for path in self.folder.glob("out*")]
            self.assertEqual(len(found), left)
            for file in found:
                self.assertTrue(re.fullmatch(r"out\.pyheap\.[0-9a-f]+\.tmp", file), file)


if __name__ == "__main__":
    unittest.main()
