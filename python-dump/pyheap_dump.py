"""Write the object graph of a live CPython process to one ``.pyheap`` file.

From inside the program to look at::

    import pyheap_dump
    pyheap_dump.dump("app.pyheap")

or around a whole program, which is dumped when it ends, however it ends::

    python3 pyheap_dump.py run -o app.pyheap app.py --its --arguments

The file holds every object that the cyclic collector tracks and everything that can be reached
from there, with the name under which each object refers to the next. ``docs/format.md`` in the
project describes it. This is one file without dependencies, for CPython 3.9 to 3.15, so that it
can be copied to wherever the program runs.

Three promises shape the code:

* **No code of the program runs.** No ``__repr__``, ``__len__``, ``__eq__``, ``__getattribute__``,
  property or metaclass: types are compared by identity, attributes are read through C slots only
  after a look at the class says that nothing else can answer, containers through their base type.
* **Nothing stays behind.** No instance ``__dict__`` is materialised, no collection is run, the
  dumper's own objects are neither in the file nor in the reference counts.
* **The world stands still while we look.** The capture does no I/O, which would hand the
  interpreter to other threads; everything is computed in memory and written afterwards.
"""

from __future__ import annotations

import argparse
import builtins
import datetime
import errno
import gc
import json
import operator
import os
import re
import secrets
import signal
import socket
import sys
import time
import types
import weakref
import zlib
from array import array
from bisect import bisect_left
from collections import OrderedDict, defaultdict, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, chain, count, islice
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple, Union

try:
    import sqlite3
except ImportError:  # a Python built without it, such as some of Pyodide's
    sqlite3 = None  # type: ignore[assignment]

__all__ = ["DumpError", "Report", "dump"]

VERSION = "0.1.0"
APPLICATION_ID = 0x50594850  # "PYHP"
FORMAT_VERSION = 1
PAGE = 65_536
PREVIEW = 64  # characters of a value that are kept
PRIVACY_LEVELS = ("none", "names", "previews")

UNKNOWN = 0xFFFFFFFF  # a refcount or length that there is not
IMMORTAL = 500_000_000  # refcounts beyond this are a mark, not a count

TRACKED = 1 << 0
GENERATION_SHIFT = 1
GENERATION_UNKNOWN = 1 << 3
FROZEN = 1 << 4
IS_IMMORTAL = 1 << 5
FINALIZED = 1 << 7
UNCOLLECTABLE = 1 << 8
IS_CLASS = 1 << 9
SIZE_UNKNOWN = 1 << 10

TP_HEAPTYPE = 1 << 9
TP_HAVE_GC = 1 << 14
TP_INLINE_VALUES = 1 << 2  # 3.13
TP_MANAGED_DICT = 1 << 4  # 3.11
CO_OPTIMIZED = 1 << 0
CO_VARARGS = 1 << 2
CO_VARKEYWORDS = 1 << 3

SCHEMA = """
CREATE TABLE about (line TEXT NOT NULL);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE type (
  id INTEGER PRIMARY KEY, address INTEGER NOT NULL, module TEXT NOT NULL, qualname TEXT NOT NULL,
  basicsize INTEGER NOT NULL, itemsize INTEGER NOT NULL, dictoffset INTEGER NOT NULL,
  weakrefoffset INTEGER NOT NULL, flags INTEGER NOT NULL, has_del INTEGER NOT NULL,
  opaque INTEGER NOT NULL, count INTEGER NOT NULL, bytes INTEGER NOT NULL
);
CREATE TABLE layout (
  id INTEGER PRIMARY KEY, hidden_bytes INTEGER NOT NULL, runs TEXT NOT NULL
);
CREATE TABLE object_page (
  first INTEGER PRIMARY KEY, count INTEGER NOT NULL, codec TEXT NOT NULL, crc INTEGER NOT NULL,
  address BLOB NOT NULL, type BLOB NOT NULL, layout BLOB NOT NULL, size BLOB NOT NULL,
  refcount BLOB NOT NULL, length BLOB NOT NULL, reference_count BLOB NOT NULL, flags BLOB NOT NULL
);
CREATE TABLE reference_page (
  first INTEGER PRIMARY KEY, count INTEGER NOT NULL, codec TEXT NOT NULL, crc INTEGER NOT NULL,
  target BLOB NOT NULL
);
CREATE TABLE text_page (
  first INTEGER PRIMARY KEY, count INTEGER NOT NULL, codec TEXT NOT NULL, crc INTEGER NOT NULL,
  offsets BLOB NOT NULL, text BLOB NOT NULL
);
CREATE TABLE root (kind TEXT NOT NULL, name TEXT NOT NULL, address INTEGER NOT NULL);
CREATE TABLE module (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, file TEXT, address INTEGER NOT NULL
);
CREATE TABLE thread (
  id INTEGER PRIMARY KEY, ident INTEGER NOT NULL, name TEXT NOT NULL, daemon INTEGER NOT NULL,
  current INTEGER NOT NULL
);
CREATE TABLE frame (
  id INTEGER PRIMARY KEY, thread INTEGER NOT NULL, depth INTEGER NOT NULL, file TEXT NOT NULL,
  line INTEGER NOT NULL, function TEXT NOT NULL, address INTEGER NOT NULL
);
CREATE TABLE code (
  address INTEGER PRIMARY KEY, file TEXT NOT NULL, first_line INTEGER NOT NULL,
  qualname TEXT NOT NULL, names TEXT NOT NULL
);
"""

ABOUT = """\
This is a heap dump of a CPython process, written by pyheap_dump.py; PyHeap Explorer opens it.
It is an SQLite database. meta, type, root, module, thread, frame and code are ordinary tables;
object_page, reference_page and text_page hold columns packed 65,536 entries at a time.
Objects are numbered from 0 in the order of their addresses, references follow in object order.
To get plain rows, run the explorer's command: tables FILE OUT.
"""

Run = Tuple[str, Optional[str], Union[int, str]]
Runs = Tuple[Run, ...]
Description = Tuple[int, Iterable[object]]
Describer = Callable[[Any], Description]


class DumpError(Exception):
    """The dump could not be made; the message is one sentence that says why."""


@dataclass(frozen=True)
class Report:
    """What a dump did.

    Attributes:
        path: The file that was written.
        objects: How many objects it holds.
        references: How many references between them.
        pause_seconds: How long the program stood still.
        seconds: The whole time, writing included.
        warnings: What a reader of the file should know, a sentence each.
    """

    path: str
    objects: int
    references: int
    pause_seconds: float
    seconds: float
    warnings: Tuple[str, ...]


def dump(
    path: Union[str, "os.PathLike[str]"], label: Optional[str] = None, privacy: str = "previews"
) -> Report:
    """Write a dump of this process to ``path``.

    The file appears under its name when it is complete, and is readable by its owner only.

    Args:
        path: The file to write; it must not exist.
        label: A few words of your own that help to tell dumps apart.
        privacy: ``"none"`` writes no names of functions and files and no values, ``"names"`` adds
            the former, ``"previews"`` adds values cut at 64 characters. Values that are called
            like a secret are hidden at every level.

    Raises:
        DumpError: Nothing was written, and the message says why.
    """
    # Our own copies: the arguments' reference counts must not show that we hold them.
    target = bytes(os.fsencode(os.path.abspath(os.fspath(path)))).decode(
        sys.getfilesystemencoding(), "surrogateescape"
    )
    label, privacy = _copy(label), _copy(privacy)
    del path
    return _dump(target, label, privacy or "", "call", sys._getframe(1))


def _copy(text: Optional[str]) -> Optional[str]:
    """Return an equal string that only we have."""
    return None if text is None else (text + ".")[:-1]


def _dump(
    target: str,
    label: Optional[str],
    privacy: str,
    mode: str,
    innermost: Optional[types.FrameType],
) -> Report:
    """Capture, then write; ``innermost`` is the first frame of this thread that is not ours."""
    if privacy not in PRIVACY_LEVELS:
        raise DumpError(f"privacy must be one of {', '.join(PRIVACY_LEVELS)}")
    started = time.perf_counter()
    temporary = _new_temporary(target)
    try:
        capture = _capture(privacy, mode, innermost)
        del innermost
        meta = _meta(capture, label, privacy, mode, started)
        _write(temporary, capture, meta)
        capture.warnings += _publish(temporary, target)
    except sqlite3.Error as error:
        raise DumpError(f"cannot write {target}: {error}") from error
    except OSError as error:
        raise DumpError(_reason(error, target)) from error
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)
    return Report(
        path=target,
        objects=len(capture.addresses),
        references=len(capture.targets),
        pause_seconds=capture.pause,
        seconds=time.perf_counter() - started,
        warnings=tuple(capture.warnings),
    )


def _meta(
    capture: _Capture, label: Optional[str], privacy: str, mode: str, started: float
) -> Dict[str, object]:
    counts: Any = capture.meta["counts"]
    return {
        "capture_id": secrets.token_hex(16),
        "label": label,
        "created_at": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        "tool": f"pyheap_dump.py {VERSION}",
        "format": FORMAT_VERSION,
        "process": _process_facts(privacy),
        "python": _python_facts(),
        "capture": {
            "mode": mode,
            "pause_seconds": capture.pause,
            "seconds": time.perf_counter() - started,
            "privacy": privacy,
            "redacted": counts["redacted"],
            "objects": len(capture.addresses),
            "references": len(capture.targets),
            "missing": counts["missing"],
            "skipped": {"size by a base class": counts["odd_sizes"]},
            "warnings": capture.warnings,
        },
        "gc": capture.meta["gc"],
        "memory": _memory_facts(),
        "tracemalloc": _tracemalloc_facts(),
    }


