"""Named paths from a module to an object, on programs as people write them."""

from __future__ import annotations

import sys
import unittest

from support import Dumped

PROGRAM = """
    import collections, contextvars, functools, json, threading, types, weakref

    class Marker:
        def __init__(self, name): self.name = name

    mark = Marker

    class Cache:
        default = mark("class attribute")
        def __init__(self):
            self.hits = 0
            self.items = {"u-17": mark("instance")}
            self.first = None
            self.second = None
    cache = Cache()
    other = Cache()
    other.second = mark("later attribute")
    dynamic = Cache.__new__(Cache)
    setattr(dynamic, "hits", mark("set from outside"))

    class Base:
        __slots__ = ("body", "__private")
        def __init__(self):
            self.body = mark("slot")
            self.__private = mark("private slot")
    class Derived(Base):
        __slots__ = ("more", "__weakref__")
        def __init__(self):
            super().__init__()
            self.more = mark("derived slot")
    slotted = Derived()

    class Mixed(Base):
        def __init__(self):
            super().__init__()
            self.extra = mark("attribute beside slots")
    mixed = Mixed()

    materialised = Cache()
    materialised.__dict__["first"] = mark("materialised")

    class Registry(dict):
        def __init__(self): self.note = mark("attribute of a dict subclass")
    registry = Registry()
    registry["k"] = mark("item of a dict subclass")
    class Stack(list): pass
    stack = Stack([0, mark("item of a list subclass")])
    Pair = collections.namedtuple("Pair", "left right")
    pair = Pair(1, mark("named tuple"))
    grouped = collections.defaultdict(list, a=[mark("defaultdict")])
    ordered = collections.OrderedDict(a=mark("OrderedDict"))
    queue = collections.deque([1, mark("deque")])
    frozen = types.MappingProxyType({"a": mark("mappingproxy")})
    keyed = {(1, "t"): mark("tuple key")}
    nested = [[1], {"deep": (0, [mark("nested")])}]

    def make_closure():
        captured = mark("closure")
        unused = mark("not captured")
        def inner(x, option=mark("default"), *, only=mark("keyword default")):
            return captured
        inner.tag = mark("function attribute")
        return inner
    closure = make_closure()
    class Service:
        def run(self): pass
        @staticmethod
        def plain(): pass
    service = Service()
    service.callback = service.run
    partial = functools.partial(print, mark("partial"), key=mark("partial keyword"))
    class Holder:
        def __init__(self): self.held = mark("bound method")
        def method(self): pass
    bound = Holder().method
    def generate(argument):
        local = mark("generator")
        for _ in range(3):
            yield local
    generator = generate(mark("generator argument")); next(generator)
    async def wait():
        inside = mark("coroutine")
        await types.coroutine(lambda: (yield))()
    coroutine = wait(); coroutine.send(None)

    target = mark("weakly held")
    watcher = weakref.ref(target, lambda _: None)
    only_weak = weakref.WeakValueDictionary(); only_weak["w"] = target
    keep = [target]; del target

    def fail(argument):
        lost = mark("traceback")
        raise ValueError(mark("exception argument"))
    try: fail(1)
    except ValueError as error: caught = error
    try:
        try: fail(2)
        except ValueError as error: raise KeyError("outer") from error
    except KeyError as error: chained = error

    ready = threading.Event()
    def work(task):
        mine = mark("thread local variable")
        shared = mark("shared with a closure")
        def later(): return shared
        ready.set()
        threading.Event().wait()
    worker = threading.Thread(target=work, args=(1,), name="worker-7", daemon=True)
    worker.start(); ready.wait()

    @functools.lru_cache(maxsize=None)
    def load(key): return mark("lru_cache")
    load("k")
    namespace = types.SimpleNamespace(inside=mark("namespace"))
    class Error(Exception):
        def __init__(self): self.detail = mark("attribute of an exception")
    error_object = Error()
    view = memoryview(bytearray(b"x"))
    print(json.dumps({"weakly held": id(keep[0])}))
"""


