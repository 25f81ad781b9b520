"""``pip install`` from the folder, without a network."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from heapfile import read
from support import DUMPER, ProgramTest, variables

HAS_TOOLS = all(importlib.util.find_spec(name) for name in ("pip", "setuptools", "venv"))


@unittest.skipUnless(HAS_TOOLS, "this Python has no pip and setuptools to install with")
class InstallTest(ProgramTest):
    """Into a fresh environment."""

    def run_in(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder, with nothing of ours in the way."""
        return subprocess.run(
            list(map(str, command)),
            cwd=self.folder,
            env={**variables({}), "PYTHONPATH": "", "PIP_NO_INDEX": "1"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def test_the_folder_installs_a_module_and_a_command(self) -> None:
        """The command does what the file does."""
        source = self.folder / "python-dump"
        shutil.copytree(DUMPER.parent, source, ignore=shutil.ignore_patterns("__pycache__"))
        made = self.folder / "environment"
        self.assertEqual(
            self.run_in(sys.executable, "-m", "venv", "--without-pip", made).returncode, 0
        )
        (packages,) = made.glob("lib/python3*/site-packages")
        options = ("--no-build-isolation", "--no-deps", "--prefix", made, "--ignore-installed")
        done = self.run_in(sys.executable, "-m", "pip", "install", *options, source)
        if "invalid command 'bdist_wheel'" in done.stderr + done.stdout:
            self.skipTest(
                "the setuptools of this Python can't build a wheel without another package"
            )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        found = [*made.rglob("pyheap_dump.py")]
        self.assertEqual(len(found), 1)
        if found[0].parent != packages:  # Debian's own scheme of folders
            shutil.copy(found[0], packages)
        (self.folder / "app.py").write_text("kept = [1]")
        (command,) = made.rglob("pyheap-dump")
        os.chmod(command, 0o755)
        python = made / "bin" / "python"
        ran = self.run_in(python, command, "run", "-o", "out.pyheap", "app.py")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        heap = read(self.folder / "out.pyheap")
        heap.follow(heap.root("module", "__main__"), ".kept")
        self.assertIn("0.", self.run_in(python, "-m", "pyheap_dump", "--version").stdout)


if __name__ == "__main__":
    unittest.main()