# ---------------------------------------------------------------------------------------------
# Reading objects without waking them up
# ---------------------------------------------------------------------------------------------

# The C getters of ``type``, fetched once: a metaclass can override an attribute, not these.
_class_proxy = type.__dict__["__dict__"].__get__
_class_mro = type.__dict__["__mro__"].__get__
_class_bases = type.__dict__["__bases__"].__get__
_class_base = type.__dict__["__base__"].__get__
_class_name = type.__dict__["__name__"].__get__
_class_qualname = type.__dict__["__qualname__"].__get__
_class_flags = type.__dict__["__flags__"].__get__
_class_basicsize = type.__dict__["__basicsize__"].__get__
_class_itemsize = type.__dict__["__itemsize__"].__get__
_class_dictoffset = type.__dict__["__dictoffset__"].__get__
_class_weakrefoffset = type.__dict__["__weakrefoffset__"].__get__

_MISSING: Any = object()


def _class_dict(cls: type) -> Dict[object, Any]:
    """Return the class's real dictionary, which ``__dict__`` only shows through a proxy."""
    return gc.get_referents(_class_proxy(cls))[0]


def _mro(cls: type) -> Tuple[type, ...]:
    return _class_mro(cls) or (cls,)


def _class_entries(cls: type) -> Dict[str, Any]:
    """Return the class's dictionary, less keys that are not plain strings.

    A key of a ``str`` subclass may bring its own ``__eq__``, which any lookup might call.
    """
    entries = _class_dict(cls)
    if all(type(key) is str for key in entries):
        return entries  # type: ignore[return-value]
    return {key: value for key, value in entries.items() if type(key) is str}


def _has_plain_keys(cls: type) -> bool:
    return all(type(key) is str for base in _mro(cls) for key in _class_dict(base))


def _lookup(cls: type, name: str) -> Any:
    """Return what the class or the first of its bases has under ``name``, or ``_MISSING``."""
    for base in _mro(cls):
        value = _class_entries(base).get(name, _MISSING)
        if value is not _MISSING:
            return value
    return _MISSING


def _class_module(cls: type) -> str:
    """Return the name of the module a class says that it comes from."""
    if not _class_flags(cls) & TP_HEAPTYPE:
        module = type.__dict__["__module__"].__get__(cls)
    else:
        module = _class_entries(cls).get("__module__", "")
    return _clean(module) if type(module) is str else ""


def _clean(text: str) -> str:
    """Return text that has a UTF-8 form: lone surrogates become ``\\udcXX``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _attribute_is_plain(cls: type, name: str) -> bool:
    """Tell whether reading ``name`` from an instance cannot run Python code.

    It cannot where the class knows no such name, or only a slot, a function (which becomes a
    bound method, made in C) or a value without ``__get__``.
    """
    value = _lookup(cls, name)
    kind = type(value)
    if value is _MISSING or kind is types.FunctionType or kind is types.MemberDescriptorType:
        return True
    return _lookup(type(value), "__get__") is _MISSING


def _reads_plainly(cls: type) -> bool:
    """Tell whether attributes of the class's instances are looked up by ``object``'s rules."""
    if _lookup(cls, "__getattr__") is not _MISSING:
        return False
    return _lookup(cls, "__getattribute__") is object.__dict__["__getattribute__"]


def _plain_attribute(obj: object, name: str) -> Any:
    """Return an attribute by ``object``'s rules where that is safe, else ``_MISSING``."""
    if not _attribute_is_plain(type(obj), name):
        return _MISSING
    try:
        return object.__getattribute__(obj, name)
    except AttributeError:
        return _MISSING


_varname_from_oparg: Any = getattr(types.CodeType, "_varname_from_oparg", None)


def _local_names(code: types.CodeType) -> List[str]:
    """Return the names of a code object's local, cell and free variables, in slot order.

    From 3.11 ``co_varnames`` and its kin are made on demand, and from 3.12 the code object keeps
    what was made. Asking slot by slot leaves nothing behind.
    """
    if _varname_from_oparg is None:
        names = list(code.co_varnames)
        names += [name for name in code.co_cellvars if name not in names]
        return names + list(code.co_freevars)
    names = []
    try:
        for slot in count():
            names.append(_varname_from_oparg(code, slot))
    except IndexError:
        return names
    return names


def _code_qualname(code: types.CodeType) -> str:
    return getattr(code, "co_qualname", code.co_name)  # 3.11 brought co_qualname


# ---------------------------------------------------------------------------------------------
# What the collector does not report
# ---------------------------------------------------------------------------------------------

_CODE_PARTS = [
    ("constant", "co_consts"),
    ("member", "co_names"),
    ("member", "co_filename"),
    ("member", "co_name"),
]
if sys.version_info >= (3, 11):  # before, co_linetable's bytes; after, what used to be computed
    _CODE_PARTS += [("member", "co_qualname"), ("member", "co_linetable")]
    _CODE_PARTS += [("member", "co_exceptiontable")]
else:
    _CODE_PARTS += [("member", "co_code"), ("member", "co_varnames")]
    _CODE_PARTS += [("member", "co_freevars"), ("member", "co_cellvars")]
    _CODE_PARTS += [("member", "co_linetable" if sys.version_info >= (3, 10) else "co_lnotab")]


def _code_parts(code: types.CodeType) -> List[object]:
    return [getattr(code, name) for _, name in _CODE_PARTS]


def _class_parts(cls: type) -> List[object]:
    """Return what a class refers to; the collector says nothing about static types."""
    parts = [_class_dict(cls), _class_mro(cls), _class_bases(cls), _class_base(cls)]
    if _class_flags(cls) & TP_HEAPTYPE:
        parts += [_class_name(cls), _class_qualname(cls)]
    return [part for part in parts if part is not None]


def _range_parts(value: range) -> List[object]:
    return [value.start, value.stop, value.step]


def _descriptor_parts(descriptor: Any) -> List[object]:
    return [descriptor.__objclass__, descriptor.__name__]


def _view_parts(view: memoryview) -> List[object]:
    try:
        return [view.obj]
    except ValueError:  # released
        return []


def _timezone_parts(moment: Any) -> List[object]:
    return [datetime.datetime.__dict__["tzinfo"].__get__(moment)]


_DESCRIPTORS = (
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)

_UNREPORTED: Dict[type, Callable[[Any], Iterable[object]]] = {
    types.CodeType: _code_parts,
    range: _range_parts,
    memoryview: _view_parts,
    datetime.datetime: _timezone_parts,
    **dict.fromkeys(_DESCRIPTORS, _descriptor_parts),
}


def _unreported(cls: type) -> Optional[Callable[[Any], Iterable[object]]]:
    """Return how to get what the collector leaves out of a type's instances, if anything.

    The keys of a dictionary of strings are the most important of these.
    """
    bases = _mro(cls)
    if any(base is dict for base in bases):
        return dict.keys
    if any(base is type for base in bases):
        return _class_parts
    for base in bases:
        for known, parts in _UNREPORTED.items():
            if base is known:
                return parts
    return None


# ---------------------------------------------------------------------------------------------
# The walk
# ---------------------------------------------------------------------------------------------


class _Walk:
    """Finds every object, keeping each alive in exactly one place.

    ``known`` maps addresses to objects. While it holds an object, no other can get its address.
    """

    def __init__(self) -> None:
        self.known: Dict[int, object] = {}
        self._parts: Dict[int, Optional[Callable[[Any], Iterable[object]]]] = {}

    def add(self, objects: Iterable[object]) -> None:
        """Make objects known, and whatever can be reached from them."""
        known = self.known
        first = len(known)
        objects = list(objects)
        known.update(zip(map(id, objects), objects))
        while first < len(known):
            frontier = list(islice(known.values(), first, None))
            first = len(known)
            while frontier:
                chunk = frontier[-PAGE:]
                del frontier[-PAGE:]
                found = gc.get_referents(*chunk)
                found.extend(self._more(chunk))
                known.update(zip(map(id, found), found))

    def _more(self, chunk: List[object]) -> Iterator[object]:
        """Return the chunk's types, and what its objects hold besides their referents."""
        kinds = list(map(type, chunk))
        numbers = list(map(id, kinds))
        parts = self._parts
        for number, kind in dict(zip(numbers, kinds)).items():
            if number not in parts:
                parts[number] = _unreported(kind)
                yield kind
        for obj, part in zip(chunk, map(parts.__getitem__, numbers)):
            if part is not None:
                yield from part(obj)


# ---------------------------------------------------------------------------------------------
# Layouts: which reference is which
# ---------------------------------------------------------------------------------------------

_NOTHING: Runs = ()
_ITEMS: Runs = (("item", None, "rest"),)
_PAIRS: Runs = (("value", None, "pairs"),)
_TYPE: Run = ("type", "__class__", 1)
_REST: Run = ("unnamed", None, "rest")


class _Layouts:
    """Numbers the distinct layouts; thousands of objects share one."""

    def __init__(self) -> None:
        self.numbers: Dict[Tuple[Runs, int], int] = {}

    def number(self, runs: Runs, hidden_bytes: int = 0) -> int:
        return self.numbers.setdefault((runs, hidden_bytes), len(self.numbers))