class NamedPathTest(unittest.TestCase):
    """Each test names a way to an object; the program printed where the object is."""

    dumped: Dumped

    @classmethod
    def setUpClass(cls) -> None:
        """Run the program once for all tests."""
        cls.dumped = Dumped(PROGRAM)

    def reaches(self, mark: str, *edges: str) -> int:
        """Check that the edges lead from ``__main__`` to the marker of that name."""
        heap = self.dumped.heap
        found = self.dumped.follow(*edges)
        self.assertEqual(heap.type_name(found), "__main__.Marker")
        self.assertEqual(heap.text(heap.follow(found, ".name")), repr(mark), edges)
        return found

    def marks(self) -> dict[str, int]:
        """Return the markers by the text of their name."""
        heap = self.dumped.heap
        markers = [a for a in heap.columns["address"] if heap.type_name(a) == "__main__.Marker"]
        return {heap.text(heap.follow(marker, ".name")): marker for marker in markers}

    def path_to(self, mark: str) -> str:
        """Return the path to the marker of that name."""
        return self.dumped.heap.path(self.marks()[repr(mark)]) or "unreachable"

    def test_instance_attributes_have_their_names(self) -> None:
        """Module, attribute, key: as one would write it in Python."""
        self.reaches("instance", ".cache", ".items", "['u-17']")
        self.reaches("later attribute", ".other", ".second")
        self.reaches("set from outside", ".dynamic", ".hits")

    def test_an_attribute_is_inline_and_no_dictionary_is_made(self) -> None:
        """From 3.11 the class's instances keep attributes in themselves."""
        kinds = {r.kind for r in self.dumped.heap.references(self.dumped.follow(".cache"))}
        self.assertEqual(
            kinds, {"attribute", "type"} if sys.version_info >= (3, 11) else {"dict", "type"}
        )

    def test_a_dictionary_that_the_program_made_is_shown(self) -> None:
        """3.13.0 alone hides it from the collector, and shows the attributes."""
        self.reaches("materialised", ".materialised", ".first")
        if sys.version_info[:3] != (3, 13, 0):
            edges = dict(self.dumped.heap.edges(self.dumped.follow(".materialised")))
            self.assertIn(".__dict__", edges)

    def test_slots_have_their_names_also_inherited_and_private_ones(self) -> None:
        """A private slot goes by its mangled name."""
        self.reaches("slot", ".slotted", ".body")
        self.reaches("private slot", ".slotted", "._Base__private")
        self.reaches("derived slot", ".slotted", ".more")
        self.reaches("slot", ".mixed", ".body")
        self.reaches("attribute beside slots", ".mixed", ".extra")

    def test_class_attributes_are_reached_through_the_class(self) -> None:
        """As ``app.Cache.default``."""
        self.reaches("class attribute", ".Cache", ".default")

    def test_containers_show_items_by_position_and_key(self) -> None:
        """Also the containers of ``collections``."""
        self.reaches("named tuple", ".pair", ".right")
        self.reaches("defaultdict", ".grouped", "['a']", "[0]")
        self.reaches("OrderedDict", ".ordered", "['a']")
        self.reaches("deque", ".queue", "[1]")
        self.reaches("mappingproxy", ".frozen", ".mapping", "['a']")
        self.reaches("nested", ".nested", "[1]", "['deep']", "[1]", "[0]")

    def test_subclasses_of_containers_show_items_and_attributes(self) -> None:
        """Both belong to the same object."""
        self.reaches("item of a dict subclass", ".registry", "['k']")
        self.reaches("attribute of a dict subclass", ".registry", ".note")
        self.reaches("item of a list subclass", ".stack", "[1]")

    def test_a_key_that_is_a_tuple_leads_to_its_parts(self) -> None:
        """Such a key has no text; it is an object like others."""
        heap = self.dumped.heap
        references = list(heap.references(self.dumped.follow(".keyed")))
        self.assertEqual([r.kind for r in references], ["key", "value"])
        self.assertEqual(heap.text(heap.follow(references[1].target, ".name")), "'tuple key'")
        self.assertEqual(heap.text(heap.follow(references[0].target, "[1]")), "'t'")

    def test_functions_name_what_they_hold(self) -> None:
        """Closure, defaults, attributes, globals."""
        self.reaches("closure", ".closure", ".__closure__", " cell captured", " cell captured")
        self.reaches("default", ".closure", ".__defaults__", " default option")
        self.reaches("keyword default", ".closure", ".__kwdefaults__", "['only']")
        self.reaches("function attribute", ".closure", ".tag")
        self.assertNotIn(repr("not captured"), self.marks())

    def test_bound_methods_and_partials_name_what_they_hold(self) -> None:
        """The usual ways for a callback to keep its owner alive."""
        self.reaches("bound method", ".bound", ".__self__", ".held")
        self.reaches("partial", ".partial", ".args", "[0]")
        self.reaches("partial keyword", ".partial", ".keywords", "['key']")

    def test_suspended_generators_and_coroutines_name_their_variables(self) -> None:
        """Up to 3.10 they are the frame's, afterwards the generator's own."""
        if sys.version_info >= (3, 11):
            self.reaches("generator", ".generator", " local local")
            self.reaches("generator argument", ".generator", " local argument")
            self.reaches("coroutine", ".coroutine", " local inside")
        else:
            self.reaches("generator", ".generator", ".gi_frame", " local local")
            self.reaches("coroutine", ".coroutine", ".cr_frame", " local inside")

    def test_a_weak_reference_points_but_does_not_retain(self) -> None:
        """The only retaining way to the target is the list."""
        heap = self.dumped.heap
        watcher = self.dumped.follow(".watcher")
        kinds = {r.kind: r.target for r in heap.references(watcher)}
        self.assertEqual(kinds["weak"], self.dumped.printed["weakly held"])
        self.assertIn("weak callback", kinds)
        path = heap.path(self.dumped.printed["weakly held"])
        self.assertEqual(path, "module __main__ > .__dict__ > ['keep'] > [0]")

    def test_exceptions_lead_to_the_variables_of_the_frames_that_failed(self) -> None:
        """The commonest leak that nobody sees."""
        self.reaches("exception argument", ".caught", ".args", "[0]")
        trace = (".__traceback__", ".tb_next", ".tb_frame", " local lost")
        self.reaches("traceback", ".caught", *trace)
        self.reaches("traceback", ".chained", ".__cause__", *trace)
        self.reaches("attribute of an exception", ".error_object", ".detail")

    def test_a_thread_leads_to_the_variables_of_its_functions(self) -> None:
        """By the frame in which they are, under the thread's name."""
        heap = self.dumped.heap
        thread = next(row for row in heap.tables["thread"] if row["name"] == "worker-7")
        frames = [row for row in heap.tables["frame"] if row["thread"] == thread["id"]]
        frame = next(row for row in frames if row["function"].endswith("work"))
        mine = heap.follow(frame["address"], " local mine")
        self.assertEqual(heap.text(heap.follow(mine, ".name")), "'thread local variable'")
        self.assertEqual(heap.path(mine), "thread worker-7 > local mine")

    def test_other_built_in_holders_are_named(self) -> None:
        """lru_cache, namespaces, memory views."""
        self.assertIn("['load'] > .cache", self.path_to("lru_cache"))
        self.reaches("namespace", ".namespace", ".inside")
        heap = self.dumped.heap
        self.assertEqual(heap.type_name(self.dumped.follow(".view", ".obj")), "bytearray")

    def test_nearly_all_references_have_a_name(self) -> None:
        """More than 99 of 100, in a program without extension modules."""
        heap = self.dumped.heap
        kinds = [r.kind for address in heap.columns["address"] for r in heap.references(address)]
        self.assertLess(kinds.count("unnamed") / len(kinds), 0.01)


if __name__ == "__main__":
    unittest.main()
