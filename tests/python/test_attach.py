"""``attach``: into a process that was not prepared, or a sentence that says why not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import unittest

from heapfile import read
from support import DUMPER, ProgramTest, variables

BUSY = """
    import sys, threading
    kept = ["not prepared"]
    names = set(globals())
    print("ready", flush=True)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set())).start()
    def work():
        mine, total = "a local", 0
        while not ended.is_set():
            total += 1
    work()
    print("goes on", sorted(set(globals()) - names - {"ended", "work", "names"}), flush=True)
"""


class AttachingTest(ProgramTest):
    """What starts a program, attaches to it, and sees how it ends."""

    def start(self, source: str = BUSY, *before: str, **environment: str) -> subprocess.Popen[str]:
        """Start a program and return it once it is ready."""
        command = [*before, sys.executable, self.write("service.py", source)]
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=variables({"TMPDIR": str(self.folder), **environment}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.stop, process)
        assert process.stdout
        if process.stdout.readline() != "ready\n":
            self.skipTest("could not be started here")
        return process

    def stop(self, process: subprocess.Popen[str]) -> str:
        """End it and return what it printed last."""
        assert process.stdin and process.stdout
        said = ""
        if not process.stdin.closed:
            process.stdin.close()
            said = process.stdout.read()
            self.assertEqual(process.wait(60), 0)
            process.stdout.close()
        return said

    def attach(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run ``attach``."""
        command = [str(DUMPER), "attach", *map(str, arguments)]
        return self.python(*command, environment={"TMPDIR": str(self.folder)})


@unittest.skipUnless(sys.platform == "linux", "Linux only")
class AttachTest(AttachingTest):
    """Each failure leaves the process as it was."""

    @unittest.skipIf(sys.version_info < (3, 14), "sys.remote_exec came with 3.14")
    def test_a_process_that_runs_is_dumped_and_goes_on(self) -> None:
        """With the frame that was interrupted, and nothing of ours in the file or left behind."""
        service = self.start()
        attached = self.attach(service.pid, "-o", "out.pyheap", "--label", "attached")
        self.assertEqual(attached.returncode, 0, attached.stderr)
        self.assertIn("waiting until process", attached.stderr)
        heap = read(self.folder / "out.pyheap")
        kept = heap.follow(heap.root("module", "__main__"), ".kept", "[0]")
        self.assertEqual(heap.text(kept), "'not prepared'")
        self.assertIn("work", [row["function"] for row in heap.tables["frame"]])
        self.assertEqual(heap.meta["capture"]["mode"], "attach")
        code = [row["file"] for row in heap.tables["code"] if "pyheap" in row["file"]]
        self.assertEqual(code, [])
        self.assertEqual(self.stop(service), "goes on []\n")
        self.assertEqual(
            sorted(p.name for p in self.folder.iterdir()), ["out.pyheap", "service.py"]
        )

    @unittest.skipIf(sys.version_info < (3, 14), "sys.remote_exec came with 3.14")
    def test_a_process_that_waits_is_left_alone_after_the_time(self) -> None:
        """And finds a script that does nothing when it runs again."""
        service = self.start("import sys\nprint('ready', flush=True)\nsys.stdin.read()\nprint(7)\n")
        attached = self.attach(service.pid, "-o", "out.pyheap", "--wait", "0.5")
        self.assertEqual(attached.returncode, 1)
        self.assertIn("did not run Python within 0.5 s", attached.stderr)
        self.assertEqual(self.stop(service), "7\n")
        self.assertFalse((self.folder / "out.pyheap").exists())

    @unittest.skipIf(sys.version_info < (3, 14), "sys.remote_exec came with 3.14")
    def test_a_dump_that_fails_inside_is_told_and_the_process_goes_on(self) -> None:
        """As it would be by ``ask``."""
        service = self.start()
        (self.folder / "out.pyheap").write_text("evidence")
        attached = self.attach(service.pid, "-o", "out.pyheap")
        self.assertIn("exists already", attached.stderr)
        self.assertEqual(self.stop(service), "goes on []\n")

    @unittest.skipIf(sys.version_info < (3, 14), "sys.remote_exec came with 3.14")
    def test_what_switched_it_off_is_named(self) -> None:
        """A variable or an option of the process."""
        service = self.start(PYTHON_DISABLE_REMOTE_DEBUG="1")
        self.assertIn("PYTHON_DISABLE_REMOTE_DEBUG=1", self.attach(service.pid).stderr)

    @unittest.skipIf(sys.version_info >= (3, 14), "older ones")
    def test_older_pythons_get_the_honest_sentence(self) -> None:
        """That a restart is needed, and what to add now."""
        service = self.start()
        attached = self.attach(service.pid)
        self.assertEqual(attached.returncode, 1)
        self.assertIn("which nobody can enter without a restart", attached.stderr)
        self.assertIn("import pyheap_dump; pyheap_dump.listen()", attached.stderr)
        self.assertEqual(self.stop(service), "goes on []\n")

    def test_no_such_process_and_no_python(self) -> None:
        """Each in a sentence."""
        self.assertIn("there is no process", self.attach(2**22 - 7).stderr)
        other = subprocess.Popen(["sleep", "60"])
        try:
            self.assertIn("is no CPython", self.attach(other.pid).stderr)
        finally:
            other.kill()
            other.wait()

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("unshare"), "needs root and unshare")
    def test_another_mount_namespace_is_named(self) -> None:
        """As of a container."""
        service = self.start(BUSY, "unshare", "-m", "--propagation", "unchanged")
        self.assertIn("another mount namespace", self.attach(service.pid).stderr)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_another_user_is_named(self) -> None:
        """For a process of root, seen by somebody else."""
        service = self.start()
        program = f"""
            import os, pyheap_dump
            os.setgid(65534); os.setuid(65534)
            try: pyheap_dump._attach({service.pid}, None)
            except pyheap_dump.DumpError as error: print(error)
        """
        said = self.python("-c", dedented(program)).stdout
        self.assertIn("is of another user", said)