def _match(referents: Sequence[object], named: Iterable[Tuple[str, str, object]]) -> Any:
    """Give names to referents by identity.

    Args:
        referents: What the object refers to, as the collector reports it.
        named: Kind, name and value of what is believed to be among them.

    Returns:
        The runs of those that were found, these in the order of the runs, and the others.
    """
    left: Dict[int, int] = {}
    for referent in referents:
        left[id(referent)] = left.get(id(referent), 0) + 1
    runs: List[Run] = []
    found: List[object] = []
    for kind, name, value in named:
        number = id(value)
        if left.get(number):
            left[number] -= 1
            runs.append((kind, name, 1))
            found.append(value)
    others: List[object] = []
    for referent in referents:
        number = id(referent)
        if left[number]:
            left[number] -= 1
            others.append(referent)
    return runs, found, others


class _Instances:
    """Describes the instances of one class, whatever it is.

    Two steps: the first instance of a kind is taken apart slowly, by trying names and matching
    what they give with what the collector reports. That teaches a *shape*, names in the order of
    the referents. For later instances one C call reads all names of the shape, and the addresses
    prove that it fits.
    """

    MAX_SHAPES = 24
    MAX_FAILURES = 24

    def __init__(self, cls: type, names: "_Names", layouts: _Layouts) -> None:
        self.cls = cls
        self.opaque = False
        self._layouts = layouts
        self._names = names
        self._heap = bool(_class_flags(cls) & TP_HEAPTYPE)
        self._plain = _reads_plainly(cls) and _has_plain_keys(cls)
        self._slots = _member_descriptors(cls)
        self._known_members = _known_members(cls)
        self._has_attributes = _class_dictoffset(cls) != 0 or bool(
            self._heap and _class_flags(cls) & TP_MANAGED_DICT
        )
        self._inline = _has_inline_values(cls)
        self._items = _base_items(cls)
        self._shapes: Dict[int, List[Tuple[Callable[[Any], Sequence[object]], int, int]]] = {}
        self._failures = 0
        self._learnt: Optional[List[str]] = None

    def describe(self, obj: Any) -> Description:
        """Return the layout's number and the references in its order."""
        referents = gc.get_referents(obj)
        shapes = self._shapes.get(len(referents))
        if shapes is not None:
            ids = list(map(id, referents))
            for read, named, layout in shapes:
                try:
                    values = read(obj)
                except AttributeError:
                    continue
                if list(map(id, values)) == ids[:named]:
                    return layout, referents
        return self._take_apart(obj, referents)

    def _take_apart(self, obj: Any, referents: List[object]) -> Description:
        runs: List[Run] = []
        items: Sequence[object] = ()
        lead = referents
        if self._items is not None:
            items, run = self._items(obj)
            lead = _without(referents, items)
        runs, found, others = _match(lead, self._candidates(obj, lead))
        if others:
            runs, found, others = self._name_dict(runs, found, others, lead)
        if self._items is not None:
            runs += [("unnamed", None, 1)] * len(others)
            runs.append(run)
            return self._layouts.number(_merged(runs)), chain(found, others, items)
        if others:
            self.opaque = True
            self._failures += 1
            runs.append(_REST)
        hidden = _hidden_bytes(self.cls, sum(run[0] == "attribute" for run in runs))
        layout = self._layouts.number(_merged(runs), hidden)
        if not others:
            self._remember(runs, found, lead, hidden)
        return layout, chain(found, others)

    def _candidates(self, obj: Any, lead: List[object]) -> Iterator[Tuple[str, str, object]]:
        """Yield what the object's parts may be called, those that are certain first."""
        for kind, name, read in self._slots:
            try:
                yield kind, name, read(obj)
            except AttributeError:
                continue
        for kind, name, read in self._known_members:
            yield kind, name, read(obj)
        if self._inline and self._failures < self.MAX_FAILURES:
            yield from self._inline_attributes(obj, lead)
        if self._heap:
            yield _TYPE[0], "__class__", self.cls

    def _inline_attributes(self, obj: Any, lead: List[object]) -> Iterator[Tuple[str, str, object]]:
        """Yield attributes that live inside the instance, without making its ``__dict__``.

        A dictionary that was made already is reported in the attributes' place. If its keys are
        not all plain strings, even a lookup could call one; then the names stay unknown.
        """
        present = set(map(id, lead)) - {id(self.cls)}
        if not present:
            return
        for referent in lead:
            if type(referent) is dict and not all(type(key) is str for key in referent):
                if len(lead) - len(self._slots) <= 2:
                    return
        for names in self._names.candidates(self.cls):
            for name in names:
                try:
                    value = object.__getattribute__(obj, name)
                except AttributeError:
                    continue
                if id(value) in present:
                    yield "attribute", name, value
            if len(present) <= 1:
                return

    def _name_dict(self, runs: Any, found: Any, others: Any, lead: Any) -> Any:
        """Recognise the ``__dict__`` among what is left over."""
        if self._has_attributes:
            dicts = [other for other in others if type(other) is dict]
            if len(dicts) == 1:
                at = 1 if runs and runs[-1] == _TYPE else 0
                position = len(runs) - at
                runs = runs[:position] + [("dict", "__dict__", 1)] + runs[position:]
                found = found[:position] + dicts + found[position:]
                others = [other for other in others if other is not dicts[0]]
        return runs, found, others

    def _remember(self, runs: List[Run], found: List[object], lead: Any, hidden: int) -> None:
        """Turn what was learnt from one instance into a shape that others can be checked by."""
        if not self._plain:
            return
        by_number: Dict[int, List[Run]] = {}
        for run, value in zip(runs, found):
            by_number.setdefault(id(value), []).append(run)
        ordered = [by_number[id(referent)].pop(0) for referent in lead]
        names = [str(run[1]) for run in ordered if run[0] in ("attribute", "slot")]
        if any(run[0] not in ("attribute", "slot") for run in ordered[: len(names)]):
            return
        if not all(run in (_TYPE, ("dict", "__dict__", 1)) for run in ordered[len(names) :]):
            return
        shapes = self._shapes.setdefault(len(lead), [])
        if len(shapes) < self.MAX_SHAPES:
            layout = self._layouts.number(_merged(ordered), hidden)
            shapes.append((_reader(names), len(names), layout))


def _reader(names: List[str]) -> Callable[[Any], Sequence[object]]:
    """Return a function that reads all of the attributes in one call."""
    if not names:
        return lambda obj: ()
    if len(names) == 1:
        return lambda obj, read=operator.attrgetter(names[0]): (read(obj),)  # type: ignore[misc]
    return operator.attrgetter(*names)


def _merged(runs: Sequence[Run]) -> Runs:
    """Join neighbouring runs of nameless references."""
    merged: List[Run] = []
    for run in runs:
        if merged and run[1] is None and merged[-1][:2] == run[:2] and type(run[2]) is int:
            merged[-1] = (run[0], None, merged[-1][2] + run[2])  # type: ignore[operator]
        else:
            merged.append(run)
    return tuple(merged)


def _without(referents: List[object], items: Sequence[object]) -> List[object]:
    """Return the referents less one for each of the items."""
    left: Dict[int, int] = {}
    for item in items:
        left[id(item)] = left.get(id(item), 0) + 1
    lead = []
    for referent in referents:
        if left.get(id(referent)):
            left[id(referent)] -= 1
        else:
            lead.append(referent)
    return lead


def _has_inline_values(cls: type) -> bool:
    """Tell whether instances may keep their attributes inside themselves (3.11 and later)."""
    if sys.version_info < (3, 11):
        return False
    flags = _class_flags(cls)
    if sys.version_info >= (3, 13):
        return bool(flags & TP_INLINE_VALUES)
    return bool(flags & TP_MANAGED_DICT)


def _hidden_bytes(cls: type, attributes: int) -> int:
    return 0


def _member_descriptors(cls: type) -> List[Tuple[str, str, Callable[[Any], object]]]:
    """Return kind, name and reader of the slots, in the order in which they are traversed."""
    members = []
    for base in _mro(cls):
        kind = "slot" if _class_flags(base) & TP_HEAPTYPE else "member"
        for name, value in _class_entries(base).items():
            if type(value) is types.MemberDescriptorType and value.__objclass__ is base:
                members.append((kind, value.__name__, value.__get__))
    return members


def _dict_items(obj: Any) -> Tuple[Sequence[object], Run]:
    return list(chain.from_iterable(dict.items(obj))), _PAIRS[0]


def _base_items(cls: type) -> Optional[Callable[[Any], Tuple[Sequence[object], Run]]]:
    """Return how to read what a container holds by its built-in base, not by its own methods."""
    for base in _mro(cls):
        if base is dict:
            return _dict_items
        for container in (list, tuple, set, frozenset, deque):
            if base is container:
                iterate: Any = container.__iter__
                return lambda obj: (list(iterate(obj)), _ITEMS[0])
    return None


_TASK_PARTS = ("_coro", "_loop", "_fut_waiter", "_exception", "_result")

# C attributes that are read by getters which make nothing and run nothing.
_GETTERS: Dict[type, Tuple[Tuple[str, str], ...]] = {
    BaseException: (
        ("member", "args"),
        ("traceback", "__traceback__"),
        ("cause", "__cause__"),
        ("context", "__context__"),
    ),
    types.MappingProxyType: (),
    types.TracebackType: (("member", "tb_next"), ("frame", "tb_frame")),
    types.GetSetDescriptorType: (),
    types.MethodType: (),
    types.GenericAlias: (),
}


def _known_members(cls: type) -> List[Tuple[str, str, Callable[[Any], object]]]:
    """Return kind, name and reader of C attributes that are no member descriptors."""
    members = []
    for base in _mro(cls):
        for known, names in _GETTERS.items():
            if base is known:
                entries = _class_entries(base)
                members += [(kind, name, entries[name].__get__) for kind, name in names]
    return members


