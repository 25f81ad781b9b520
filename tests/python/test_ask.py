"""A prepared service: it listens, and ``ask`` takes dumps of it without a restart."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import unittest
from typing import Any
from urllib.request import urlopen

from heapfile import HeapFile, read
from support import DUMPER, ProgramTest, variables

SERVICE = """
    import os, sys, threading, time
    import pyheap_dump
    kept = ["planted-" + str(os.getpid())]
    print(pyheap_dump.listen(), flush=True)
    def idle():
        mine = "in a thread"
        while True: time.sleep(0.05)
    threading.Thread(target=idle, name="idle", daemon=True).start()
    for line in sys.stdin: pass
"""

# A server like the real ones: the application is loaded first, then the workers are forked.
PREFORK = """
    import http.server, os, signal, socket, sys, threading
    import pyheap_dump
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200); self.end_headers()
            self.wfile.write(str(os.getpid()).encode())
        def log_message(self, *arguments): pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    kept = ["loaded once"]
    print(pyheap_dump.listen(), flush=True)
    workers = []
    for _ in range(3):
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            server.serve_forever()
        workers.append(pid)
    print(server.server_port, *workers, flush=True)
    for line in sys.stdin: pass
    for pid in workers: os.kill(pid, signal.SIGTERM)
"""


@unittest.skipUnless(sys.platform == "linux", "Linux tells what a process is")
class AskTest(ProgramTest):
    """Real services, asked by a real command."""

    def start(self, source: str, **environment: str) -> subprocess.Popen[str]:
        """Start a service and return it once it listens, or has said why not."""
        self.environment = {"PYHEAP_POST": str(self.folder), "PYHEAP_POLL": "0.05", **environment}
        process = subprocess.Popen(
            [sys.executable, self.write("service.py", source)],
            cwd=self.folder,
            env=variables(self.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.stop, process)
        assert process.stdout
        self.said = process.stdout.readline().strip()
        return process

    def stop(self, process: subprocess.Popen[str]) -> None:
        """End a service by the end of its input."""
        assert process.stdin and process.stdout
        process.stdin.close()
        process.wait(30)
        process.stdout.close()

    def ask(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run ``ask``."""
        command = [str(DUMPER), "ask", *map(str, arguments)]
        return self.python(*command, environment=self.environment)

    def heap(self, name: str = "out.pyheap") -> HeapFile:
        """Read what was written."""
        return read(self.folder / name)

    def kept(self, heap: HeapFile) -> str:
        """Return the text that the service keeps."""
        return heap.text(heap.follow(heap.root("module", "__main__"), ".kept", "[0]"))

    def test_a_service_is_dumped_and_goes_on(self) -> None:
        """Its threads are in the dump; the one that listens is not."""
        service = self.start(SERVICE)
        asked = self.ask(service.pid, "-o", "out.pyheap", "--label", "release=7")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertRegex(asked.stderr, r"objects in .*out.pyheap; process \d+ stood still for")
        heap = self.heap()
        self.assertEqual(self.kept(heap), f"'planted-{service.pid}'")
        threads = {row["name"] for row in heap.tables["thread"]}
        self.assertEqual(threads, {"MainThread", "idle"})
        self.assertEqual(heap.meta["label"], "release=7")
        self.assertEqual(heap.meta["capture"]["mode"], "ask")
        self.assertIsNone(service.poll())
        again = self.ask(service.pid, "-o", "again.pyheap")
        self.assertEqual(again.returncode, 0, again.stderr)

    def test_a_fork_looks_at_a_service(self) -> None:
        """The file tells of the service, not of the fork, and of the threads that it has."""
        service = self.start(SERVICE)
        asked = self.ask(service.pid, "-o", "out.pyheap", "--fork")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        heap = self.heap()
        self.assertEqual(self.kept(heap), f"'planted-{service.pid}'")
        self.assertEqual(heap.meta["process"]["pid"], service.pid)
        if sys.version_info < (3, 15):  # there a fork can't look at other threads
            self.assertEqual({r["name"] for r in heap.tables["thread"]}, {"MainThread", "idle"})
        else:
            self.assertIn("the stacks of 2 other threads", heap.meta["capture"]["warnings"][0])
        self.assertEqual(heap.meta["capture"]["method"], "fork")

    def test_standard_output_gets_the_file(self) -> None:
        """And nothing else is left."""
        service = self.start(SERVICE)
        command = [sys.executable, str(DUMPER), "ask", str(service.pid), "-o", "-"]
        with (self.folder / "piped.pyheap").open("wb") as out:
            subprocess.run(
                command, stdout=out, env=variables(self.environment), check=True, timeout=60
            )
        self.assertEqual(self.kept(self.heap("piped.pyheap")), f"'planted-{service.pid}'")
        self.assertEqual(len(list(self.folder.rglob("*.pyheap"))), 1)

    def test_the_default_name_goes_where_the_service_says(self) -> None:
        """And older ones are removed if it says so."""
        (self.folder / "dumps").mkdir()
        folder = str(self.folder / "dumps")
        service = self.start(SERVICE, PYHEAP_FOLDER=folder, PYHEAP_KEEP="2")
        (self.folder / "dumps" / "other.pyheap").write_text("not ours to remove")
        for _ in range(3):
            self.assertEqual(self.ask(service.pid).returncode, 0)
        names = sorted(path.name for path in (self.folder / "dumps").iterdir())
        self.assertEqual(len(names), 3)
        self.assertIn("other.pyheap", names)

    def test_privacy_is_what_the_stricter_side_wants(self) -> None:
        """Whoever asks cannot get more than the service allows."""
        service = self.start(SERVICE, PYHEAP_PRIVACY="names")
        self.ask(service.pid, "-o", "a", "--privacy", "previews")
        self.ask(service.pid, "-o", "b", "--privacy", "none")
        levels = [self.heap(name).meta["capture"]["privacy"] for name in "ab"]
        self.assertEqual(levels, ["names", "none"])

    def test_nothing_is_sent_to_a_process_that_does_not_listen(self) -> None:
        """It says so, and what to do now."""
        service = self.start("import sys\nprint(1, flush=True)\nsys.stdin.read()\n")
        asked = self.ask(service.pid)
        self.assertEqual(asked.returncode, 1)
        self.assertIn("does not listen: nothing was sent", asked.stderr)
        self.assertIn("import pyheap_dump; pyheap_dump.listen()", asked.stderr)
        self.assertIsNone(service.poll())
        self.assertIn("there is no process", self.ask(2**22 - 7).stderr)

    def test_what_a_process_left_that_ended_is_swept_out(self) -> None:
        """Also where another one got its number."""
        service = self.start(SERVICE)
        (post,) = self.folder.glob("pyheap-*")
        left = (post / f"{service.pid}.listening").read_text()
        os.kill(service.pid, signal.SIGKILL)
        service.wait()
        imposter = self.start("import sys\nprint(1, flush=True)\nsys.stdin.read()\n")
        text = left.replace(f'"pid": {service.pid}', f'"pid": {imposter.pid}')
        (post / f"{imposter.pid}.listening").write_text(text)
        self.assertIn("does not listen", self.ask(imposter.pid).stderr)
        self.assertIn("nothing listens", self.ask("--list").stderr)
        self.assertEqual(list(post.iterdir()), [])

    def test_a_folder_that_others_can_write_to_is_refused(self) -> None:
        """By the service, which goes on; and a link is not followed."""
        post = self.folder / f"pyheap-{os.geteuid()}"
        post.mkdir(mode=0o777)
        post.chmod(0o777)
        self.start(SERVICE)
        self.assertIn("is not this user's alone", self.said)
        post.rmdir()
        post.symlink_to(self.folder)
        self.start(SERVICE)
        self.assertIn("is not this user's alone", self.said)

    def test_a_request_of_somebody_else_or_by_a_link_is_not_read(self) -> None:
        """The answer says it."""
        service = self.start(SERVICE)
        (post,) = self.folder.glob("pyheap-*")
        (self.folder / "elsewhere").write_text("{}")
        (post / f"{service.pid}.request").symlink_to(self.folder / "elsewhere")
        answer = post / f"{service.pid}.answer"
        until(answer.exists)
        self.assertIn("error", answer.read_text())

    def test_a_failed_dump_is_told_to_whoever_asked(self) -> None:
        """And the service goes on."""
        service = self.start(SERVICE)
        (self.folder / "there").write_text("evidence")
        for arguments, reason in (
            (("-o", "there"), "exists already"),
            (("-o", "no/where"), "there is no folder"),
            (("--max-pause", "0.001"), "may for 0.001 s only"),
        ):
            asked = self.ask(service.pid, *arguments)
            if arguments[0] == "--max-pause":  # a fork would do, were it allowed a moment
                self.assertEqual(asked.returncode, 1)
            self.assertIn(reason, asked.stderr)
        self.assertIsNone(service.poll())

    def test_a_name_that_no_file_can_have_is_refused_before_anything_begins(self) -> None:
        """The service is not even asked."""
        service = self.start(SERVICE)
        asked = self.ask(service.pid, "-o", "x" * 300)
        self.assertEqual(asked.returncode, 1)
        self.assertRegex(asked.stderr, r"cannot write .*/x{300}: File name too long")
        self.assertNotIn("begins", asked.stderr)

    def test_a_process_that_is_stopped_gets_its_request_withdrawn(self) -> None:
        """Within the time that was given."""
        service = self.start(SERVICE)
        os.kill(service.pid, signal.SIGSTOP)
        try:
            asked = self.ask(service.pid, "-o", "out.pyheap", "--wait", "0.3")
        finally:
            os.kill(service.pid, signal.SIGCONT)
        self.assertIn("did not look within 0.3 s", asked.stderr)
        self.assertIn("withdrawn", asked.stderr)
        (post,) = self.folder.glob("pyheap-*")
        self.assertEqual([p.suffix for p in post.iterdir()], [".listening"])

    def test_a_realtime_signal_instead_of_a_thread(self) -> None:
        """Nothing of ours runs until it comes, and the frame that it interrupts is in the dump."""
        source = SERVICE.replace("for line in sys.stdin: pass", "wait()").replace(
            "def idle",
            "def wait():\n        where = 'waiting'\n        sys.stdin.read()\n    def idle",
        )
        service = self.start(source, PYHEAP_SIGNAL="RTMIN+3")
        self.assertIn("this process listens", self.said)
        tasks = len(os.listdir(f"/proc/{service.pid}/task"))
        self.assertLessEqual(tasks, 2)
        asked = self.ask(service.pid, "-o", "out.pyheap")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertIn("wait", [row["function"] for row in self.heap().tables["frame"]])

    def test_no_handler_is_replaced_and_no_usual_signal_is_taken(self) -> None:
        """The reason is told, and the program goes on."""
        handled = "import signal; signal.signal(signal.SIGRTMIN + 3, print)\n"
        self.start(handled + dedented(SERVICE), PYHEAP_SIGNAL="RTMIN+3")
        self.assertIn("the program handles this signal itself", self.said)
        self.start(SERVICE, PYHEAP_SIGNAL="SIGUSR2")
        self.assertIn("only real-time signals", self.said)
        self.start(SERVICE, PYHEAP_LISTEN="0")
        self.assertIn("does not listen", self.said)

    def test_all_workers_of_a_prefork_server_while_it_serves(self) -> None:
        """No worker is restarted and no request is lost."""
        server = self.start(PREFORK)
        assert server.stdout
        port, *workers = map(int, server.stdout.readline().split())
        asking = subprocess.Popen(
            [sys.executable, str(DUMPER), "ask", "--all-workers", str(server.pid)],
            env=variables(self.environment),
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
        )
        answered: set[int] = set()
        while asking.poll() is None:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=60) as response:
                answered.add(int(response.read()))
        assert asking.stderr
        told = asking.stderr.read()
        asking.stderr.close()
        self.assertEqual(asking.returncode, 0, told)
        self.assertLessEqual(answered, set(workers))
        dumped = [read(path) for path in self.folder.glob("*.pyheap")]
        pids = {heap.meta["process"]["pid"] for heap in dumped}
        self.assertEqual(pids, {server.pid, *workers})
        for heap in dumped:
            self.assertEqual(self.kept(heap), "'loaded once'")
        for pid in workers:
            os.kill(pid, 0)

    def test_install_prints_and_writes_nothing(self) -> None:
        """Each line that prepares a service."""
        shown = self.python(str(DUMPER), "install")
        self.assertEqual(shown.returncode, 0)
        for word in ("Nothing has been written", "post_fork", "pyheap.pth", "Dockerfile", "Celery"):
            self.assertIn(word, shown.stdout)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_the_line_for_a_pth_file_works(self) -> None:
        """As it is printed; without PYHEAP_LISTEN=1 it does nothing."""
        shown = self.python(str(DUMPER), "install").stdout
        match = re.search(r"echo '(.*)' > .*pyheap.pth", shown)
        assert match
        site = self.folder / "site"
        site.mkdir()
        (site / "pyheap.pth").write_text(match[1] + "\n")
        program = f"""
            import site, sys; site.addsitedir({str(site)!r})
            kept = ["by pth"]
            print("pyheap_dump" in sys.modules, flush=True)
            sys.stdin.read()
        """
        self.start(program)
        self.assertEqual(self.said, "False")
        service = self.start(program, PYHEAP_LISTEN="1")
        self.assertEqual(self.said, "True")
        self.assertEqual(self.ask(service.pid, "-o", "out.pyheap").returncode, 0)
        self.assertEqual(self.kept(self.heap()), "'by pth'")


def until(ready: Any) -> None:
    """Wait for something that comes soon."""
    ends = time.monotonic() + 30
    while not ready() and time.monotonic() < ends:
        time.sleep(0.02)


def dedented(source: str) -> str:
    """Return source as it stands in a file."""
    import textwrap

    return textwrap.dedent(source)


if __name__ == "__main__":
    unittest.main()
