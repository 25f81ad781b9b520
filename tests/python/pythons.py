"""Run the Python tests with every CPython there is: ``python3 tests/python/pythons.py``.

Looks for ``python3.9`` to ``python3.15`` on the path and in pyenv. With ``--debootstrap`` (as
root) Debian's current and next interpreters are fetched too, into ``/var/tmp/pyheap-pythons``.
Prints a line per interpreter; the exit status is 1 if a test failed anywhere.
"""

from __future__ import annotations

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUITES = Path("/var/tmp/pyheap-pythons")
MIRROR = "http://deb.debian.org/debian"
PACKAGES = {"trixie": ["python3"], "sid": ["python3", "python3.14", "python3.15"]}
VERSIONS = [f"3.{minor}" for minor in range(9, 16)]
ASK = "import sys, sysconfig; print('%d.%d.%d' % sys.version_info[:3])"


def main() -> int:
    """Run the suite with each interpreter and return the exit status."""
    parser = argparse.ArgumentParser(description="Run the Python tests with every CPython.")
    parser.add_argument("--debootstrap", action="store_true", help="fetch Debian's interpreters")
    parser.add_argument("tests", nargs="*", help="test modules (default: all)")
    options = parser.parse_args()
    if options.debootstrap:
        for suite in PACKAGES:
            fetch(suite)
    status = 0
    for version, command in interpreters().items():
        passed, line = run(command, options.tests)
        print(f"CPython {version:10} {line}", flush=True)
        status |= not passed
    return status


def interpreters() -> dict[str, list[str]]:
    """Return the command of one interpreter for each version that was found."""
    found: dict[str, list[str]] = {}
    for command in candidates():
        asked = subprocess.run([*command, "-c", ASK], capture_output=True, text=True, check=False)
        version = asked.stdout.strip()
        if asked.returncode == 0 and version.rpartition(".")[0] in VERSIONS:
            found.setdefault(version, command)
    return dict(sorted(found.items(), key=lambda item: [int(n) for n in item[0].split(".")]))


def candidates() -> Iterator[list[str]]:
    """Yield commands that may start an interpreter."""
    yield [sys.executable]
    for name in ["python3", *(f"python{version}" for version in VERSIONS)]:
        for folder in os.get_exec_path():
            path = shutil.which(name, path=folder)
            if path and "shims" not in path:
                yield [path]
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    for path in sorted(glob.glob(f"{pyenv}/versions/3.*/bin/python3")):
        yield [path]
    for suite in PACKAGES:
        for version in reversed(VERSIONS):
            if (SUITES / suite / "usr" / "bin" / f"python{version}").exists():
                yield ["chroot", str(SUITES / suite), f"/usr/bin/python{version}"]


def fetch(suite: str) -> None:
    """Put a Debian suite with its Pythons into a folder; a folder that is there is kept."""
    folder = SUITES / suite
    SUITES.mkdir(parents=True, exist_ok=True)
    with (SUITES / f"{suite}.log").open("ab") as log:
        if not (folder / "usr" / "bin" / "python3").exists():
            fetched = ["debootstrap", "--variant=minbase", "--include=python3"]
            subprocess.run(
                [*fetched, suite, str(folder), MIRROR], stdout=log, stderr=log, check=False
            )
        for package in PACKAGES[suite]:
            install = ["chroot", str(folder), "apt-get", "install", "-y", package]
            subprocess.run(install, stdout=log, stderr=log, check=False)


def run(command: list[str], tests: list[str]) -> tuple[bool, str]:
    """Run the tests with an interpreter and return whether they passed, and a line about it."""
    folder = ROOT
    if command[0] == "chroot":  # the interpreter sees its own folder only
        folder = Path("/tmp/pyheap")
        inside = Path(command[1]) / "tmp" / "pyheap"
        shutil.rmtree(inside, ignore_errors=True)
        for part in ("python-dump", "tests/python"):
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(ROOT / part, inside / part, ignore=ignored)
        mount(Path(command[1]) / "proc")
    what = tests or ["discover", "-s", "."]
    script = f'cd {folder}/tests/python && exec "$0" -B -m unittest "$@"'
    shell = ["sh", "-c", script, command[-1], *what]
    began = time.monotonic()
    ran = subprocess.run([*command[:-1], *shell], capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    last = ran.stderr.strip().splitlines()[-1:] or ["nothing was printed"]
    number = re.search(r"Ran (\d+) tests", ran.stderr)
    if ran.returncode:
        failures = re.findall(r"^(?:FAIL|ERROR): .*", ran.stderr, re.MULTILINE)
        last += [f"\n    {failure}" for failure in failures]
    line = f"{number.group(1) if number else 0:>3} tests in {seconds:.0f} s: {''.join(last)}"
    return ran.returncode == 0, line


def mount(proc: Path) -> None:
    """Give a folder of Debian its /proc, where the dumper reads about memory."""
    if not (proc / "self").exists():
        subprocess.run(["mount", "-t", "proc", "proc", str(proc)], capture_output=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