class _Names:
    """Knows what the attributes of a class may be called.

    The names that functions of a class and of its bases mention are nearly always enough, for
    attributes are set there; then what the class says of itself; at last every name that any
    code in the process mentions.
    """

    def __init__(self, codes: List[types.CodeType]) -> None:
        self._codes = codes
        self._everywhere: Optional[List[str]] = None

    def candidates(self, cls: type) -> Iterator[List[str]]:
        """Yield lists of names that are safe to read, likely ones first."""
        own = self._safe(cls, self._own(cls))
        yield own
        if self._everywhere is None:
            names = dict.fromkeys(name for code in self._codes for name in code.co_names)
            self._everywhere = list(names)
        tried = set(own)
        yield [name for name in self._safe(cls, self._everywhere) if name not in tried]

    def _own(self, cls: type) -> List[str]:
        names: Dict[str, None] = {}
        for base in reversed(_mro(cls)):
            entries = _class_entries(base)
            for key in ("__static_attributes__", "__match_args__"):
                declared = entries.get(key)
                if type(declared) is tuple:
                    names.update((name, None) for name in declared if type(name) is str)
            for key in ("__annotations__", "__dataclass_fields__"):
                declared = entries.get(key)
                if type(declared) is dict:
                    names.update((name, None) for name in declared if type(name) is str)
            for value in entries.values():
                for code in _codes_of(value):
                    names.update(dict.fromkeys(code.co_names))
        return list(names)

    def _safe(self, cls: type, names: Iterable[str]) -> List[str]:
        taken = set(chain.from_iterable(map(_class_entries, _mro(cls))))
        return [name for name in names if name not in taken or _attribute_is_plain(cls, name)]


def _codes_of(value: object) -> Iterator[types.CodeType]:
    """Yield the code of a function in a class, through the usual wrappers."""
    kind = type(value)
    if kind is types.FunctionType:
        yield value.__code__  # type: ignore[attr-defined]
    elif kind is staticmethod or kind is classmethod:
        yield from _codes_of(value.__func__)  # type: ignore[attr-defined]
    elif kind is property:
        for part in (value.fget, value.fset, value.fdel):  # type: ignore[attr-defined]
            yield from _codes_of(part)


# ---------------------------------------------------------------------------------------------
# Describing objects
# ---------------------------------------------------------------------------------------------


class _Describers:
    """Chooses, per type, how an object's references are found and named.

    A describer takes an object and returns its layout's number and its references. ``None``
    stands for types whose instances refer to nothing.
    """

    def __init__(self, layouts: _Layouts, codes: List[types.CodeType]) -> None:
        self.layouts = layouts
        self.instances: Dict[int, _Instances] = {}
        self.named_tuples: Dict[int, int] = {}  # address of a tuple: its layout
        self.named_cells: Dict[int, int] = {}
        self._names = _Names(codes)
        self._empty = layouts.number(_NOTHING)
        self._items = layouts.number(_ITEMS)
        self._pairs = layouts.number(_PAIRS)
        self._cell = layouts.number((("cell", None, "rest"),))
        self._weak = layouts.number((("weak", None, 1), ("weak callback", "__callback__", "rest")))
        self._callback = layouts.number((("weak callback", "__callback__", "rest"),))
        self._exact: Dict[int, Optional[Describer]] = {
            id(dict): self._dict,
            id(list): self._sequence,
            id(set): self._sequence,
            id(frozenset): self._sequence,
            id(tuple): self._tuple,
            id(types.FunctionType): self._function,
            id(types.CodeType): self._code,
            id(types.CellType): self._closure_cell,
            id(types.MethodType): self._named("__func__", "__self__"),
            id(types.BuiltinFunctionType): self._named("__self__", "__module__"),
            id(property): self._named("fget", "fset", "fdel", "__doc__"),
            id(types.MappingProxyType): self._rest("member", "mapping"),
            id(staticmethod): self._wrapper,
            id(classmethod): self._wrapper,
            id(types.ModuleType): self._module,
            id(range): self._parts(_range_parts, ("start", "stop", "step")),
            id(slice): self._named("start", "stop", "step"),
            id(memoryview): self._view,
            id(partial): self._partial,
            id(types.FrameType): self._frame,
        }
        descriptor = self._parts(_descriptor_parts, ("__objclass__", "__name__"))
        self._exact.update((id(kind), descriptor) for kind in _DESCRIPTORS)
        atoms = (str, bytes, bytearray, int, float, complex, bool, type(None), type(...))
        self._exact.update((id(kind), None) for kind in atoms)

    def choose(self, cls: type) -> Optional[Describer]:
        """Return how to describe the instances of a type."""
        if id(cls) in self._exact:
            return self._exact[id(cls)]
        for base in _mro(cls):
            if base is type:
                return self._class
            if base is weakref.ref:
                return self._weak_reference(cls)
        for kind in (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType):
            if cls is kind:
                return self._generator
        if not _class_flags(cls) & (TP_HAVE_GC | TP_HEAPTYPE) and not _member_descriptors(cls):
            return None
        instances = self.instances[id(cls)] = _Instances(cls, self._names, self.layouts)
        return instances.describe

    def learn_closures(self, function: types.FunctionType) -> None:
        """Note the names that a function gives to its closure's cells and to its defaults."""
        code = function.__code__
        if function.__closure__:
            names = _local_names(code)[-len(function.__closure__) :]
            runs = tuple(("cell", name, 1) for name in names)
            self.named_tuples[id(function.__closure__)] = self.layouts.number(runs)
            for name, cell in zip(names, function.__closure__):
                self.named_cells[id(cell)] = self.layouts.number((("cell", name, "rest"),))
        if type(function.__defaults__) is tuple:
            defaults = function.__defaults__
            names = _local_names(code)[: code.co_argcount][-len(defaults) :]
            if defaults and len(names) == len(defaults):
                runs = tuple(("default", name, 1) for name in names)
                self.named_tuples[id(defaults)] = self.layouts.number(runs)

    def _sequence(self, obj: Iterable[object]) -> Description:
        return self._items, obj

    def _tuple(self, obj: Tuple[object, ...]) -> Description:
        return self.named_tuples.get(id(obj), self._items), obj

    def _dict(self, obj: Dict[object, object]) -> Description:
        return self._pairs, chain.from_iterable(obj.items())

    def _closure_cell(self, cell: types.CellType) -> Description:
        return self.named_cells.get(id(cell), self._cell), gc.get_referents(cell)

    def _matched(self, obj: object, named: Iterable[Tuple[str, str, object]]) -> Description:
        """Describe by names that are certain; the rest stays unnamed."""
        runs, found, others = _match(gc.get_referents(obj), named)
        if others:
            runs.append(_REST)
        return self.layouts.number(tuple(runs)), chain(found, others)

    def _named(self, *names: str) -> Describer:
        """Describe by attributes that are C members of an exact built-in type."""

        def describe(obj: Any) -> Description:
            return self._matched(obj, [("member", name, getattr(obj, name)) for name in names])

        return describe

    def _rest(self, kind: str, name: str) -> Describer:
        layout = self.layouts.number(((kind, name, "rest"),))
        return lambda obj: (layout, gc.get_referents(obj))

    def _parts(self, parts: Callable[[Any], List[object]], names: Sequence[str]) -> Describer:
        layout = self.layouts.number(tuple(("member", name, 1) for name in names))
        return lambda obj: (layout, parts(obj))

    def _view(self, view: memoryview) -> Description:
        parts = _view_parts(view)
        runs: Runs = tuple(("buffer", "obj", 1) for _ in parts)
        return self.layouts.number(runs), parts

    def _wrapper(self, obj: Any) -> Description:
        """Describe a staticmethod or classmethod; from 3.10 they have a dictionary."""
        runs, found, others = _match(
            gc.get_referents(obj), [("wrapped", "__func__", obj.__func__)]
        )
        if len(others) == 1 and type(others[0]) is dict:
            runs.append(("dict", "__dict__", 1))
        elif others:
            runs.append(_REST)
        return self.layouts.number(tuple(runs)), chain(found, others)

    def _partial(self, obj: Any) -> Description:
        named = [("wrapped", name, getattr(obj, name)) for name in ("func", "args", "keywords")]
        runs, found, others = _match(
            gc.get_referents(obj), [*named, ("type", "__class__", partial)]
        )
        if len(others) == 1 and type(others[0]) is dict:
            runs.append(("dict", "__dict__", 1))
        elif others:
            runs.append(_REST)
        return self.layouts.number(tuple(runs)), chain(found, others)

    def _module(self, module: types.ModuleType) -> Description:
        namespace = types.ModuleType.__dict__["__dict__"].__get__(module)
        return self._matched(module, [("dict", "__dict__", namespace)])

    def _class(self, cls: type) -> Description:
        """Describe a class: its dictionary, its bases, and the class of which it is one."""
        named: List[Tuple[str, str, object]] = [
            ("dict", "__dict__", _class_dict(cls)),
            ("mro", "__mro__", _class_mro(cls)),
            ("base", "__bases__", _class_bases(cls)),
            ("base", "__base__", _class_base(cls)),
        ]
        heap = _class_flags(cls) & TP_HEAPTYPE
        if heap:
            named.append(("member", "__name__", _class_name(cls)))
            named.append(("member", "__qualname__", _class_qualname(cls)))
        metaclass = type(cls)
        if _class_flags(metaclass) & TP_HEAPTYPE:
            named.append(("type", "__class__", metaclass))
        named = [part for part in named if part[2] is not None]
        _, _, others = _match(gc.get_referents(cls), named)
        runs = [(kind, name, 1) for kind, name, _ in named]
        for other in others:
            kind = "member" if type(other) is types.ModuleType else "unnamed"
            runs.append((kind, "__module__" if kind == "member" else None, 1))
        layout = self.layouts.number(tuple(runs))
        return layout, chain([value for _, _, value in named], others)

    def _code(self, code: types.CodeType) -> Description:
        runs = tuple((kind, name, 1) for kind, name in _CODE_PARTS)
        return self.layouts.number(runs), _code_parts(code)

    _function_parts = operator.attrgetter(
        *("__code__", "__globals__", "__defaults__", "__kwdefaults__", "__closure__"),
        *("__module__", "__name__", "__qualname__", "__doc__"),
    )
    _FUNCTION_KINDS = (
        *(("code", "__code__"), ("global", "__globals__"), ("member", "__defaults__")),
        *(("member", "__kwdefaults__"), ("member", "__closure__"), ("member", "__module__")),
        *(("member", "__name__"), ("member", "__qualname__"), ("member", "__doc__")),
    )

    def _function(self, function: types.FunctionType) -> Description:
        """Describe a function without making its ``__dict__`` or its annotations.

        Both are made when asked for. What exists is among the referents: a dictionary with the
        names of parameters as keys, or a tuple (3.10 and later), holds the annotations.
        """
        parts = _Describers._function_parts(function)
        named = [
            (kind, name, value)
            for (kind, name), value in zip(_Describers._FUNCTION_KINDS, parts)
            if value is not None
        ]
        if sys.version_info >= (3, 10):
            named.append(("member", "__builtins__", function.__builtins__))
        if sys.version_info >= (3, 14) and function.__annotate__ is not None:
            named.append(("annotation", "__annotate__", function.__annotate__))
        runs, found, others = _match(gc.get_referents(function), named)
        for other in others:
            if other is None:
                runs.append(("member", "__doc__", 1))
            elif type(other) is tuple or _looks_like_annotations(other, function.__code__):
                runs.append(("annotation", "__annotations__", 1))
            elif type(other) is dict:
                runs.append(("dict", "__dict__", 1))
            else:
                runs.append(("unnamed", None, 1))
        return self.layouts.number(tuple(runs)), chain(found, others)

    def _weak_reference(self, cls: type) -> Describer:
        """Describe weak references; what they point to is not theirs to keep."""
        if cls is weakref.ref:

            def describe(ref: Any) -> Description:
                target = weakref.ref.__call__(ref)
                callback = gc.get_referents(ref)
                if target is None:
                    return self._callback, callback
                return self._weak, chain((target,), callback)

            return describe
        instances = self.instances[id(cls)] = _Instances(cls, self._names, self.layouts)

        def describe_subclass(ref: Any) -> Description:
            layout, references = instances.describe(ref)
            target = weakref.ref.__call__(ref)
            if target is None:
                return layout, references
            runs = _RUNS_OF(self.layouts)[layout]
            return self.layouts.number((("weak", None, 1), *runs)), chain((target,), references)

        return describe_subclass

    def _generator(self, generator: Any) -> Description:
        """Describe a generator or coroutine; see :func:`_generator_locals` for its variables."""
        prefix = {"generator": "gi", "coroutine": "cr", "async_generator": "ag"}
        prefix_ = prefix[type(generator).__name__]
        code = getattr(generator, prefix_ + "_code")
        named: List[Tuple[str, str, object]] = [
            ("member", "__name__", generator.__name__),
            ("member", "__qualname__", generator.__qualname__),
            ("code", prefix_ + "_code", code),
        ]
        awaited = getattr(generator, {"gi": "gi_yieldfrom"}.get(prefix_, prefix_ + "_await"))
        if awaited is not None:
            named.append(("awaiting", prefix_ + "_await", awaited))
        named += _frame_locals(getattr(generator, prefix_ + "_frame"))
        return self._matched(generator, named)

    def _frame(self, frame: types.FrameType) -> Description:
        named: List[Tuple[str, str, object]] = [
            ("frame", "f_back", frame.f_back),
            ("code", "f_code", frame.f_code),
            ("global", "f_globals", frame.f_globals),
            ("member", "f_builtins", frame.f_builtins),
        ]
        return self._matched(frame, named + _frame_locals(frame))


