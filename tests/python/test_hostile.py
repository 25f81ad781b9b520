"""No code of the program runs while it is dumped, whatever its classes define."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

from support import DUMPER, Dumped, ProgramTest

TRAIT = Path(__file__).with_name("trait.py")
PROGRAM = """
    import json, sys, types, weakref, pyheap_dump

    calls = []
    def spy(name, result=None):
        def method(*arguments, **keywords):
            if armed: calls.append(name)
            if isinstance(result, Exception): raise result
            return result
        return method
    armed = False
    NASTY = {
        "__repr__": "r", "__str__": "s", "__len__": 3, "__sizeof__": -1, "__bool__": True,
        "__iter__": iter(()), "__getitem__": 1, "__contains__": True, "__del__": None,
        "__eq__": True, "__hash__": 7, "__getattr__": 5, "__format__": "", "__dir__": [],
        "__call__": 1, "__index__": 1, "__int__": 1, "__reduce__": ("x",),
        "__instancecheck__": True,
        "__set__": None, "__get__": 9, "items": (), "keys": (), "values": (),
        "__class_getitem__": 1,
    }
    def nasty(name):
        return {key: spy(f"{name}.{key}", value) for key, value in NASTY.items()}
    def getattribute(name):
        def __getattribute__(self, attribute):
            if armed: calls.append(f"{name}.__getattribute__({attribute})")
            return object.__getattribute__(self, attribute)
        return __getattribute__

    class Meta(type):
        def __getattribute__(cls, name):
            if armed: calls.append(f"Meta.__getattribute__({name})")
            return type.__getattribute__(cls, name)
        __eq__ = spy("Meta.__eq__", True)
        __hash__ = type.__hash__
        __repr__ = spy("Meta.__repr__", "r")
        __instancecheck__ = spy("Meta.__instancecheck__", True)
        __subclasscheck__ = spy("Meta.__subclasscheck__", True)
        __sizeof__ = spy("Meta.__sizeof__", -1)
        mro_asked = property(spy("Meta.mro_asked"))
    class UnhashableMeta(type):
        __eq__ = spy("UnhashableMeta.__eq__", True)
        def __hash__(cls):
            if armed: calls.append("UnhashableMeta.__hash__")
            return 1

    class Plain:
        def __init__(self): self.attribute = ["inside Plain"]
    for name, value in nasty("Plain").items(): setattr(Plain, name, value)
    Plain.__getattribute__ = getattribute("Plain")
    class WithMeta(metaclass=Meta):
        def __init__(self): self.attribute = ["inside WithMeta"]
    class Unhashable(metaclass=UnhashableMeta):
        def __init__(self): self.attribute = ["inside Unhashable"]
    class Liar:
        def __init__(self): self.attribute = ["inside Liar"]
        __class__ = property(spy("Liar.__class__", dict))
        __dict__ = property(spy("Liar.__dict__", {}))
        __slots__asked = property(spy("Liar.slots"))
        attribute_like = property(spy("Liar.attribute_like", 1))
    class Descriptor:
        def __get__(self, instance, owner):
            if armed: calls.append("Descriptor.__get__")
            return ["from the descriptor"]
    class Shadowed:
        hits = Descriptor()
        def __init__(self): self.other = ["inside Shadowed"]
        def use(self): return self.hits
    class Text(str): pass
    class Bytes(bytes): pass
    class Number(int): pass
    class Dict(dict): pass
    class List(list): pass
    class Tuple(tuple): pass
    class Set(set): pass
    class Module(types.ModuleType): pass
    class Reference(weakref.ref): pass
    class Error(Exception): pass
    for cls in (Text, Bytes, Number, Dict, List, Tuple, Set, Module, Reference, Error):
        for name, value in nasty(cls.__name__).items():
            if name != "__del__": setattr(cls, name, value)
    class Key(str):
        def __eq__(self, other):
            if armed: calls.append("Key.__eq__")
            return str.__eq__(self, other)
        def __hash__(self):
            if armed: calls.append("Key.__hash__")
            return str.__hash__(self)
    class Evil: pass
    evil = Evil()
    evil.__dict__[Key("attribute")] = ["inside Evil"]
    strange = type("Strange", (), {Key("__sizeof__"): spy("Strange.__sizeof__"), Key("k"): 1})()
    class Weird: __slots__ = ("\\u00e9t\\u00e9", "_", "__weakref__")
    weird = Weird(); setattr(weird, "\\u00e9t\\u00e9", ["inside Weird"])
    target = Plain()
    objects = [
        target, WithMeta(), Unhashable(), Liar(), Shadowed(), Text("t"), Bytes(b"b"), Number(5),
        Dict(a=[1]), List([["in List"]]), Tuple((["in Tuple"],)), Set({1}), Module("m"),
        Reference(target), Error("e"), weakref.proxy(target, spy("proxy callback")), weird, strange,
    ]
    sys.modules["not a module"] = objects[0]
    sys.modules["hostile module"] = objects[12]
    surrogates = {"lone \\udc80": "\\ud800 value"}
    long_name = "n" * 100_000
    globals()[long_name] = ["under a long name"]
    Long = type("L" * 100_000, (), {"__module__": 5})
    long_instance = Long()
    class Raising:
        def __init__(self): self.attribute = ["inside Raising"]
        def _raise(self):
            if armed: calls.append("Raising.__class__")
            raise RuntimeError("no class for you")
        __class__ = property(_raise)
    raising = Raising()
    nul = {"a key\\x00with NUL": ["under a NUL"], "\\x00": "\\x00 value"}
    nul_named = types.SimpleNamespace(**{"an\\x00attribute": ["inside NUL"]})
    class Node:
        __slots__ = ("next",)
        def __init__(self, next): self.next = next
    linked = None
    for _ in range(100_000): linked = Node(linked)
    many = [None] * 500_000
    many[::5000] = [[number] for number in range(100)]
    deep = []
    for _ in range(100_000): deep = [deep]
    big = 1 << 200_000
    armed = True
    report = pyheap_dump.dump("called.pyheap")
    armed = False
    print(json.dumps({"calls": calls, "objects": report.objects}))
    armed = True
    import atexit; atexit.register(lambda: calls and print("ALSO AT THE END", calls[:9]))
    sys.exit(0)
