"""Sizes in the file against what the allocator was really asked for."""

from __future__ import annotations

import importlib.util
import unittest

from support import Dumped

PROGRAM = """
    import array, collections, dataclasses, datetime, functools, gc, json, sys, threading
    import tracemalloc, types

    def make(attributes, base=object):
        lines = [f"self.a{i} = None" for i in range(attributes)] or ["pass"]
        namespace = {"base": base}
        exec("class C(base):\\n def __init__(self, *_):\\n  " + "\\n  ".join(lines), namespace)
        return namespace["C"]

    class Slots:
        __slots__ = ("a", "b")
        def __init__(self): self.a = self.b = None
    class LiesAboutItsSize:
        def __init__(self): self.a = self.b = None
        def __sizeof__(self): return 12345
    @dataclasses.dataclass
    class Data:
        a: object = None
        b: object = None
    @dataclasses.dataclass(**({"slots": True} if sys.version_info >= (3, 10) else {}))
    class DataWithSlots:
        a: object = None
        b: object = None
    Point = collections.namedtuple("Point", "x y")
    COUNT = 1000
    measured = {}
    kept = []
    def measure(name, make_one):
        warm = [make_one() for _ in range(100)]
        column = [None] * COUNT
        gc.collect()
        gc.disable()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for index in range(COUNT): column[index] = make_one()
        size = (tracemalloc.get_traced_memory()[0] - before) / COUNT
        tracemalloc.stop()
        gc.enable()
        kept.append(column)
        measured[name] = [size, id(column[500])]

    for attributes in (0, 1, 2, 4, 5, 6, 7, 8, 12, 20, 29, 30, 31, 40):
        measure(f"{attributes} attributes", make(attributes))
    measure("slots", Slots)
    measure("a class that lies about its size", LiesAboutItsSize)
    measure("dataclass", Data)
    measure("dataclass with slots", DataWithSlots)
    measure("namedtuple", lambda: Point(1, 2))
    samples = {dict: [], list: [], set: [], collections.deque: [], Exception: [], int: 3,
               tuple: [None, None], str: "x" * 30, bytes: b"y" * 30, float: 1.5, frozenset: [1]}
    for base, sample in samples.items():
        for attributes in (0, 1, 4):
            name = f"{base.__name__} subclass, {attributes} attributes"
            measure(name, functools.partial(make(attributes, base), sample))
    for attributes in (1, 4, 20):
        def materialised(cls=make(attributes)):
            instance = cls()
            instance.a0 = held  # a dictionary of atoms is hidden on 3.13.0
            instance.__dict__
            return instance
        held = ["held"]
        measure(f"materialised dictionary, {attributes} attributes", materialised)
    class SlotsAndDict(Slots):
        def __init__(self): Slots.__init__(self); self.c = None
    class SlotForDict:
        __slots__ = ("a", "b", "__dict__")
        def __init__(self): self.a = self.b = self.c = None
    class SomeHaveMore:
        number = 0
        def __init__(self):
            SomeHaveMore.number += 1
            for name in "abcd"[: SomeHaveMore.number % 4]: setattr(self, name, None)
    measure("slots and attributes", SlotsAndDict)
    measure("a slot for the dictionary", SlotForDict)
    if sys.version_info >= (3, 11):  # the values' array is as long for all
        measure("as many attributes as others", SomeHaveMore)
    zone = datetime.timezone.utc
    class Moment(datetime.datetime): pass
    measure("datetime", lambda: datetime.datetime(2026, 1, 1))
    measure("datetime with a time zone", lambda: datetime.datetime(2026, 1, 1, tzinfo=zone))
    measure("subclass of datetime", lambda: Moment(2026, 1, 1))
    measure("time", lambda: datetime.time(1))
    measure("time with a time zone", lambda: datetime.time(1, tzinfo=zone))
    measure("date", lambda: datetime.date(2026, 1, 1))
    measure("lock", threading.Lock)
    measure("reentrant lock", threading.RLock)
    class Meta(type): pass
    for name, meta, entries in (
        ("class", type, {}),
        ("class with slots", type, {"__slots__": ("a", "b", "c")}),
        ("class with text", type, {"__doc__": "x" * 500}),
        ("class of a class", Meta, {"x": 1}),
    ):  # each is the only one of its base, which knows it by a dictionary of its own
        bases = iter([type("Base", (), {}) for _ in range(1100)])
        measure(name, lambda: meta("Class", (next(bases),), entries))
    measure("list", lambda: [None] * 10)
    measure("list that grew", lambda: [None for _ in range(11)])
    measure("dictionary", lambda: dict.fromkeys(range(5)))
    measure("dictionary of names", lambda: dict.fromkeys("abcdef"))
    measure("dictionary of 100", lambda: dict.fromkeys(range(100)))
    measure("OrderedDict", lambda: collections.OrderedDict.fromkeys("abcde"))
    measure("defaultdict", lambda: collections.defaultdict(int, a=None))
    measure("set", lambda: set(range(20)))
    measure("tuple", lambda: tuple([None] * 7))
    measure("deque", lambda: collections.deque(range(100)))
    for text in ("a", "é", "\\u20ac", "\\U0001f600"):
        measure(f"text of {ascii(text)}", lambda text=text: text * 20)
    measure("bytes", lambda some=b"ab": some * 30)
    measure("bytearray", lambda: bytearray(100))
    measure("array", lambda: array.array("d", [1.0] * 30))
    measure("function", lambda: (lambda: None))
    measure("bound method", lambda: Slots().__init__)
    measure("partial", lambda: functools.partial(len))
    measure("generator", lambda: (each for each in ()))
    measure("cell", lambda: types.CellType(1))
    print(json.dumps(measured))
"""