def _RUNS_OF(layouts: _Layouts) -> List[Runs]:
    return [runs for runs, _ in layouts.numbers]


def _looks_like_annotations(value: object, code: types.CodeType) -> bool:
    """Tell annotations from a function's ``__dict__``: their keys are parameters."""
    if type(value) is not dict:
        return False
    arguments = code.co_argcount + code.co_kwonlyargcount
    arguments += bool(code.co_flags & CO_VARARGS) + bool(code.co_flags & CO_VARKEYWORDS)
    names = {*_local_names(code)[:arguments], "return"}
    return all(type(key) is str and key in names for key in value)


def _frame_locals(frame: Optional[types.FrameType]) -> List[Tuple[str, str, object]]:
    """Return a frame's variables as named parts, leaving no copy of them behind.

    * From 3.13 ``f_locals`` of a function is a view on the frame; nothing is stored.
    * Up to 3.12 it is a dictionary that the frame keeps and refreshes. If only the frame holds
      it, it is emptied again; if the program took it with ``locals()``, it is left as it is.
    * A module's or class's ``f_locals`` is its namespace itself, which is never touched.
    """
    if frame is None:
        return []
    variables = frame.f_locals
    parts = [
        ("local", name, value)
        for name, value in (variables.items() if type(variables) is dict else dict(variables).items())
        if type(name) is str
    ]
    if sys.version_info < (3, 13) and frame.f_code.co_flags & CO_OPTIMIZED:
        if sys.getrefcount(variables) <= 3:  # the frame, our variable, the call
            variables.clear()
    return parts


# ---------------------------------------------------------------------------------------------
# Text
# ---------------------------------------------------------------------------------------------

_HIDDEN = "•••"
_SECRET_WORDS = (
    *("passw", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "api key"),
    *("authorization", "authorisation", "cookie", "private_key", "private-key", "private key"),
    *("privatekey", "credential"),
)
_INT_BITS = 200  # numbers up to this size have at most 61 digits


def _is_secret_name(name: str) -> bool:
    lower = name.lower()
    return any(word in lower for word in _SECRET_WORDS)


def _text_of_str(value: str) -> str:
    return repr(value) if len(value) <= PREVIEW else repr(value[:PREVIEW]) + "…"


def _text_of_bytes(value: bytes) -> str:
    return repr(value) if len(value) <= PREVIEW else repr(value[:PREVIEW]) + "…"


def _text_of_bytearray(value: bytearray) -> str:
    return "bytearray(" + _text_of_bytes(bytes(value[: PREVIEW + 1])) + ")"


def _text_of_int(value: int) -> str:
    """Return the digits, or the leading hexadecimal ones of a number too long to convert."""
    if -(1 << _INT_BITS) < value < 1 << _INT_BITS:
        return repr(value)
    shift = max(0, value.bit_length() - 4 * (PREVIEW - 4)) // 4 * 4
    return hex(abs(value) >> shift).replace("0x", "-0x" if value < 0 else "0x") + "…"


def _text_of_module(module: types.ModuleType) -> str:
    namespace = types.ModuleType.__dict__["__dict__"].__get__(module)
    name = namespace.get("__name__") if namespace else None
    return name if type(name) is str else ""


def _text_of_class(cls: type) -> str:
    module = _class_module(cls)
    return _class_qualname(cls) if module in ("builtins", "") else f"{module}.{_class_qualname(cls)}"


def _text_of_method(method: Any) -> str:
    function = method.__func__
    return function.__qualname__ if type(function) is types.FunctionType else ""


_VALUE_TEXTS: Dict[int, Callable[[Any], str]] = {
    id(str): _text_of_str,
    id(bytes): _text_of_bytes,
    id(bytearray): _text_of_bytearray,
    id(int): _text_of_int,
    id(float): repr,
    id(complex): repr,
}
_CONSTANT_TEXTS: Dict[int, Callable[[Any], str]] = {
    id(bool): repr,
    id(type(None)): repr,
    id(type(...)): repr,
    id(type(NotImplemented)): repr,
    id(types.ModuleType): _text_of_module,
}
_NAME_TEXTS: Dict[int, Callable[[Any], str]] = {
    id(types.FunctionType): operator.attrgetter("__qualname__"),
    id(types.BuiltinFunctionType): operator.attrgetter("__name__"),
    id(types.MethodType): _text_of_method,
    id(types.CodeType): _code_qualname,
    id(types.GeneratorType): operator.attrgetter("__qualname__"),
    id(types.CoroutineType): operator.attrgetter("__qualname__"),
    id(types.AsyncGeneratorType): operator.attrgetter("__qualname__"),
    **{id(kind): operator.attrgetter("__name__") for kind in _DESCRIPTORS},
}


# ---------------------------------------------------------------------------------------------
# The capture
# ---------------------------------------------------------------------------------------------

Row = Tuple[Any, ...]


@dataclass
class _Capture:
    """Everything that will be written, as columns and rows; no object is held by it."""

    addresses: "array[int]"
    types: "array[int]"
    layouts: "array[int]"
    sizes: "array[int]"
    refcounts: "array[int]"
    lengths: "array[int]"
    reference_counts: "array[int]"
    flags: "array[int]"
    targets: "array[int]"
    text: bytearray
    text_ends: "array[int]"
    layout_rows: List[Row]
    tables: Dict[str, List[Row]]
    meta: Dict[str, object]
    warnings: List[str] = field(default_factory=list)
    pause: float = 0.0


# How long other threads have to wait for the interpreter. A thread that was already waiting when
# the interval changed still asks for it once, after the old interval, and if it computes without
# a pause it then keeps it for this long; so the value bounds what that rare case costs.
_STILL_SECONDS = 5.0


