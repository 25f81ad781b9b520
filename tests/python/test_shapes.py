"""Instances of one class that differ: read together, yet each reference has its own right name."""

from __future__ import annotations

import unittest
from typing import Any

from heapfile import read
from support import Dumped, ProgramTest

PROGRAM = """
    import atexit, json, random

    class Mixed:
        inherited = "of the class"
    class Slotted:
        __slots__ = ("a", "b", "c")
    class Both(Slotted):
        pass
    class Items(list):
        pass

    names = ["a", "b", "c", "d", "inherited"]
    random.seed(7)
    everything = []
    for number in range(12_000):
        kind = random.choice([Mixed, Mixed, Mixed, Slotted, Both, Items])
        made = kind()
        known = ["a", "b", "c"] if kind is Slotted else names
        for name in random.sample(known, random.randrange(len(known) + 1)):
            made_of = random.choice([None, Mixed.inherited, f"{name} of {number}", [number], {}])
            setattr(made, name, made_of)
        if random.random() < 0.02:
            getattr(made, "__dict__", None)  # makes one
        everything.append(made)
    @atexit.register
    def say():  # after the dump, for to ask for an instance's attributes makes a dictionary
        truth = {}
        for made in everything:
            found = {name: id(value) for name, value in getattr(made, "__dict__", {}).items()}
            for name in ("a", "b", "c") if isinstance(made, Slotted) else ():
                if hasattr(made, name):
                    found[name] = id(getattr(made, name))
            truth[id(made)] = found
        print(json.dumps({"truth": truth}))
"""


class ShapeTest(unittest.TestCase):
    """Thousands of instances with any of their attributes set, among them one of the class's."""

    def check(self, dumped: Dumped) -> None:
        """Compare what each instance refers to with what it says of itself."""
        heap = dumped.heap
        truth: dict[str, dict[str, int]] = dumped.printed["truth"]
        self.assertEqual(len(truth), 12_000)
        for address, attributes in truth.items():
            found: dict[str, int] = {}
            for reference in heap.references(int(address)):
                self.assertNotEqual(reference.kind, "unnamed", heap.describe(int(address)))
                if reference.kind in ("attribute", "slot"):
                    found[str(reference.name)] = reference.target
                elif reference.kind == "dict":
                    found.update(self.entries(heap, reference.target))
            self.assertEqual(found, attributes, heap.describe(int(address)))

    def entries(self, heap: Any, address: int) -> dict[str, int]:
        """Return the entries of a dictionary of attributes."""
        pairs = [each for each in heap.references(address) if each.kind == "value"]
        return {str(each.name)[1:-1]: each.target for each in pairs}

    def test_each_has_its_own_names(self) -> None:
        """Whatever the others of its class have."""
        self.check(Dumped(PROGRAM))


class ChangedMeanwhileTest(ProgramTest):
    """A trace function of the program's runs between our lines, and changes containers."""

    def test_numbers_and_references_agree(self) -> None:
        """Each object has as many references as are said, and they are its own."""
        self.write(
            "app.py",
            """
            import sys, pyheap_dump
            grows, table, kept = [], {}, [[number] for number in range(100)]
            def trace(frame, event, argument):
                grows.append(event)
                table[len(table)] = event
            sys.settrace(trace)
            pyheap_dump.dump("out.pyheap")
            sys.settrace(None)
            """,
        )
        ran = self.python("app.py")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        heap = read(self.folder / "out.pyheap")
        module = heap.root("module", "__main__")
        for number in (0, 50, 99):
            held = heap.follow(module, ".kept", f"[{number}]", "[0]")
            self.assertEqual(heap.text(held), str(number))


if __name__ == "__main__":
    unittest.main()