"""


class HostileProgramTest(unittest.TestCase):
    """One program with every trap that we could think of, dumped by call and by ``run``."""

    dumped: Dumped

    @classmethod
    def setUpClass(cls) -> None:
        """Run it."""
        cls.dumped = Dumped(PROGRAM)

    def test_nothing_of_the_program_was_called(self) -> None:
        """Neither by ``dump`` nor by ``run``."""
        printed = self.dumped.process.stdout.splitlines()[0]
        self.assertIn('"calls": []', printed)
        self.assertNotIn("ALSO AT THE END", self.dumped.process.stdout)
        self.assertEqual(self.dumped.process.returncode, 0)

    def test_hostile_objects_are_in_the_dump_with_their_parts(self) -> None:
        """Being hostile does not hide anything."""
        for name in ("Plain", "WithMeta", "Unhashable", "Liar", "Shadowed", "Weird"):
            with self.subTest(name):
                heap = self.dumped.heap
                found = [a for a in heap.columns["address"] if heap.text(a) == f"'inside {name}'"]
                self.assertTrue(any(heap.path(address) for address in found))

    def test_attributes_are_named_although_lookups_are_overridden(self) -> None:
        """They are read below the overriding methods."""
        heap = self.dumped.heap
        for number in (0, 1, 2):
            found = self.dumped.follow(".objects", f"[{number}]", ".attribute", "[0]")
            self.assertTrue(heap.text(found).startswith("'inside "))

    def test_sizes_come_from_a_base_class_where_sizeof_is_pythons(self) -> None:
        """And the file says for how many objects."""
        heap = self.dumped.heap
        number = heap.numbers[self.dumped.follow(".objects", "[0]")]
        size = heap.columns["size"][number]
        self.assertGreaterEqual(size, 32)
        self.assertLessEqual(size, 64)
        self.assertGreater(heap.meta["capture"]["skipped"]["Python-level __sizeof__"], 5)

    def test_lone_surrogates_are_written_as_text(self) -> None:
        """UTF-8 has no form for them."""
        heap = self.dumped.heap
        (key, _), *_ = heap.edges(self.dumped.follow(".surrogates"))
        self.assertEqual(key, r" key 'lone \udc80'")

    def test_what_raises_when_asked_for_its_class_is_described_all_the_same(self) -> None:
        """Its type is not asked for but read."""
        heap = self.dumped.heap
        self.assertEqual(heap.type_name(self.dumped.follow(".raising")), "__main__.Raising")
        found = self.dumped.follow(".raising", ".attribute", "[0]")
        self.assertEqual(heap.text(found), "'inside Raising'")

    def test_names_with_nul_are_written_whole(self) -> None:
        """Of keys and attributes."""
        heap = self.dumped.heap
        found = self.dumped.follow(".nul", r"['a key\x00with NUL']", "[0]")
        self.assertEqual(heap.text(found), "'under a NUL'")
        found = self.dumped.follow(".nul_named", ".an\x00attribute", "[0]")
        self.assertEqual(heap.text(found), "'inside NUL'")

    def test_a_long_list_has_all_its_items(self) -> None:
        """Half a million."""
        heap = self.dumped.heap
        many = self.dumped.follow(".many")
        self.assertEqual(heap.columns["length"][heap.numbers[many]], 500_000)
        items = list(heap.references(many))
        self.assertEqual(len(items), 500_000)
        self.assertEqual(sum(heap.type_name(each.target) == "list" for each in items), 100)

    def test_a_linked_list_needs_no_recursion(self) -> None:
        """A hundred thousand nodes."""
        heap = self.dumped.heap
        at, nodes = self.dumped.follow(".linked"), 0
        while heap.type_name(at) == "__main__.Node":
            (at,) = [each.target for each in heap.references(at) if each.name == "next"]
            nodes += 1
        self.assertEqual(nodes, 100_000)

    def test_long_names_and_large_numbers_are_cut(self) -> None:
        """At 64 characters; the names of types are kept."""
        heap = self.dumped.heap
        long = [text for text in heap.texts if text.startswith("'nnnn")]
        self.assertEqual(set(long), {"'" + "n" * 64 + "'…"})
        big = heap.text(self.dumped.follow(".big"))
        self.assertRegex(big, r"^0x10+…$")
        self.assertIn("L" * 100_000, [row["qualname"] for row in heap.types])

    def test_deep_structures_need_no_recursion(self) -> None:
        """A hundred thousand lists, one in the other."""
        heap = self.dumped.heap
        lists = sum(heap.type_name(address) == "list" for address in heap.columns["address"])
        self.assertGreater(lists, sys.getrecursionlimit() * 50)


class OwnLayoutTest(ProgramTest):
    """A class made in C may have a base whose memory it does not begin with."""

    def test_nothing_is_read_where_a_base_would_look(self) -> None:
        """It would take a number for an address, and the program would die."""
        run = self.python(str(DUMPER), "run", "-o", "whole.pyheap", str(TRAIT))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue((self.folder / "whole.pyheap").exists(), run.stderr)


class HugeTest(ProgramTest):
    """As long and as deep as heaps get."""

    def test_ten_million_items_and_a_million_links_are_all_there(self) -> None:
        """In one list, and in one linked list."""
        program = """
            import pyheap_dump
            class Node: __slots__ = ("next",)
            first = None
            for _ in range(1_000_000):
                node = Node()
                node.next, first = first, node
            items = [None] * 10_000_000
            report = pyheap_dump.dump("huge.pyheap")
            print(report.objects, report.references, *report.warnings)
        """
        run = self.python(self.write("app.py", program))
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        objects, references = map(int, run.stdout.split())
        self.assertGreater(objects, 1_000_000)
        self.assertGreater(references, 11_000_000)


if __name__ == "__main__":
    unittest.main()