def _capture(privacy: str, mode: str, innermost: Optional[types.FrameType]) -> _Capture:
    """Stop the world, look at everything, and let the world go on as it was."""
    collecting = gc.isenabled()
    interval = sys.getswitchinterval()
    began = time.perf_counter()
    gc.disable()
    try:
        # Give way once: whoever waits for the interpreter starts to wait anew when we get it back.
        time.sleep(0.001)
        sys.setswitchinterval(max(interval, _STILL_SECONDS))
        capture = _look(privacy, mode, innermost)
    finally:
        sys.setswitchinterval(interval)
        if collecting:
            gc.enable()
    capture.pause = time.perf_counter() - began
    capture.meta["gc"]["enabled"] = collecting  # type: ignore[index]
    return capture


def _look(privacy: str, mode: str, innermost: Optional[types.FrameType]) -> _Capture:
    """Capture the heap. Nothing of our own may be made before the collector's lists are taken."""
    probe = [float("1.5e300")]  # one object of ours that is tracked, holding one that is not
    youngest = gc.get_objects(generation=0)
    middle = gc.get_objects(generation=1)
    oldest = gc.get_objects(generation=2)
    collector = _collector_facts(len(youngest), len(middle), len(oldest))
    young = (array("Q", map(id, youngest)), array("Q", map(id, middle)))

    walk = _Walk()
    walk.add(chain(youngest, middle, oldest))
    listed = len(walk.known) if not walk.known else len(youngest) + len(middle) + len(oldest)
    del youngest, middle, oldest
    running = _Running(innermost)
    del innermost
    walk.add(running.frames())
    walk.add([sys.modules, builtins, *sys.modules.values()])
    for frame in running.frames():
        walk.add(running.read_variables(frame))

    heap = _Heap(walk, listed, young, id(probe), id(probe[0]))
    del walk
    heap.forget({id(probe), id(probe[0]), *map(id, _own_frames()), *running.snapshots})
    capture = _describe(heap, running, privacy)
    capture.meta["gc"] = collector
    capture.meta["capture"] = {"mode": mode, "privacy": privacy}
    return capture


def _own_frames() -> Iterator[types.FrameType]:
    """Yield the dumper's frames that are running now."""
    frame: Optional[types.FrameType] = sys._getframe()
    while frame is not None and frame.f_code.co_filename == __file__:
        yield frame
        frame = frame.f_back


class _Heap:
    """All objects in the order of their addresses, with what only the walk can tell of them."""

    def __init__(
        self, walk: _Walk, listed: int, young: Sequence["array[int]"], probe: int, number: int
    ) -> None:
        """Sort the objects and take their reference counts.

        Args:
            walk: What was found; besides ``objects`` here the only place that holds it.
            listed: How many of the objects, the first ones, the collector listed itself.
            young: Addresses of the objects of the two younger generations.
            probe: Address of a tracked object of ours to which one variable refers.
            number: Address of an untracked object of ours to which the former refers.
        """
        self.known = walk.known
        ordered = sorted(self.known)
        self.objects: List[object] = list(map(self.known.__getitem__, ordered))
        self.addresses = array("Q", ordered)
        del ordered
        counts = array("Q", map(sys.getrefcount, self.objects))
        tracked = bytes(map(gc.is_tracked, self.objects))
        # What we hold of each object is measured, on two objects that have one owner each.
        ours = [counts[self.index(address)] - 1 for address in (number, probe)]
        self.refcounts = array(
            "I",
            (
                count - ours[is_tracked] if count < IMMORTAL else UNKNOWN
                for count, is_tracked in zip(counts, tracked)
            ),
        )
        self.flags = array("H", (TRACKED | 2 << GENERATION_SHIFT if t else 0 for t in tracked))
        for generation, members in enumerate(young):
            for address in members:
                self.flags[self.index(address)] = TRACKED | generation << GENERATION_SHIFT
        for address, obj in islice(self.known.items(), listed, None):
            if gc.is_tracked(obj):  # hidden from the lists: frozen, or made while we looked
                self.flags[self.index(address)] = TRACKED | GENERATION_UNKNOWN
        for index, number_of in enumerate(counts):
            if number_of >= IMMORTAL:
                self.flags[index] |= IS_IMMORTAL

    def index(self, address: int) -> int:
        """Return the number of the object at an address that is known."""
        return bisect_left(self.addresses, address)

    def forget(self, addresses: Iterable[int]) -> None:
        """Take objects of ours out again."""
        for address in addresses:
            if address in self.known:
                index = self.index(address)
                del self.addresses[index], self.objects[index]
                del self.refcounts[index], self.flags[index]
                del self.known[address]


@dataclass
class _Thread:
    ident: int
    name: str
    daemon: bool
    current: bool
    frames: List[types.FrameType]


class _Running:
    """The running threads and the variables of their frames.

    Values are remembered by address only, so that no reference count shows them.
    """

    def __init__(self, innermost: Optional[types.FrameType]) -> None:
        self.threads: List[_Thread] = []
        self.snapshots: List[int] = []  # addresses of dictionaries that came to be by our reading
        self.variables: Dict[int, List[Tuple[str, int]]] = {}
        known = sys.modules.get("threading")
        active = vars(known).get("_active", {}) if type(known) is types.ModuleType else {}
        ours = _thread_ident()
        for ident, top in sys._current_frames().items():
            thread = active.get(ident) if type(active) is dict else None
            name = _plain_attribute(thread, "_name")
            frame = innermost if ident == ours else top
            frames = []
            while frame is not None:
                frames.append(frame)
                frame = frame.f_back
            self.threads.append(
                _Thread(
                    ident=ident,
                    name=_clean(name) if type(name) is str else f"thread {ident}",
                    daemon=_plain_attribute(thread, "_daemonic") is True,
                    current=ident == ours,
                    frames=frames,
                )
            )

    def frames(self) -> List[types.FrameType]:
        return [frame for thread in self.threads for frame in thread.frames]

    def read_variables(self, frame: types.FrameType) -> List[object]:
        """Note a frame's variables and return their values."""
        variables = _frame_locals(frame)
        self.variables[id(frame)] = [(name, id(value)) for _, name, value in variables]
        if sys.version_info < (3, 13) and frame.f_code.co_flags & CO_OPTIMIZED:
            for referent in gc.get_referents(frame):
                if type(referent) is dict and not referent and referent is not frame.f_globals:
                    pass
        return [value for _, _, value in variables]


def _thread_ident() -> int:
    import _thread

    return _thread.get_ident()


def _describe(heap: _Heap, running: _Running, privacy: str) -> _Capture:
    """Name every reference, and compute the columns."""
    objects = heap.objects
    kinds = list(map(type, objects))
    numbers = array("Q", map(id, kinds))
    classes = dict(zip(numbers, kinds))
    del kinds
    codes = [obj for obj, number in zip(objects, numbers) if number == id(types.CodeType)]
    layouts = _Layouts()
    describers = _Describers(layouts, codes)
    for obj, number in zip(objects, numbers):
        if number == id(types.FunctionType):
            describers.learn_closures(obj)
    chosen = {number: describers.choose(cls) for number, cls in classes.items()}

    total = len(objects)
    layout_column = array("I", bytes(4 * total))
    counts = array("I", bytes(4 * total))
    targets = array("Q")
    extend = targets.extend
    frames = _running_frame_describer(heap, running, describers)
    end = 0
    for index, obj, describe in zip(count(), objects, map(chosen.__getitem__, numbers)):
        if describe is None:
            continue
        layout, references = describe(obj) if id(obj) not in frames else frames[id(obj)]
        layout_column[index] = layout
        extend(map(id, references))
        counts[index] = len(targets) - end
        end = len(targets)

    sizes, odd_sizes = _sizes(objects, numbers, classes)
    type_numbers = {number: index for index, number in enumerate(classes)}
    capture = _Capture(
        addresses=heap.addresses,
        types=array("I", map(type_numbers.__getitem__, numbers)),
        layouts=layout_column,
        sizes=sizes,
        refcounts=heap.refcounts,
        lengths=_lengths(objects, numbers),
        reference_counts=counts,
        flags=heap.flags,
        targets=targets,
        text=bytearray(),
        text_ends=array("I"),
        layout_rows=[],
        tables={},
        meta={},
    )
    _add_flags(capture, objects, numbers, classes)
    secrets_ = _secrets(objects, numbers, layouts, layout_column, counts, targets, heap.known)
    redacted = _add_texts(capture, objects, numbers, classes, secrets_, privacy)
    missing = len(targets) - sum(map(heap.known.__contains__, targets))
    capture.layout_rows = [
        (index, hidden, json.dumps(runs, ensure_ascii=True, separators=(",", ":")))
        for index, (runs, hidden) in enumerate(layouts.numbers)
    ]
    capture.tables = _tables(capture, heap, running, classes, describers, codes, privacy)
    capture.meta["counts"] = {"missing": missing, "redacted": redacted, "odd_sizes": odd_sizes}
    return capture


