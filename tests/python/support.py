"""What the tests share: running small programs under the dumper and reading what it wrote."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path
from typing import Any

from heapfile import HeapFile, read

DUMPER = Path(__file__).resolve().parents[2] / "python-dump" / "pyheap_dump.py"

# Whoever starts the tests in the background may have it ignored; a handler is not passed on.
signal.signal(signal.SIGINT, signal.default_int_handler)


class ProgramTest(unittest.TestCase):
    """Gives each test a folder of its own, and programs to run in it."""

    def setUp(self) -> None:
        """Make the folder."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def python(
        self, *arguments: str, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run this Python in the folder, with the dumper importable."""
        return run_python(self.folder, *arguments, environment=environment)

    def write(self, name: str, source: str) -> str:
        """Write a program into the folder."""
        (self.folder / name).write_text(textwrap.dedent(source), encoding="utf-8")
        return name


def run_python(
    folder: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run this Python in a folder, with the dumper importable and nothing of ours in the way."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=variables(environment or {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def variables(more: dict[str, str]) -> dict[str, str]:
    """Return an environment with the dumper importable and nothing of ours in the way."""
    ours = ("PYTHON", "PYHEAP")
    found = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    found.update(PYTHONPATH=str(DUMPER.parent), PYTHONDONTWRITEBYTECODE="1")
    return {**found, **more}


class Dumped:
    """A program that ran under the dumper: what it printed, as JSON, and the heap."""

    def __init__(self, source: str, *options: str, arguments: str = "") -> None:
        """Run the program to its end and read the dump."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name).resolve()
            (folder / "app.py").write_text(textwrap.dedent(source), encoding="utf-8")
            command = [str(DUMPER), "run", "-o", "out.pyheap", *options, "app.py"]
            self.process = run_python(folder, *command, *arguments.split())
            if not (folder / "out.pyheap").exists():
                raise AssertionError(f"no dump: {self.process}")
            self.bytes = (folder / "out.pyheap").read_bytes()
            self.heap: HeapFile = read(folder / "out.pyheap")
        lines = self.process.stdout.splitlines()
        self.printed: Any = json.loads(lines[-1]) if lines and lines[-1][:1] in "{[" else None

    def follow(self, *edges: str) -> int:
        """Follow edges from the module ``__main__``."""
        return self.heap.follow(self.heap.root("module", "__main__"), *edges)
