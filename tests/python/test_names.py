"""Attributes have the names that Python gives them, however they were set; or none at all."""

from __future__ import annotations

import json
import sys
import unittest
from typing import Any

from heapfile import HeapFile, read
from support import Dumped, ProgramTest

PROGRAM = """
    import json, sys, pyheap_dump

    calls = []
    class Deferred:  # as Django's: a class attribute that loads what the instance lacks
        def __init__(self, name): self.name = name
        def __get__(self, instance, owner):
            calls.append(self.name)
            return None
    class cached:
        def __init__(self, function): self.function = function
        def __get__(self, instance, owner):
            calls.append("cached")
            return self.function(instance)

    NAMES = ["_".join(["field", chr(97 + i)]) for i in range(9)]
    def model(name, names=NAMES):
        def __init__(self, names, marker):
            self.state = [marker]
            for each in names: setattr(self, each, [marker, each])
        namespace = {each: Deferred(each) for each in names}
        namespace["expensive"] = cached(lambda self: 1 / 0)
        namespace["__init__"] = __init__
        return type(name, (), namespace)

    def hidden(): return "".join(["n", "o", "where"])  # in no object that the dump can find
    Full, Lacking, Strange, Traced = map(model, ["Full", "Lacking", "Strange", "Traced"])
    full = [Full(NAMES, i) for i in range(500)]
    lacking = [Lacking([n for n in NAMES if n != NAMES[i % 9]], i) for i in range(500)]
    strange = []
    for i in range(200):  # as many attributes, but one that nobody can name in a name's place
        names = NAMES[:i % 9] + [hidden() if i % 3 == 0 else NAMES[i % 9]] + NAMES[i % 9 + 1:]
        strange.append(Strange(names, i))
    class Plain: pass
    plain = []
    for i in range(100):
        one = Plain()
        for each in NAMES: setattr(one, each.upper(), [i])
        plain.append(one)
    upper = [each.upper() for each in NAMES]
    class Defaults:
        present = None
        absent = None
    defaults = []
    for i in range(50):
        one = Defaults()
        setattr(one, hidden() if i else "real", None)
        one.present = i + 1000.5
        defaults.append(one)
    groups = dict(full=full, lacking=lacking, strange=strange, plain=plain, defaults=defaults)
    BEFORE
    pyheap_dump.dump("out.pyheap")
    AFTER
    called = list(calls)
    truth = {
        group: {id(one): {n: id(v) for n, v in vars(one).items()} for one in group_of}
        for group, group_of in groups.items()
    }
    print(json.dumps({"truth": truth, "calls": called, "traced": locals().get("traced")}))
"""


class AttributeNameTest(ProgramTest):
    """The program prints what ``vars`` says of each instance, after the dump."""

    def run_program(self, before: str = "", after: str = "") -> tuple[HeapFile, dict[str, Any]]:
        """Run the program and return the heap and what was printed."""
        program = PROGRAM.replace("BEFORE", before).replace("AFTER", after)
        ran = self.python(self.write("app.py", program))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return read(self.folder / "out.pyheap"), json.loads(ran.stdout.splitlines()[-1])

    def names(self, heap: HeapFile, instance: int) -> tuple[dict[str, int], int]:
        """Return an instance's attributes by name, and how many have none."""
        references = list(heap.references(instance))
        if "dict" in [r.kind for r in references]:
            instance = heap.follow(instance, ".__dict__")
            return {e[2:-2]: t for e, t in heap.edges(instance) if e.startswith("['")}, 0
        named = {r.name or "": r.target for r in references if r.kind == "attribute"}
        return named, sum(r.kind == "unnamed" for r in references)

    def check(self, heap: HeapFile, truth: dict[str, dict[str, int]]) -> tuple[int, int]:
        """Check each name against the truth; return how many there are and how many lack."""
        named, unnamed = 0, 0
        for instance, attributes in truth.items():
            found, lacking = self.names(heap, int(instance))
            self.assertLessEqual(found.items(), attributes.items())
            self.assertEqual(len(found) + lacking, len(attributes))
            named += len(found)
            unnamed += lacking
        return named, unnamed

    def test_names_are_true_and_nothing_was_called(self) -> None:
        """Where the class has a descriptor for the name, where none, where a value."""
        heap, printed = self.run_program()
        self.assertEqual(printed["calls"], [])
        for group, truth in printed["truth"].items():
            with self.subTest(group):
                named, unnamed = self.check(heap, truth)
                told = sys.version_info >= (3, 11) and sys.platform == "linux"  # by the class
                if told or group in ("full", "lacking", "plain"):
                    self.assertEqual(unnamed, 0)
                self.assertGreater(named, 0)

    def test_references_without_a_name_are_listed_by_type(self) -> None:
        """As many as there are in the file, the type that has most of them first."""
        heap, _ = self.run_program("", "traced = None; more = set(range(9))")
        found: dict[str, int] = {}
        for address in heap.numbers:
            for reference in heap.references(address):
                if reference.kind == "unnamed":
                    name = heap.type_name(address)
                    found[name] = found.get(name, 0) + 1
        unnamed = heap.meta["capture"]["unnamed"]
        listed: dict[str, int] = {}
        for name, number in unnamed["types"]:
            name = name.replace("builtins.", "")
            listed[name] = listed.get(name, 0) + number
        self.assertEqual(listed, found)
        self.assertEqual(unnamed["references"], sum(found.values()))
        numbers = [number for _, number in unnamed["types"]]
        self.assertEqual(numbers, sorted(numbers, reverse=True))
        self.assertNotEqual(listed, {})

    def test_a_program_that_is_traced_stays_so(self) -> None:
        """Then such names are not known, and its trace function is not called by us."""
        before = "seen = []; sys.settrace(lambda frame, *_: seen.append(frame.f_code.co_name))"
        after = "traced = sys.gettrace() is not None; sys.settrace(None)"
        heap, printed = self.run_program(before, after)
        self.assertEqual(printed["calls"], [])
        self.assertTrue(printed["traced"])
        for truth in printed["truth"].values():
            self.check(heap, truth)

    def test_no_trace_function_is_left(self) -> None:
        """Nor a ``__dict__`` made."""
        after = (
            "import gc; assert sys.gettrace() is None;"
            " assert sys.version_info < (3, 11) or"
            " all(type(r) is not dict for o in full + lacking for r in gc.get_referents(o))"
        )
        self.run_program("", after)


class OnlyDictionaryTest(unittest.TestCase):
    """An instance whose only attribute is a dictionary looks like one that has its ``__dict__``."""

    def test_the_attribute_has_its_name(self) -> None:
        """Whatever the keys are, where to compare them runs none of the program's code."""
        some = ("range(50)", "'abc'", "(1, 'b', None)", "[(1, 2)]", "[Key(), Key()]", "Colour")
        for keys in some:
            source = f"""
                import enum
                class Key: pass
                class Colour(enum.Enum): RED = 1
                class Desk:
                    def __init__(self, keys): self.orders = {{key: [] for key in keys}}
                desk, made = Desk({keys}), Desk({keys})
                made.__dict__
            """
            heap = Dumped(source).heap
            module = heap.root("module", "__main__")
            for name in (".desk", ".made"):
                orders = heap.follow(module, name, ".orders")
                self.assertTrue(heap.text(orders) or heap.edges(orders), keys)


if __name__ == "__main__":
    unittest.main()
