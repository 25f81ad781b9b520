"""Run the unit tests of ``tests/python`` and write what became of each as JSON.

Usage, in the project's folder: ``python3 tests/setup/run_unittest.py REPORT.json``. What people
read goes to stderr, as ``python3 -m unittest`` prints it; the report is for ``tests/run.ts``, which
adds up all kinds of tests.
"""

from __future__ import annotations

import json
import sys
import unittest
from pathlib import Path
from typing import Any

# Worst last: a test that fails in one of its subtests has failed.
_ORDER = ("passed", "skipped", "failed")


class _Recorder(unittest.TextTestResult):
    """Keep one word per test, also for what fails outside of any test (``setUpClass``, imports)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start with no test seen."""
        super().__init__(*args, **kwargs)
        self.words: dict[str, str] = {}

    def note(self, test: unittest.TestCase, word: str) -> None:
        """Remember ``word`` for ``test`` unless something worse is known."""
        before = self.words.get(test.id(), "passed")
        self.words[test.id()] = max(before, word, key=_ORDER.index)

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        super().startTest(test)
        self.note(test, "passed")

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802
        super().addError(test, err)
        self.note(test, "failed")

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802
        super().addFailure(test, err)
        self.note(test, "failed")

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note(test, "failed")

    def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802
        super().addUnexpectedSuccess(test)
        self.note(test, "failed")

    def addSkip(self, test: Any, reason: str) -> None:  # noqa: N802
        super().addSkip(test, reason)
        # A skipped subtest arrives with the subtest's own id; its test counts as run.
        if isinstance(test, unittest.TestCase):
            self.note(test, "skipped")


def main(report: str) -> int:
    """Run all tests; return 0 if all of them passed or were skipped."""
    sys.path.insert(0, str(Path("python-dump").resolve()))
    suite = unittest.defaultTestLoader.discover("tests/python")
    result = unittest.TextTestRunner(resultclass=_Recorder, verbosity=1).run(suite)
    assert isinstance(result, _Recorder)
    Path(report).write_text(json.dumps(result.words), encoding="utf-8")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