def _running_frame_describer(
    heap: _Heap, running: _Running, describers: _Describers
) -> Dict[int, Description]:
    """Describe the running frames from what was noted about them.

    From 3.11 a running frame is not an object of its own: the collector sees none of its
    variables, and the frame object only borrows what is around it. Up to 3.10 it owns them all.
    """
    described: Dict[int, Description] = {}
    borrowed = "borrowed" if sys.version_info >= (3, 11) else None
    for frame in running.frames():
        named: List[Tuple[str, str, object]] = [("code", "f_code", frame.f_code)]
        named.append((borrowed or "global", "f_globals", frame.f_globals))
        if frame.f_back is not None:
            named.append((borrowed or "frame", "f_back", frame.f_back))
        variables = [
            ("local", name, heap.known[address]) for name, address in running.variables[id(frame)]
        ]
        if borrowed is None:
            named.append(("member", "f_builtins", frame.f_builtins))
            referents = [r for r in gc.get_referents(frame) if id(r) in heap.known]
            runs, found, others = _match(referents, named + variables)
            if others:
                runs.append(_REST)
            described[id(frame)] = describers.layouts.number(tuple(runs)), found + others
            continue
        if not frame.f_code.co_flags & CO_OPTIMIZED:
            variables = []  # a module's or class's: they are in its namespace
        named += variables
        runs = tuple((kind, name, 1) for kind, name, _ in named)
        values = [value for _, _, value in named]
        described[id(frame)] = describers.layouts.number(runs), values
        heap.refcounts[heap.index(id(frame))] = UNKNOWN
    return described


_GC_HEADER = sys.getsizeof(()) - tuple.__sizeof__(())


def _sizes(
    objects: List[object], numbers: "array[int]", classes: Dict[int, type]
) -> Tuple["array[int]", int]:
    """Return what ``sys.getsizeof`` says, asking a base class where it would run Python code."""
    odd = {number: cls for number, cls in classes.items() if not _sizeof_is_c(cls)}
    if not odd:
        return array("Q", map(sys.getsizeof, objects)), 0
    sizes = array(
        "Q",
        [
            sys.getsizeof(obj) if number not in odd else _base_size(obj)
            for obj, number in zip(objects, numbers)
        ],
    )
    return sizes, sum(number in odd for number in numbers)


_C_FUNCTIONS = (types.MethodDescriptorType, types.BuiltinFunctionType)


def _sizeof_is_c(cls: type) -> bool:
    return type(_lookup(cls, "__sizeof__")) is types.MethodDescriptorType


def _base_size(obj: object) -> int:
    """Return the size by the first ``__sizeof__`` of the bases that is written in C."""
    cls = type(obj)
    for base in _mro(cls):
        method = _class_entries(base).get("__sizeof__")
        if type(method) is types.MethodDescriptorType:
            header = _GC_HEADER if _class_flags(cls) & TP_HAVE_GC else 0
            if sys.version_info >= (3, 12) and _class_flags(cls) & (TP_MANAGED_DICT | 1 << 3):
                header += 16  # dictionary and weak references stand before the header
            return method.__get__(obj)() + header
    return 0


def _lengths(objects: List[object], numbers: "array[int]") -> "array[int]":
    """Return ``len()`` of exact built-in containers and texts."""
    sized = {id(kind) for kind in (str, bytes, bytearray, list, tuple, dict, set, frozenset)}
    return array(
        "I",
        (
            min(len(obj), UNKNOWN) if number in sized else UNKNOWN  # type: ignore[arg-type]
            for obj, number in zip(objects, numbers)
        ),
    )


def _add_flags(
    capture: _Capture, objects: List[object], numbers: "array[int]", classes: Dict[int, type]
) -> None:
    flags = capture.flags
    finalizable = {n for n, cls in classes.items() if _lookup(cls, "__del__") is not _MISSING}
    metaclasses = {n for n, cls in classes.items() if any(base is type for base in _mro(cls))}
    garbage = set(map(id, gc.garbage))
    if not finalizable and not garbage and not metaclasses:
        return
    marked = finalizable | metaclasses
    for index, number in enumerate(numbers):
        if number in marked:
            if number in metaclasses:
                flags[index] |= IS_CLASS
            if number in finalizable and gc.is_finalized(objects[index]):
                flags[index] |= FINALIZED
    for address in garbage:
        flags[bisect_left(capture.addresses, address)] |= UNCOLLECTABLE


def _secrets(
    objects: List[object],
    numbers: "array[int]",
    layouts: _Layouts,
    layout_column: "array[int]",
    counts: "array[int]",
    targets: "array[int]",
    known: Dict[int, object],
) -> Tuple[set[int], set[object]]:
    """Return the addresses of values that are called like a secret, and the texts among them."""
    found: List[object] = []
    strings = (o for o, n in zip(objects, numbers) if n == id(str) and len(o) <= PREVIEW)  # type: ignore[arg-type]
    names = {id(name) for name in strings if _is_secret_name(name)}  # type: ignore[arg-type]
    secret_layouts = {
        index
        for index, (runs, _) in enumerate(layouts.numbers)
        if any(type(run[1]) is str and _is_secret_name(run[1]) for run in runs)
    }
    pairs = {i for i, (runs, _) in enumerate(layouts.numbers) if runs and runs[-1][2] == "pairs"}
    all_runs = _RUNS_OF(layouts)
    position = 0
    for layout, number in zip(layout_column, counts):
        if layout in pairs:
            start = position + sum(run[2] for run in all_runs[layout][:-1])  # type: ignore[misc]
            keys = targets[start : position + number : 2]
            if not names.isdisjoint(keys):
                found += [
                    known.get(targets[start + 2 * i + 1])
                    for i, key in enumerate(keys)
                    if key in names
                ]
        elif layout in secret_layouts:
            for i, run in enumerate(all_runs[layout][:number]):
                if type(run[1]) is str and _is_secret_name(run[1]):
                    found.append(known.get(targets[position + i]))
        position += number
    return _spread(found)


def _spread(found: List[object]) -> Tuple[set[int], set[object]]:
    """Follow secrets into plain containers: what is inside is as secret."""
    addresses: set[int] = set()
    texts: set[object] = set()
    pending = found
    while pending and len(addresses) < 1_000_000:
        value = pending.pop()
        kind = type(value)
        if id(value) in addresses:
            continue
        if kind is dict:
            pending.extend(value.values())  # type: ignore[attr-defined]
        elif kind is list or kind is tuple or kind is set or kind is frozenset:
            pending.extend(value)  # type: ignore[call-overload]
        elif kind is str or kind is bytes:
            if len(value) <= 1:  # type: ignore[arg-type]
                continue
            texts.add(value)
        elif kind is int:
            if -5 <= value <= 256:  # type: ignore[operator]
                continue
        elif kind is not float and kind is not bytearray and kind is not complex:
            continue
        addresses.add(id(value))
    return addresses, texts


def _environment() -> List[object]:
    """Return the texts of the process environment, names and values."""
    data = _plain_attribute(os.environ, "_data")
    if type(data) is not dict:
        return []
    texts: List[object] = []
    for value in chain.from_iterable(data.items()):
        if type(value) is bytes and len(value) >= 4:
            texts += [value, value.decode(sys.getfilesystemencoding(), "surrogateescape")]
    return texts


def _add_texts(
    capture: _Capture,
    objects: List[object],
    numbers: "array[int]",
    classes: Dict[int, type],
    secrets_: Tuple[set[int], set[object]],
    privacy: str,
) -> int:
    """Write previews and names; return how many values were hidden."""
    makers: Dict[int, Callable[[Any], str]] = dict(_CONSTANT_TEXTS)
    if privacy != "none":
        makers.update(_NAME_TEXTS)
    makers.update(
        (number, _text_of_class)
        for number, cls in classes.items()
        if any(base is type for base in _mro(cls))
    )
    values: Dict[int, Callable[[Any], str]] = _VALUE_TEXTS if privacy == "previews" else {}
    makers.update(values)
    addresses, texts = secrets_
    if privacy != "none":
        texts.update(_environment())
    text, ends = capture.text, capture.text_ends
    redacted = 0
    keys = _key_strings(capture, objects) if privacy == "names" else frozenset()
    for obj, number in zip(objects, numbers):
        make = makers.get(number)
        if make is not None:
            if number in values and (
                id(obj) in addresses or ((number == id(str) or number == id(bytes)) and obj in texts)
            ):
                text += _HIDDEN.encode()
                redacted += 1
            else:
                text += make(obj).encode("utf-8", "backslashreplace")
        elif number == id(str) and id(obj) in keys and obj not in texts:
            text += repr(obj).encode("utf-8", "backslashreplace")
        ends.append(len(text))
    return redacted


_SHORT_WORD = re.compile(r"[A-Za-z][A-Za-z0-9 _.-]{0,31}\Z")


def _key_strings(capture: _Capture, objects: List[object]) -> set[int]:
    """Return the addresses of keys that may be written where values may not."""
    keys: set[int] = set()
    for obj in objects:
        if type(obj) is dict:
            keys.update(
                id(key)
                for key in obj
                if type(key) is str and (key.isidentifier() or _SHORT_WORD.match(key))
            )
    return keys


# ---------------------------------------------------------------------------------------------
# Rows and facts
# ---------------------------------------------------------------------------------------------