def dedented(source: str) -> str:
    """Return source as it stands in a file."""
    import textwrap

    return textwrap.dedent(source)


@unittest.skipUnless(sys.platform == "linux" and shutil.which("gdb"), "there is no gdb here")
class GdbTest(AttachingTest):
    """The last resort, on any version: asked for by name."""

    def setUp(self) -> None:
        """Find out whether one may trace here."""
        super().setUp()
        probe = subprocess.Popen(["sleep", "60"])
        self.addCleanup(probe.wait)
        self.addCleanup(probe.kill)
        command = ["gdb", "-p", str(probe.pid), "-batch", "-nx", "-ex", "detach"]
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        if "detached]" not in said.stdout:
            self.skipTest("nobody may be traced here")

    def test_a_process_that_runs_is_dumped_by_gdb_and_goes_on(self) -> None:
        """As soon as its main thread is between two instructions."""
        service = self.start()
        attached = self.attach(service.pid, "--gdb", "--wait", "60", "-o", "out.pyheap")
        self.assertEqual(attached.returncode, 0, attached.stderr)
        heap = read(self.folder / "out.pyheap")
        heap.follow(heap.root("module", "__main__"), ".kept", "[0]")
        self.assertIn("goes on []", self.stop(service))

    def test_a_failure_inside_is_told_and_the_process_goes_on(self) -> None:
        """Where the file exists already; what was there stays."""
        service = self.start()
        (self.folder / "out.pyheap").write_text("mine")
        attached = self.attach(service.pid, "--gdb", "--wait", "60", "-o", "out.pyheap")
        self.assertEqual(attached.returncode, 1)
        self.assertIn("exists already", attached.stderr)
        self.assertEqual((self.folder / "out.pyheap").read_text(), "mine")
        self.assertIn("goes on []", self.stop(service))

    def test_one_that_waits_in_a_call_is_left_alone_by_gdb(self) -> None:
        """It finds an empty script when it comes back."""
        service = self.start("""
            import sys
            print("ready", flush=True)
            sys.stdin.read()
            print("goes on", flush=True)
        """)
        attached = self.attach(service.pid, "--gdb", "--wait", "1", "-o", "out.pyheap")
        self.assertEqual(attached.returncode, 1)
        self.assertIn("did not run Python within 1 s", attached.stderr)
        self.assertIn("goes on", self.stop(service))
        self.assertFalse((self.folder / "out.pyheap").exists())


if __name__ == "__main__":
    unittest.main()
