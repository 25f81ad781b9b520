"""The file: written whole or not at all, never over another, and saying no more than allowed."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import unittest
import zlib

from heapfile import DamagedError, read
from support import DUMPER, Dumped, ProgramTest

CALL = """
    import sys, pyheap_dump
    try:
        print(pyheap_dump.dump(sys.argv[1], label="a label"))
    except pyheap_dump.DumpError as error:
        sys.exit(f"DumpError: {error}")
"""


class WritingTest(ProgramTest):
    """What happens around the file."""

    def call(self, path: str, before: str = "pass") -> str:
        """Dump to a path, after some statement; return what was printed."""
        program = self.write("app.py", before + "\n" + _dedented(CALL))
        run = self.python(program, path)
        self.assertNotIn("Traceback", run.stderr)
        return run.stdout + run.stderr

    def leftovers(self) -> list[str]:
        """Return the names of what is in the folder besides the program."""
        return sorted(p.name for p in self.folder.iterdir() if p.name != "app.py")

    def test_the_report_tells_what_was_written(self) -> None:
        """Path, objects, references, times, warnings."""
        printed = self.call("out.pyheap")
        self.assertRegex(
            printed, r"Report\(path='.*out.pyheap', objects=\d+, references=\d+, pause_"
        )
        self.assertEqual(self.leftovers(), ["out.pyheap"])

    def test_the_file_is_its_owners_alone(self) -> None:
        """Mode 0600."""
        self.call("out.pyheap")
        mode = stat.S_IMODE((self.folder / "out.pyheap").stat().st_mode)
        self.assertEqual(mode, 0o600)

    def test_an_existing_file_is_never_overwritten(self) -> None:
        """Nor is a link to nowhere followed."""
        (self.folder / "out.pyheap").write_bytes(b"evidence")
        self.assertIn("out.pyheap exists already", self.call("out.pyheap"))
        self.assertEqual((self.folder / "out.pyheap").read_bytes(), b"evidence")
        (self.folder / "link.pyheap").symlink_to("elsewhere")
        self.assertIn("link.pyheap exists already", self.call("link.pyheap"))
        self.assertEqual(self.leftovers(), ["link.pyheap", "out.pyheap"])

    def test_a_file_that_appears_meanwhile_is_not_overwritten(self) -> None:
        """Publishing fails, and the temporary file is removed."""
        before = _dedented("""
            import pyheap_dump
            write = pyheap_dump._write
            def slow(path, *arguments):
                write(path, *arguments)
                open("out.pyheap", "w").write("evidence")
            pyheap_dump._write = slow
        """)
        self.assertIn("out.pyheap exists already", self.call("out.pyheap", before))
        self.assertEqual((self.folder / "out.pyheap").read_text(), "evidence")
        self.assertEqual(self.leftovers(), ["out.pyheap"])

    def test_where_links_are_impossible_the_file_is_renamed_and_says_so(self) -> None:
        """In the report's warnings."""
        before = _dedented("""
            import os
            def link(*arguments): raise PermissionError(1, "no links here")
            os.link = link
        """)
        self.assertIn("knows no links", self.call("out.pyheap", before))
        self.assertEqual(self.leftovers(), ["out.pyheap"])

    def test_failures_are_one_sentence_and_leave_nothing(self) -> None:
        """A missing folder, a file as folder, a full disk, an interrupt while writing."""
        self.assertIn("there is no folder", self.call("missing/out.pyheap"))
        self.assertIn("is not a folder", self.call("app.py/out.pyheap"))
        full = _dedented("""
            import sqlite3, pyheap_dump
            def pages(columns):
                raise sqlite3.OperationalError("database or disk is full")
            pyheap_dump._pages = pages
        """)
        self.assertIn("disk is full", self.call("out.pyheap", full))
        self.assertEqual(self.leftovers(), [])
        interrupted = full.replace(
            'sqlite3.OperationalError("database or disk is full")', "KeyboardInterrupt"
        )
        self.python(self.write("app.py", interrupted + _dedented(CALL)), "out.pyheap")
        self.assertEqual(self.leftovers(), [])

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_no_permission_is_one_sentence(self) -> None:
        """Of the folder."""
        (self.folder / "closed").mkdir(mode=0o500)
        self.assertIn("no permission", self.call("closed/out.pyheap"))

    def test_without_sqlite3_the_file_is_a_spool_that_converts(self) -> None:
        """With the same objects and names in it."""
        before = "import sys; sys.modules['sqlite3'] = None; kept = {'planted': 1}"
        self.assertIn("Report(", self.call("out.pyheap", before))
        self.assertEqual((self.folder / "out.pyheap").read_bytes()[:15], b"PyHeap spool 1\n")
        done = self.python(str(DUMPER), "convert", "out.pyheap", "converted.pyheap")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        heap = read(self.folder / "converted.pyheap")
        heap.follow(heap.root("module", "__main__"), ".kept", "['planted']")

    def test_a_cut_or_damaged_spool_is_refused(self) -> None:
        """In a sentence, and nothing is written."""
        self.call("out.pyheap", "import sys; sys.modules['sqlite3'] = None")
        whole = (self.folder / "out.pyheap").read_bytes()
        for length in (len(whole) - 2, len(whole) // 2, 20, 3):
            (self.folder / "cut").write_bytes(whole[:length])
            done = self.python(str(DUMPER), "convert", "cut", "converted.pyheap")
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, "cut off|is not a spool file")
            self.assertFalse((self.folder / "converted.pyheap").exists())

    def test_a_wrong_privacy_level_is_refused(self) -> None:
        """With the levels there are."""
        run = self.python("-c", "import pyheap_dump; pyheap_dump.dump('x', privacy='some')")
        self.assertIn("none, names, previews", run.stderr)

    def test_a_damaged_page_is_noticed(self) -> None:
        """Every page has its checksum, over the bytes as they are stored."""
        self.call("out.pyheap")
        path = self.folder / "out.pyheap"
        heap = read(path)
        self.assertEqual(heap.meta["label"], "a label")
        db = sqlite3.connect(path)
        target = bytearray(db.execute("SELECT target FROM reference_page").fetchone()[0])
        target[len(target) // 2] ^= 1
        db.execute("UPDATE reference_page SET target = ? WHERE first = 0", (bytes(target),))
        db.commit()
        db.close()
        with self.assertRaisesRegex(DamagedError, "checksum"):
            read(path)


SECRETS = """
    import json, os
    PASSWORD = "pl0ver-" + "n1ne"
    class Client:
        def __init__(self):
            self.api_key = "k3y-" + "of-client"
            self.options = {"Authorization": b"B3arer " + b"xyz", "retries": 3}
            self.credentials = {"user": "alice-" + "w", "parts": ["p4rt-" + "one"]}
            self.session_token = 8877665544332211
    client = Client()
    def connect(host, secret="d3fault-" + "secret"):
        return host
    copies = ["".join(["k3y-", "of-", "client"])]
    environment = os.environ["DATABASE"]
    plain_value = "visible " + "value"
    message = "".join(["logged ", "in with ", PASSWORD])
    numbers = [123456789012, 2.71828]
    sentence = {"a key with spaces, and more than one word": 1, "identifier": "value " + "text"}
"""
IN_A_SENTENCE = "logged in with pl0ver-n1ne"
HIDDEN = [
    "pl0ver-n1ne",
    "k3y-of-client",
    "B3arer xyz",
    "alice-w",
    "p4rt-one",
    "8877665544332211",
    "d3fault-secret",
    "postgres://user:pa55@db",
]
VALUES = ["visible value", "123456789012", "2.71828", "value text", "a key with spaces"]


class PrivacyTest(unittest.TestCase):
    """Each level is checked on every byte of the file, decompressed."""

    def everything(self, level: str) -> str:
        """Dump at a level and return all that is in the file, as text."""
        os.environ["DATABASE"] = "postgres://user:pa55@db"
        self.addCleanup(os.environ.pop, "DATABASE", None)
        self.dumped = Dumped(SECRETS, "--privacy", level)
        pieces = [self.dumped.bytes]
        pieces += _inflated(self.dumped.bytes)
        pieces.append("\n".join(self.dumped.heap.texts).encode())
        return b"\n".join(pieces).decode("utf-8", "replace")

    def test_secrets_are_in_no_file_at_any_level(self) -> None:
        """By key, attribute or variable; inside containers; equal copies; the environment."""
        for level in ("none", "names", "previews"):
            content = self.everything(level)
            if level == "previews":  # there a longer text may have it: the next test
                content = content.replace(IN_A_SENTENCE, "")
            for secret in HIDDEN:
                with self.subTest(level, secret=secret):
                    self.assertNotIn(secret, content)
            self.assertEqual(self.dumped.heap.meta["capture"]["privacy"], level)

    def test_a_secret_in_a_longer_text_is_hidden_with_all_values_only(self) -> None:
        """As the documents say: it is in a file with previews, and in no other."""
        self.assertIn(IN_A_SENTENCE, self.everything("previews"))
        for level in ("none", "names"):
            self.assertNotIn("logged in", self.everything(level))

    def test_previews_show_values_and_hide_secrets_visibly(self) -> None:
        """As three dots."""
        content = self.everything("previews")
        for value in VALUES:
            self.assertIn(value, content)
        heap = self.dumped.heap
        self.assertEqual(heap.text(self.dumped.follow(".client", ".api_key")), "•••")
        self.assertGreater(heap.meta["capture"]["redacted"], 5)

    def test_names_shows_functions_files_and_short_keys_only(self) -> None:
        """No value, no sentence."""
        content = self.everything("names")
        for value in VALUES:
            self.assertNotIn(value, content)
        for name in ("'identifier'", "connect", "app.py"):
            self.assertIn(name, content)

    def test_none_shows_classes_modules_and_attributes_only(self) -> None:
        """Also no functions, files and keys."""
        content = self.everything("none")
        for value in [*VALUES, "'identifier'", "connect\n", "app.py"]:
            with self.subTest(value):
                self.assertNotIn(value, content)
        self.assertIn("__main__.Client", self.dumped.heap.texts)


def _inflated(content: bytes) -> list[bytes]:
    """Return every zlib stream that stands somewhere in the bytes."""
    found = []
    for match in re.finditer(rb"\x78\x01", content):
        try:
            found.append(zlib.decompressobj().decompress(content[match.start() :]))
        except zlib.error:
            continue
    return found


def _dedented(source: str) -> str:
    import textwrap

    return textwrap.dedent(source)


if __name__ == "__main__":
    unittest.main()