def _tables(
    capture: _Capture,
    heap: _Heap,
    running: _Running,
    classes: Dict[int, type],
    describers: _Describers,
    codes: List[types.CodeType],
    privacy: str,
) -> Dict[str, List[Row]]:
    named = privacy != "none"
    tables: Dict[str, List[Row]] = {"type": _type_rows(capture, classes, describers)}
    modules: List[Row] = []
    roots: List[Row] = [("modules", "sys.modules", id(sys.modules))]
    for key, module in sys.modules.items():
        if type(key) is not str:
            continue
        roots.append(("module", _clean(key), id(module)))
        if type(module) is types.ModuleType:
            file = vars(module).get("__file__")
            file = _clean(file) if type(file) is str and named else None
            modules.append((len(modules), _clean(key), file, id(module)))
    threads: List[Row] = []
    frames: List[Row] = []
    for number, thread in enumerate(running.threads):
        name = thread.name if named else f"thread {number}"
        threads.append((number, thread.ident, name, int(thread.daemon), int(thread.current)))
        for depth, frame in enumerate(thread.frames):
            code = frame.f_code
            where = (_clean(code.co_filename), frame.f_lineno or 0, _clean(_code_qualname(code)))
            frames.append(
                (len(frames), number, depth, *(where if named else ("", 0, "")), id(frame))
            )
            roots.append(("thread", name, id(frame)))
    roots.append(("builtin", "builtins", id(vars(builtins))))
    roots.append(("builtin", "gc.garbage", id(gc.garbage)))
    roots.append(("builtin", "gc.callbacks", id(gc.callbacks)))
    for obj in heap.objects:
        if isinstance(obj, type) if type(obj) is type else False:
            if not _class_flags(obj) & TP_HEAPTYPE:
                roots.append(("type", _text_of_class(obj), id(obj)))
    tables["root"] = [root for root in roots if root[2] in heap.known]
    tables["module"] = modules
    tables["thread"] = threads
    tables["frame"] = frames
    tables["code"] = [
        (
            id(code),
            _clean(code.co_filename),
            code.co_firstlineno,
            _clean(_code_qualname(code)),
            json.dumps([_clean(name) for name in code.co_names]),
        )
        for code in codes
        if named
    ]
    return tables


def _type_rows(
    capture: _Capture, classes: Dict[int, type], describers: _Describers
) -> List[Row]:
    instances = [0] * len(classes)
    sizes = [0] * len(classes)
    for kind, size in zip(capture.types, capture.sizes):
        instances[kind] += 1
        sizes[kind] += size
    rows = []
    for index, (number, cls) in enumerate(classes.items()):
        described = describers.instances.get(number)
        rows.append(
            (
                index,
                number,
                _class_module(cls),
                _clean(_class_qualname(cls)),
                _class_basicsize(cls),
                _class_itemsize(cls),
                _class_dictoffset(cls),
                _class_weakrefoffset(cls),
                _class_flags(cls),
                int(_lookup(cls, "__del__") is not _MISSING),
                int(described.opaque if described else False),
                instances[index],
                sizes[index],
            )
        )
    return rows


def _collector_facts(*generations: int) -> Dict[str, object]:
    return {
        "enabled": gc.isenabled(),
        "thresholds": gc.get_threshold(),
        "counts": gc.get_count(),
        "objects": generations,
        "stats": gc.get_stats(),
        "freeze_count": gc.get_freeze_count(),
        "debug": gc.get_debug(),
        "garbage": len(gc.garbage),
    }


def _first_line(path: str) -> Optional[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline().strip()
    except OSError:
        return None


def _number(text: Optional[str]) -> Optional[int]:
    return int(text) if text is not None and text.isdigit() else None


def _memory_facts() -> Dict[str, object]:
    status: Dict[str, int] = {}
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            for line in file:
                words = line.split()
                if len(words) == 3 and words[2] == "kB":
                    status[words[0].rstrip(":")] = int(words[1]) * 1024
    except OSError:
        pass
    return {
        "rss_bytes": status.get("VmRSS"),
        "peak_rss_bytes": status.get("VmHWM"),
        "swap_bytes": status.get("VmSwap"),
        "allocated_blocks": sys.getallocatedblocks(),
        "cgroup": {
            "limit": _number(_first_line("/sys/fs/cgroup/memory.max")),
            "current": _number(_first_line("/sys/fs/cgroup/memory.current")),
        },
    }


def _process_facts(privacy: str) -> Dict[str, object]:
    arguments = getattr(sys, "orig_argv", None) or sys.argv
    started: Optional[float] = None
    uptime: Optional[float] = None
    try:
        with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
            ticks = int(file.read().rpartition(")")[2].split()[19])
        now = float((_first_line("/proc/uptime") or "0").split()[0])
        uptime = now - ticks / os.sysconf("SC_CLK_TCK")
        started = time.time() - uptime
    except (OSError, ValueError, IndexError):
        pass
    return {
        "pid": os.getpid(),
        "start_time": started,
        "uptime": uptime,
        "boot_id": _first_line("/proc/sys/kernel/random/boot_id"),
        "host": socket.gethostname(),
        "program": _program_name() if privacy != "none" else None,
        "argv0": str(arguments[0]) if arguments and privacy != "none" else None,
    }


def _program_name() -> str:
    """Return what to call the program: the script's or module's name."""
    main = sys.modules.get("__main__")
    spec = vars(main).get("__spec__") if type(main) is types.ModuleType else None
    name = getattr(spec, "name", None)
    if type(name) is str and name != "__main__":
        return name[: -len(".__main__")] if name.endswith(".__main__") else name
    stem = os.path.splitext(os.path.basename(sys.argv[0] if sys.argv else ""))[0]
    return stem if stem and stem != "-c" else "python"


def _python_facts() -> Dict[str, object]:
    return {
        "version": sys.version,
        "version_info": list(sys.version_info),
        "implementation": sys.implementation.name,
        "debug": hasattr(sys, "gettotalrefcount"),
        "free_threaded": not getattr(sys, "_is_gil_enabled", lambda: True)(),
        "pointer_bytes": 8 if sys.maxsize > 1 << 32 else 4,
        "byte_order": sys.byteorder,
        "platform": sys.platform,
    }


def _tracemalloc_facts() -> Dict[str, object]:
    module = sys.modules.get("tracemalloc")
    tracing = bool(module and module.is_tracing())
    traced, peak = module.get_traced_memory() if tracing and module else (None, None)
    frames = module.get_traceback_limit() if tracing and module else None
    return {"tracing": tracing, "frames": frames, "traced_bytes": traced, "peak_bytes": peak}


# ---------------------------------------------------------------------------------------------
# Writing
# ---------------------------------------------------------------------------------------------


def _new_temporary(target: str) -> str:
    """Create the private file that becomes ``target`` when it is complete."""
    if sqlite3 is None:
        raise DumpError("this Python has no sqlite3 module, which writing a dump needs")
    if os.path.lexists(target):
        raise DumpError(f"{target} exists already; dumps are never overwritten")
    temporary = f"{target}.{secrets.token_hex(6)}.tmp"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        os.close(os.open(temporary, flags, 0o600))
    except OSError as error:
        raise DumpError(_reason(error, target)) from error
    return temporary


def _reason(error: OSError, target: str) -> str:
    folder = os.path.dirname(target)
    if error.errno == errno.ENOENT:
        return f"there is no folder {folder}"
    if error.errno == errno.ENOTDIR:
        return f"{folder} is not a folder"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"no permission to write into {folder}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full; {target} was not written"
    return f"cannot write {target}: {error.strerror or error}"


def _publish(temporary: str, target: str) -> List[str]:
    """Give the complete file its name; return warnings."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise DumpError(f"{target} exists already; dumps are never overwritten") from None
    except OSError:
        if os.path.lexists(target):
            raise DumpError(f"{target} exists already; dumps are never overwritten") from None
        os.rename(temporary, target)
        return ["the file system knows no links, so the file was renamed into place"]
    os.unlink(temporary)
    return []


def _write(path: str, capture: _Capture, meta: Dict[str, object]) -> None:
    """Fill the database; the row ``complete`` comes last."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + SCHEMA)
        db.executemany("INSERT INTO about VALUES (?)", [(line,) for line in ABOUT.splitlines()])
        db.executemany("INSERT INTO layout VALUES (?, ?, ?)", capture.layout_rows)
        for table, rows in capture.tables.items():
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        _write_pages(db, capture)
        db.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [(key, json.dumps(value)) for key, value in meta.items()],
        )
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
        db.execute("INSERT INTO meta VALUES ('complete', 'true')")
        db.execute("COMMIT")
    finally:
        db.close()


def _write_pages(db: Any, capture: _Capture) -> None:
    columns = (
        *(capture.addresses, capture.types, capture.layouts, capture.sizes, capture.refcounts),
        *(capture.lengths, capture.reference_counts, capture.flags),
    )
    for first in range(0, len(capture.addresses), PAGE):
        blobs = [_packed(column[first : first + PAGE]) for column in columns]
        number = len(capture.addresses[first : first + PAGE])
        row = (first, number, "planes+zlib", _crc(blobs), *blobs)
        db.execute(f"INSERT INTO object_page VALUES ({', '.join('?' * len(row))})", row)
    for first in range(0, len(capture.targets), PAGE):
        page = capture.targets[first : first + PAGE]
        blobs = [_packed(page)]
        db.execute(
            "INSERT INTO reference_page VALUES (?, ?, ?, ?, ?)",
            (first, len(page), "planes+zlib", _crc(blobs), *blobs),
        )
    start = 0
    for first in range(0, len(capture.text_ends), PAGE):
        ends = capture.text_ends[first : first + PAGE]
        offsets = array("I", [0])
        offsets.extend(end - start for end in ends)
        blobs = [_packed(offsets), zlib.compress(capture.text[start : ends[-1]], 1)]
        db.execute(
            "INSERT INTO text_page VALUES (?, ?, ?, ?, ?, ?)",
            (first, len(ends), "planes+zlib", _crc(blobs), *blobs),
        )
        start = ends[-1]


def _packed(column: "array[int]") -> bytes:
    """Return a page of a column: little-endian, 64-bit columns as byte planes, compressed."""
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    raw = column.tobytes()
    if column.itemsize == 8:
        raw = b"".join(raw[plane::8] for plane in range(8))
    return zlib.compress(raw, 1)


def _crc(blobs: Iterable[bytes]) -> int:
    crc = 0
    for blob in blobs:
        crc = zlib.crc32(blob, crc)
    return crc
