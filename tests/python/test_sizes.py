"""Sizes in the file against what the allocator was really asked for."""

from __future__ import annotations

import unittest

from support import Dumped

PROGRAM = """
    import gc, json, tracemalloc

    def make(attributes, base=object):
        lines = [f"self.a{i} = None" for i in range(attributes)] or ["pass"]
        namespace = {"base": base}
        exec("class C(base):\\n def __init__(self):\\n  " + "\\n  ".join(lines), namespace)
        return namespace["C"]

    class Slots:
        __slots__ = ("a", "b")
        def __init__(self): self.a = self.b = None
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

    for attributes in (0, 1, 2, 4, 5, 6, 7, 8, 12, 20, 29):
        measure(f"{attributes} attributes", make(attributes))
    measure("slots", Slots)
    measure("list subclass without attributes", make(0, list))
    def materialised(cls=make(3)):
        instance = cls()
        instance.__dict__
        return instance
    measure("materialised dictionary", materialised)
    print(json.dumps(measured))
"""


class SizeTest(unittest.TestCase):
    """``size`` plus ``hidden_bytes`` is what an object takes."""

    dumped: Dumped

    @classmethod
    def setUpClass(cls) -> None:
        """Run the program once."""
        cls.dumped = Dumped(PROGRAM)

    def size(self, address: int) -> int:
        """Return an object's size with its hidden bytes, and its ``__dict__``'s."""
        heap = self.dumped.heap
        number = heap.numbers[address]
        size = heap.columns["size"][number]
        size += heap.layouts[heap.columns["layout"][number]]["hidden_bytes"]
        for reference in heap.references(address):
            if reference.kind == "dict":
                size += self.size(reference.target)
        return size

    def test_the_model_gives_what_was_measured(self) -> None:
        """To 8 bytes: a place for one attribute."""
        for name, (measured, address) in self.dumped.printed.items():
            if "materialised" in name:
                continue
            with self.subTest(name):
                self.assertAlmostEqual(self.size(address), measured, delta=8)

    def test_a_materialised_dictionary_is_counted_once(self) -> None:
        """Within the array of inline values, which is its or the instance's."""
        measured, address = self.dumped.printed["materialised dictionary"]
        self.assertAlmostEqual(self.size(address), measured, delta=100)

    def test_a_type_has_the_sum_of_its_instances(self) -> None:
        """``count`` and ``bytes`` of the type table."""
        heap = self.dumped.heap
        (row,) = [row for row in heap.types if row["qualname"] == "Slots"]
        number = heap.numbers[self.dumped.printed["slots"][1]]
        self.assertEqual(row["count"], 1000)
        self.assertEqual(row["bytes"], 1000 * heap.columns["size"][number])


if __name__ == "__main__":
    unittest.main()
