"""Reference counts in the file, less the references in the file, leave exactly what C holds."""

from __future__ import annotations

import json
import sys
import unittest

from heapfile import UNKNOWN, read
from support import Dumped, ProgramTest

PROGRAM = """
    import ctypes, itertools, json

    class Plain:
        def __init__(self): self.text = "-".join(["unique", str(id(self))]); self.none = None
    class Slotted:
        __slots__ = ("value",)
        def __init__(self): self.value = [str(id(self))]
    class Text(str): pass

    plain = [Plain() for _ in range(50)]
    slotted = [Slotted() for _ in range(50)]
    lists = [[str(i) + "!"] for i in range(50)]
    dicts = [{"k": str(i) + "?"} for i in range(50)]
    tuples = [(str(i) + ";", [i]) for i in range(50)]
    sets = [{float(i) + 0.5} for i in range(50)]
    texts = [Text(i) for i in range(50)]
    nested = {("a", i): {"b": [(i, {i + 1000})]} for i in range(50)}
    cycle = []; cycle.append(cycle)

    held = {}
    def hold(obj, times):
        for _ in range(times):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(obj))
        held[id(obj)] = times
    hold(plain[3], 1); hold(slotted[3], 2); hold(lists[3], 3); hold(dicts[3], 4)
    hold(tuples[3], 5); hold(texts[3], 6); hold(plain[4].text, 7)

    iterated = [Plain()]
    in_iterator = itertools.repeat(iterated[0])  # visible: the collector looks into itertools
    groups = [plain, slotted, lists, dicts, tuples, sets, texts]
    names = ["plain", "slotted", "lists", "dicts", "tuples", "sets", "texts"]
    print(json.dumps({
        "held": held,
        "ordinary": [id(o) for group in groups for o in group],
        "inside": [id(p.text) for p in plain] + [id(s.value) for s in slotted]
            + [id(s.value[0]) for s in slotted] + [id(o[0]) for o in lists + tuples]
            + [id(o["k"]) for o in dicts] + [id(o) for s in sets for o in s],
        "nested": [id(o) for o in nested] + [id(o) for o in nested.values()],
        "lone": [id(cycle), id(iterated[0]), id(groups), id(nested)],
    }))
"""


IN_FRAMES = """
    import json, sys, types, weakref, pyheap_dump

    class Plain:
        def __init__(self): self.attribute = [id(self)]
    seen = []
    def see(*objects):
        seen.extend(map(id, objects))
    def outer(argument):
        captured, own = ["captured"], ["own"]
        def inner(given):
            local = ["local"]
            see(local, captured, argument)
            pyheap_dump.dump("in-frames.pyheap")
        inner(["given"])
        see(own)
    def generate(argument):
        inside, captured = ["inside"], ["captured too"]
        see(inside, captured, argument)
        held = lambda: captured
        outer(Plain())
        yield inside
    def suspended(argument):
        inside, captured, number = ["inside"], ["captured too"], None
        held = lambda: captured
        see(inside, captured, argument)
        del number
        for _ in [1, 2]:
            yield inside
    waiting = suspended(Plain())
    next(waiting)
    running = generate(Plain())
    materialised = Plain()
    materialised.__dict__
    see(materialised.attribute)
    target = Plain()
    see(target)
    proxy = weakref.proxy(target)
    for _ in running: pass
    print(json.dumps({"seen": seen, "target": id(target), "waiting": id(waiting),
                      "materialised": id(materialised)}))
"""