class SizeTest(unittest.TestCase):
    """``size`` plus ``hidden_bytes`` is what an object takes."""

    dumped: Dumped

    @classmethod
    def setUpClass(cls) -> None:
        """Run the program once."""
        cls.dumped = Dumped(PROGRAM)

    def setUp(self) -> None:
        """Count the references in the file."""
        self.explained = self.dumped.heap.explained()

    def size(self, address: int) -> int:
        """Return an object's size with its hidden bytes, and of what only it holds."""
        heap = self.dumped.heap
        number = heap.numbers[address]
        size = heap.columns["size"][number]
        size += heap.layouts[heap.columns["layout"][number]]["hidden_bytes"]
        for each in heap.references(address):
            if heap.refcount(each.target) == self.explained.get(each.target) == 1:
                size += self.size(each.target)
        if heap.type_name(address) in ("type", "__main__.Meta"):
            size += self.known_to_base(address)
        return size

    def known_to_base(self, address: int) -> int:
        """Return the size of what a class's base knows its only subclass by."""
        heap = self.dumped.heap
        (base,) = [each.target for each in heap.references(address) if each.name == "__base__"]
        tables = [each.target for each in heap.references(base) if each.name == "__subclasses__"]
        parts = [each.target for table in tables for each in heap.references(table)]
        return sum(heap.columns["size"][heap.numbers[part]] for part in {*tables, *parts})

    def test_the_model_gives_what_was_measured(self) -> None:
        """Within five of a hundred."""
        for name, (measured, address) in self.dumped.printed.items():
            with self.subTest(name, measured=measured):
                self.assertAlmostEqual(self.size(address), measured, delta=0.05 * measured)

    def test_a_type_has_the_sum_of_its_instances(self) -> None:
        """``count`` and ``bytes`` of the type table."""
        heap = self.dumped.heap
        (row,) = [row for row in heap.types if row["qualname"] == "Slots"]
        number = heap.numbers[self.dumped.printed["slots"][1]]
        self.assertEqual(row["count"], 2000)  # a thousand, and those of bound methods
        self.assertEqual(row["bytes"], 2000 * heap.columns["size"][number])


BUFFERS = """
    import array, json
    whole = bytearray(1000)
    view = memoryview(whole)[10:20]
    numbers = array.array("d", [0.0] * 100)
    view_on_numbers = memoryview(numbers)
    released = memoryview(whole)
    released.release()
    printed = {}
"""
ARRAYS = """
    import json, numpy
    whole = numpy.zeros((100, 100))
    view = whole[10:20].T
    texts = numpy.array([["an item", 5], ["another", None]], dtype=object)
    records = numpy.zeros(3, dtype=[("a", "i4"), ("b", "f8")])
    class Table(numpy.ndarray):
        def __array_finalize__(self, obj): print("ran")
        def tolist(self): print("ran")
        base = property(lambda self: print("ran"))
    table = whole.view(Table)
    print("ready")
"""


class OwnerTest(unittest.TestCase):
    """Whoever owns memory has its bytes; a view has few, and leads to the owner."""

    def test_memoryviews_lead_to_what_owns_the_bytes(self) -> None:
        """Which is counted once."""
        heap = Dumped(BUFFERS).heap
        explained = heap.explained()
        main = heap.root("module", "__main__")
        for owner, view, size in ((".whole", ".view", 1000), (".numbers", ".view_on_numbers", 800)):
            with self.subTest(owner):
                owned = heap.follow(main, owner)
                self.assertEqual(heap.follow(main, view, ".buffer", ".obj"), owned)
                self.assertEqual(heap.refcount(owned), explained[owned])
                self.assertGreater(heap.columns["size"][heap.numbers[owned]], size)
                self.assertLess(heap.columns["size"][heap.numbers[heap.follow(main, view)]], 250)
        shown = [heap.follow(main, name) for name in (".view", ".view_on_numbers", ".released")]
        lengths = [heap.columns["length"][heap.numbers[view]] for view in shown]
        self.assertEqual(lengths, [10, 800, 0xFFFFFFFF])

    @unittest.skipUnless(importlib.util.find_spec("numpy"), "numpy is not installed")
    def test_arrays_of_numpy_lead_to_what_owns_the_bytes_and_to_their_items(self) -> None:
        """No code of a subclass runs."""
        dumped = Dumped(ARRAYS)
        heap = dumped.heap
        main = heap.root("module", "__main__")
        explained = heap.explained()
        whole = heap.follow(main, ".whole")
        self.assertGreater(heap.columns["size"][heap.numbers[whole]], 80_000)
        for name in (".view", ".table"):
            view = heap.follow(main, name)
            self.assertEqual(heap.follow(view, ".base"), whole)
            self.assertLess(heap.columns["size"][heap.numbers[view]], 250)
        shown = [heap.follow(main, name) for name in (".whole", ".view", ".table")]
        lengths = [heap.columns["length"][heap.numbers[array]] for array in shown]
        self.assertEqual(lengths, [80_000, 8_000, 80_000])
        self.assertEqual(heap.refcount(whole), explained[whole])
        texts = heap.follow(main, ".texts")
        items = [each.target for each in heap.references(texts) if each.kind == "item"]
        self.assertEqual(
            [heap.text(item) for item in items], ["'an item'", "5", "'another'", "None"]
        )
        self.assertIn("dtype", heap.type_name(heap.follow(texts, ".dtype")))
        self.assertEqual(dumped.process.stdout.split()[-1], "ready")


if __name__ == "__main__":
    unittest.main()