class FramesTest(ProgramTest):
    """What running and suspended functions hold is counted once."""

    def setUp(self) -> None:
        """Run the program, which is dumped while its functions run."""
        super().setUp()
        run = self.python(self.write("app.py", IN_FRAMES))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.printed = json.loads(run.stdout)
        self.heap = read(self.folder / "in-frames.pyheap")

    def test_variables_are_explained_to_the_last_reference(self) -> None:
        """Also those that a closure shares, and those of generators."""
        explained = self.heap.explained()
        for address in self.printed["seen"]:
            with self.subTest(self.heap.describe(address)):
                left = self.heap.refcount(address) - explained.get(address, 0)
                # Up to 3.10 the arguments of a call stay on the caller's stack, which is not seen.
                self.assertIn(left, (0, 1) if sys.version_info < (3, 11) else (0,))

    def test_a_suspended_generator_names_all_that_it_holds(self) -> None:
        """Its variables and its function; what it computes has no name."""
        at = self.printed["waiting"]
        if sys.version_info < (3, 11):  # there the frame has them
            (at,) = [each.target for each in self.heap.references(at) if each.kind == "frame"]
        named = {each.name for each in self.heap.references(at) if each.kind == "local"}
        self.assertEqual(named, {"argument", "inside", "captured", "held", "_"})

    def test_a_weak_proxy_points_to_its_target(self) -> None:
        """Which it does not retain."""
        found = [
            [each.kind for each in self.heap.references(address)]
            for address in self.heap.columns["address"]
            if "proxy" in self.heap.type_name(address).lower()
            and any(each.target == self.printed["target"] for each in self.heap.references(address))
        ]
        self.assertEqual(found, [["weak"]])

    def test_a_materialised_dictionary_is_its_instances(self) -> None:
        """And has the values, once."""
        kinds = [each.kind for each in self.heap.references(self.printed["materialised"])]
        self.assertEqual(sorted(kinds), ["dict", "type"])


class ReferenceCountTest(unittest.TestCase):
    """The numbers on which "held from outside the graph" rests."""

    dumped: Dumped

    @classmethod
    def setUpClass(cls) -> None:
        """Run the program once."""
        cls.dumped = Dumped(PROGRAM)
        cls.explained = cls.dumped.heap.explained()

    def unexplained(self, address: int) -> int:
        """Return an object's references that are not in the file."""
        count = self.dumped.heap.refcount(address)
        self.assertNotEqual(count, UNKNOWN)
        return count - self.explained.get(address, 0)

    def test_ordinary_objects_are_explained_to_the_last_reference(self) -> None:
        """Instances, slots, lists, dicts, tuples, sets, strings, and what is in them."""
        held = {int(address) for address in self.dumped.printed["held"]}
        for group in ("ordinary", "inside", "nested", "lone"):
            for address in self.dumped.printed[group]:
                if address not in held:
                    with self.subTest(group, object=self.dumped.heap.describe(address)):
                        self.assertEqual(self.unexplained(address), 0)

    def test_references_held_in_c_are_exactly_what_remains(self) -> None:
        """One to seven were planted."""
        for address, times in self.dumped.printed["held"].items():
            with self.subTest(self.dumped.heap.describe(int(address))):
                self.assertEqual(self.unexplained(int(address)), times)

    def test_nearly_all_objects_of_the_process_are_explained(self) -> None:
        """What remains is Python's own: interned names, tables of the interpreter."""
        heap = self.dumped.heap
        known = [a for a in heap.columns["address"] if heap.refcount(a) != UNKNOWN]
        kinds = {"str", "type"}  # names in code objects and tables of static types
        known = [address for address in known if heap.type_name(address) not in kinds]
        wrong = [address for address in known if self.unexplained(address) != 0]
        self.assertLess(len(wrong) / len(known), 0.03)

    def test_no_object_has_fewer_references_than_the_file_shows(self) -> None:
        """But static types, constants in code frozen into 3.11, and names shared by instances."""
        heap = self.dumped.heap
        uncounted = {"str", "type", "bool"}
        for address in heap.columns["address"]:
            if heap.refcount(address) != UNKNOWN and heap.type_name(address) not in uncounted:
                with self.subTest(heap.describe(address)):
                    self.assertGreaterEqual(self.unexplained(address), 0)


if __name__ == "__main__":
    unittest.main()
