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

import _thread
import _weakref
import builtins
import datetime
import errno
import functools
import gc
import json
import operator
import os
import stat
import sys
import time
import types
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict, deque, namedtuple
from itertools import accumulate, chain, compress, count, filterfalse, groupby, islice, repeat, tee

try:
    import sqlite3
except ImportError:  # a Python built without it, such as some of Pyodide's
    sqlite3: Any = None

if "tracemalloc" in sys._xoptions or os.environ.get("PYTHONTRACEMALLOC", "0") not in ("", "0"):
    __import__("_tracemalloc")  # Python itself began to trace, and imported no module

TYPE_CHECKING = False  # what is imported here is in the dump, so typing is not
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, Callable, Optional, Union

    Run = tuple[str, Optional[str], Union[int, str]]
    Runs = tuple[Run, ...]
    Description = tuple[int, Iterable[object]]
    Describer = Callable[[Any], Description]
    # The same for many objects of one type: the layouts' numbers, and by object its references.
    BulkDescriber = Callable[[Sequence[Any]], tuple[Iterable[int], Iterable[Any]]]
    Named = tuple[str, str, object]  # kind, name, value
    _Shape = tuple[list[str], bool, int]  # names of the first referents, has a __dict__, layout
    # How to read the names that only the guard may read, how many they are, the layout.
    _GuardedShape = tuple[Callable[[Any], tuple[object, ...]], int, int]
    # How to read the names that are known, which referents these are, the layout.
    _PartialShape = tuple[Callable[[Any], tuple[object, ...]], Callable[[Any], Any], int]
    Row = tuple[Any, ...]

if __name__ == "__main__":
    # We go on as an ordinary module, for ``__main__`` belongs to the program that we run; and here,
    # before anything below exists twice. The module is not in ``sys.modules``: a program that
    # imports it gets its own, as it would without us.
    import importlib.util

    _spec: Any = importlib.util.spec_from_file_location("pyheap_dump", __file__)
    _module: Any = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_module)
    sys.exit(_module.main())

__all__ = ["DumpError", "Report", "dump"]

VERSION = "0.1.0"
APPLICATION_ID = 0x50594850  # "PYHP"
FORMAT_VERSION = 1
PAGE = 65_536
PREVIEW = 64  # characters of a value that are kept
PRIVACY_LEVELS = ("none", "names", "previews")
METHODS = ("auto", "memory", "disk", "fork")

UNKNOWN = 0xFFFFFFFF  # a refcount or length that there is not
UNNAMED_TYPES = 200  # as many are listed of the types whose references lack names
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
TP_MANAGED_WEAKREF = 1 << 3  # from 3.12
TP_MANAGED_DICT = 1 << 4  # from 3.11
TP_INLINE_VALUES = 1 << 2 if sys.version_info >= (3, 13) else TP_MANAGED_DICT
CO_OPTIMIZED = 1 << 0
CO_OF_GENERATOR = 1 << 5 | 1 << 7 | 1 << 9  # generator, coroutine, asynchronous generator
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
CREATE TABLE task (
  id INTEGER PRIMARY KEY, address INTEGER NOT NULL, loop INTEGER, name TEXT NOT NULL,
  state TEXT NOT NULL, coroutine INTEGER, waits_for INTEGER
);
CREATE TABLE task_frame (
  id INTEGER PRIMARY KEY, task INTEGER NOT NULL, depth INTEGER NOT NULL, file TEXT NOT NULL,
  line INTEGER NOT NULL, function TEXT NOT NULL, address INTEGER NOT NULL
);
CREATE TABLE cache (
  address INTEGER PRIMARY KEY, function TEXT NOT NULL, hits INTEGER NOT NULL,
  misses INTEGER NOT NULL, maxsize INTEGER, currsize INTEGER NOT NULL
);
CREATE TABLE code (
  address INTEGER PRIMARY KEY, file TEXT NOT NULL, first_line INTEGER NOT NULL,
  qualname TEXT NOT NULL, names TEXT NOT NULL
);
CREATE TABLE site (id INTEGER PRIMARY KEY, frames TEXT NOT NULL);
CREATE TABLE site_total (
  site INTEGER NOT NULL, domain INTEGER NOT NULL, bytes INTEGER NOT NULL, count INTEGER NOT NULL
);
CREATE TABLE site_page (
  first INTEGER PRIMARY KEY, count INTEGER NOT NULL, codec TEXT NOT NULL, crc INTEGER NOT NULL,
  site BLOB NOT NULL
);
"""

ABOUT = """\
This is a heap dump of a CPython process, written by pyheap_dump.py; PyHeap Explorer opens it.
It is an SQLite database. meta, type, root, module, thread, frame, task, cache, code, site,
site_total are ordinary tables; object_page, reference_page, text_page and site_page hold columns
packed 65,536 entries at a time.
Objects are numbered from 0 in the order of their addresses, references follow in object order.
To get plain rows, run the explorer's command: tables FILE OUT.
"""


class DumpError(Exception):
    """The dump could not be made; the message is one sentence that says why."""


_ReportFields = namedtuple(  # pyright: ignore[reportUntypedNamedTuple] - typing is not imported
    "_ReportFields", "path objects references pause_seconds seconds warnings"
)


class Report(_ReportFields):
    """What a dump did.

    Attributes:
        path: The file that was written.
        objects: How many objects it holds.
        references: How many references between them.
        pause_seconds: How long the program stood still.
        seconds: The whole time, writing included.
        warnings: What a reader of the file should know, a sentence each.
    """

    __slots__ = ()


def dump(
    path: str | os.PathLike[str] | None = None,
    label: str | None = None,
    privacy: str = "previews",
    method: str = "auto",
    max_pause: float | None = None,
    force: bool = False,
) -> Report:
    """Write a dump of this process to ``path``.

    The file appears under its name when it is complete, and is readable by its owner only.

    Args:
        path: The file to write; it must not exist. ``"-"`` streams to standard output. By default
            PROGRAM-HOST-PID-TIME.pyheap, in ``$PYHEAP_FOLDER``, or else in the current folder.
        label: A few words of your own that help to tell dumps apart.
        privacy: ``"none"`` writes no names of functions and files and no values, ``"names"`` adds
            the former, ``"previews"`` adds values cut at 64 characters. Values that are called
            like a secret are hidden at every level.
        method: ``"memory"`` looks from inside, while all threads stand still. ``"disk"`` does too,
            but keeps what it finds in a file without a name beside ``path``, so that it needs a
            small part of the memory, and about twice the time. ``"fork"`` (Linux)
            lets a copy of the process look, so that this one only stands still for the fork. That
            runs what was given to ``os.register_at_fork``, and needs memory for the copy.
            ``"auto"`` takes what the limits on memory and ``max_pause`` allow.
        max_pause: Seconds that the program may stand still. What is predicted to take longer is
            not begun; what takes longer all the same is given up.
        force: Whether to begin also where memory or disk seem not to suffice.

    Raises:
        DumpError: Nothing was written, and the message says why.
    """
    # Our own copies: the arguments' reference counts must not show that we hold them.
    target = _default_path() if path is None else _plain_path(path)
    label = None if label is None else _copy(label)
    privacy = _copy(privacy)
    method = _copy(method)
    max_pause = None if max_pause is None else max_pause * 1.0
    del path
    return _deliver(target, label, privacy, "call", sys._getframe(1), method, max_pause, force)


class around:  # noqa: N801 - used like a function
    """Dump before and after some code: ``with around("import.pyheap"): …``, or as a decorator.

    Writes ``import-before.pyheap`` and ``import-after.pyheap``, for the explorer to compare. A
    decorated function is dumped around its first call only. A dump that fails is told on standard
    error, and the code runs all the same.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        label: str | None = None,
        privacy: str = "previews",
        method: str = "auto",
        max_pause: float | None = None,
    ) -> None:
        """Prepare the two dumps; the arguments are those of ``dump``."""
        self.reports: list[Report] = []
        self._path = _default_path() if path is None else _plain_path(path)
        self._label = label
        self._options = (_copy(privacy), _copy(method), max_pause)
        self._done = False

    def __enter__(self) -> around:
        """Dump before the code."""
        self._dump("before", sys._getframe(1))
        return self

    def __exit__(self, *_exception: object) -> None:
        """Dump after the code, also when it failed."""
        self._dump("after", sys._getframe(1))
        self._done = True

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a function."""

        @functools.wraps(function)
        def wrapper(*args: object, **kwargs: object) -> Any:
            if self._done:
                return function(*args, **kwargs)
            self._done = True
            with self:
                return function(*args, **kwargs)

        return wrapper

    def _dump(self, when: str, innermost: types.FrameType) -> None:
        stem, suffix = os.path.splitext(self._path)
        label = f"{self._label}: {when}" if self._label else when
        privacy, method, max_pause = self._options
        try:
            path = f"{stem}-{when}{suffix}"
            report = _deliver(path, label, privacy, "call", innermost, method, max_pause, False)
        except DumpError as error:
            _say(f"pyheap_dump: {error}")
        else:
            self.reports.append(report)


def _copy(text: str) -> str:
    """Return an equal string that only we have."""
    return (text + ".")[:-1]


def _plain_path(path: str | os.PathLike[str]) -> str:
    """Return an absolute path that only we have; ``"-"`` stays what it is."""
    text = os.fsdecode(path)
    return "-" if text == "-" else _copy(os.path.abspath(text))


def _deliver(
    target: str,
    label: str | None,
    privacy: str,
    mode: str,
    innermost: types.FrameType | None,
    method: str,
    max_pause: float | None,
    force: bool,
) -> Report:
    """Dump to a file, or by way of one to standard output."""
    if target != "-":
        return _dump(target, label, privacy, mode, innermost, method, max_pause, force)
    path = os.path.join(_scratch_folder(), f"pyheap-{os.getpid()}-{os.urandom(6).hex()}.pyheap")
    report = _dump(path, label, privacy, mode, innermost, method, max_pause, force)
    try:
        _stream(path, 1)
    except OSError as error:
        raise DumpError(f"cannot write to standard output: {error.strerror or error}") from error
    finally:
        os.unlink(path)
    return report._replace(path="-")


# Taken while a dump is made: one at a time.
_busy = _thread.allocate_lock()


def _dump(
    target: str,
    label: str | None,
    privacy: str,
    mode: str,
    innermost: types.FrameType | None,
    method: str = "auto",
    max_pause: float | None = None,
    force: bool = False,
) -> Report:
    """Capture, then write; ``innermost`` is the first frame of this thread that is not ours.

    All that is passed on is untracked by the collector, or a frame: else it would be in the dump.
    """
    if privacy not in PRIVACY_LEVELS:
        raise DumpError(f"privacy must be one of {', '.join(PRIVACY_LEVELS)}")
    if method not in METHODS:
        raise DumpError(f"method must be one of {', '.join(METHODS)}")
    if not _busy.acquire(False):
        raise DumpError("another dump of this process is being made")
    temporary = ""
    try:
        started = time.perf_counter()
        method = _choose_method(method, max_pause, force, target)
        temporary = _new_temporary(target)
        _check_room(target, force, method)
        if method == "fork":
            return _dump_by_fork(
                temporary, target, label, privacy, mode, innermost, max_pause, started
            )
        on_disk = method == "disk"
        return _dump_here(
            temporary,
            target,
            label,
            privacy,
            mode,
            innermost,
            max_pause,
            started,
            on_disk=on_disk,
        )
    finally:
        if temporary and os.path.lexists(temporary):
            os.unlink(temporary)
        _busy.release()


def _dump_here(
    temporary: str,
    target: str,
    label: str | None,
    privacy: str,
    mode: str,
    innermost: types.FrameType | None,
    max_pause: float | None,
    started: float,
    parent: str | None = None,
    others: list[Any] | None = None,
    on_disk: bool = False,
) -> Report:
    """Capture and write in this process.

    In a fork, ``parent`` is what to say of the parent, and ``others`` are its threads.
    """
    room = _file_to_map(temporary) if on_disk else None
    memory = _memory_facts()  # before the capture takes some; a text is in no dump
    tracing = json.dumps(_tracemalloc_facts())
    try:
        capture, problem = _capture(privacy, innermost, max_pause, others, room), ""
    except _TooLongError as error:
        problem, capture = str(error), _Capture()  # its traceback would keep what was captured
    del innermost, others, room
    if problem:
        raise DumpError(problem)
    try:
        meta = _meta(capture, label, privacy, mode, started, memory, tracing)
        if parent is not None:
            _speak_for_parent(capture, meta, parent)
            _write_spool(temporary, _rows(capture, meta))
        else:
            _write(temporary, capture, meta)
            capture.warnings += _publish(temporary, target)
    except OSError as error:
        raise DumpError(_reason(error, target)) from error
    except Exception as error:
        if sqlite3 is None or not isinstance(error, sqlite3.Error):
            raise
        raise DumpError(f"cannot write {target}: {error}") from error
    return Report(
        path=target,
        objects=len(capture.columns.addresses),
        references=len(capture.columns.targets),
        pause_seconds=capture.pause,
        seconds=time.perf_counter() - started,
        warnings=tuple(capture.warnings),
    )


def _meta(
    capture: _Capture,
    label: str | None,
    privacy: str,
    mode: str,
    started: float,
    memory: str,
    tracing: str,
) -> dict[str, object]:
    process = _process_facts(privacy)
    others = (_count_interpreters() or 1) - 1
    if others:
        capture.warnings.append(
            f"{others} other {'interpreter' if others == 1 else 'interpreters'} in this process:"
            " their objects are not in the file"
            + (", and no other threads' frames" if _threads_unseen() else "")
        )
    return {
        "capture_id": os.urandom(16).hex(),
        "label": label,
        "created_at": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        "tool": f"pyheap_dump.py {VERSION}",
        "format": FORMAT_VERSION,
        "process": process,
        "python": _python_facts(),
        "capture": {
            "mode": mode,
            "method": "memory" if type(capture.columns.targets) is array else "disk",
            "pause_seconds": capture.pause,
            "seconds": time.perf_counter() - started,
            "privacy": privacy,
            "redacted": capture.redacted,
            "objects": len(capture.columns.addresses),
            "references": len(capture.columns.targets),
            "missing": capture.missing,
            "unnamed": _unnamed(capture),
            "skipped": {
                "Python-level __sizeof__": capture.python_sizes,
                "other interpreters": others,
            },
            "warnings": capture.warnings,
        },
        "gc": capture.collector,
        "memory": json.loads(memory),
        "tracemalloc": json.loads(tracing),
    }


def _unnamed(capture: _Capture) -> dict[str, object]:
    """Count the references without a name, by the type of the object that has them."""
    columns = capture.columns
    by_layout: dict[int, int] = {}  # so many; or, up to 0, all but so many
    for number, runs in enumerate(capture.layouts.runs):
        named = unnamed = 0
        for kind, _, times in runs:
            if kind == "unnamed" and isinstance(times, int):
                unnamed += times
            elif isinstance(times, int):
                named += times
        if runs and runs[-1] == _REST:
            by_layout[number] = -named
        elif unnamed:
            by_layout[number] = unnamed
    counts: dict[int, int] = {}
    some = map(by_layout.__contains__, columns.layouts)
    objects = zip(columns.types, columns.layouts, columns.reference_counts)
    for kind, layout, references in compress(objects, some):
        number = by_layout[layout]
        counts[kind] = counts.get(kind, 0) + (number if number > 0 else references + number)
    names = {row[0]: f"{row[2]}.{row[3]}" for row in capture.tables["type"] if row[0] in counts}
    most = sorted(counts, key=lambda kind: (-counts[kind], names[kind]))
    return {
        "references": sum(counts.values()),
        "types": [[names[kind], counts[kind]] for kind in most[:UNNAMED_TYPES]],
    }


# ---------------------------------------------------------------------------------------------
# Reading objects without waking them up
# ---------------------------------------------------------------------------------------------

# The C getters of ``type``, fetched once: a metaclass can override an attribute, not these. Also,
# they leave a static type as it is, which other access to an attribute of it would make ready.
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

_module_dict_of: Any = vars(types.ModuleType)["__dict__"].__get__

_MISSING: Any = object()
_NO_ENTRIES: dict[object, Any] = {}  # for a static type that nobody has made ready


def _class_dict(cls: type) -> dict[object, Any]:
    """Return the class's real dictionary, which ``__dict__`` only shows through a proxy."""
    proxy = _class_proxy(cls)
    return _NO_ENTRIES if proxy is None else gc.get_referents(proxy)[0]


def _mro(cls: type) -> tuple[type, ...]:
    return _class_mro(cls) or (cls,)


def _class_entries(cls: type) -> dict[str, Any]:
    """Return the class's dictionary, less keys that are not plain strings.

    A key of a ``str`` subclass may bring its own ``__eq__``, which any lookup might call.
    """
    entries: Any = _class_dict(cls)
    if _all_plain_strings(entries):
        return entries
    return {key: value for key, value in entries.items() if type(key) is str}


def _all_plain_strings(objects: Iterable[object]) -> bool:
    """Tell whether all are exactly ``str``; by address, for a class may define ``__hash__``."""
    return {*map(id, map(type, objects))} <= {id(str)}


def _compare_plainly(objects: Iterable[object]) -> bool:
    """Tell whether comparing a string with any of them runs no code of the program."""
    classes = {id(cls): cls for cls in map(type, objects)}.values()
    return all(
        cls is str or type(_lookup(cls, "__eq__")) is types.WrapperDescriptorType for cls in classes
    )


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
    r"""Return text that has a UTF-8 form: lone surrogates become ``\udcXX``."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


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
    if not all(_all_plain_strings(_class_dict(base)) for base in _mro(cls)):
        return False
    if _lookup(cls, "__getattr__") is not _MISSING:
        return False
    return _lookup(cls, "__getattribute__") is object.__dict__["__getattribute__"]


def _is_metaclass(cls: type) -> bool:
    return any(base is type for base in _mro(cls))


def _module_dict(module: types.ModuleType) -> dict[Any, Any]:
    return _module_dict_of(module)


def _plain_attribute(obj: object, name: str) -> Any:
    """Return an attribute by ``object``'s rules where that is safe, else ``_MISSING``."""
    if not _attribute_is_plain(type(obj), name):
        return _MISSING
    try:
        return object.__getattribute__(obj, name)
    except AttributeError:
        return _MISSING


_varname_from_oparg: Any = getattr(types.CodeType, "_varname_from_oparg", None)


def _local_names(code: types.CodeType) -> list[str]:
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


_STORES = {  # by release: instructions that store under a key or in place, or that stand for any
    (3, 9): b"\x3c\x37\x4f",
    (3, 10): b"\x3c\x37\x4f",
    (3, 11): b"\x3c\xa8\xa9\xaa",
    (3, 12): b"\x3c\x9f\xa0\x1b\xfd\xfe",
    (3, 13): b"\x27\xd4\xd5\x26\xf7\xfe",
    (3, 14): b"\x26\xc9\xca\x25\xee\xfe",
    (3, 15): b"\x24\xd0\xd1\x23\xed\xfd",
}.get(sys.version_info[:2])
_IN_PLACE = [  # by release: `+=` and `|=` of what is no number
    bytes((instruction, operator))
    for instruction in {
        (3, 11): (122, 3),
        (3, 12): (122,),
        (3, 13): (45,),
        (3, 14): (44, 132),
        (3, 15): (42, 132),
    }.get(sys.version_info[:2], ())
    for operator in (13, 20)
]


def _may_store(code: types.CodeType) -> bool:
    """Whether code may store under a key or in place, which are the ways to fill without a name.

    From 3.11 on the instructions are taken as they lie there, with what the interpreter keeps
    between them: that may look like such an instruction. Other ways of asking leave a copy.
    """
    raw: bytes = code.co_code if sys.version_info < (3, 11) else code._co_code_adaptive
    instructions = raw[::2]
    return any(store in instructions for store in _STORES or b"") or any(
        pair in raw for pair in _IN_PLACE
    )


_size_of_generator: dict[int, Callable[[Any], int]] = {
    id(kind): kind.__sizeof__
    for kind in (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
}


_WORD = (1 << 64) - 1


class _OwnMemory:
    """Reads words of this process's memory, as one would read a file.

    The variables of a function are an array of addresses at the end of its frame, in the order of
    the code object's slots; asking for them otherwise leaves something behind. Up to 3.10 that is
    the frame object, which would keep a dictionary of them. From 3.11 on it is an *interpreter
    frame*, in a generator's case inside the generator, for which a frame object would be made that
    stays (Python/frame.c); where the variables begin is measured on a generator of ours. Whoever
    asks proves that what was read are objects that he knows. Linux only; ``None`` is the answer
    elsewhere.
    """

    _TAGS = 3  # from 3.14 the lowest bits of an address in a frame say how it is counted
    BORROWED = 1
    _BLOCK_BITS = 16
    _SPLIT = 2  # the kind of keys that values elsewhere share

    def __init__(self) -> None:
        """Open the memory and find out what a frame looks like."""
        self._file = -1
        self._frame_word = 0  # where a frame object has the address of its interpreter frame
        self._variables = 0  # bytes from there to the variables
        self._strings: dict[int, str] = {}  # what stands at an address
        self._keys_word: int | None = None  # where a class has the keys of its instances
        if sys.version_info < (3, 11):
            self._keys_word = 0  # each instance has a dictionary there
        if sys.maxsize < 1 << 32:
            return
        try:
            self._file = os.open("/proc/self/mem", os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        except OSError:
            return
        if sys.version_info < (3, 11):
            return
        probe = (nothing for nothing in ())
        start, end = id(probe), id(probe) + types.GeneratorType.__basicsize__
        for index, word in enumerate(self._words(id(probe.gi_frame), 64)):
            if start < word < end:
                self._frame_word, self._variables = index, end - word
                break
        else:
            self.close()

    def close(self) -> None:
        """Close the memory; everything is unknown from then on."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def _bytes(self, address: int, size: int) -> bytes:
        """Return the bytes at an address, fewer where memory ends."""
        if self._file < 0:
            return b""
        try:
            read = os.pread(self._file, size, address)  # gives the interpreter away for a moment
        except (OSError, OverflowError):
            return b""
        _Pause.check()
        return read

    def _words(self, address: int, size: int) -> array[int]:
        read = self._bytes(address, size)
        return array("Q", read if len(read) == size else read[: len(read) // 8 * 8])

    def of_generator(self, generator: Any) -> tuple[array[int], array[int]] | None:
        """Return the words of a generator: its own, and its variables with what it computes."""
        if sys.version_info < (3, 11):
            return None
        own = type(generator).__basicsize__ // 8
        words = self._words(
            id(generator), _size_of_generator[id(type(generator))](generator) // 8 * 8
        )
        return (words[:own], words[own:]) if len(words) > own else None

    def of_frame(self, frame: types.FrameType, variables: int) -> list[int]:
        """Return the addresses of a frame's variables, or nothing."""
        start = self._words(id(frame), 64)
        if len(start) <= self._frame_word:
            return []
        own = self._variables // 8
        words = self._words(start[self._frame_word], self._variables + 8 * variables)
        return [self.address(word) for word in words[own:]] if id(frame) in words[:own] else []

    def in_frame_object(self, frame: types.FrameType) -> list[Named] | None:
        """Return a function's variables, cells as they are, where the frame object has them."""
        code = frame.f_code
        if sys.version_info >= (3, 11) or not code.co_flags & CO_OPTIMIZED:
            return None
        slots = [*code.co_varnames, *code.co_cellvars, *code.co_freevars]
        begin = id(frame) + types.FrameType.__basicsize__ - 8  # the size counts one slot
        words = self._words(begin, 8 * len(slots))
        referents = {id(referent): referent for referent in gc.get_referents(frame)}
        return _in_slots("local", slots, words, referents) if len(words) == len(slots) else None

    def attribute_names(self, cls: type) -> list[str] | None:
        """Return what the attributes that are inside instances of a class are called, all of them.

        The class has the keys that they share (Objects/dictobject.c, PyDictKeysObject): five
        words, the indices, and by key two words, the first of which is the string's address.
        Where a class knows its keys is measured on a class of ours. ``None`` where nobody tells.
        """
        if self._keys_word is None:
            self._keys_word = 0
            probe: Any = _Described()
            probe.value = None
            words = self._words(id(_Described), _class_basicsize(type))
            places = [place for place, word in enumerate(words) if self._keys(word) == ["value"]]
            self._keys_word = places[0] if len(places) == 1 else 0
        address = self._keys_address(cls)
        return self._keys(address) if address else None

    def _keys_address(self, cls: type) -> int:
        pointer = self._words(id(cls) + 8 * self._keys_word, 8) if self._keys_word else ()
        return pointer[0] if pointer else 0

    def attribute_places(self, cls: type) -> int | None:
        """Return for how many attributes there is room in the latest instance of a class.

        As many as there are keys, and as the keys have room for: 30 before the first instance, and
        one less with each, until one is to spare (Objects/dictobject.c, init_inline_values).
        ``None`` where ``attribute_names`` finds nothing, which has to be asked before.
        """
        address = self._keys_address(cls)
        words = self._words(address, 32) if address and address % 8 == 0 else ()
        if len(words) != 4 or words[1] >> 16 & 0xFF != self._SPLIT or words[2] + words[3] > 64:
            return None
        # From 3.13 the room is in the instance, which is made before the keys lose a place.
        return words[2] + words[3] + (sys.version_info >= (3, 13) and words[2] > 1)

    def _keys(self, address: int) -> list[str] | None:
        """Return the keys at an address, or ``None`` if there are none, or another kind of them."""
        words = self._words(address, 32 + 256 + 16 * 64) if address and address % 8 == 0 else ()
        if len(words) < 4:
            return None
        index_bytes, kind, length = 1 << (words[1] >> 8 & 0xFF), words[1] >> 16 & 0xFF, words[3]
        if kind != self._SPLIT or index_bytes > 256 or length > 64:
            return None
        keys = words[4 + index_bytes // 8 :: 2][:length]
        names = [name for name in map(self._string, keys) if name]
        return names if len(names) == length else None

    def _string(self, address: int) -> str:
        """Return the ASCII string at an address, or ""; its type and its hash prove that it is.

        It is interned, as keys are: Python remembers names that were looked up in classes.
        """
        if address not in self._strings:
            begin = sys.getsizeof("") - 1
            read = self._bytes(address, begin + 64)
            head = array("Q", read[:32]) if len(read) > begin else (0, 0, 0, 0)
            if head[1] != id(str) or head[2] > 1000:
                return ""
            if head[2] > 64:
                read = self._bytes(address, begin + head[2])
            name = read[begin : begin + head[2]].decode("ascii", "replace")
            self._strings[address] = sys.intern(name) if hash(name) & _WORD == head[3] else ""
        return self._strings[address]

    def semaphore(self, cls: type) -> int:
        """Return the size of the semaphore that a lock has elsewhere, 0 for what is no lock.

        A lock that has one begins with its address; others, of later Pythons, are all in
        themselves (Modules/_threadmodule.c). On Linux it is known how large a semaphore is.
        """
        for probe in (_thread.allocate_lock(), _thread.RLock()):
            if any(base is type(probe) for base in _mro(cls)):
                words = self._words(id(probe) + object.__basicsize__, 8)
                return 32 if words and words[0] else 0
        return 0

    def words_before(self, objects: Sequence[object], words: int) -> list[int]:
        """Return for each object the word that stands so many words before it, 0 if unknown.

        Where many objects are close together, in the order of their addresses, their memory is
        read at once.
        """
        found: list[int] = []
        wanted = [id(obj) - 8 * words for obj in objects]
        for block, group in groupby(wanted, lambda address: address >> self._BLOCK_BITS):
            addresses = list(group)
            start, size = block << self._BLOCK_BITS, 1 << self._BLOCK_BITS
            content = self._bytes(start, size) if len(addresses) >= 8 else b""
            if len(content) == size:
                words_there = memoryview(content).cast("Q")
                found += [words_there[(address - start) >> 3] for address in addresses]
            else:
                each = [self._words(address, 8) for address in addresses]
                found += [word[0] if word else 0 for word in each]
        return found

    @classmethod
    def address(cls, word: int) -> int:
        """Return the address in a word of a frame."""
        return word & ~cls._TAGS


# ---------------------------------------------------------------------------------------------
# What the collector does not report
# ---------------------------------------------------------------------------------------------

_CODE_PARTS = (
    ("constant", "co_consts"),
    ("member", "co_names"),
    ("member", "co_filename"),
    ("member", "co_name"),
    *(
        ("member", name)
        for name in (
            ("co_qualname", "co_linetable", "co_exceptiontable")
            if sys.version_info >= (3, 11)  # others are made when asked for, and kept
            else ("co_code", "co_varnames", "co_freevars", "co_cellvars", "co_linetable")
            if sys.version_info >= (3, 10)
            else ("co_code", "co_varnames", "co_freevars", "co_cellvars", "co_lnotab")
        )
    ),
)


_code_parts: Callable[[types.CodeType], tuple[object, ...]] = operator.attrgetter(
    *(name for _, name in _CODE_PARTS)
)


def _class_parts(cls: type) -> list[object]:
    """Return what a class refers to; the collector says nothing about static types."""
    if _class_proxy(cls) is None:
        return []  # a static type that nobody made ready: asking for its bases would crash
    parts = [_class_dict(cls), _class_mro(cls), _class_bases(cls), _class_base(cls)]
    if _class_flags(cls) & TP_HEAPTYPE:
        parts += [_class_name(cls), _class_qualname(cls)]
    return [part for part in parts if part is not None]


def _range_parts(value: range) -> list[object]:
    return [value.start, value.stop, value.step]


def _descriptor_parts(descriptor: Any) -> list[object]:
    return [descriptor.__objclass__, descriptor.__name__]


def _view_parts(view: memoryview) -> list[object]:
    try:
        return [view.obj]
    except ValueError:  # released
        return []


def _datetime_parts(moment: datetime.datetime) -> list[object]:
    return [datetime.datetime.__dict__["tzinfo"].__get__(moment)]


def _time_parts(moment: datetime.time) -> list[object]:
    return [datetime.time.__dict__["tzinfo"].__get__(moment)]


_DESCRIPTORS = (
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)

_UNREPORTED: dict[type, Callable[[Any], Iterable[object]]] = {
    types.CodeType: _code_parts,
    range: _range_parts,
    memoryview: _view_parts,
    datetime.datetime: _datetime_parts,
    datetime.time: _time_parts,
    **dict.fromkeys(_DESCRIPTORS, _descriptor_parts),
}


# From 3.12.0 to 3.12.5 the module _asyncio lists its free list among its referents: dead objects.
# Who only holds such a list and lets it go makes each die a second time, and the process hangs or
# crashes soon after (python/cpython issue 122695, Modules/_asynciomodule.c, module_traverse).
_LISTS_THE_DEAD = (3, 12) <= sys.version_info < (3, 12, 6) or (
    (3, 13) <= sys.version_info < (3, 13, 0, "candidate", 2)
)


def _keeps_the_dead(obj: object) -> bool:
    """Tell whether an object is a module whose referents must not be asked for."""
    if not _LISTS_THE_DEAD or type(obj) is not types.ModuleType:
        return False
    # Not by looking the key up: a key of the program's may have a comparison of its own.
    names = [
        name for key, name in _module_dict(obj).items() if type(key) is str and key == "__name__"
    ]
    return any(type(name) is str and name == "_asyncio" for name in names)


def _referents_of(chunk: list[object]) -> list[object]:
    """Return the referents of all these objects."""
    if not _LISTS_THE_DEAD:
        return gc.get_referents(*chunk)
    modules = [obj for obj in chunk if type(obj) is types.ModuleType]
    unsafe = {id(module): module for module in modules if _keeps_the_dead(module)}
    asked = [obj for obj in chunk if id(obj) not in unsafe] if unsafe else chunk
    return [*gc.get_referents(*asked), *map(_module_dict, unsafe.values())]


def _unreported(cls: type) -> Callable[[Any], Iterable[object]] | None:
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
    array_parts = _array_parts(cls)
    return (lambda array: chain(*array_parts(array)[1:])) if array_parts else None


def _array_parts(cls: type) -> Callable[[Any], tuple[list[Run], list[object], list[object]]] | None:
    """Return how to read an array of numpy: the collector knows nothing of what it holds.

    It holds its type of items, what owns the memory if it is a view, and the items themselves if
    they are objects (numpy/core/src/multiarray/arrayobject.c). All is read in C.
    """
    for base in _mro(cls):
        if (_class_module(base), _class_qualname(base)) == ("numpy", "ndarray"):
            entries = _class_entries(base)
            reads: list[Any] = [entries.get(name) for name in ("base", "dtype", "flat")]
            if all(type(read) is types.GetSetDescriptorType for read in reads):
                return functools.partial(_parts_of_array, *(read.__get__ for read in reads))
    return None


def _parts_of_array(
    owner_of: Any, dtype_of: Any, flat_of: Any, array: Any
) -> tuple[list[Run], list[object], list[object]]:
    """Return an array's named parts and its items, if these are objects."""
    owner, dtype = owner_of(array), dtype_of(array)
    if owner is not None:
        return [("member", "dtype", 1), ("buffer", "base", 1)], [dtype, owner], []
    holds_objects = _plain_attribute(dtype, "num") == _OBJECTS
    return [("member", "dtype", 1)], [dtype], list(flat_of(array)) if holds_objects else []


_OBJECTS = 17  # numpy's number of the type object


# ---------------------------------------------------------------------------------------------
# What is ours
# ---------------------------------------------------------------------------------------------


def _is_ours(code: types.CodeType) -> bool:
    return code.co_filename == __file__


def _innermost_frames() -> dict[int, types.FrameType]:
    """Return the innermost frame of each thread by the thread's number.

    Of this thread only where Python would die of more: 3.12 and 3.13 list threads of interpreters
    with a lock of their own too, but make the frame objects with the wrong interpreter's memory.
    """
    if _threads_unseen():
        return {_this_thread(): sys._getframe(1)}
    return sys._current_frames()


def _original(module: str, name: str) -> Any:
    """Return a function of a module, also where gevent has put another into its place.

    What gevent puts there lets other parts of the program run, and must not be called in a fork.
    """
    monkey = sys.modules.get("gevent.monkey")
    saved = vars(monkey).get("saved") if type(monkey) is types.ModuleType else None
    originals = saved.get(module) if type(saved) is dict else None
    original = originals.get(name) if type(originals) is dict else None
    return getattr(sys.modules[module], name) if original is None else original


def _this_thread() -> int:
    """Return this thread's number as Python has it; gevent lets the usual function tell others.

    No variable leads to the frame: it would keep all frames below, and what they hold.
    """
    if _threads_unseen():
        return _thread.get_ident()
    here = id(sys._getframe())
    by_frame = {id(top): ident for ident, top in sys._current_frames().items()}
    return by_frame.get(here) or _thread.get_ident()


def _threads_unseen() -> bool:
    return (3, 12) <= sys.version_info < (3, 14) and (_count_interpreters() or 1) > 1


def _own_frames(others: list[Any] | None) -> dict[int, types.FrameType]:
    """Return the dumper's running frames by address, in all threads, less this and its caller.

    A frame with a variable that leads to itself would be garbage that only the collector finds.
    """
    tops: dict[int, types.FrameType] = {**(others[0] if others else _innermost_frames())}
    tops[_this_thread()] = sys._getframe(2)
    frames: dict[int, types.FrameType] = {}
    for frame in tops.values():
        while frame is not None:
            if _is_ours(frame.f_code):
                frames[id(frame)] = frame
            frame = frame.f_back
    return frames


def _ours(others: list[Any] | None, *listed: list[object]) -> dict[int, object]:
    """Return the dumper's own objects by address.

    They are its running frames; and, in a program that ``run`` runs, everything that would not be
    there without ``run``. In a program that imports the dumper, the module belongs to the program.

    Args:
        others: What a fork knows of its parent's threads.
        listed: What the collector lists.
    """
    frames: dict[int, Any] = _own_frames(others)
    if others:
        frames.update((id(part), part) for part in (others, *others))
    for frame in frames.values():
        if type(frame) is not types.FrameType:
            continue
        runner = frame.f_globals.get("main")
        if type(runner) is types.FunctionType and runner.__code__ is frame.f_code:
            return {**frames, **_made_by_run(frame.f_globals, listed)}
    return frames


def _made_by_run(namespace: dict[str, Any], listed: Sequence[list[object]]) -> dict[int, object]:
    """Return the objects of the module that runs the program, and what only they hold.

    What is recognised is ours, such as functions and classes of the module. Of everything else
    that it leads to, the reference counts tell whether somebody else refers to it too.

    Args:
        namespace: The module's dictionary.
        listed: What the collector lists.
    """
    members = _recognised(namespace, listed)
    certain = set(members)
    references: dict[int, list[int]] = {}
    pending = list(members.values())
    while pending:
        parts = _parts_of_ours(pending[-1])
        references[id(pending.pop())] = list(map(id, parts))
        for part in parts:
            if id(part) not in members and not _is_foreign(part):
                members[id(part)] = part
                pending.append(part)
                if _is_made_by(part, namespace):
                    certain.add(id(part))
    del pending
    for entry in list(_known_to_bases(members.values())):
        members[id(entry)] = entry
        certain.add(id(entry))
    for address in _shared(members, certain, references, listed):
        del members[address]
    return members


def _recognised(namespace: dict[str, Any], listed: Sequence[list[object]]) -> dict[int, object]:
    """Return what the search for our objects begins with."""
    members: dict[int, object] = {id(obj): obj for obj in [namespace, *namespace["_remains"]]}
    for objects in listed:  # an exception that the program keeps leads to frames of ours
        is_frame = map(operator.is_, map(type, objects), repeat(types.FrameType))
        frames: Iterator[Any] = compress(objects, is_frame)
        members.update((id(frame), frame) for frame in frames if _is_ours(frame.f_code))
    return members


def _is_made_by(obj: Any, namespace: dict[str, Any]) -> bool:
    """Tell whether a function, class or code is of the module that has the namespace."""
    if type(obj) is types.FunctionType:
        return obj.__globals__ is namespace
    if type(obj) is types.CodeType:
        return _is_ours(obj)
    return _is_metaclass(type(obj)) and _class_module(obj) == namespace["__name__"]


def _is_foreign(obj: Any) -> bool:
    """Tell whether an object is known not to be ours."""
    if _is_metaclass(type(obj)):
        return _class_module(obj) != __name__
    return type(obj) in (types.ModuleType, types.FrameType) or obj is vars(builtins)


def _parts_of_ours(obj: Any) -> Sequence[object]:
    """Return what an object of ours refers to, less what is surely not ours."""
    if type(obj) is types.CodeType:
        return _code_parts(obj)
    if type(obj) is types.FrameType:  # its variables may be the program's
        return [obj.f_code]
    parts = gc.get_referents(obj)
    if type(obj) is types.FunctionType and obj.__globals__.get("__name__") in sys.modules:
        parts = [part for part in parts if part is not obj.__globals__]  # a module of the program's
    return parts


def _counted_by_ours(obj: Any) -> Iterable[object]:
    """Return what an object of ours holds a count of; a running frame's variables are unknown."""
    if type(obj) is types.FrameType:
        return ()
    if type(obj) is types.CodeType:
        return _code_parts(obj)
    if type(obj) is dict:
        return chain(obj.keys(), obj.values())
    if _is_metaclass(type(obj)):
        return chain(gc.get_referents(obj), (_class_name(obj), _class_qualname(obj)))
    return gc.get_referents(obj)


def _interned_names(listed: Iterable[object]) -> list[dict[str, str]]:
    """Return the table of all interned strings, which the collector lists from 3.14.

    It keeps none of them alive, and what is only in it is nothing of the program's.
    """
    if sys.version_info < (3, 14):
        return []
    listed, others = tee(listed)
    for table in compress(listed, map(operator.is_, map(type, others), repeat(dict))):
        if len(table) > 1000 and all(map(operator.is_, table, table.values())):  # type: ignore[arg-type, attr-defined]
            return [table]  # type: ignore[list-item]
    return []


def _known_to_bases(ours: Iterable[Any]) -> Iterator[object]:
    """Yield by what bases know classes of ours: dictionaries of weak references by address."""
    classes = [obj for obj in ours if _is_metaclass(type(obj))]
    addresses = set(map(id, classes))
    references = list(chain.from_iterable(map(_weakref.getweakrefs, classes)))
    yield from references
    for known in gc.get_referrers(*references):
        if type(known) is dict and all(type(key) is int for key in known):
            keys = [key for key in known if key in addresses]
            yield from keys
            if len(keys) == len(known):
                yield known


def _shared(
    members: dict[int, object],
    certain: set[int],
    references: dict[int, list[int]],
    listed: Sequence[list[object]],
) -> set[int]:
    """Return which of the members are not only ours: somebody else refers to them as well.

    Args:
        members: What may be ours.
        certain: Addresses of those that are, whoever refers to them.
        references: What each member refers to.
        listed: What the collector lists.
    """
    in_lists = set(members).intersection(map(id, chain.from_iterable(listed)))
    probe = [0]
    members[id(probe)] = probe
    counts = dict(zip(members, map(sys.getrefcount, members.values())))
    ours = counts.pop(id(members.pop(id(probe)))) - 1  # less the variable
    inner = chain.from_iterable(references.values())
    for address in filter(counts.__contains__, inner):
        counts[address] -= 1
    pending = [
        address
        for address, left in counts.items()
        if address not in certain and left > ours + (address in in_lists)
    ]
    shared = set(pending)
    while pending:
        for address in references.get(pending.pop(), ()):
            if address in members and address not in certain and address not in shared:
                shared.add(address)
                pending.append(address)
    return shared


# ---------------------------------------------------------------------------------------------
# The walk
# ---------------------------------------------------------------------------------------------


class _Walk:
    """Finds every object, keeping each alive in exactly one place.

    ``known`` maps addresses to objects. While it holds an object, no other can get its address.
    """

    CHUNK = 4096  # objects that are looked at together: the processor's cache holds as many

    def __init__(self, ours: dict[int, object], ends: Iterable[object]) -> None:
        """Prepare a walk.

        Args:
            ours: Objects of ours by address. They count as known, so they are not followed.
            ends: Others that are not followed.
        """
        self.known: dict[int, object] = {**ours, **{id(end): end for end in ends}}
        self._ours = len(ours)
        self._first = len(self.known)
        self._unreported: dict[int, Callable[[Any], Iterable[object]] | None] = {}
        self._listed = 0
        self._not_old: list[tuple[array[int], int]] = []  # addresses, in order, and their flags

    def start(self, *lists: list[object]) -> None:
        """Make known what the collector lists, the youngest first, and all that it leads to."""
        for objects in lists:
            self.known.update(zip(map(id, objects), objects))
        for generation, objects in enumerate(lists[:-1]):
            members = array("Q", sorted(map(id, objects)))
            self._not_old.append((members, generation << GENERATION_SHIFT))
        self._listed = len(self.known) - self._ours
        self._expand(self._first)

    def take(self, ours: Iterable[int]) -> list[Any]:
        """Return all objects in the order of their addresses, less those at which it ended.

        Nothing is known afterwards.
        """
        for address in ours:
            del self.known[address]
        tracked = map(gc.is_tracked, islice(self.known.values(), self._listed, None))
        hidden = compress(islice(self.known, self._listed, None), tracked)  # frozen
        self._not_old.append((array("Q", sorted(hidden)), GENERATION_UNKNOWN))
        # In the order of ``map(float, known)``: an address is exact as a float, of which two are
        # compared several times faster than two integers of more than 30 bits.
        objects = list(self.known.values())
        key: Any = functools.partial(next, map(float, self.known))
        objects.sort(key=key)
        self.known.clear()
        return objects

    def flags(self, part: list[Any], tracked: bytes) -> array[int]:
        """Return the first flags of some objects, of which it is told which are tracked."""
        # Of each byte, UTF-16 makes the same number of two bytes, behind a mark. Other spellings of
        # it, such as utf-16-le, are modules of Python's, which the program would keep.
        wide = tracked.translate(_TRACKED_FLAGS).decode("latin-1").encode("utf-16")
        flags = array("H", wide[2:])
        for members, generation in self._not_old:
            inside = members[
                bisect_left(members, id(part[0])) : bisect_right(members, id(part[-1]))
            ]
            found = map(set(inside).__contains__, map(id, part)) if inside else ()
            for index in compress(count(), found):
                flags[index] = flags[index] & ~(3 << GENERATION_SHIFT) | generation
        return flags

    def add(self, objects: Iterable[object]) -> None:
        """Make objects known, and all that they lead to."""
        first = len(self.known)
        self.known.update((id(obj), obj) for obj in objects)
        self._expand(first)

    def _expand(self, first: int) -> None:
        """Follow the references of all known objects but the first ones.

        New objects are appended to ``known``, so those after a position are what is still to do.
        """
        known = self.known
        while first < len(known):
            # From the end: a heap may be as deep as it is large; each level must cost only itself.
            frontier = list(islice(reversed(known.values()), len(known) - first))
            frontier.reverse()
            first = len(known)
            for start in range(0, len(frontier), self.CHUNK):
                _Pause.check()
                chunk = frontier[start : start + self.CHUNK]
                found = _referents_of(chunk)
                known.update(zip(map(id, found), found))
                found = self._more(chunk)
                known.update(zip(map(id, found), found))

    def _more(self, chunk: list[object]) -> list[object]:
        """Return the chunk's types, and what its objects hold besides their referents."""
        kinds = list(map(type, chunk))
        numbers = list(map(id, kinds))
        unreported: dict[int, Any] = self._unreported
        new: list[object] = []
        if not unreported.keys() >= {*numbers}:
            for number, kind in dict(zip(numbers, kinds)).items():
                if number not in unreported:
                    unreported[number] = _unreported(kind)
                    new.append(kind)
        reads = list(map(unreported.__getitem__, numbers))
        more = [read(obj) for read, obj in zip(compress(reads, reads), compress(chunk, reads))]
        return [*new, *chain.from_iterable(more)]


# ---------------------------------------------------------------------------------------------
# The same with little memory
# ---------------------------------------------------------------------------------------------


class _FullError(BaseException):
    """The file that was prepared has no more room."""


class _Column:
    """A column in a file that is mapped into memory, used like an array that grows."""

    PIECE = 1 << 15  # entries that are copied at once

    def __init__(self, room: memoryview, code: str) -> None:
        self._code: Any = code
        self._room = room.cast(self._code)
        self._none = array(code)
        self.itemsize = self._room.itemsize
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[int]:
        return iter(self._room[: self._length])

    def __getitem__(self, key: Any) -> Any:
        """Return an entry; of several, an array in memory."""
        if type(key) is slice:
            entries = self._none[:]
            entries.frombytes(self._room[: self._length][key].tobytes())
            return entries
        return self._room[key]

    def __setitem__(self, index: int, value: int) -> None:
        self._room[index] = value

    def __delitem__(self, key: slice) -> None:
        """Remove the entries from one on."""
        self._length = key.start

    def extend(self, entries: Iterable[int]) -> None:
        """Add entries."""
        if type(entries) is array:
            self.frombytes(memoryview(entries).cast("B"))
            return
        entries = iter(entries)
        while True:
            piece = self._none[:]
            piece.extend(islice(entries, self.PIECE))
            self.frombytes(memoryview(piece).cast("B"))
            if len(piece) < self.PIECE:
                return

    def frombytes(self, raw: Any) -> None:
        """Add entries as they are in memory."""
        end = self._length + len(raw) // self.itemsize
        if end > len(self._room):
            raise _FullError
        self._room[self._length : end] = memoryview(raw).cast(self._code)
        self._length = end


class _Disk:
    """A file without a name that is mapped into memory and cut into columns.

    What is written there is no memory of the process: the system moves it to the disk when it
    needs the room. It is as large from the beginning as it will ever be, for to write into a hole
    of it while the disk is full would end the process; and because to make it larger would let
    other threads run.
    """

    _TEXT = 96  # bytes for each object, on average
    _BYTES = 72 + _TEXT  # of the columns with entries by object
    _REFERENCES = 6  # for each object, but for what long containers have
    _SEEN_SHIFT = 20  # addresses are noted by the MiB

    def __init__(self, room: Any) -> None:
        """Cut the file up.

        Args:
            room: What is mapped. It begins with the numbers of objects and of references.
        """
        self._room = memoryview(room)
        self._end = 16
        self._objects, self._references = self._room[:16].cast("Q")
        self._starts: dict[int, int] = {}  # where the marks for a MiB of addresses are
        columns = self._objects * self._BYTES + self._references * 8
        self._marks = self._take(len(self._room) - 16 - columns)
        self._marks_end = 0

    @classmethod
    def sizes(cls) -> tuple[int, int, int]:
        """Return for how many objects and references there is to be room, and its size.

        Each object has a block, but for some; each reference is a word of memory somewhere. Marks
        are a byte for every 16 of memory, twice: a MiB of addresses has all its marks as soon as
        one object begins in it.
        """
        status = _kilobytes(_read("/proc/self/status"))
        used = sum(status.get(name, 0) for name in ("VmRSS", "VmSwap"))
        blocks = sys.getallocatedblocks()
        objects = blocks * 11 // 10 + 300_000
        references = objects * cls._REFERENCES + max(used - 64 * blocks, 0) // 8
        marks = used // 8 + (32 << 20)
        return objects, references, 16 + objects * cls._BYTES + references * 8 + marks

    def _take(self, size: int) -> memoryview:
        if self._end + size > len(self._room):
            raise _FullError
        taken = self._room[self._end : self._end + size // 8 * 8]
        self._end += len(taken)
        return taken

    def column(self, code: str) -> Any:
        """Return a column with an entry for each object."""
        return _Column(self._take(array(code).itemsize * self._objects), code)

    def targets(self) -> Any:
        """Return a column with an entry for each reference."""
        return _Column(self._take(8 * self._references), "Q")

    def text(self) -> Any:
        """Return a column for the text of all objects."""
        return _Column(self._take(self._TEXT * self._objects), "B")

    def new(self, objects: list[Any], mark: int) -> list[Any]:
        """Return those that were not marked yet, once each and in order, and mark them."""
        by_address = dict(zip(map(id, objects), objects))
        places = self._places(list(by_address))
        marks = self._marks
        fresh = list(map(operator.not_, map(marks.__getitem__, places)))
        for place in compress(places, fresh):
            marks[place] = mark
        return list(compress(by_address.values(), fresh))

    def marks(self, objects: list[Any]) -> Iterator[int]:
        """Return the marks of objects."""
        return map(self._marks.__getitem__, self._places(list(map(id, objects))))

    def _places(self, addresses: list[int]) -> list[int]:
        """Return where the marks for addresses are: no two objects share 16 bytes."""
        blocks = list(map(operator.rshift, addresses, repeat(self._SEEN_SHIFT)))
        for block in set(blocks).difference(self._starts):
            self._starts[block] = self._marks_end
            self._marks_end += 1 << (self._SEEN_SHIFT - 4)
            if self._marks_end > len(self._marks):
                raise _FullError
        inside = map(operator.and_, addresses, repeat((1 << self._SEEN_SHIFT) - 1))
        places = map(operator.rshift, inside, repeat(4))
        return list(map(operator.add, map(self._starts.__getitem__, blocks), places))


class _Parts:
    """All objects in the order of their addresses, as lists of moderate length."""

    def __init__(self, lists: list[list[Any]]) -> None:
        self._lists = lists
        self._starts = [0, *accumulate(map(len, lists))]

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, key: Any) -> Any:
        """Return an object, or the rest of the list in which a slice begins, at most the slice."""
        first = key.start if type(key) is slice else key
        number = bisect_right(self._starts, first) - 1
        start = self._starts[number]
        if type(key) is slice:
            return self._lists[number][first - start : key.stop - start]
        return self._lists[number][first - start]

    def __delitem__(self, index: int) -> None:
        number = bisect_right(self._starts, index) - 1
        del self._lists[number][index - self._starts[number]]
        if not self._lists[number]:
            del self._lists[number]
        self._starts = [0, *accumulate(map(len, self._lists))]

    def parts(self) -> Iterator[tuple[int, list[Any]]]:
        """Yield the lists, each with the number of its first object."""
        return zip(self._starts, self._lists)


class _SmallWalk(_Walk):
    """A walk that notes in a file which objects it has seen.

    Of each object it keeps nothing but a place in a list: 8 bytes. Only the collector's lists, in
    which each tracked object has as much, are in memory beside that.
    """

    CHUNK = 5000
    LONG = 1000  # containers of more items are read piece by piece
    _LISTED, _FOUND, _OURS = 1, 4, 5  # marks; the first is that of the youngest generation

    def __init__(self, ours: dict[int, object], ends: Iterable[object], disk: _Disk) -> None:
        """Prepare a walk; see ``_Walk``."""
        super().__init__({}, ())
        self._disk = disk
        self._lists: dict[int, list[Any]] = {}  # by MiB of addresses
        self._follows: dict[int, bool] = {}  # whether instances refer to something, by the type
        disk.new(list(ours.values()), self._OURS)
        ends = list(ends)
        self._keep(disk.new(ends, self._FOUND))
        self._ends = set(map(id, ends))

    def start(self, *lists: list[object]) -> None:
        """Make known what the collector lists, the youngest first, and all that it leads to.

        The lists are empty afterwards.
        """
        for mark, objects in enumerate(lists, self._LISTED):
            while objects:
                self._keep(self._disk.new(objects[-self.CHUNK :], mark))
                del objects[-self.CHUNK :]
        for block in list(self._lists):
            for start in range(0, len(self._lists[block]), self.CHUNK):
                self._follow(self._lists[block][start : start + self.CHUNK])

    def add(self, objects: Iterable[object]) -> None:
        """Make objects known, and all that they lead to."""
        self._follow(self._keep(self._disk.new(list(objects), self._FOUND)))

    def _keep(self, objects: list[Any]) -> list[Any]:
        for obj in objects:
            block = id(obj) >> 20
            try:
                self._lists[block].append(obj)
            except KeyError:
                self._lists[block] = [obj]
        return objects

    def _follow(self, objects: list[Any]) -> None:
        """Follow the references of objects; what can't refer to anything is not looked at."""
        pending = [objects]
        while pending:
            _Pause.check()
            for piece in self._references(pending.pop()):
                found = self._keep(self._disk.new(piece, self._FOUND))
                found = list(compress(found, map(self._can_refer, map(type, found))))
                if found:
                    pending.append(found)

    def _can_refer(self, kind: type) -> bool:
        follows = self._follows.get(id(kind))
        if follows is None:
            follows = bool(_class_flags(kind) & TP_HAVE_GC) or _unreported(kind) is not None
            self._follows[id(kind)] = follows
        return follows

    def _references(self, objects: list[Any]) -> Iterator[list[Any]]:
        """Yield what objects refer to, and their types, in pieces."""
        short: list[Any] = []
        for obj in objects:
            read = _READ_PLAINLY.get(id(type(obj)))
            if id(obj) in self._ends:
                continue
            if read is None or len(obj) <= self.LONG:
                short.append(obj)
                continue
            items = read(obj)
            while True:
                piece = list(islice(items, self.CHUNK))
                if not piece:
                    break
                yield piece
        for start in range(0, len(short), self.CHUNK):
            chunk = short[start : start + self.CHUNK]
            yield _referents_of(chunk)
            yield self._more(chunk)

    def take(self, ours: Iterable[int]) -> Any:  # noqa: ARG002 - marked as seen, so not here
        """Return all objects in the order of their addresses, less those at which it ended."""
        parts: list[list[Any]] = []
        for block in sorted(self._lists):
            part = self._lists.pop(block)
            part.sort(key=id)
            if parts and len(parts[-1]) + len(part) < PAGE // 2:
                parts[-1] += part
            else:
                parts.append(part)
        return _Parts(parts)

    def flags(self, part: list[Any], tracked: bytes) -> array[int]:
        """Return the first flags of some objects, of which it is told which are tracked."""
        generations = [mark - self._LISTED << GENERATION_SHIFT for mark in range(self._FOUND)]
        flags = [TRACKED | flag for flag in (*generations, GENERATION_UNKNOWN)]
        marks = self._disk.marks(part)
        return array("H", map(operator.mul, map(flags.__getitem__, marks), tracked))


# How to read containers piece by piece, by the type's address.
_READ_PLAINLY: dict[int, Callable[[Any], Iterator[object]]] = {
    id(dict): lambda obj: chain(obj.keys(), obj.values()),
    **{id(kind): iter for kind in (list, tuple, set, frozenset)},
}


# ---------------------------------------------------------------------------------------------
# Layouts: which reference is which
# ---------------------------------------------------------------------------------------------

_ITEMS: Run = ("item", None, "rest")
_PAIRS: Run = ("value", None, "pairs")
_TYPE: Run = ("type", "__class__", 1)
_DICT: Run = ("dict", "__dict__", 1)
_REST: Run = ("unnamed", None, "rest")

_SENSITIVE_WORDS = (
    *("passw", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "api key"),
    *("authorization", "authorisation", "cookie", "private_key", "private-key", "private key"),
    *("privatekey", "credential"),
)


# What is searched for first, as it is in all of these.
_SENSITIVE_PARTS = (
    *("passw", "passph", "secret", "token", "api", "authori", "cookie", "private", "credential"),
)
assert all(any(map(word.__contains__, _SENSITIVE_PARTS)) for word in _SENSITIVE_WORDS)


def _is_secret_name(name: str) -> bool:
    lower = name.lower()
    return any(map(lower.__contains__, _SENSITIVE_WORDS))


def _secret_names(strings: Iterator[str]) -> set[int]:
    """Return the addresses of strings that are names of secrets.

    Many of them are searched at once, which is many times faster than one by one.
    """
    found: set[int] = set()
    short = (name for name in strings if len(name) <= PREVIEW)
    while True:
        names = list(islice(short, PAGE))
        if not names:
            return found
        everything = "\n".join(names).lower()
        starts = [0, *accumulate(len(name) + 1 for name in names)]
        if starts[-1] != len(everything) + 1:  # a letter whose lower case is longer
            found.update(id(name) for name in names if _is_secret_name(name))
            continue
        for word in _SENSITIVE_PARTS:
            at = everything.find(word)
            while at >= 0:
                index = bisect_right(starts, at) - 1
                if _is_secret_name(names[index]):
                    found.add(id(names[index]))
                at = everything.find(word, starts[index + 1])


class _Layouts:
    """Numbers the distinct layouts; thousands of objects share one.

    Attributes:
        runs: The runs of each layout, by its number.
        hidden_bytes: What ``sys.getsizeof`` leaves out, by the layout's number.
        secret: Numbers of the layouts that name a secret.
    """

    def __init__(self) -> None:
        self.runs: list[Runs] = []
        self.hidden_bytes: list[int] = []
        self.secret: set[int] = set()
        self._numbers: dict[tuple[Runs, int], int] = {}
        self.number([])  # layout 0, of objects that refer to nothing

    def number(self, runs: Sequence[Run], hidden_bytes: int = 0) -> int:
        """Return the number of the layout with these runs, a new one if need be."""
        key = (tuple(runs), hidden_bytes)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.runs)
            self.runs.append(key[0])
            self.hidden_bytes.append(hidden_bytes)
            if any(_is_secret_name(run[1]) for run in runs if run[1] is not None):
                self.secret.add(number)
        return number


def _counted(objects: Iterable[object]) -> dict[int, int]:
    """Return how often each object occurs, by address."""
    counts: dict[int, int] = {}
    for address in map(id, objects):
        counts[address] = counts.get(address, 0) + 1
    return counts


def _without(objects: Iterable[object], taken: Iterable[object]) -> list[object]:
    """Return the objects less one for each that was taken."""
    left = _counted(taken)
    rest: list[object] = []
    for obj in objects:
        if left.get(id(obj)):
            left[id(obj)] -= 1
        else:
            rest.append(obj)
    return rest


def _grouped(kinds: Iterable[int], places: Iterable[int]) -> dict[int, list[int]]:
    """Return by kind the places at which it is. A loop in C, like those below."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    deque(map(list.append, map(groups.__getitem__, kinds), places), maxlen=0)
    return groups


def _pick(sequence: Any, places: Sequence[int]) -> Any:
    """Return what a sequence has at some places that are in order."""
    if len(places) == len(sequence):
        return sequence
    if len(places) < 2:
        return [sequence[place] for place in places]
    return operator.itemgetter(*places)(sequence)


def _fill(sequence: Any, places: Iterable[int], values: Iterable[object]) -> None:
    """Give a sequence values at some places."""
    deque(map(sequence.__setitem__, places, values), maxlen=0)


def _match(
    referents: Sequence[object], named: Iterable[Named]
) -> tuple[list[Run], list[object], list[object]]:
    """Give names to referents by identity.

    Args:
        referents: What the object refers to, as the collector reports it.
        named: Kind, name and value of what is believed to be among them.

    Returns:
        The runs of those that were found, these in the order of the runs, and the others.
    """
    left = _counted(referents)
    runs: list[Run] = []
    found: list[object] = []
    for kind, name, value in named:
        if left.get(id(value)):
            left[id(value)] -= 1
            runs.append((kind, name, 1))
            found.append(value)
    return runs, found, _without(referents, found)


# ---------------------------------------------------------------------------------------------
# Instances of classes
# ---------------------------------------------------------------------------------------------


class _RefusedError(BaseException):
    """Python was about to run code of the program."""


class _Descriptor:
    """A descriptor like those of programs, to see that its code is not run."""

    def __get__(self, instance: object, owner: object) -> object:
        """Do what must not be done."""
        return self


class _Described:
    """A class with such a descriptor, for a moment."""

    attribute: _Descriptor


class _Guard:
    """Reads attributes of which the class has a descriptor with a ``__get__`` in Python.

    An instance's own attribute comes before such a descriptor. But where the instance has none,
    Python would call the descriptor, which may do anything. So for as long as we read, a trace
    function refuses that: it is asked before a function's first instruction. A trace function is
    for one thread only. Where the program has one already, nothing is read.
    """

    AHEAD = 50_000  # objects among which instances are read at once, for setting it takes some µs

    def __init__(self, heap: _Heap) -> None:
        """Prepare to read.

        Args:
            heap: All objects.
        """
        self._heap = heap
        self._kinds: dict[int, bool] = {}  # whether it is such a descriptor, by the type's address
        self._refused: set[types.CodeType] = set()
        self._works: bool | None = None

    def names(self, cls: type) -> list[str]:
        """Return the names for which a class has such a descriptor."""
        if self._works is None:
            self._works = sys.version_info >= (3, 11) and sys.gettrace() is None and self._try()
        if not self._works:
            return []
        entries: dict[str, Any] = {}
        for base in reversed(_mro(cls)):
            entries.update(_class_entries(base))
        return [name for name, value in entries.items() if self._is_guarded(type(value))]

    def _try(self) -> bool:
        """Tell whether a descriptor of ours is refused, as it should be."""
        self._is_guarded(_Descriptor)
        _Described.attribute = _Descriptor()
        try:
            return self.read(operator.attrgetter("attribute"), [_Described()]) == [_MISSING]
        finally:
            del _Described.attribute

    def _is_guarded(self, kind: type) -> bool:
        """Tell whether only a ``__get__`` in Python stands between a name and an instance's own."""
        if id(kind) not in self._kinds:
            get = _lookup(kind, "__get__")
            setters = [_lookup(kind, method) for method in ("__set__", "__delete__")]
            guarded = type(get) is types.FunctionType and setters == [_MISSING, _MISSING]
            self._kinds[id(kind)] = guarded
            if guarded:
                self._refused.add(get.__code__)
        return self._kinds[id(kind)]

    def _refuse(self, frame: types.FrameType, _event: str, _argument: object) -> None:
        if frame.f_code in self._refused:  # and not a handler of a signal, for example
            raise _RefusedError

    def read(self, getter: Callable[[Any], object], targets: Sequence[object]) -> list[Any]:
        """Return what a getter written in C gives for each target, or ``_MISSING``."""
        results: list[Any] = []
        while len(results) < len(targets):
            waiting = islice(targets, len(results), None)
            sys.settrace(self._refuse)
            try:
                results.extend(map(getter, waiting))
            except (AttributeError, _RefusedError):
                results.append(_MISSING)
            finally:
                sys.settrace(None)
        return results

    def following(self, cls: type, obj: object) -> tuple[list[Any], int]:
        """Return the next instances of a class, the object first, and the address up to which."""
        first = self._heap.index(id(obj))
        objects = self._heap.objects[first : first + self.AHEAD]
        last = first + len(objects)
        fitting = map(id(cls).__eq__, self._heap.types[first:last])
        return list(compress(objects, fitting)), self._heap.addresses[last - 1]


class _HiddenDicts:
    """Finds what Python 3.13.0 keeps from the collector: a ``__dict__`` that shares inline values.

    There the collector lists the values and not the dictionary that was made of them
    (Objects/dictobject.c, PyObject_VisitManagedDict). The instance has its address before itself.
    """

    MANAGED_DICT = 3  # words before the instance

    def __init__(self, heap: _Heap, memory: _OwnMemory) -> None:
        """Find out whether this Python does so.

        Args:
            heap: All objects.
            memory: Reads what is before an instance.
        """
        self._heap = heap
        self._memory = memory
        probe: Any = _Described()
        probe.value = [0]
        self.any = not any(part is vars(probe) for part in gc.get_referents(probe))

    def of(self, obj: object, referents: list[object]) -> dict[Any, Any] | None:
        """Return an instance's ``__dict__`` if it is not among its referents."""
        found = self._heap.get(self._memory.words_before([obj], self.MANAGED_DICT)[0])
        listed = any(referent is found for referent in referents)
        return found if type(found) is dict and not listed else None

    def owners(self, objects: Sequence[object]) -> list[int]:
        """Return the places of instances that have a ``__dict__``."""
        return [*compress(count(), self._memory.words_before(objects, self.MANAGED_DICT))]


class _Instances:
    """Describes the instances of one class, whatever it is.

    The first instance of a kind is taken apart slowly, by trying names and matching what they
    give with what the collector reports. That teaches a *shape*: names in the order of the
    referents. For later instances one C call reads all names of the shape, and the addresses
    prove that it fits.
    """

    MAX_SHAPES = 24  # per class and number of referents
    MAX_FAILURES = 24  # instances with nameless referents, before names are no longer tried
    MAX_SEARCHES = 3  # for further names, that find none
    MAX_GUARDED_FAILURES = 4  # before names that only the guard may read are no longer tried

    def __init__(
        self,
        cls: type,
        names: _Names,
        layouts: _Layouts,
        guard: _Guard,
        hidden_dicts: _HiddenDicts | None,
    ) -> None:
        """Look at the class.

        Args:
            cls: The class.
            names: What attributes may be called.
            layouts: Where layouts are numbered.
            guard: Reads attributes that are not safe to read.
            hidden_dicts: Finds what the collector does not list, where that is so.
        """
        self.opaque = False  # whether some instance had referents without a name
        self.namespaces = array("Q")  # from 3.13, addresses of the instances' dictionaries
        self._cls = cls
        self._names = names
        self._layouts = layouts
        self._is_heap_type = bool(_class_flags(cls) & TP_HEAPTYPE)
        self._reads_plainly = _reads_plainly(cls)
        self._members = _member_readers(cls)
        self._callbacks = _future_callbacks(cls)
        self._has_dict = _class_dictoffset(cls) != 0
        self.inline = _has_inline_values(cls)
        self._hidden_dicts = hidden_dicts if self.inline else None
        self._items = _base_items(cls)
        self.unsaid = _unsaid_bytes(cls) or names.semaphore(cls)
        self._places: int | None = None  # for attributes, if the class tells
        self._asked = False
        self._slots = {name for _, name, _ in self._members}
        self._shapes: dict[int, list[_Shape]] = {}  # by the number of referents
        self._plain_names: dict[str, bool] = {}
        self._failures = 0
        self._guard = guard
        self._guarded: list[str] | None = None
        self._searched = False
        self._searches = self.MAX_SEARCHES
        self._guarded_shapes: dict[int, list[_GuardedShape]] = {}
        self._partial_shapes: dict[int, list[_PartialShape]] = {}
        self._ahead: dict[int, int] = {}  # layouts of instances that were read ahead
        self._ahead_to = 0

    def describe(self, obj: Any) -> Description:
        """Return the layout's number and the references in its order."""
        referents = gc.get_referents(obj)
        if self._hidden_dicts is not None:
            namespace = self._hidden_dicts.of(obj, referents)
            if namespace is not None:
                rest = _without(referents, namespace.values())
                return self._describe_parts(obj, [namespace, *rest])
        layouts, references = [0], [referents]
        self._describe_alike([obj], references, len(referents), [0], layouts)
        return layouts[0], references[0]

    def describe_all(self, objects: Sequence[Any]) -> tuple[list[int], list[Sequence[object]]]:
        """Return for each of many instances what ``describe`` does, in lists."""
        layouts = [0] * len(objects)
        references: list[Any] = list(map(gc.get_referents, objects))
        places: Iterable[int] = range(len(objects))
        if self._hidden_dicts is not None:
            owners = self._hidden_dicts.owners(objects)
            for place in owners:
                layouts[place], references[place] = self.describe(objects[place])
            places = sorted({*places}.difference(owners))
        lengths = map(len, map(references.__getitem__, places))
        for length, alike in _grouped(lengths, places).items():
            self._describe_alike(objects, references, length, alike, layouts)
        return layouts, references

    def _describe_alike(
        self,
        objects: Sequence[Any],
        references: list[Any],
        length: int,
        places: Sequence[int],
        layouts: list[int],
    ) -> None:
        """Describe instances that have equally many referents.

        Those that have a known shape are read together. The first of the others is taken apart; if
        that teaches a shape, the rest is read together again.

        Args:
            objects: Instances.
            references: What each refers to; what is described gets its references' order.
            length: How many referents those have that are to be described.
            places: Which these are, in order.
            layouts: Where to put the layouts' numbers.
        """
        tried = 0
        left = deque(places)
        while left:
            known = self._shapes.get(length, ())
            for shape in known[tried:]:
                places = [*left]
                left = deque(self._fit(shape, objects, references, length, places, layouts))
            tried = len(known)
            if left:
                place = left.popleft()
                layouts[place], references[place] = self._describe_new(
                    objects[place], references[place]
                )

    def _fit(
        self,
        shape: _Shape,
        objects: Sequence[Any],
        referents: list[list[object]],
        length: int,
        places: Sequence[int],
        layouts: list[int],
    ) -> Sequence[int]:
        """Fill in the layouts of instances that have a shape; return the places of the others.

        All are asked for the attribute of one name, then of the next one: the addresses prove it.
        """
        names, has_dict, layout = shape
        objects = _pick(objects, places)
        flat = list(chain.from_iterable(_pick(referents, places)))
        wrong: set[int] = set()
        for place, name in enumerate(names):
            values = map(getattr, objects, repeat(name), repeat(_MISSING))
            wrong.update(compress(count(), map(operator.is_not, values, flat[place::length])))
            if len(wrong) == len(objects):
                return places
            inherited = _lookup(self._cls, name)
            if inherited is not _MISSING:
                wrong.update(self._doubtful(names, objects, inherited, flat[place::length]))
        if has_dict:
            fits = map(self._is_namespace, objects, flat[len(names) :: length])
            wrong.update(compress(count(), map(operator.not_, fits)))
        fitting = [place for index, place in enumerate(places) if index not in wrong]
        _fill(layouts, fitting if wrong else places, repeat(layout))
        if has_dict:
            for place in fitting:
                self._note_namespace(referents[place][len(names)])
        return _pick(places, sorted(wrong))

    def _doubtful(
        self, names: list[str], objects: Sequence[Any], inherited: object, values: list[object]
    ) -> set[int]:
        """Return the places of instances that may have what the class has under another name.

        Then it is not proven that the value is the instance's own.

        Args:
            names: Under which the instances were read.
            objects: The instances.
            inherited: What the class has under one of the names.
            values: What the instances gave for that name.
        """
        same = list(compress(count(), map(operator.is_, values, repeat(inherited))))
        doubtful: set[int] = set()
        for name in {*self._names.own(self._cls)}.difference(names) if same else ():
            found = map(getattr, _pick(objects, same), repeat(name), repeat(_MISSING))
            doubtful.update(compress(same, map(operator.is_, found, repeat(inherited))))
        return doubtful

    def _describe_new(self, obj: Any, referents: list[object]) -> Description:
        """Describe an instance that has none of the usual shapes."""
        layout = self._less_usual_layout(obj, referents)
        if layout is not None:
            return layout, referents
        if self._items is None:
            return self._describe_parts(obj, referents)
        return self._describe_container(obj, referents)

    def _note_namespace(self, namespace: object) -> None:
        """Remember an instance's dictionary where its size is to be corrected later."""
        if self.inline and sys.version_info >= (3, 13):
            self.namespaces.append(id(namespace))

    def _less_usual_layout(self, obj: Any, referents: list[object]) -> int | None:
        """Return the layout if a shape fits that has nameless places or guarded names."""
        if self._guarded_shapes:
            layout = self._read_ahead(obj)
            if layout is not None:
                return layout
        for read, pick, layout in self._partial_shapes.get(len(referents), ()):
            try:
                values = read(obj)
            except AttributeError:
                continue
            if tuple(map(id, values)) == tuple(map(id, pick(referents))):
                return layout
        return None

    def _read_ahead(self, obj: object) -> int | None:
        """Return an instance's layout if a shape fits whose names only the guard may read."""
        if id(obj) > self._ahead_to:
            instances, self._ahead_to = self._guard.following(self._cls, obj)
            self._ahead.clear()
            for length, shapes in self._guarded_shapes.items():
                left = [each for each in instances if len(gc.get_referents(each)) == length]
                for read, places, layout in shapes:
                    fitting = self._fitting(read, places, left)
                    self._ahead.update(dict.fromkeys(fitting, layout))
                    left = [each for each in left if id(each) not in fitting]
        return self._ahead.get(id(obj))

    def _fitting(
        self, read: Callable[[Any], tuple[object, ...]], places: int, instances: list[object]
    ) -> set[int]:
        """Return the addresses of instances for which the names give what the collector lists."""
        fitting: set[int] = set()
        for instance, values in zip(instances, self._guard.read(read, instances)):
            referents = gc.get_referents(instance)
            if values is not _MISSING:
                found = list(map(id, values[:places]))
                if found == list(map(id, referents[:places])):
                    fitting.add(id(instance))
        return fitting

    def _describe_parts(self, obj: Any, referents: list[object]) -> Description:
        """Name what an instance that is no container holds, and remember its shape."""
        runs, found, others = self._named(obj, referents)
        hidden = self._hidden_bytes(runs, found)
        if others:
            self.opaque = True
            self._failures += 1
        if self._reads_plainly:
            self._remember(runs, found, referents, hidden)
        if others:
            runs.append(_REST)
        return self._layouts.number(runs, hidden), found + others

    def _describe_container(self, obj: Any, referents: list[object]) -> Description:
        """Name what an instance of a container's subclass holds besides its items."""
        assert self._items is not None
        items, item_runs = self._items(obj)
        runs, found, others = self._named(obj, _without(referents, items))
        hidden = self._hidden_bytes(runs, found)
        if others:
            self.opaque = True
            runs.append(("unnamed", None, len(others)))
        return self._layouts.number([*runs, *item_runs], hidden), [*found, *others, *items]

    def _named(
        self, obj: Any, referents: list[object]
    ) -> tuple[list[Run], list[object], list[object]]:
        """Match referents with names; what is left is perhaps the ``__dict__``."""
        runs, found, others = _match(referents, self._candidates(obj, referents))
        dicts = [other for other in others if type(other) is dict]
        if self._has_dict and len(dicts) == 1:
            inline = any(run[0] == "attribute" for run in runs)  # they would be in the __dict__
            if not inline and self._is_namespace(obj, dicts[0]):
                others = _without(others, dicts)
                runs.append(_DICT)
                found.append(dicts[0])
                self._note_namespace(dicts[0])
        return runs, found, others

    def _is_namespace(self, obj: Any, candidate: object) -> bool:
        """Tell the ``__dict__`` from an attribute that holds a dictionary and has no known name.

        No slot holds it. Where attributes can be inline, one key of the dictionary is tried as an
        attribute, or if there is none, whether an attribute holds it.
        """
        if type(candidate) is not dict:
            return False
        if any(value is candidate for _, _, value in self._in_members(obj)):
            return False
        if not self.inline:
            return True
        if not candidate:
            own = self._names.own(self._cls)
            return not any(self._read(obj, name) is candidate for name in own)
        if not _compare_plainly(candidate):
            return True  # any lookup could run some key's __eq__, so this is not asked
        name = next((key for key in candidate if type(key) is str), None)
        if name is None:
            return False  # nobody sets attributes that have no name
        if name not in self._plain_names:
            self._plain_names[name] = _attribute_is_plain(self._cls, name)
        if not self._plain_names[name]:
            return True
        return self._read(obj, name) is candidate[name]

    def _read(self, obj: Any, name: str) -> object:
        """Return the attribute of a name that is safe to read, or ``_MISSING``."""
        if self._reads_plainly:
            return getattr(obj, name, _MISSING)
        try:
            return object.__getattribute__(obj, name)
        except AttributeError:
            return _MISSING

    def _candidates(self, obj: Any, referents: list[object]) -> Iterator[Named]:
        """Yield what the object's parts may be called, those that are certain first."""
        left = _counted(referents)
        for kind, name, value in self._in_members(obj):
            if left.get(id(value)):
                left[id(value)] -= 1
                yield kind, name, value
        if self._is_heap_type and left.get(id(self._cls)):
            left[id(self._cls)] -= 1
            yield "type", "__class__", self._cls
        if self._callbacks:
            for part in _future_parts(self._callbacks(obj), referents):
                if left.get(id(part[2])):
                    left[id(part[2])] -= 1
                    yield part
        if self.inline and self._failures < self.MAX_FAILURES:
            yield from self._inline_attributes(obj, referents, left)

    def _in_members(self, obj: object) -> Iterator[Named]:
        """Yield what is in slots and in attributes of types written in C."""
        for kind, name, read in self._members:
            try:
                yield kind, name, read(obj)
            except AttributeError:  # an empty slot
                continue

    def _inline_attributes(
        self, obj: Any, referents: list[object], left: dict[int, int]
    ) -> Iterator[Named]:
        """Yield attributes that live inside the instance, without making its ``__dict__``.

        A dictionary that was made already is reported in the attributes' place.

        Args:
            obj: The instance.
            referents: What it refers to.
            left: How often each referent still waits for a name, by address.
        """
        waiting = sum(left.values())
        if not waiting:
            return
        if waiting == 1:
            (last,) = [referent for referent in referents if left.get(id(referent))][:1]
            if type(last) is dict and last and self._is_namespace(obj, last):
                return
        for name, value in self._readable(obj, left):
            if left.get(id(value)):
                left[id(value)] -= 1
                waiting -= 1
                if self._guarded is None or name not in self._guarded:
                    self._names.learn(self._cls, name)
                yield "attribute", name, value
                if not waiting:
                    return

    def _readable(self, obj: Any, left: dict[int, int]) -> Iterator[tuple[str, object]]:
        """Yield attributes whose values wait for a name.

        Where the class has the same value, the instance perhaps has no such attribute itself. That
        is believed last, only of names that the class's functions mention, and not of more names
        than there are such values.
        """
        doubtful: list[tuple[str, object]] = []
        for name, value in self._read_each(obj, self._names.own(self._cls), left):
            if _lookup(self._cls, name) is not value:
                yield name, value
            else:
                doubtful.append((name, value))
        read = functools.partial(getattr if self._reads_plainly else object.__getattribute__, obj)
        if self._failures < self.MAX_GUARDED_FAILURES:
            if self._guarded is None:
                self._guarded = self._guard.names(self._cls)
            yield from zip(self._guarded, self._guard.read(read, self._guarded))
        if self._names.has_all(self._cls):
            self._searched = True
        elif (doubtful or self._failures == 0) and self._searches and self._names.searches > 0:
            self._searched = True
            found = self._names.search(self._cls, obj, self._reads_plainly)
            found = [
                (name, value)
                for name, value in found
                if left.get(id(value)) and _lookup(self._cls, name) is not value
            ]
            self._searches -= not found
            yield from found
        if self._searched:
            values = _counted(value for _, value in doubtful)
            for name, value in doubtful:
                if values[id(value)] <= left[id(value)]:
                    yield name, value
                    values[id(value)] -= 1

    def _read_each(
        self, obj: Any, names: list[str], left: dict[int, int]
    ) -> Iterator[tuple[str, object]]:
        """Yield what is found under the names if it waits for one."""
        for name in names:
            if name in self._slots:
                continue
            value = self._read(obj, name)
            if left.get(id(value)):
                yield name, value

    def _hidden_bytes(self, runs: list[Run], found: list[object]) -> int:
        """Return what ``sys.getsizeof`` leaves out: the array of inline values.

        It has a place for each attribute that instances of the class were given so far and one
        to spare, once the class has made thirty instances; before, it is larger. Where the class
        does not tell, these are believed to be the attributes of this instance.
        """
        if not self.inline or (_DICT in runs and sys.version_info < (3, 13)):
            return self.unsaid  # the dictionary took the array over
        if not self._asked:
            self._names.own(self._cls)
            self._places, self._asked = self._names.places(self._cls), True
        places = self._places
        if places is None:
            attributes = sum(run[0] == "attribute" for run in runs)
            if _DICT in runs:
                namespace: Any = found[runs.index(_DICT)]
                attributes = len(namespace)
            places = min(attributes + 1, 30 if sys.version_info >= (3, 14) else 29)
        return self.unsaid + _before_values(places) + 8 * places

    def _remember(
        self, runs: list[Run], found: list[object], referents: list[object], hidden: int
    ) -> None:
        """Turn what was learnt from one instance into a shape for others.

        A shape begins with the referents that can be read by name, and ends with those whose
        place alone identifies them.
        """
        by_address: dict[int, list[Run]] = {}
        for run, value in zip(runs, found):
            by_address.setdefault(id(value), []).append(run)
        nameless: Run = ("unnamed", None, 1)
        ordered = [(by_address.get(id(referent)) or [nameless]).pop(0) for referent in referents]
        end = len(ordered)
        while end and ordered[end - 1] in (_DICT, _TYPE):
            end -= 1
        if ordered[end:] not in ([], [_TYPE], [_DICT], [_DICT, _TYPE]):
            return
        named = {"attribute", "slot"}
        places = [place for place in range(end) if ordered[place][0] in named]
        names = [str(ordered[place][1]) for place in places]
        needed = [name for name in names if not _attribute_is_plain(self._cls, name)]
        layout = self._layouts.number(ordered, hidden)
        if len(places) < end:
            others = [ordered[place] for place in range(end) if place not in places]
            if len(places) > 1 and not needed and others.count(nameless) == len(others):
                partial = operator.attrgetter(*names), operator.itemgetter(*places), layout
                self._add_shape(self._partial_shapes, referents, partial)
        elif not needed:
            shape = names, _DICT in ordered, layout
            self._add_shape(self._shapes, referents, shape)
        elif _DICT not in ordered and {*needed} <= {*(self._guarded or ())}:
            # The guard wants a getter in C; for one name, one that gives it twice.
            guarded = operator.attrgetter(*names, *names), end, layout
            self._add_shape(self._guarded_shapes, referents, guarded)
            self._ahead_to = 0

    def _add_shape(
        self, shapes: dict[int, list[Any]], referents: list[object], shape: object
    ) -> None:
        known = shapes.setdefault(len(referents), [])
        if len(known) < self.MAX_SHAPES:
            known.append(shape)


def _before_values(places: int) -> int:
    """Return what stands before an array of that many attributes (Objects/dictobject.c)."""
    if sys.version_info >= (3, 13):
        return 8 + (places + 7) // 8 * 8
    return (places + 2 + 7) // 8 * 8


def _unsaid_bytes(cls: type) -> int:
    """Return what ``__sizeof__`` of a built-in base leaves out of an instance of a subclass.

    Those of ``int`` and ``str`` leave out the pointers that the subclass adds; and an array of
    items has one item more than is used (Objects/typeobject.c, PyType_GenericAlloc).
    """
    if not _class_flags(cls) & TP_HEAPTYPE or "n_fields" in _class_entries(cls):
        return 0
    for base in _mro(cls):
        if any(base is each for each in (tuple, int, bytes, str)):
            own = "__sizeof__" in _class_entries(base)
            added = _class_basicsize(cls) - _class_basicsize(base) if own else 0
            return added + _class_itemsize(cls)
    return 0


def _has_inline_values(cls: type) -> bool:
    """Tell whether instances may keep their attributes inside themselves.

    From 3.11 they can; in 3.11 and 3.12 not if the class derives from a type written in C, which
    makes its instances itself.
    """
    if sys.version_info < (3, 11) or not _class_flags(cls) & TP_INLINE_VALUES:
        return False
    if sys.version_info >= (3, 13):
        return True
    return all(base is object or not _makes_instances_in_c(base) for base in _mro(cls))


def _makes_instances_in_c(cls: type) -> bool:
    if not _class_flags(cls) & TP_HEAPTYPE:
        return True
    return type(_class_entries(cls).get("__new__")) is types.BuiltinFunctionType


# Attributes of C types that getters return as they are: nothing is made, nothing runs.
_GETTERS: dict[type, tuple[tuple[str, str], ...]] = {
    BaseException: (
        ("member", "args"),
        ("traceback", "__traceback__"),
        ("cause", "__cause__"),
        ("context", "__context__"),
    ),
    types.TracebackType: (("traceback", "tb_next"), ("frame", "tb_frame")),
    types.GenericAlias: (),
}
_MODULE_GETTERS = {
    ("_asyncio", "Task"): ("_coro", "_fut_waiter"),
    ("_asyncio", "Future"): (
        *("_loop", "_exception", "_result", "_source_traceback", "_cancel_message"),
    ),
}


def _member_readers(cls: type) -> list[tuple[str, str, Callable[[Any], object]]]:
    """Return kind, name and reader of slots and C attributes, in the collector's order."""
    members: list[tuple[str, str, Callable[[Any], object]]] = []
    for base in _mro(cls):
        entries = _class_entries(base)
        kind = "slot" if "__slots__" in entries else "member"
        for value in entries.values() if _begins_with(cls, base) else ():
            if type(value) is types.MemberDescriptorType and value.__objclass__ is base:
                members.append((kind, value.__name__, value.__get__))
        for known, names in _GETTERS.items():
            if base is known:
                members += [(kind, name, entries[name].__get__) for kind, name in names]
        for name in _MODULE_GETTERS.get((_class_module(base), _class_qualname(base)), ()):
            if type(entries.get(name)) is types.GetSetDescriptorType:
                members.append(("member", name, entries[name].__get__))
    return members


def _begins_with(cls: type, base: type) -> bool:
    """Tell whether a class's instances begin with those of a base, as Python makes all its own.

    A trait of mypyc is a base with a memory layout of its own: what it reads at some offset as an
    object is anything at all in an instance of the class, and reading it can kill the process.
    """
    line: type | None = cls
    while line is not None and line is not base:
        line = _class_base(line)
    places = [(offset(base), offset(cls)) for offset in (_class_dictoffset, _class_weakrefoffset)]
    return line is base and all(theirs in (0, ours) for theirs, ours in places)


def _future_callbacks(cls: type) -> Callable[[Any], Any] | None:
    """Return how to ask a future written in C, such as a task, what it calls in the end."""
    for base in _mro(cls):
        if (_class_module(base), _class_qualname(base)) == ("_asyncio", "Future"):
            getter = _class_entries(base).get("_callbacks")
            return getter.__get__ if type(getter) is types.GetSetDescriptorType else None
    return None


def _future_parts(callbacks: Any, referents: Sequence[object]) -> Iterator[Named]:
    """Yield what a future keeps without a name: callbacks, and a task's context and name."""
    for callback, context in callbacks or ():
        yield "member", "_callbacks", callback
        yield "member", "_callbacks", context
    for part in referents:
        if type(part) is list:  # the second callback and further ones
            yield "member", "_callbacks", part
        elif type(part) is str or type(part) is int:
            yield "member", "_name", part
        elif _class_name(type(part)) == "Context":
            yield "member", "_context", part
        elif sys.version_info >= (3, 14) and (type(part) is set or _task_reader(type(part))):
            yield "member", "_asyncio_awaited_by", part


def _base_items(cls: type) -> Callable[[Any], tuple[Sequence[object], list[Run]]] | None:
    """Return how to read what a container holds by its built-in base, not by its own methods."""
    for base in _mro(cls):
        if base is dict:
            return lambda obj: (list(chain.from_iterable(dict.items(obj))), [_PAIRS])
        if base is tuple:
            fields = _lookup(cls, "_fields")
            return lambda obj: (list(tuple.__iter__(obj)), _tuple_runs(tuple.__len__(obj), fields))
        for container in (list, set, frozenset, deque):
            if base is container:
                iterate: Any = container.__iter__
                return lambda obj: (list(iterate(obj)), [_ITEMS])
    return None


def _tuple_runs(length: int, fields: object) -> list[Run]:
    """Return the runs of a tuple's items, which a named tuple calls by their names."""
    if type(fields) is tuple and len(fields) == length and _all_plain_strings(fields):
        return [("attribute", field, 1) for field in fields]
    return [_ITEMS]


class _Names:
    """Knows what the attributes of a class may be called.

    On Linux the class itself tells, in its memory. Elsewhere the names that functions of a class
    and of its bases mention are nearly always enough, for attributes are set there; then what the
    class says of itself; then every name that any code in the process mentions; at last every
    string in it that could be a name.
    """

    MAX_NAMES = 300_000  # to search; with more, that would take too long
    MAX_SEARCHES = 250  # each takes some milliseconds

    def __init__(
        self, codes: list[types.CodeType], selection: _Selection, memory: _OwnMemory
    ) -> None:
        """Keep what the names are taken from.

        Args:
            codes: All code.
            selection: The objects by type.
            memory: Tells the names, on Linux.
        """
        self.searches = self.MAX_SEARCHES
        self._memory = memory
        self._all: dict[int, bool] = {}
        self._codes = codes
        self._selection = selection
        self._everywhere: list[str] = []
        self._in_code = 0
        self._own_names: dict[int, dict[str, None]] = {}

    def own(self, cls: type) -> list[str]:
        """Return names that are likely for a class and safe to read."""
        if id(cls) not in self._own_names:
            names = self._memory.attribute_names(cls)
            self._all[id(cls)] = names is not None
            names = self._mentioned(cls) if names is None else names
            names = [name for name in names if _attribute_is_plain(cls, name)]
            self._own_names[id(cls)] = dict.fromkeys(names)
        return list(self._own_names[id(cls)])

    def places(self, cls: type) -> int | None:
        """Return for how many attributes there is room in instances of a class, if it tells."""
        return self._memory.attribute_places(cls)

    def semaphore(self, cls: type) -> int:
        """Return the size of the semaphore that instances of a class of locks have elsewhere."""
        return self._memory.semaphore(cls)

    def has_all(self, cls: type) -> bool:
        """Tell whether instances of a class have no other attributes inside themselves."""
        return self._all[id(cls)]

    def search(self, cls: type, obj: object, plainly: bool) -> list[tuple[str, object]]:
        """Return what an instance of a class, or the class, has under any name that is safe.

        Args:
            cls: The class.
            obj: The instance.
            plainly: Whether ``getattr`` is safe; else only names that code mentions are tried.
        """
        if not self._everywhere:
            names = dict.fromkeys(chain.from_iterable(code.co_names for code in self._codes))
            self._in_code = len(names)
            short = (text for text in self._selection.of(str) if len(text) <= PREVIEW)
            names.update(dict.fromkeys(filter(str.isidentifier, short)))
            self._everywhere = list(islice(names, self.MAX_NAMES))
        safe = filterfalse(self._unsafe(cls).__contains__, self._everywhere)
        if plainly:
            self.searches -= 1
            names = list(safe)
            values = map(getattr, repeat(obj), names, repeat(_MISSING))
            return [(name, value) for name, value in zip(names, values) if value is not _MISSING]
        self.searches -= 10
        found: list[tuple[str, object]] = []
        for name in islice(safe, self._in_code):
            try:
                found.append((name, object.__getattribute__(obj, name)))
            except AttributeError:
                continue
        return found

    def learn(self, cls: type, name: str) -> None:
        """Note that instances of a class have an attribute of that name."""
        self._own_names[id(cls)][name] = None

    def _mentioned(self, cls: type) -> list[str]:
        names: dict[str, None] = {}
        for base in reversed(_mro(cls)):
            entries = _class_entries(base)
            for key in ("__static_attributes__", "__annotations__", "__dataclass_fields__"):
                declared = entries.get(key)
                if type(declared) is tuple or type(declared) is dict:
                    names.update((name, None) for name in declared if type(name) is str)
            for value in entries.values():
                for code in _codes_of(value):
                    names.update(dict.fromkeys(code.co_names))
        return list(names)

    def _unsafe(self, cls: type) -> set[str]:
        """Return the names under which a class has what might run code when it is read."""
        names = set(chain.from_iterable(map(_class_entries, _mro(cls))))
        return {name for name in names if not _attribute_is_plain(cls, name)}


def _codes_of(value: Any) -> Iterator[types.CodeType]:
    """Yield the code of a function in a class, through the usual wrappers."""
    kind = type(value)
    if kind is types.FunctionType:
        yield value.__code__
    elif kind is staticmethod or kind is classmethod:
        yield from _codes_of(value.__func__)
    elif kind is property:
        for part in (value.fget, value.fset, value.fdel):
            yield from _codes_of(part)


# ---------------------------------------------------------------------------------------------
# Built-in types
# ---------------------------------------------------------------------------------------------

_FUNCTION_KINDS = (
    ("code", "__code__"),
    ("global", "__globals__"),
    ("member", "__defaults__"),
    ("member", "__kwdefaults__"),
    ("member", "__closure__"),
    ("member", "__module__"),
    ("member", "__name__"),
    ("member", "__qualname__"),
    ("member", "__doc__"),
)
if sys.version_info >= (3, 10):
    _FUNCTION_KINDS += (("member", "__builtins__"),)
if sys.version_info >= (3, 14):  # the function that would compute the annotations
    _FUNCTION_KINDS += (("annotation", "__annotate__"),)
_function_parts = operator.attrgetter(*(name for _, name in _FUNCTION_KINDS))

# What the frame and the awaited object of each kind of generator are called.
_GENERATORS = {
    id(types.GeneratorType): ("gi_code", "gi_yieldfrom", "gi_frame", "gi_running"),
    id(types.CoroutineType): ("cr_code", "cr_await", "cr_frame", "cr_running"),
    id(types.AsyncGeneratorType): ("ag_code", "ag_await", "ag_frame", "ag_running"),
}

_dict_size = dict.__sizeof__


def _sizes_with_shared_keys() -> dict[int, int]:
    """Return the sizes of dictionaries whose keys their class has, and what those leave out.

    Such a dictionary has an array of up to 30 values, and the size leaves out what stands before
    it. Two sizes are also those of dictionaries with keys of their own, which are more common.
    """
    if sys.version_info < (3, 11):
        return {}
    empty = _dict_size({})
    own_keys = {_dict_size(dict.fromkeys("abcdefghij"[:keys])) for keys in (1, 10)}
    own_keys |= {_dict_size(dict.fromkeys(range(keys))) for keys in (1, 10)}
    sizes = {empty + 8 * places: _before_values(places) for places in range(1, 31)}
    return {size: hidden for size, hidden in sizes.items() if size not in own_keys}


_EMPTY_DICT = sys.getsizeof({})
_SHARED_KEYS = _sizes_with_shared_keys()

_proxy_texts: dict[int, Callable[[Any], str]] = {
    id(kind): vars(kind)["__repr__"] for kind in (_weakref.ProxyType, _weakref.CallableProxyType)
}

_LruCache: Any = type(functools.lru_cache(None)(len))

_ATOMS = (str, bytes, bytearray, int, float, complex, bool, type(None), type(...))


class _Describers:
    """Chooses, per type, how an object's references are found and named.

    A describer takes an object and returns its layout's number and its references. ``None``
    stands for types whose instances refer to nothing.

    Attributes:
        instances: Describers of types without a method here, by the type's address.
        found_secrets: Values that are called like a secret.
        running: Descriptions of the running frames, by address.
        certain: Types of which the walk followed just what is described, by address; so that none
            of their references can lead to what was not found.
    """

    # These have a method here that reads what the walk read, whatever it is.
    _followed_alike = frozenset(
        map(id, (types.FunctionType, types.CellType, types.CodeType, range, *_DESCRIPTORS))
    )

    def __init__(
        self,
        layouts: _Layouts,
        codes: list[types.CodeType],
        selection: _Selection,
        interpreter: _Interpreter,
        guard: _Guard,
        memory: _OwnMemory,
        heap: _Heap,
        hidden_dicts: _HiddenDicts | None,
    ) -> None:
        """Prepare the describers.

        Args:
            layouts: Where layouts are numbered.
            codes: Every code object, for names of attributes.
            selection: The objects by type: strings, for names of attributes and of secrets.
            interpreter: What the interpreter keeps for itself.
            guard: Reads attributes that are not safe to read.
            memory: Reads variables without making a frame object.
            heap: All objects.
            hidden_dicts: Finds what the collector does not list, where that is so.
        """
        self._interpreter = interpreter
        self._hidden_dicts = hidden_dicts
        self._memory = memory
        self._heap = heap
        self.instances: dict[int, _Instances] = {}
        self.found_secrets: list[object] = []
        self.running: dict[int, Description] = {}
        self.certain: set[int] = set()
        self.layouts = self._layouts = layouts
        self._names = _Names(codes, selection, memory)
        self._guard = guard
        self._secret_names = _secret_names(selection.of(str))
        self._tuples: dict[int, int] = {}  # layouts of tuples whose items have names, by address
        self._cells: dict[int, int] = {}
        self._function_shapes: dict[tuple[int, ...], list[_PartialShape]] = {}
        self._items = layouts.number([_ITEMS])
        self._pairs = layouts.number([_PAIRS])
        self._shared_keys = {
            size: layouts.number([_PAIRS], hidden) for size, hidden in _SHARED_KEYS.items()
        }
        self._cell = layouts.number([("cell", None, "rest")])
        self._dead_reference = layouts.number([("weak callback", "__callback__", "rest")])
        self._weak_reference = layouts.number(
            [("weak", None, 1), ("weak callback", "__callback__", "rest")]
        )
        self._code_layout = layouts.number([(kind, name, 1) for kind, name in _CODE_PARTS])
        named = self._named_parts
        self._bulk: dict[int, BulkDescriber] = {
            id(dict): self._dicts,
            id(tuple): self._all_tuples,
            **{id(kind): self._sequences for kind in (list, set, frozenset)},
        }
        self._exact: dict[int, Describer | None] = {
            id(types.FunctionType): self._function,
            id(types.CodeType): self._code,
            id(types.CellType): self._closure_cell,
            id(types.MethodType): named("member", "__func__", "__self__"),
            id(types.BuiltinFunctionType): named("member", "__self__", "__module__"),
            id(property): self._property,
            id(_LruCache): self._lru_cache,
            id(slice): named("member", "start", "stop", "step"),
            id(staticmethod): named("wrapped", "__func__"),
            id(classmethod): named("wrapped", "__func__"),
            id(functools.partial): named("wrapped", "func", "args", "keywords"),
            id(types.MappingProxyType): self._mapping_proxy,
            id(types.ModuleType): self._module,
            id(range): self._unreported(_range_parts, "start", "stop", "step"),
            id(memoryview): self._view,
            **{id(type(part)): self._managed_buffer for part in gc.get_referents(memoryview(b""))},
            id(_weakref.ref): self._reference,
            id(_weakref.ProxyType): self._proxy,
            id(_weakref.CallableProxyType): self._proxy,
            id(types.FrameType): self._frame,
        }
        descriptor = self._unreported(_descriptor_parts, "__objclass__", "__name__")
        self._exact.update((id(kind), descriptor) for kind in _DESCRIPTORS)
        self._exact.update((number, self._generator) for number in _GENERATORS)
        self._exact.update((id(kind), None) for kind in _ATOMS)

    @property
    def special(self) -> Iterable[int]:
        """Addresses of objects for ``describe_special``."""
        return self._interpreter.special

    def let_go(self) -> None:
        """Break the cycles through our own methods, for the collector is not to find them."""
        self._exact.clear()
        self._bulk.clear()

    def correct_sizes(self, columns: _Columns) -> None:
        """Take values out of dictionaries that have them inside an instance, from 3.13 on."""
        if sys.version_info < (3, 13):
            return
        with_values = {*self._shared_keys.values()}
        for instances in self.instances.values():
            if instances.namespaces:
                for index in map(self._heap.index, instances.namespaces):
                    if columns.layouts[index] in with_values:
                        columns.layouts[index] = self._pairs
                        columns.sizes[index] = _EMPTY_DICT

    def choose(self, cls: type) -> BulkDescriber | None:
        """Return how to describe many instances of a type."""
        number = id(cls)
        if number in self._bulk:
            self.certain.add(number)
            return self._bulk[number]
        describe = self._choose_for_one(cls)
        instances = self.instances.get(number)
        if instances is not None and describe == instances.describe:
            self.certain.add(number)
            return instances.describe_all
        if describe is None or number in self._followed_alike:
            self.certain.add(number)
        return None if describe is None else functools.partial(_describe_each, describe)

    def _choose_for_one(self, cls: type) -> Describer | None:
        if id(cls) in self._exact:
            return self._exact[id(cls)]
        if _is_metaclass(cls):
            return self._class
        flags = _class_flags(cls)
        instances = _Instances(cls, self._names, self._layouts, self._guard, self._hidden_dicts)
        self.instances[id(cls)] = instances
        if any(base is _weakref.ref for base in _mro(cls)):
            return functools.partial(self._reference_subclass, instances)
        for base in _mro(cls):
            if base is datetime.datetime:
                return functools.partial(self._moment, instances, _datetime_parts)
            if base is datetime.time:
                return functools.partial(self._moment, instances, _time_parts)
        array_parts = _array_parts(cls)
        if array_parts is not None:
            return functools.partial(self._array, instances, array_parts)
        if not flags & (TP_HAVE_GC | TP_HEAPTYPE) and not instances.unsaid:
            return None
        return instances.describe

    def describe_special(self, objects: Sequence[object]) -> tuple[list[int], list[Any]]:
        """Describe some of the interpreter's tables."""
        return _describe_each(lambda obj: self._interpreter.special[id(obj)], objects)

    def learn_names(self, function: types.FunctionType) -> None:
        """Note what a function calls its closure's cells and its defaults."""
        cells, defaults = function.__closure__, function.__defaults__
        if cells:
            names = _local_names(function.__code__)[-len(cells) :]
            self._tuples[id(cells)] = self._layouts.number([("cell", name, 1) for name in names])
            for name, cell in zip(names, cells):
                self._cells[id(cell)] = self._layouts.number([("cell", name, "rest")])
        if type(defaults) is tuple and 0 < len(defaults) <= function.__code__.co_argcount:
            names = _local_names(function.__code__)[: function.__code__.co_argcount]
            runs: list[Run] = [("default", name, 1) for name in names[-len(defaults) :]]
            self._tuples[id(defaults)] = self._layouts.number(runs)

    def _sequences(self, objects: Sequence[Any]) -> tuple[Iterable[int], Sequence[Any]]:
        return repeat(self._items, len(objects)), objects

    def _all_tuples(self, objects: Sequence[Any]) -> tuple[Iterable[int], Sequence[Any]]:
        return map(self._tuples.get, map(id, objects), repeat(self._items)), objects

    def _dicts(self, objects: Sequence[Any]) -> tuple[Iterable[int], Iterable[Any]]:
        if not self._secret_names.isdisjoint(map(id, chain.from_iterable(objects))):
            for obj in objects:
                if not self._secret_names.isdisjoint(map(id, obj)):
                    self.found_secrets += [
                        value for key, value in obj.items() if id(key) in self._secret_names
                    ]
        layouts = map(self._shared_keys.get, map(_dict_size, objects), repeat(self._pairs))
        return layouts, map(dict.items, objects)

    def _closure_cell(self, cell: types.CellType) -> Description:
        return self._cells.get(id(cell), self._cell), gc.get_referents(cell)

    def _matched(self, obj: object, named: Iterable[Named]) -> Description:
        """Describe by names that are certain; a dictionary that is left is the object's own."""
        runs, found, others = _match(gc.get_referents(obj), named)
        if len(others) == 1 and type(others[0]) is dict:
            runs.append(_DICT)
        elif others:
            runs.append(_REST)
        return self._layouts.number(runs), found + others

    def _named_parts(self, kind: str, *names: str) -> Describer:
        """Describe instances of an exact built-in type by attributes read in C."""

        def describe(obj: Any) -> Description:
            parts: list[Named] = [(kind, name, getattr(obj, name)) for name in names]
            return self._matched(obj, [*parts, ("type", "__class__", type(obj))])

        return describe

    def _property(self, obj: property) -> Description:
        """Describe a property; what is left over is its name, which only 3.13 tells."""
        names = ("fget", "fset", "fdel", "__doc__")
        named: list[Named] = [("member", name, getattr(obj, name)) for name in names]
        runs, found, others = _match(gc.get_referents(obj), named)
        runs += [("member", "__name__", 1) for _ in others]
        return self._layouts.number(runs), found + others

    def _lru_cache(self, cache: Any) -> Description:
        """Describe a cached function; the collector lists its entries, then its own parts."""
        runs: list[Run] = []
        referents = gc.get_referents(cache)
        for referent in referents:
            if referent is _LruCache:
                runs.append(_TYPE)
            elif (
                type(referent) is dict
                and _all_plain_strings(referent)
                and "__wrapped__" in referent
            ):
                runs.append(_DICT)
            elif type(referent) is types.FunctionType:
                runs.append(("wrapped", "__wrapped__", 1))
            else:
                runs.append(("wrapped", "cache", 1))
        return self._layouts.number(runs), referents

    def _unreported(self, parts: Callable[[Any], Iterable[object]], *names: str) -> Describer:
        """Describe by parts of which the collector says nothing."""
        layout = self._layouts.number([("member", name, 1) for name in names])
        return lambda obj: (layout, parts(obj))

    def _mapping_proxy(self, proxy: types.MappingProxyType[Any, Any]) -> Description:
        return self._layouts.number([("member", "mapping", "rest")]), gc.get_referents(proxy)

    def _view(self, view: memoryview) -> Description:
        """Describe a view on a buffer: something in between holds what the buffer is of."""
        parts = _view_parts(view)
        runs: list[Run] = [("borrowed", "obj", 1) for _ in parts]
        return self._layouts.number([*runs, ("buffer", "buffer", "rest")]), [
            *parts,
            *gc.get_referents(view),
        ]

    def _managed_buffer(self, buffer: object) -> Description:
        return self._layouts.number([("buffer", "obj", "rest")]), gc.get_referents(buffer)

    def _moment(
        self, instances: _Instances, parts: Callable[[Any], list[object]], moment: Any
    ) -> Description:
        """Describe a date's time: its time zone is kept from the collector."""
        layout, references = instances.describe(moment)
        zone = parts(moment)
        runs: list[Run] = [("member", "tzinfo", 1) for _ in zone]
        runs += self._layouts.runs[layout]
        hidden = self._layouts.hidden_bytes[layout]
        return self._layouts.number(runs, hidden), [*zone, *references]

    def _array(
        self,
        instances: _Instances,
        parts: Callable[[Any], tuple[list[Run], list[object], list[object]]],
        array: Any,
    ) -> Description:
        """Describe an array of numpy: all that it holds is kept from the collector."""
        layout, references = instances.describe(array)
        runs, found, items = parts(array)
        if items:
            runs.append(("item", None, len(items)))
        runs += self._layouts.runs[layout]
        hidden = self._layouts.hidden_bytes[layout]
        return self._layouts.number(runs, hidden), [*found, *items, *references]

    def _module(self, module: types.ModuleType) -> Description:
        namespace = _module_dict(module)
        if _keeps_the_dead(module):
            return self._layouts.number([_DICT]), [namespace]
        return self._matched(module, [("dict", "__dict__", namespace)])

    def _class(self, cls: type) -> Description:
        """Describe a class: its dictionary, its bases, and the class of which it is one."""
        if _class_proxy(cls) is None:
            return 0, []
        named: list[Named] = [
            ("dict", "__dict__", _class_dict(cls)),
            ("mro", "__mro__", _class_mro(cls)),
            ("base", "__bases__", _class_bases(cls)),
            ("base", "__base__", _class_base(cls)),
        ]
        if _class_flags(cls) & TP_HEAPTYPE:
            named.append(("member", "__name__", _class_name(cls)))
            named.append(("member", "__qualname__", _class_qualname(cls)))
        if _class_flags(type(cls)) & TP_HEAPTYPE:
            named.append(("type", "__class__", type(cls)))
        if id(cls) in self._interpreter.subclasses:
            named.append(("member", "__subclasses__", self._interpreter.subclasses[id(cls)]))
        named = [part for part in named if part[2] is not None]
        values = [value for _, _, value in named]
        runs: list[Run] = [(kind, name, 1) for kind, name, _ in named]
        for other in _without(gc.get_referents(cls), values):
            is_module = type(other) is types.ModuleType  # a C class knows the module it is from
            runs.append(("member", "__module__", 1) if is_module else ("unnamed", None, 1))
            values.append(other)
        return self._layouts.number(runs, _unsaid_of_class(cls)), values

    def _code(self, code: types.CodeType) -> Description:
        return self._code_layout, _code_parts(code)

    def _function(self, function: types.FunctionType) -> Description:
        """Describe a function without making its ``__dict__`` or its annotations.

        Both are made when asked for. What exists is among the referents: a tuple (from 3.10) or
        a dictionary with names of parameters as keys holds the annotations. Functions of one shape
        have parts of the same types in the same order; of those with a name, the addresses prove
        it, and a tuple that is left holds the annotations.
        """
        referents = gc.get_referents(function)
        which = (function.__closure__ is None, function.__defaults__ is None)
        shapes = self._function_shapes.setdefault((*which, *map(id, map(type, referents))), [])
        for read, pick, layout in shapes:
            if all(map(operator.is_, read(function), pick(referents))):
                return layout, referents
        named: list[Named] = [
            (kind, name, value)
            for (kind, name), value in zip(_FUNCTION_KINDS, _function_parts(function))
        ]
        runs, found, others = _match(referents, named)
        names = [str(run[1]) for run in runs]
        for other in others:
            if type(other) is tuple or _looks_like_annotations(other, function.__code__):
                runs.append(("annotation", "__annotations__", 1))
            else:
                runs.append(_DICT if type(other) is dict else ("unnamed", None, 1))
        if any(type(other) is not tuple for other in others):
            return self._layouts.number(runs), found + others
        by_address: dict[int, list[int]] = {}
        for place, referent in enumerate(referents):
            by_address.setdefault(id(referent), []).append(place)
        places = [by_address[id(part)].pop(0) for part in found + others]
        layout = self._layouts.number([run for _, run in sorted(zip(places, runs))])
        pick = operator.itemgetter(*places[: len(names)])
        shapes.append((operator.attrgetter(*names), pick, layout))
        return layout, referents

    def _reference(self, reference: _weakref.ref[Any]) -> Description:
        """Describe a weak reference; what it points to is not its to keep."""
        target = reference()
        if target is None:
            return self._dead_reference, gc.get_referents(reference)
        return self._weak_reference, [target, *gc.get_referents(reference)]

    def _reference_subclass(self, instances: _Instances, reference: Any) -> Description:
        layout, references = instances.describe(reference)
        target = _weakref.ref.__call__(reference)
        if target is None:
            return layout, references
        runs: list[Run] = [("weak", None, 1), *self._layouts.runs[layout]]
        hidden = self._layouts.hidden_bytes[layout]
        return self._layouts.number(runs, hidden), [target, *references]

    def _proxy(self, proxy: Any) -> Description:
        """Describe a weak proxy: whatever one does to it is done to its target, but for ``repr``.

        That says the target's address (Objects/weakrefobject.c, proxy_repr), which is believed if
        the object that is there knows of the proxy.
        """
        _, _, address = _proxy_texts[id(type(proxy))](proxy).rpartition(" at 0x")
        try:
            target = self._heap.get(int(address[:-1], 16))
        except ValueError:  # dead
            target = None
        if target is None or not any(each is proxy for each in _weakref.getweakrefs(target)):
            return self._dead_reference, gc.get_referents(proxy)
        return self._weak_reference, [target, *gc.get_referents(proxy)]

    def _generator(self, generator: Any) -> Description:
        """Describe a generator or coroutine."""
        known = self._heap  # less what a running one keeps since we looked at its variables
        referents = [part for part in gc.get_referents(generator) if id(part) in known]
        code, awaited, frame, running = _GENERATORS[id(type(generator))]
        named: list[Named] = [
            ("member", "__name__", generator.__name__),
            ("member", "__qualname__", generator.__qualname__),
            ("code", code, getattr(generator, code)),
        ]
        waiting_for = getattr(generator, awaited)
        if waiting_for is not None:
            named.append(("awaiting", awaited, waiting_for))
        kind = "borrowed" if getattr(generator, running) else "local"  # then they are the frame's
        variables, borrowed = self._generator_variables(generator, referents, kind), []
        if variables is not None:
            named += variables[0]
            borrowed = variables[1]
        elif sys.version_info < (3, 11):
            named.append(("frame", frame, getattr(generator, frame)))
        elif kind == "local":
            # Asking for its frame lets the interpreter keep a frame object until it ends.
            named.append(("frame", frame, getattr(generator, frame)))
            named += _frame_locals(getattr(generator, frame))
        runs, found, others = _match(referents, _with_cells(named, referents))
        for other in others:
            counted = id(other) | _OwnMemory.BORROWED not in borrowed
            runs.append(("unnamed" if counted else "borrowed", None, 1))
        return self._layouts.number(runs), found + others

    def _generator_variables(
        self, generator: Any, referents: list[object], kind: str
    ) -> tuple[list[Named], array[int] | list[int]] | None:
        """Return a generator's variables and parts of its frame, without making a frame object.

        Returns:
            The named parts, and words of what it computes; ``None`` where that can't be read.
        """
        words = self._memory.of_generator(generator)
        if words is None:
            return None
        code, _, frame, _ = _GENERATORS[id(type(generator))]
        own, values = words
        by_address = {id(referent): referent for referent in referents}
        slots = _local_names(getattr(generator, code))
        named = _in_slots(kind, slots, map(_OwnMemory.address, values), by_address)
        if named is None:
            return None
        for word in map(_OwnMemory.address, own[3:]):
            part = by_address.get(word)
            if type(part) is types.FrameType:
                named.append(("frame", frame, part))
            elif type(part) is types.FunctionType:
                named.append(("member", "f_func", part))
        named.append(("code", "f_code", getattr(generator, code)))
        return named, values[len(slots) :]

    def _frame(self, frame: types.FrameType) -> Description:
        """Describe a frame: a running one as it was noted, another by what it owns."""
        if id(frame) in self.running:
            return self.running[id(frame)]
        referents = [obj for obj in gc.get_referents(frame) if id(obj) not in self._heap.ours]
        variables = self._memory.in_frame_object(frame)
        if variables is None and sys.version_info >= (3, 11):
            slots = _local_names(frame.f_code)
            addresses = self._memory.of_frame(frame, len(slots))
            by_address = {id(referent): referent for referent in referents}
            variables = _in_slots("local", slots, addresses, by_address) if addresses else None
        if variables is None:
            variables = _frame_locals(frame)
        named = [*_frame_parts(frame), *variables]
        runs, found, others = _match(referents, _with_cells(named, referents))
        if others:
            runs.append(_REST)
        return self._layouts.number(runs), found + others

    def note_running_frame(
        self, frame: types.FrameType, variables: list[Named], known: _Heap
    ) -> None:
        """Describe a running frame from what was noted about it.

        Up to 3.10 it is an object like others. From 3.11 the collector sees nothing of it, and
        the frame object only borrows the frames and the globals around it; a module's variables
        are not the frame's, but in the module's dictionary.
        """
        if sys.version_info < (3, 11):
            referents = [obj for obj in gc.get_referents(frame) if id(obj) in known]
            named = _with_cells([*_frame_parts(frame), *variables], referents)
            runs, found, others = _match(referents, named)
            if others:
                runs.append(_REST)
            self.running[id(frame)] = self._layouts.number(runs), found + others
            return
        generator = frame.f_code.co_flags & CO_OF_GENERATOR
        named = [
            ("borrowed" if generator else "code", "f_code", frame.f_code),
            ("borrowed", "f_globals", frame.f_globals),
        ]
        if frame.f_back is not None:
            named.append(("borrowed", "f_back", frame.f_back))
        if frame.f_code.co_flags & CO_OPTIMIZED:
            named += variables
        runs = [(kind, name, 1) for kind, name, _ in named]
        self.running[id(frame)] = self._layouts.number(runs), [value for _, _, value in named]


def _frame_parts(frame: types.FrameType) -> list[Named]:
    return [
        ("frame", "f_back", frame.f_back),
        ("code", "f_code", frame.f_code),
        ("global", "f_globals", frame.f_globals),
        ("member", "f_builtins", frame.f_builtins),
        ("member", "f_trace", frame.f_trace),
    ]


def _in_slots(
    kind: str, slots: Iterable[str], addresses: Iterable[int], by_address: dict[int, object]
) -> list[Named] | None:
    """Return what is in a frame's slots, or ``None`` if something in them is not as expected."""
    named: list[Named] = []
    for name, address in zip(slots, addresses):
        if address and address not in by_address:
            return None
        if address:
            named.append((kind, name, by_address[address]))
    return named


def _with_cells(named: list[Named], referents: Sequence[object]) -> list[Named]:
    """Let a variable that is shared with a closure lead to its cell, which the frame holds."""
    cells = [referent for referent in referents if type(referent) is types.CellType]
    by_content = {id(content): cell for cell in cells for content in gc.get_referents(cell)}
    shared = [
        (kind, name, by_content[id(value)])
        for kind, name, value in named
        if id(value) in by_content
    ]
    return [*named, *shared]


def _frame_locals(frame: types.FrameType | None) -> list[Named]:
    """Return a frame's variables as named parts, leaving no copy of them behind.

    * From 3.13 ``f_locals`` of a function is a view on the frame; nothing is stored.
    * Up to 3.12 it is a dictionary that the frame keeps and refreshes. If only the frame holds
      it, it is emptied again; if the program took it with ``locals()``, it is left as it is.
    * A module's or class's ``f_locals`` is its namespace itself, which is never touched.
    """
    if frame is None:
        return []
    variables: Any = frame.f_locals
    if type(variables) is not dict and frame.f_code.co_flags & CO_OPTIMIZED:
        variables = dict(variables)  # the view's values, in a dictionary of ours
    if type(variables) is not dict:
        return []  # a namespace of the program's own making, such as an enum's
    parts: list[Named] = [
        ("local", name, value) for name, value in variables.items() if type(name) is str
    ]
    if _is_snapshot(frame) and sys.getrefcount(variables) <= 3:  # frame, variable, argument
        variables.clear()
    return parts


def _is_snapshot(frame: types.FrameType) -> bool:
    """Tell whether ``f_locals`` is a copy that the frame keeps."""
    return sys.version_info < (3, 13) and bool(frame.f_code.co_flags & CO_OPTIMIZED)


def _looks_like_annotations(value: Any, code: types.CodeType) -> bool:
    """Tell annotations from a function's ``__dict__``: their keys are parameters."""
    if type(value) is not dict or not _all_plain_strings(value):
        return False
    arguments = code.co_argcount + code.co_kwonlyargcount
    arguments += bool(code.co_flags & CO_VARARGS) + bool(code.co_flags & CO_VARKEYWORDS)
    return {*value} <= {*_local_names(code)[:arguments], "return"}


# ---------------------------------------------------------------------------------------------
# What the interpreter keeps for itself
# ---------------------------------------------------------------------------------------------

_SELECTED = (str, dict, list, tuple, types.CodeType, types.FunctionType, _LruCache)
_CLASS, _SYNTAX_SINGLETON = 100, 101  # in place of a position in ``_SELECTED``
_CALLED_AT_FORK = (id(types.FunctionType), id(types.MethodType))
_CLASSES_HELD_IN_C = ("ast", "typing", "_typing", "interpreters", "concurrent.interpreters")
_AST_SINGLETONS = ("expr_context", "boolop", "operator", "unaryop", "cmpop")


class _Selection:
    """Finds the objects of some types, after one look at the types of all."""

    def __init__(self, heap: _Heap, classes: dict[int, type]) -> None:
        """Group the objects.

        Args:
            heap: All objects.
            classes: Their types by address.
        """
        groups = defaultdict(int, {id(kind): group for group, kind in enumerate(_SELECTED, 1)})
        for number, cls in classes.items():
            if _is_metaclass(cls):
                groups[number] = _CLASS
            elif _class_module(cls) == "ast" and _class_name(_mro(cls)[1]) in _AST_SINGLETONS:
                groups[number] = _SYNTAX_SINGLETON
        self._heap = heap
        self._groups = heap.column("B")
        for first, end in heap.bounds():
            self._groups.frombytes(bytes(map(groups.__getitem__, heap.types[first:end])))

    def _parts(self, group: int) -> Iterator[tuple[int, list[Any], bytes]]:
        """Yield the parts of the heap with something of a group, each with a mask of what is."""
        table = bytes(number == group for number in range(256))
        for first, end in self._heap.bounds():
            mask = self._groups[first:end].tobytes().translate(table)
            if 1 in mask:
                yield first, self._heap.objects[first:end], mask

    def _members(self, group: int) -> Iterator[Any]:
        for _, part, mask in self._parts(group):
            yield from compress(part, mask)

    def of(self, kind: type) -> Iterator[Any]:
        """Return the objects of one of the selected types."""
        return self._members(_SELECTED.index(kind) + 1)

    def unshared(self, kind: type) -> Iterator[Any]:
        """Return the objects of a type to which there is exactly one reference."""
        for first, part, mask in self._parts(_SELECTED.index(kind) + 1):
            counts = self._heap.refcounts[first : first + len(part)]
            yield from compress(compress(part, mask), map((1).__eq__, compress(counts, mask)))

    def classes(self) -> Iterator[Any]:
        """Return all classes."""
        return self._members(_CLASS)

    def syntax_singletons(self) -> Iterator[Any]:
        """Return the instances of operators of the syntax tree, such as ``ast.Add``."""
        return self._members(_SYNTAX_SINGLETON)


class _Interpreter:
    """Finds by their contents the tables that only the interpreter refers to, in C.

    Attributes:
        subclasses: Each class's dictionary of its subclasses, by the class's address.
        special: Descriptions of what other objects of its type are not described like.
        roots: What only the interpreter may hold, by its address; the references tell later.
    """

    def __init__(self, heap: _Heap, selection: _Selection, layouts: _Layouts) -> None:
        """Look at all objects whose type and count of references fit.

        Args:
            heap: All objects.
            selection: The objects by type.
            layouts: Where layouts are numbered.
        """
        self.subclasses: dict[int, dict[int, Any]] = {}
        self.special: dict[int, Description] = {}
        self.roots: dict[int, str] = {}
        self._heap = heap
        self._by_subclasses: dict[tuple[int, ...], list[dict[int, Any]]] = {}
        self._borrowed = layouts.number([("borrowed", "interned", "rest")])
        self._pairs = layouts.number([_PAIRS])
        self._strict_errors = _of_module("codecs", "strict_errors")
        self._codec_info = _of_module("codecs", "CodecInfo")
        self._codecs_search: Any = _of_module("encodings", "search_function")
        self._after_fork: Any = _of_module("threading", "_after_fork")
        for table in selection.unshared(dict):
            for key, value in table.items():
                self._look_at_dict(table, key, value)
                break
        for table in selection.unshared(list):
            if table:
                self._look_at_list(table)
        self._give_subclasses_to_classes(selection)
        self._look_at_variable_names(selection)
        for node in selection.syntax_singletons():
            self.roots[id(node)] = f"{_text_of_class(type(node))} of the compiler"

    def _look_at_dict(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """Note what a dictionary may be, given its first key and value."""
        if type(key) is int and type(value) is _weakref.ref:
            self._look_at_subclasses(table)
        elif type(key) is int and value is BlockingIOError:
            self.roots[id(table)] = "OSError by errno"
        elif type(key) is tuple and _class_name(type(value)) == "moduledef":
            self.roots[id(table)] = "modules written in C"
        elif type(key) is not str:
            return
        elif key == "__name__" and type(value) is str and value in sys.modules:
            self.roots[id(table)] = f"first state of module {_clean(value)}"
        elif key == "strict" and value is self._strict_errors:
            self.roots[id(table)] = "codecs.register_error"
        elif id(type(value)) == id(self._codec_info):
            self.roots[id(table)] = "codecs.lookup"
        elif key == "cached_datetime_module":
            self.roots[id(table)] = "interpreter state of modules written in C"
        elif key is value and len(table) > 1000:
            self._look_at_interned(table)

    def _look_at_interned(self, table: dict[Any, Any]) -> None:
        if _interned_names([table]):
            self.roots[id(table)] = "sys.intern"
            strings = [name for name in table if id(name) in self._heap]
            self.special[id(table)] = self._borrowed, strings

    def _look_at_subclasses(self, table: dict[Any, Any]) -> None:
        """Note a dictionary in which a class may keep its subclasses: references by address."""
        alive: list[int] = []
        for address, reference in table.items():
            if type(address) is not int or type(reference) is not _weakref.ref:
                return
            target = reference()
            if target is not None:
                if id(target) != address:
                    return
                alive.append(address)
        self._by_subclasses.setdefault(tuple(alive), []).append(table)

    def _give_subclasses_to_classes(self, selection: _Selection) -> None:
        """Match dictionaries with classes that have just these subclasses."""
        owners: dict[tuple[int, ...], list[type]] = {}
        for cls in selection.classes():
            if _class_module(cls) in _CLASSES_HELD_IN_C:
                self.roots[id(cls)] = f"{_text_of_class(cls)} of the interpreter"
            if _class_proxy(cls) is not None:
                subclasses = tuple(map(id, type.__subclasses__(cls)))
                if subclasses in self._by_subclasses:
                    owners.setdefault(subclasses, []).append(cls)
        for subclasses, tables in self._by_subclasses.items():
            of = owners.get(subclasses, [])
            for table in tables if of else ():
                entries = [entry for entry in table.items() if entry[0] not in self._heap.ours]
                self.special[id(table)] = self._pairs, list(chain.from_iterable(entries))
                if len(of) == len(tables) == 1:
                    self.subclasses[id(of[0])] = table
                else:
                    names = " or ".join(map(_text_of_class, of))
                    self.roots[id(table)] = f"subclasses of {names}"

    def _look_at_list(self, table: list[Any]) -> None:
        first = table[0]
        if first is None and len(table) > 1 and table[1] is sys:
            self.roots[id(table)] = "modules written in C, by number"
        elif first is self._codecs_search:
            self.roots[id(table)] = "codecs.register"
        elif id(type(first)) in _CALLED_AT_FORK and any(each is self._after_fork for each in table):
            self.roots[id(table)] = "os.register_at_fork"

    def _look_at_variable_names(self, selection: _Selection) -> None:
        """Note tuples of names of a code object's variables, which it keeps to itself from 3.11."""
        if _varname_from_oparg is None:
            return
        codes: dict[tuple[int, int], list[Any]] = {}
        for code in selection.of(types.CodeType):
            if code.co_nlocals:
                first = id(_varname_from_oparg(code, 0)), code.co_nlocals
                codes.setdefault(first, []).append(code)
        contents: dict[tuple[int, int], set[tuple[int, ...]]] = {}
        for names in filter(None, selection.of(tuple)):
            first = id(names[0]), len(names)
            if first not in codes:
                continue
            if first not in contents:
                each = map(_local_names, codes[first])
                contents[first] = {tuple(map(id, names[: first[1]])) for names in each}
            if tuple(map(id, names)) in contents[first]:
                self.roots[id(names)] = "names of local variables"

    def named(self, targets: array[int]) -> list[Row]:
        """Return the roots among these: what more refer to than objects in the heap do."""
        heap = self._heap
        left = {number: heap.refcounts[heap.index(number)] for number in self.roots}
        for number in left:  # a weak reference is a target, but not counted
            left[number] += _weakref.getweakrefcount(heap[number])
        for target in filter(left.__contains__, targets):
            left[target] -= 1
        found = [number for number, more in left.items() if more > 0]
        return [("builtin", self.roots[number], number) for number in found]


def _of_module(module: str, name: str) -> object:
    """Return what a module has under a name, or ``_MISSING``."""
    found = sys.modules.get(module)
    if type(found) is not types.ModuleType or not _all_plain_strings(vars(found)):
        return _MISSING
    return vars(found).get(name, _MISSING)


# ---------------------------------------------------------------------------------------------
# Text
# ---------------------------------------------------------------------------------------------

_HIDDEN = "•••"
_HIDDEN_KIND, _UNWRITTEN_KIND = 1, 2  # in place of a type's address
_SMALL_INT_BITS = 200  # such numbers have at most 61 digits
_KEY_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _.-")


def _text_of_str(value: str) -> str:
    return repr(value) if len(value) <= PREVIEW else repr(value[:PREVIEW]) + "…"


def _text_of_bytes(value: bytes) -> str:
    return repr(value) if len(value) <= PREVIEW else repr(value[:PREVIEW]) + "…"


def _text_of_bytearray(value: bytearray) -> str:
    start = repr(value[:PREVIEW])
    return start if len(value) <= PREVIEW else start + "…"


def _text_of_int(value: int) -> str:
    """Return the digits, or the leading hexadecimal ones of a number that has too many.

    Converting a long number to decimal digits takes quadratic time, and Python refuses it.
    """
    bits = value.bit_length()
    if bits <= _SMALL_INT_BITS:
        return repr(value)
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) >> (bits - _SMALL_INT_BITS) // 4 * 4:#x}…"


def _text_of_class(cls: type) -> str:
    module, name = _class_module(cls), _class_qualname(cls)
    return name if module == "builtins" or not module else f"{module}.{name}"


def _text_of_method(method: types.MethodType) -> str:
    function = method.__func__
    return function.__qualname__ if type(function) is types.FunctionType else ""


def _text_of_cache(cache: Any) -> str:
    """Return the name of the function whose results a cache holds."""
    for part in gc.get_referents(cache):
        if type(part) is dict and _all_plain_strings(part) and "__wrapped__" in part:
            name = part.get("__qualname__")
            return name if type(name) is str else ""
    return ""


def _text_of_module(module: types.ModuleType) -> str:
    namespace = _module_dict(module)
    name = namespace.get("__name__") if namespace and _all_plain_strings(namespace) else None
    return name if type(name) is str else ""


_qualname = operator.attrgetter("__qualname__")
_name = operator.attrgetter("__name__")

# How to write the objects of exact built-in types, at which level of privacy.
_VALUE_TEXTS: dict[int, Callable[[Any], str]] = {
    id(str): _text_of_str,
    id(bytes): _text_of_bytes,
    id(bytearray): _text_of_bytearray,
    id(int): _text_of_int,
    id(float): repr,
    id(complex): repr,
}
_NAME_TEXTS: dict[int, Callable[[Any], str]] = {
    id(types.FunctionType): _qualname,
    id(types.BuiltinFunctionType): _name,
    id(types.MethodType): _text_of_method,
    id(types.CodeType): _code_qualname,
    id(_LruCache): _text_of_cache,
    **dict.fromkeys(_GENERATORS, _qualname),
    **{id(kind): _name for kind in _DESCRIPTORS},
}
_CONSTANT_TEXTS: dict[int, Callable[[Any], str]] = {
    id(types.ModuleType): _text_of_module,
    **{id(type(constant)): repr for constant in (None, True, ..., NotImplemented)},
}


class _Secrets:
    """Values that must not be written: by address, and texts also wherever they are equal.

    Plain containers are followed, for what is inside a secret is as secret. Values that are no
    secret to anybody, such as ``None``, small numbers and single characters, are left out.
    """

    LIMIT = 1_000_000  # objects to follow

    def __init__(self, found: list[object]) -> None:
        self.addresses: set[int] = set()
        self.texts: set[object] = set()
        seen: set[int] = set()
        pending = list(found)
        while pending and len(seen) < self.LIMIT:
            value: Any = pending.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            kind = type(value)
            if kind is dict:
                pending.extend(value.values())
            elif kind is list or kind is tuple or kind is set or kind is frozenset:
                pending.extend(value)
            elif kind is str or kind is bytes:
                if len(value) > 1:
                    self.texts.add(value)
            elif kind is not int or not -6 < value < 257:
                self.addresses.add(id(value))

    def add_environment(self) -> None:
        """Add the values of the environment, as bytes and as text; short ones tell nothing."""
        data = _plain_attribute(os.environ, "_data")
        for value in data.values() if type(data) is dict else ():
            if type(value) is bytes and len(value) >= 4:
                self.texts.add(value)
                self.texts.add(os.fsdecode(value))


class _Texts:
    """Writes the objects' texts into one buffer."""

    def __init__(self, privacy: str, secrets: _Secrets, classes: dict[int, type]) -> None:
        """Choose what is written at a level of privacy."""
        self._secrets = secrets
        self._values = privacy == "previews"
        self._keys = privacy == "names"
        self._makers = dict(_CONSTANT_TEXTS)
        self._makers.update((n, _text_of_class) for n, cls in classes.items() if _is_metaclass(cls))
        if privacy != "none":
            self._makers.update(_NAME_TEXTS)
        if privacy == "names":
            self._makers[id(str)] = _text_of_str
        if privacy == "previews":
            self._makers.update(_VALUE_TEXTS)

    def write(self, heap: _Heap, columns: _Columns) -> int:
        """Write all texts into one buffer, and where each one ends; return how many were hidden."""
        makers = self._makers
        makers[_HIDDEN_KIND] = lambda _: _HIDDEN
        columns.text = array("B") if heap.disk is None else heap.disk.text()
        columns.text_ends = heap.column("Q")
        secret = sorted(self._secrets.addresses)
        keys = self._addresses_of_keys(heap) if self._keys else set()
        silent = [*{*heap.classes, _UNWRITTEN_KIND}.difference(makers)]
        hidden = end = 0
        for first, part in heap.parts():
            kinds = heap.types[first : first + len(part)]
            # Where a text must not be written, the type is replaced.
            if self._keys:
                self._hide_all_but_keys(part, kinds, keys)
            if self._values:
                self._hide(part, kinds, secret)
            groups = _places_by_kind(kinds, silent)
            if self._values:
                self._hide_equal(part, groups)
            hidden += len(groups.get(_HIDDEN_KIND, ()))
            texts = [""] * len(part)
            for kind, places in groups.items():
                _fill(texts, places, self._texts(kind, _pick(part, places)))
            encoded = "".join(texts).encode("utf-8", "backslashreplace")
            ends = list(accumulate(map(len, texts), initial=end))
            if ends[-1] != end + len(encoded):
                lengths = (len(each.encode("utf-8", "backslashreplace")) for each in texts)
                ends = list(accumulate(lengths, initial=end))
            end = ends[-1]
            columns.text_ends.extend(array("Q", ends[1:]))
            columns.text.frombytes(encoded)
        return hidden

    def _texts(self, kind: int, objects: Sequence[Any]) -> Iterable[str]:
        """Return the texts of objects of one type, in C where nothing can go wrong."""
        make = self._makers[kind]
        if make is _text_of_str or make is _text_of_bytes:
            texts = list(map(repr, map(operator.getitem, objects, repeat(slice(PREVIEW)))))
            for place in compress(count(), map(PREVIEW.__lt__, map(len, objects))):
                texts[place] += "…"
            return texts
        if make is _text_of_int and max(map(int.bit_length, objects)) <= _SMALL_INT_BITS:
            return map(repr, objects)
        return map(make, objects)

    def _hide(self, part: list[Any], kinds: array[int], secret: list[int]) -> None:
        """Replace the types of secret values, of which the addresses are given."""
        places = secret[bisect_left(secret, id(part[0])) : bisect_right(secret, id(part[-1]))]
        if places:
            addresses = list(map(id, part))
            for index in [bisect_left(addresses, address) for address in places]:
                if kinds[index] in _VALUE_TEXTS:
                    kinds[index] = _HIDDEN_KIND

    def _hide_equal(self, part: list[Any], groups: dict[int, list[int]]) -> None:
        """Move texts that are equal to a secret's to those that are hidden."""
        for kind in (id(str), id(bytes)):
            places = groups.get(kind, [])
            equal = map(self._secrets.texts.__contains__, _pick(part, places))
            hidden = list(compress(places, equal))
            if hidden:
                groups[kind] = sorted({*places}.difference(hidden))
                groups.setdefault(_HIDDEN_KIND, []).extend(hidden)

    def _addresses_of_keys(self, heap: _Heap) -> set[int]:
        keys: set[int] = set()
        for first, part in heap.parts():
            kinds = heap.types[first : first + len(part)]
            dicts = compress(part, map(id(dict).__eq__, kinds))
            keys.update(map(id, chain.from_iterable(dicts)))
        return keys

    def _hide_all_but_keys(self, part: list[Any], kinds: array[int], keys: set[int]) -> None:
        """Leave of strings only keys that say no more than an identifier would."""
        for index in compress(count(), map(id(str).__eq__, kinds)):
            value = part[index]
            short = len(value) <= 32 and _KEY_CHARACTERS.issuperset(value)
            is_key = id(value) in keys and (short or value.isidentifier())
            if not is_key or value in self._secrets.texts:
                kinds[index] = _UNWRITTEN_KIND


# ---------------------------------------------------------------------------------------------
# The capture
# ---------------------------------------------------------------------------------------------


class _Columns:
    """What will be written of the objects, by object and by reference; it holds no object."""

    addresses: array[int]
    types: array[int]
    layouts: array[int]
    sizes: array[int]
    refcounts: array[int]
    lengths: array[int]
    reference_counts: array[int]
    flags: array[int]
    targets: array[int]
    text: array[int]
    text_ends: array[int]
    sites: array[int] | None = None  # where tracemalloc traces: by object, UNKNOWN for none


class _Capture:
    """Everything that will be written, and what is to be said about it."""

    def __init__(self) -> None:
        self.columns = _Columns()
        self.layouts = _Layouts()
        self.tables: dict[str, list[Row]] = {}
        self.collector: dict[str, object] = {}
        self.warnings: list[str] = []
        self.missing = 0
        self.redacted = 0
        self.python_sizes = 0
        self.pause = 0.0


class _TooLongError(BaseException):
    """The program stood still for as long as it may."""


class _Pause:
    """Keeps the program's other threads from running while we look.

    A thread that wants to run asks for the interpreter after the *switch interval*, so it is made
    longer than a capture. That interval is also for how long a thread that computes keeps the
    interpreter once it has it, and we ask for it. It gets it where we read a file or memory, or
    where it had asked before: seldom on a quiet machine, at any moment on a busy one. So the
    interval is no longer than needed, and after the first such turn it is the program's own again:
    then the threads run by turns with us, which the file says, but nobody waits for minutes.
    A process has one pause, which is the class itself: an object would be in every dump.
    """

    LOOK = 0.02  # seconds between two looks at the processor's clock, which is a slow one

    broken = False
    _deadline = float("inf")
    _theirs: float | None = None  # the program's switch interval, while ours is set
    _turn = 0.0
    _looked = 0.0
    _waited = 0.0  # seconds that this thread did not run
    _others = 0.0  # seconds of processor time of the other threads

    @classmethod
    def begin(cls, longest: float | None) -> None:
        """Let the other threads wait from now on, and not longer than so many seconds."""
        cls._theirs = sys.getswitchinterval()
        cls.broken = False
        # Give way once: whoever waits for the interpreter waits anew when we get it back, and
        # for as long as we say next. One that still waited by the old interval would ask once.
        _original("time", "sleep")(0.0005)
        # Twice what a capture takes: some microseconds for each block of memory.
        cls._turn = max(cls._theirs, 0.1, sys.getallocatedblocks() * 1e-5)
        sys.setswitchinterval(cls._turn)
        cls._looked = time.perf_counter()
        cls._waited = cls._looked - time.thread_time()
        cls._others = time.process_time() - time.thread_time()
        cls._deadline = float("inf") if longest is None else cls._looked + longest

    @classmethod
    def check(cls) -> None:
        """Notice that another thread had a turn.

        Raises:
            _TooLongError: The time is over.
        """
        now = time.perf_counter()
        if now > cls._deadline:
            raise _TooLongError
        if now - cls._looked > cls.LOOK:
            waited, others = now - time.thread_time(), time.process_time() - time.thread_time()
            # On a busy machine we wait for other processes as well: they are no threads of ours.
            if waited - cls._waited > 0.9 * cls._turn and others - cls._others > 0.3 * cls._turn:
                cls.broken = True
                cls._let_go()
            cls._looked, cls._waited, cls._others = now, waited, others

    @classmethod
    def end(cls) -> None:
        """Let the other threads go on as they did."""
        cls._deadline = float("inf")
        cls._let_go()

    @classmethod
    def _let_go(cls) -> None:
        if cls._theirs is not None:
            sys.setswitchinterval(cls._theirs)
            cls._theirs = None


def _capture(
    privacy: str,
    innermost: types.FrameType | None,
    max_pause: float | None = None,
    others: list[Any] | None = None,
    room: Any = None,
) -> _Capture:
    """Stop the world, look at everything, and let the world go on as it was."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        _Pause.begin(max_pause)
        began = time.perf_counter()
        try:
            capture = _look(privacy, innermost, others, room)
        except _FullError:
            raise _TooLongError(
                "given up, for the heap is unlike others: the file on disk that was prepared for"
                " it is too small; nothing was written"
            ) from None
        except _TooLongError:
            raise _TooLongError(
                f"given up after {time.perf_counter() - began:.2f} s, for the program may stand"
                f" still for {max_pause:g} s only; nothing was written"
            ) from None
        capture.pause = time.perf_counter() - began
    finally:
        _Pause.end()
        if collecting:
            gc.enable()
    capture.collector["enabled"] = collecting
    return capture


def _look(
    privacy: str,
    innermost: types.FrameType | None,
    others: list[Any] | None,
    room: Any,
) -> _Capture:
    """Capture the heap. Nothing of ours may be made before the collector's lists are taken.

    Args:
        privacy: The level.
        innermost: This thread's first frame that is not ours.
        others: What a fork knows of its parent's threads.
        room: A file that is mapped, in which to keep what is found; or ``None``.
    """
    probe = [float("1.5e300")]  # one object of ours that is tracked, holding one that is not
    youngest = gc.get_objects(0)  # by keyword, Python would keep the keywords' names
    middle = gc.get_objects(1)
    oldest = gc.get_objects(2)
    collector = _collector_facts(len(youngest), len(middle), len(oldest))
    traces = _traces() if privacy != "none" else None  # before we take more memory

    ours = _ours(others, youngest, middle, oldest)
    if room is not None:
        ours[id(room)] = room
    disk = None if room is None else _Disk(room)
    ends = _interned_names(chain(oldest, middle, youngest))
    walk = _Walk(ours, ends) if disk is None else _SmallWalk(ours, ends, disk)
    del ends
    walk.start(youngest, middle, oldest)
    del youngest, middle, oldest
    memory = _OwnMemory()
    try:
        running = _Running(innermost, memory, others)
        del innermost
        walk.add([sys.modules, builtins, gc.garbage, gc.callbacks, *sys.modules.values()])
        walk.add(_static_types())
        walk.add(running.frames())
        for frame in running.frames():
            walk.add(running.read_variables(frame))
            del frame

        heap = _Heap(walk, id(probe), id(probe[0]), ours, disk)
        heap.discount(chain.from_iterable(map(_counted_by_ours, ours.values())))
        del ours
        sites = None if traces is None else traces.of_objects(heap)
        if others is not None:
            _stop_tracing()
        capture = _describe(heap, running, memory, privacy)
    finally:
        memory.close()
    capture.collector = collector
    if traces is not None:
        capture.columns.sites = sites
        capture.tables.update(traces.tables())
        if others is None and sys.platform == "linux":
            capture.warnings.append(
                "tracemalloc traced what the dump itself took, so that the program stood still many"
                " times longer than without; with --fork it stands still for milliseconds"
            )
    greenlets = _greenlets(heap)
    if greenlets:
        capture.warnings.append(
            f"the variables of {greenlets} greenlets are not seen: what they hold while they wait"
            " is shown as held from outside the graph"
        )
    moved = running.moved() or int(_Pause.broken)
    if moved:
        threads = "another thread" if moved == 1 else f"{moved} other threads"
        capture.warnings.append(
            f"{threads} ran while the heap was looked at: parts of the file show it as it was"
            " before, others as it was afterwards; with --fork all of it is of one moment"
        )
    return capture


def _with_subclasses(base: type) -> list[type]:
    """Return a class and all that are derived from it."""
    classes: dict[int, type] = {id(base): base}
    pending = [base]
    while pending:
        for cls in type.__subclasses__(pending.pop()):
            if id(cls) not in classes:
                classes[id(cls)] = cls
                pending.append(cls)
    return list(classes.values())


def _static_types() -> list[type]:
    """Return the classes that are not on the heap, which perhaps only their bases know."""
    return [cls for cls in _with_subclasses(object) if not _class_flags(cls) & TP_HEAPTYPE]


def _greenlets(heap: _Heap) -> int:
    """Return how many greenlets there are: the variables of those that wait are on no stack."""
    module = sys.modules.get("greenlet._greenlet")
    base = vars(module).get("greenlet") if type(module) is types.ModuleType else None
    if not isinstance(base, type):
        return 0
    numbers = [id(cls) for cls in _with_subclasses(base)]
    return sum(
        heap.types[first : first + len(part)].count(number)
        for first, part in heap.parts()
        for number in numbers
    )


class _Heap:
    """All objects in the order of their addresses, with what only the walk can tell of them."""

    PART = 4096  # objects that are looked at together: the processor's cache holds as many

    def __init__(
        self, walk: _Walk, probe: int, number: int, ours: Iterable[int], disk: _Disk | None
    ) -> None:
        """Sort the objects and take their reference counts.

        Args:
            walk: What was found. Besides ``objects`` here, nothing holds them any more.
            probe: Address of a tracked object of ours to which one variable refers.
            number: Address of an untracked object of ours to which the former refers.
            ours: Addresses of objects of ours that were left out.
            disk: Where columns are, or ``None``.
        """
        self.disk = disk
        self.ours = frozenset(ours)
        self.objects: Any = walk.take(self.ours)
        self.addresses = self.column("Q")
        self.types = self.column("Q")  # their addresses
        self.refcounts = self.column("I")
        self.flags = self.column("H")
        excess = [self._excess(number), self._excess(probe)]
        for address in (number, probe):
            del self.objects[_place(self.objects, address)]
        instances: dict[int, int] = {}  # the number of one, by the address of the type
        for first, part in self.parts():
            # By way of a list, for an array grows by single entries else.
            self.addresses.extend(array("Q", list(map(id, part))))
            types = list(map(id, map(type, part)))
            if not instances.keys() >= {*types}:
                instances.update(zip(types, count(first)))
            self.types.extend(array("Q", types))
            self._count(part, walk, excess)
        # Of all objects, by address; not before everything is counted, for it refers to them.
        self.classes = {number: type(self.objects[index]) for number, index in instances.items()}

    def column(self, code: str) -> array[int]:
        """Return a new column with a number for each object."""
        return array(code) if self.disk is None else self.disk.column(code)

    def bounds(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers of the first object of each part, and of the one after its last."""
        if self.disk is not None:
            for first, part in self.objects.parts():
                yield first, first + len(part)
            return
        for first in range(0, len(self.objects), self.PART):
            yield first, min(first + self.PART, len(self.objects))

    def parts(self) -> Iterator[tuple[int, list[Any]]]:
        """Yield all objects in parts, each with the number of its first object."""
        for first, end in self.bounds():
            yield first, self.objects[first:end]

    def every(self) -> Iterator[Any]:
        """Yield all objects."""
        return chain.from_iterable(part for _, part in self.parts())

    def _excess(self, address: int) -> int:
        """Return how often we refer to an object that has one owner."""
        for _, part in self.parts():
            if id(part[0]) <= address <= id(part[-1]):
                return _counts(part)[_place(part, address)] - 1
        raise LookupError

    def _count(self, part: list[Any], walk: _Walk, excess: list[int]) -> None:
        """Add the reference counts less our own references, and the first flags.

        How often we refer to each object ourselves is measured, on two objects that have one
        owner each, untracked and tracked.
        """
        tracked = bytes(map(gc.is_tracked, part))
        flags = walk.flags(part, tracked)
        counts = _counts(part)
        if excess[0] == excess[1]:
            true = list(map(operator.sub, counts, repeat(excess[0])))
        else:  # not seen so far
            true = list(map(operator.sub, counts, map(excess.__getitem__, tracked)))
        if max(counts) >= IMMORTAL:
            for index in compress(count(), map(IMMORTAL.__le__, counts)):
                true[index] = UNKNOWN
                flags[index] |= IS_IMMORTAL
        self.refcounts.extend(array("I", true))
        self.flags.extend(flags)

    def index(self, address: int) -> int:
        """Return the number of the object at an address that is known."""
        return bisect_left(self.addresses, address)

    def get(self, address: int) -> Any:
        """Return the object at an address, or ``None``."""
        index = bisect_left(self.addresses, address)
        is_there = index < len(self.addresses) and self.addresses[index] == address
        return self.objects[index] if is_there else None

    def __contains__(self, address: int) -> bool:
        """Tell whether there is an object at an address."""
        index = bisect_left(self.addresses, address)
        return index < len(self.addresses) and self.addresses[index] == address

    def count_missing(self, addresses: Sequence[int]) -> int:
        """Return at how many of some addresses there is no object."""
        absent = {*filterfalse(self.__contains__, {*addresses})}
        return sum(map(absent.__contains__, addresses)) if absent else 0

    def __getitem__(self, address: int) -> Any:
        """Return the object at an address that is known."""
        return self.objects[self.index(address)]

    def discount(self, referents: Iterable[object]) -> None:
        """Take references of objects that were left out from the counts."""
        for address, number in _counted(referents).items():
            if address in self and self.refcounts[self.index(address)] != UNKNOWN:
                self.refcounts[self.index(address)] -= number


def _counts(objects: list[Any]) -> list[int]:
    return list(map(sys.getrefcount, objects))


def _place(objects: Sequence[Any], address: int) -> int:
    """Return where an object is in a sequence in the order of addresses."""
    low, high = 0, len(objects)
    while low < high:
        middle = (low + high) // 2
        if id(objects[middle]) < address:
            low = middle + 1
        else:
            high = middle
    return low


_TRACKED_FLAGS = bytes([0, TRACKED | 2 << GENERATION_SHIFT]) + bytes(254)


class _Thread:
    """A running thread and its frames, the innermost first."""

    def __init__(self, ident: int, thread: object, current: bool) -> None:
        name = _plain_attribute(thread, "_name")
        self.ident = ident
        self.name = _clean(name) if type(name) is str else f"thread {ident}"
        self.daemon = _plain_attribute(thread, "_daemonic") is True
        self.current = current
        self.frames: list[types.FrameType] = []


# Numbers of the threads that only wait for requests of ours.
_helpers: set[int] = set()


def _places() -> dict[int, tuple[int, int]]:
    """Return where the other threads are: the address of the innermost frame, the instruction."""
    tops = _innermost_frames()
    del tops[_this_thread()]
    return {ident: (id(frame), frame.f_lasti) for ident, frame in tops.items()}


class _Running:
    """The running threads and the variables of their frames.

    Values are remembered by address only, so that no reference count shows them.
    """

    def __init__(
        self,
        innermost: types.FrameType | None,
        memory: _OwnMemory,
        others: list[Any] | None = None,
    ) -> None:
        """Find the threads' frames.

        Args:
            innermost: This thread's first frame that is not ours.
            memory: Tells a variable from a cell with its value.
            others: In a fork, the parent's threads: innermost frames and objects, by number.
        """
        self._memory = memory
        self.threads: list[_Thread] = []
        self._variables: dict[int, list[tuple[str, int]]] = {}
        self._places = _places()
        threading = sys.modules.get("threading")
        active = vars(threading).get("_active") if type(threading) is types.ModuleType else None
        ours = _this_thread()
        tops: dict[int, types.FrameType | None] = {**_innermost_frames(), ours: innermost}
        if others:
            tops, active = {**others[0], ours: innermost}, others[1]
        for ident in filter(tops.__contains__, _helpers):
            del tops[ident]
        for ident, frame in tops.items():
            known = active.get(ident) if type(active) is dict else None
            thread = _Thread(ident, known, ident == ours)
            while frame is not None and not _is_ours(frame.f_code):  # what runs the program
                thread.frames.append(frame)
                frame = frame.f_back
            self.threads.append(thread)

    def moved(self) -> int:
        """Return how many other threads have made a step since, have begun or have ended."""
        return len({ident for ident, _ in self._places.items() ^ _places().items()})

    def frames(self) -> list[types.FrameType]:
        """Return all frames of all threads."""
        return [frame for thread in self.threads for frame in thread.frames]

    def read_variables(self, frame: types.FrameType) -> list[object]:
        """Note a frame's variables and return their values."""
        variables = self._memory.in_frame_object(frame)
        if variables is None:
            variables = _frame_locals(frame)
        self._variables[id(frame)] = [(name, id(value)) for _, name, value in variables]
        return [value for _, _, value in variables]

    def variables(self, frame: types.FrameType, known: _Heap) -> list[Named]:
        """Return the variables that were noted; one that a closure shares leads to its cell."""
        named: list[Named] = []
        slots: dict[str, int] = {}
        if sys.version_info >= (3, 11):  # before, the collector lists the cells
            names = _local_names(frame.f_code)
            slots = dict(zip(names, self._memory.of_frame(frame, len(names))))
        for name, address in self._variables[id(frame)]:
            cell = known.get(slots.get(name, 0))
            shared = type(cell) is types.CellType and address != id(cell)
            if shared and address in map(id, gc.get_referents(cell)):
                named.append(("local", name, cell))
            else:
                named.append(("local", name, known[address]))
        return named


def _describe(heap: _Heap, running: _Running, memory: _OwnMemory, privacy: str) -> _Capture:
    """Name every reference, and compute the columns."""
    capture = _Capture()
    columns = capture.columns
    classes = heap.classes
    selection = _Selection(heap, classes)
    codes: list[types.CodeType] = list(selection.of(types.CodeType))
    functions: list[types.FunctionType] = list(selection.of(types.FunctionType))
    interpreter = _Interpreter(heap, selection, capture.layouts)
    hidden = None
    if (3, 13) <= sys.version_info < (3, 14):
        found = _HiddenDicts(heap, memory)
        hidden = found if found.any else None
    guard = _Guard(heap)
    describers = _Describers(
        capture.layouts, codes, selection, interpreter, guard, memory, heap, hidden
    )
    for function in functions:
        describers.learn_names(function)
    for frame in running.frames():
        variables = running.variables(frame, heap)
        describers.note_running_frame(frame, variables, heap)
    _forget_our_counts(heap, codes, functions, running)

    facts = _Facts(columns, heap)
    capture.missing = _add_columns(columns, heap, describers, facts)
    if running.moved():  # then anybody's references may be others than those that were followed
        starts = range(0, len(columns.targets), PAGE)
        pages = (columns.targets[start : start + PAGE] for start in starts)
        capture.missing = sum(map(heap.count_missing, pages))
    columns.addresses = heap.addresses
    columns.refcounts = heap.refcounts
    for obj in gc.garbage:
        columns.flags[heap.index(id(obj))] |= UNCOLLECTABLE
    capture.python_sizes = facts.asked
    describers.correct_sizes(columns)
    secrets = _Secrets(describers.found_secrets)
    secrets.add_environment()
    texts = _Texts(privacy, secrets, classes)
    capture.redacted = texts.write(heap, columns)
    capture.tables = _tables(heap, running, memory, classes, describers, codes, selection, privacy)
    capture.tables["root"] += interpreter.named(columns.targets)
    describers.let_go()
    return capture


def _forget_our_counts(
    heap: _Heap,
    codes: list[types.CodeType],
    functions: list[types.FunctionType],
    running: _Running,
) -> None:
    """Mark the counts that our own running spoils as unknown: of frames and of our functions."""
    spoilt: list[object] = [*running.frames(), sys.getrefcount, array]
    spoilt += [code for code in codes if code.co_filename == __file__]
    spoilt += [function for function in functions if function.__globals__ is globals()]
    for obj in spoilt:
        if id(obj) in heap:
            heap.refcounts[heap.index(id(obj))] = UNKNOWN


def _unsaid_of_class(cls: type) -> int:
    """Return what ``type.__sizeof__`` leaves out of a class.

    That is what the class of the class adds to ``type``; the table of its slots and other members,
    which has an end (Objects/typeobject.c, PyType_GenericAlloc); and a copy of its documentation.
    """
    if not _class_flags(cls) & TP_HEAPTYPE:
        return 0
    entries = _class_entries(cls)
    added = _class_basicsize(type(cls)) - _class_basicsize(type)
    members = [each for each in entries.values() if type(each) is types.MemberDescriptorType]
    own = sum(member.__objclass__ is cls for member in members)
    text = entries.get("__doc__")
    copied = len(text.encode("utf-8", "replace")) + 1 if type(text) is str else 0
    return added + _class_itemsize(type) * (own + 1) + copied


def _describe_each(describe: Describer, objects: Sequence[Any]) -> tuple[list[int], list[Any]]:
    """Return layouts and references of objects that are described one by one."""
    layouts: list[int] = []
    references: list[Any] = []
    for layout, parts in map(describe, objects):
        layouts.append(layout)
        references.append(parts)
    return layouts, references


def _add_columns(columns: _Columns, heap: _Heap, describers: _Describers, facts: _Facts) -> int:
    """Describe each object: by type, so that most is loops in C.

    Returns:
        How many references lead to what was not found, of objects whose references were not
        followed just as they are described.
    """
    layouts = describers.layouts
    chosen = {number: describers.choose(cls) for number, cls in heap.classes.items()}
    unwanted = {number for number, describe in chosen.items() if describe is None} - facts.wanted
    special = sorted(heap.index(address) for address in describers.special)
    chosen[_SPECIAL] = describers.describe_special
    columns.layouts = heap.column("I")
    columns.reference_counts = heap.column("I")
    columns.targets = array("Q") if heap.disk is None else heap.disk.targets()
    missing = 0
    for first, part in heap.parts():
        _Pause.check()
        kinds = heap.types[first : first + len(part)]
        end = first + len(part)
        for index in special[bisect_left(special, first) : bisect_left(special, end)]:
            kinds[index - first] = _SPECIAL
        layout_numbers = array("I", bytes(4 * len(part)))
        references: list[Any] = [()] * len(part)
        groups = _places_by_kind(kinds, unwanted)
        for kind, places in groups.items():
            describe = chosen[kind]
            if describe is None:
                continue
            described = describe(_pick(part, places))
            numbers, parts = list(described[0]), list(described[1])
            _fill(layout_numbers, places, numbers)
            _fill(references, places, parts)
            if kind not in describers.certain:
                missing += heap.count_missing(list(map(id, chain.from_iterable(parts))))
            if not layouts.secret.isdisjoint(numbers):
                describers.found_secrets += _secret_parts(layouts, numbers, parts)
        columns.layouts.extend(layout_numbers)
        _add_targets(columns, references, groups.get(id(dict), ()))
        facts.add(first, part, groups)
    return missing


def _places_by_kind(kinds: array[int], unwanted: Iterable[int]) -> dict[int, list[int]]:
    """Return where in a part of the heap the objects of each type are, but for some types."""
    rest: list[int] = []
    groups = defaultdict(list, dict.fromkeys(unwanted, rest))
    deque(map(list.append, map(groups.__getitem__, kinds), count()), maxlen=0)
    return {kind: places for kind, places in groups.items() if places is not rest}


def _add_targets(columns: _Columns, references: list[Any], dicts: Sequence[int]) -> None:
    """Add a part's references, and how many each object has.

    Should a container change between its length and its items are taken, because a trace function
    of the program's or another thread ran, both are taken in one call for each object.

    Args:
        columns: Where.
        references: By object.
        dicts: The places of those that are the items of a dictionary, in pairs.
    """
    begin = len(columns.targets)
    flat = references[:]
    pairs = _pick(references, dicts)
    counts = array("I", map(len, references))
    _fill(counts, dicts, map(operator.mul, map(len, pairs), repeat(2)))
    _fill(flat, dicts, map(chain.from_iterable, pairs))
    targets = map(id, chain.from_iterable(flat))
    changed = False
    try:
        for piece in iter(lambda: array("Q", list(islice(targets, PAGE))), array("Q")):
            columns.targets.extend(piece)
    except RuntimeError:  # a dictionary changed its size
        changed = True
    if changed or len(columns.targets) - begin != sum(counts):
        del columns.targets[begin:]
        flatten = [iter] * len(references)
        _fill(flatten, dicts, repeat(chain.from_iterable))
        for place, parts in enumerate(references):
            end = len(columns.targets)
            for _ in range(100):  # it does not change each time
                try:
                    columns.targets.extend(map(id, flatten[place](parts)))
                    break
                except RuntimeError:
                    del columns.targets[end:]
            counts[place] = len(columns.targets) - end
    columns.reference_counts.extend(counts)


def _secret_parts(layouts: _Layouts, numbers: list[int], references: list[Any]) -> Iterator[object]:
    """Yield the values that some layouts call like a secret."""
    secret = map(layouts.secret.__contains__, numbers)
    for number, parts in compress(zip(numbers, references), secret):
        for run, value in zip(layouts.runs[number], parts):
            if run[1] is not None and _is_secret_name(run[1]):
                yield value


_SPECIAL = 1  # in place of a type's address

_GC_HEADER = sys.getsizeof(()) - tuple.__sizeof__(())


class _Facts:
    """Adds the columns that need no more than an object and its type.

    Attributes:
        wanted: Types, by address, of which it needs the places.
        asked: For how many objects a base class was asked for the size.
    """

    def __init__(self, columns: _Columns, heap: _Heap) -> None:
        """Look at the types."""
        classes = heap.classes
        self._columns = columns
        self._types = heap.types
        self._numbers = {number: index for index, number in enumerate(classes)}
        self._by_base = {number for number, cls in classes.items() if not _has_c_size(cls)}
        self._shown = {n: read for n, cls in classes.items() if (read := _shown_bytes(cls))}
        self._classes = {n for n, cls in classes.items() if _is_metaclass(cls)}
        finalizable = {n for n, cls in classes.items() if _lookup(cls, "__del__") is not _MISSING}
        self._finalizable = finalizable - self._classes
        self.wanted = {*_SIZED, *self._shown, *self._classes, *finalizable, *_WITHOUT_ZONE}
        self.asked = 0
        columns.types = heap.column("I")
        columns.lengths = heap.column("I")
        columns.sizes = heap.column("Q")
        columns.flags = heap.flags

    def add(self, first: int, part: list[Any], groups: dict[int, list[int]]) -> None:
        """Add a part of the heap.

        Args:
            first: The number of its first object.
            part: Its objects.
            groups: The places in it of the wanted types.
        """
        kinds = self._types[first : first + len(part)]
        columns = self._columns
        columns.types.extend(array("I", list(map(self._numbers.__getitem__, kinds))))
        sizes, asked = _sizes(part, kinds, self._by_base)
        columns.sizes.extend(sizes)
        self.asked += asked
        for kind in _WITHOUT_ZONE.keys() & groups:
            zone = _WITHOUT_ZONE[kind]
            for place in groups[kind]:
                if zone(part[place]) is None:  # then it is made without a place for one
                    columns.sizes[first + place] -= _POINTER
        columns.lengths.extend(self._lengths(part, groups))
        for kind in self._classes.intersection(groups):
            for place in groups[kind]:
                columns.flags[first + place] |= IS_CLASS
        for kind in self._finalizable.intersection(groups):
            for place in groups[kind]:
                if gc.is_finalized(part[place]):
                    columns.flags[first + place] |= FINALIZED

    def _lengths(self, part: list[Any], groups: dict[int, list[int]]) -> array[int]:
        """Return ``len()`` of exact built-in containers and texts, and what views show in bytes."""
        lengths = array("I", b"\xff" * (4 * len(part)))  # UNKNOWN
        for kind in _SIZED.intersection(groups):
            _fill(lengths, groups[kind], map(len, _pick(part, groups[kind])))
        for kind in self._shown.keys() & groups:
            for place in groups[kind]:
                lengths[place] = _shown_by(part[place], self._shown[kind])
        return lengths


def _sizes(part: list[Any], kinds: array[int], by_base: set[int]) -> tuple[array[int], int]:
    """Return what ``sys.getsizeof`` says, asking a base class where it would run Python code.

    Returns:
        The sizes, and for how many objects a base class was asked.
    """
    asked = list(compress(count(), map(by_base.__contains__, kinds))) if by_base else []
    if not asked:
        return array("Q", map(sys.getsizeof, part)), 0
    others = part[:]
    for index in asked:
        others[index] = None
    sizes = array("Q", map(sys.getsizeof, others))
    for index in asked:
        sizes[index] = _base_size(part[index])
    return sizes, len(asked)


def _has_c_size(cls: type) -> bool:
    """Tell whether ``sys.getsizeof`` runs no Python code for instances of a class."""
    if not all(_all_plain_strings(_class_dict(base)) for base in _mro(cls)):
        return False
    return type(_lookup(cls, "__sizeof__")) is types.MethodDescriptorType


def _base_size(obj: object) -> int:
    """Return the size by the first ``__sizeof__`` among the bases that is written in C."""
    cls = type(obj)
    flags = _class_flags(cls)
    header = _GC_HEADER if flags & TP_HAVE_GC else 0
    if sys.version_info >= (3, 11) and flags & (TP_MANAGED_DICT | TP_MANAGED_WEAKREF):
        header += 16  # pointers that stand before the header
    for base in _mro(cls):
        method = _class_entries(base).get("__sizeof__")
        if type(method) is types.MethodDescriptorType:
            return method(obj) + header
    return 0


_POINTER = _class_itemsize(tuple)

# How to read the time zone of what is smaller without one, by the type's address; not of
# subclasses, whose instances have a place for it (Modules/_datetimemodule.c, datetime_alloc).
_WITHOUT_ZONE: dict[int, Callable[[Any], object]] = {
    id(kind): vars(kind)["tzinfo"].__get__ for kind in (datetime.datetime, datetime.time)
}

# Types of which ``len`` says something, by address; what is special is a dictionary.
_SIZED = frozenset(
    {_SPECIAL, *map(id, (str, bytes, bytearray, list, tuple, dict, set, frozenset, deque))}
)


def _shown_by(view: object, read: Callable[[Any], int]) -> int:
    try:
        return min(read(view), UNKNOWN)
    except ValueError:  # a memoryview that was released
        return UNKNOWN


def _shown_bytes(cls: type) -> Callable[[Any], int] | None:
    """Return how to read the bytes that a memoryview or an array of numpy shows, or ``None``."""
    for base in _mro(cls):
        is_array = (_class_module(base), _class_qualname(base)) == ("numpy", "ndarray")
        read = _class_entries(base).get("nbytes") if is_array or base is memoryview else None
        if type(read) is types.GetSetDescriptorType and read.__objclass__ is base:
            return read.__get__
    return None


# ---------------------------------------------------------------------------------------------
# Rows and facts
# ---------------------------------------------------------------------------------------------


def _tables(
    heap: _Heap,
    running: _Running,
    memory: _OwnMemory,
    classes: dict[int, type],
    describers: _Describers,
    codes: list[types.CodeType],
    selection: _Selection,
    privacy: str,
) -> dict[str, list[Row]]:
    named = privacy != "none"
    tables: dict[str, list[Row]] = {"type": _type_rows(classes, describers)}
    modules: list[Row] = []
    roots: list[Row] = [("modules", "sys.modules", id(sys.modules))]
    for key, module in sys.modules.items():
        if type(key) is not str:
            continue
        roots.append(("module", _clean(key), id(module)))
        if type(module) is types.ModuleType:
            file = vars(module).get("__file__")
            file = _clean(file) if type(file) is str and named else None
            modules.append((len(modules), _clean(key), file, id(module)))
    threads: list[Row] = []
    frames: list[Row] = []
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
    tables.update(_task_tables(heap, memory, classes, named))
    caches = map(_cache_row, selection.of(_LruCache), repeat(named))
    tables["cache"] = [row for row in caches if row]
    for cls in selection.classes():
        if type(cls) is type and not _class_flags(cls) & TP_HEAPTYPE:
            roots.append(("type", _text_of_class(cls), id(cls)))
    tables["root"] = [root for root in roots if root[2] in heap]
    tables["module"] = modules
    tables["thread"] = threads
    tables["frame"] = frames
    tables["code"] = [
        (
            id(code),
            _clean(code.co_filename),
            code.co_firstlineno,
            _clean(_code_qualname(code)),
            _names_as_json((*code.co_names, "[]=") if _may_store(code) else code.co_names),
        )
        for code in codes
        if named
    ]
    return tables


def _names_as_json(names: tuple[str, ...]) -> str:
    return _as_json(names if "".join(names).isascii() else [_clean(name) for name in names])


_as_json = json.JSONEncoder().encode


def _cache_row(cache: Any, named: bool) -> Row | None:
    """Return how well a cached function's cache does.

    Asking makes a named tuple of the type that the cache was given, which must be Python's own.
    """
    own: Any = functools._CacheInfo  # type: ignore[attr-defined]
    if not any(part is own for part in gc.get_referents(cache)):
        return None
    hits, misses, maxsize, currsize = cache.cache_info()
    name = _clean(_text_of_cache(cache)) if named else ""
    return id(cache), name, hits, misses, maxsize, currsize


def _task_tables(
    heap: _Heap, memory: _OwnMemory, classes: dict[int, type], named: bool
) -> dict[str, list[Row]]:
    """Return every task of every loop, and where it stands, the innermost first as of a thread."""
    readers = {number: _task_reader(cls) for number, cls in classes.items()}
    readers = {number: reader for number, reader in readers.items() if reader is not None}
    tasks: list[Row] = []
    frames: list[Row] = []
    if not readers:
        return {"task": tasks, "task_frame": frames}
    for task in compress(heap.every(), map(readers.__contains__, heap.types)):
        read: Any = readers[id(type(task))]
        state, coroutine, loop, waits_for = map(functools.partial(read, task), _TASK_PARTS)
        state = state.lower() if type(state) is str else "unknown"
        chain = _await_chain(coroutine)
        if state == "pending":
            is_running = any(getattr(at, _GENERATORS[id(type(at))][3]) for at in chain[:1])
            state = "running" if is_running else "ready" if waits_for is None else "waiting"
        for depth, at in enumerate(reversed(chain)):
            where = _place_of(at, memory) if named else ("", 0, "")
            frames.append((len(frames), len(tasks), depth, *where, id(at)))
        name = _task_name(task) if named else f"task {len(tasks)}"
        parts = [None if part is None else id(part) for part in (loop, coroutine, waits_for)]
        tasks.append((len(tasks), id(task), parts[0], name, state, *parts[1:]))
    return {"task": tasks, "task_frame": frames}


_TASK_PARTS = ("_state", "_coro", "_loop", "_fut_waiter")


def _task_reader(cls: type) -> Callable[[Any, str], Any] | None:
    """Return how to read a task's parts, or ``None`` for a class that is none of asyncio's."""
    for base in _mro(cls):
        entries = _class_entries(base)
        kind = (_class_module(base), _class_qualname(base))
        if kind == ("_asyncio", "Task"):
            getters = [entries.get(name) for name in ("_coro", "_fut_waiter")]
            future = [each for each in _mro(base) if _class_qualname(each) == "Future"]
            entries = {**_class_entries(future[0]), **entries} if future else entries
            if all(type(getter) in _GETTER_KINDS for getter in getters):
                return lambda task, name: entries[name].__get__(task)
        if kind in (("asyncio.tasks", "_PyTask"), ("asyncio.tasks", "Task")):
            return lambda task, name: _or_none(_plain_attribute(task, name))
    return None


_GETTER_KINDS = (types.GetSetDescriptorType, types.MemberDescriptorType)


def _or_none(value: object) -> object:
    return None if value is _MISSING else value


def _task_name(task: Any) -> str:
    """Return a task's name without ``get_name``, which stores what it makes of a number."""
    name = _plain_attribute(task, "_name")
    if name is _MISSING:
        parts = gc.get_referents(task)
        name = next((part for part in parts if type(part) is str or type(part) is int), "")
    if type(name) is int:  # from 3.12, as long as nobody asked
        return f"Task-{name}"
    return _clean(name) if type(name) is str else ""


def _await_chain(coroutine: object) -> list[Any]:
    """Return the coroutine and what it awaits, and so on, as far as these are Python's own."""
    chain: dict[int, Any] = {}
    at: Any = coroutine
    while id(at) not in chain and at is not None:
        if id(type(at)) not in _GENERATORS:
            # What runs a step of an asynchronous generator, or wraps a coroutine, knows which.
            inner = [part for part in gc.get_referents(at) if id(type(part)) in _GENERATORS]
            if _class_qualname(type(at)) not in _AWAITERS or len(inner) != 1:
                break
            at = inner[0]
            continue
        chain[id(at)] = at
        at = getattr(at, _GENERATORS[id(type(at))][1])
    return list(chain.values())


_AWAITERS = ("async_generator_asend", "async_generator_athrow", "coroutine_wrapper")


def _place_of(generator: Any, memory: _OwnMemory) -> tuple[str, int, str]:
    """Return file, line and function at which a generator or coroutine stands."""
    code_name, _, frame_name, running = _GENERATORS[id(type(generator))]
    code = getattr(generator, code_name)
    words = memory.of_generator(generator)
    line = None
    if words is not None and not getattr(generator, running):
        line = _line_at(code, words[0])
    if line is None:
        frame = getattr(generator, frame_name)
        line = code.co_firstlineno if frame is None else frame.f_lineno or 0
    return _clean(code.co_filename), line, _clean(generator.__qualname__)


def _line_at(code: types.CodeType, words: Iterable[int]) -> int | None:
    """Return the line to which an interpreter frame points: it has one address in the code."""
    start = id(code) + types.CodeType.__basicsize__
    end = id(code) + types.CodeType.__sizeof__(code)
    places = [word - start for word in words if start <= word < end]
    if len(places) != 1:
        return None
    for first, last, line in code.co_lines():
        if first <= places[0] < last:
            return line
    return None


def _layout_rows(layouts: _Layouts) -> Iterator[Row]:
    for number, runs in enumerate(layouts.runs):
        yield number, layouts.hidden_bytes[number], json.dumps(runs, separators=(",", ":"))


def _type_rows(classes: dict[int, type], describers: _Describers) -> list[Row]:
    rows: list[Row] = []
    for number, cls in classes.items():
        described = describers.instances.get(number)
        rows.append(
            (
                len(rows),
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
            )
        )
    return rows


def _add_totals(rows: list[Row], columns: _Columns, layouts: _Layouts) -> list[Row]:
    """Complete the types' rows with how many instances there are and what they take."""
    instances = [0] * len(rows)
    sizes = [0] * len(rows)
    hidden = layouts.hidden_bytes
    for kind, size, layout in zip(columns.types, columns.sizes, columns.layouts):
        instances[kind] += 1
        sizes[kind] += size + hidden[layout]
    return [(*row, instances[row[0]], sizes[row[0]]) for row in rows]


def _collector_facts(*generations: int) -> dict[str, object]:
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


def _read(path: str) -> str:
    """Return what a small file of the system says, or nothing; no file object is made for it."""
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return ""
    pieces: list[bytes] = []
    try:
        while not pieces or pieces[-1]:
            pieces.append(os.read(file, 65_536))
    except OSError:
        return ""
    finally:
        os.close(file)
    return b"".join(pieces).decode("utf-8", "replace")


def _first_line(path: str) -> str | None:
    return _read(path).partition("\n")[0].strip() or None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None


def _kilobytes(text: str) -> dict[str, int]:
    """Return the lines of the form ``Name:  123 kB``, in bytes."""
    lines = [line.split() for line in text.splitlines()]
    sizes = [words for words in lines if len(words) == 3 and words[2] == "kB"]
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in sizes}


def _memory_facts() -> str:
    """Return what the system says of this process's memory, as JSON.

    It is text because the collector must not list it among the program's objects.
    """
    status = _kilobytes(_read("/proc/self/status"))
    shared = _kilobytes(_read("/proc/self/smaps_rollup"))
    facts = {
        "rss_bytes": status.get("VmRSS"),
        "peak_rss_bytes": status.get("VmHWM"),
        "swap_bytes": status.get("VmSwap"),
        "anonymous_bytes": status.get("RssAnon"),
        "file_bytes": status.get("RssFile"),
        "shared_memory_bytes": status.get("RssShmem"),
        "proportional_bytes": shared.get("Pss"),
        "private_dirty_bytes": shared.get("Private_Dirty"),
        "allocated_blocks": sys.getallocatedblocks(),
        "allocator": _allocator_facts(),
        "cgroup": _cgroup_facts(),
    }
    return json.dumps(facts)


def _cgroup_facts() -> dict[str, object]:
    """Return the limits and figures of the control group that the process is in, v2 or v1."""
    paths: dict[str, str] = {}
    for line in _read("/proc/self/cgroup").splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        paths.update((controller, path) for controller in controllers.split(","))
    top = "/sys/fs/cgroup"
    version = 1 if "memory" in paths else 2 if "" in paths else None
    folder = f"{top}/memory{paths['memory']}" if version == 1 else top + paths.get("", "")
    if not os.path.isdir(folder):  # a container sees its own group at the top
        folder = f"{top}/memory" if version == 1 else top
    names = (
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "memory.soft_limit_in_bytes")
        if version == 1
        else ("memory.max", "memory.current", "memory.high")
    )
    limit, current, high = (_number(_first_line(f"{folder}/{name}")) for name in names)
    detail = dict(line.split(" ", 1) for line in _read(f"{folder}/memory.stat").splitlines())
    events = dict(line.split(" ", 1) for line in _read(f"{folder}/memory.events").splitlines())
    cpu = (_first_line(f"{folder}/cpu.max") or "").split()
    return {
        "version": version,
        "limit": limit if limit is None or limit < 1 << 60 else None,  # v1 writes no limit so
        "current": current,
        "high": high if high is None or high < 1 << 60 else None,
        "anon": _number(detail.get("anon") or detail.get("rss")),
        "file": _number(detail.get("file") or detail.get("cache")),
        "kernel": _number(detail.get("kernel")),
        "oom_kills": _number(events.get("oom_kill")),
        "cpus": int(cpu[0]) / int(cpu[1]) if len(cpu) == 2 and cpu[0].isdigit() else None,
    }


# How Python's allocator cuts its arenas up (Objects/obmalloc.c): a pool begins with a header of 48
# bytes, in 32-bit words: blocks in use, -, free block, -, two links, index of the arena, size
# class, offset of the next block never used, greatest such offset.
_POOL_BYTES, _ARENA_BYTES = (
    (1 << 14, 1 << 20) if sys.version_info >= (3, 10) else (1 << 12, 1 << 18)
)
_POOL_HEADER = 48
_MOST_POOLS = 400_000  # some µs each; with more, a heap of 6 GB, we do without


def _allocator_facts() -> dict[str, int] | None:
    """Return how much memory Python's allocator has and how much of that is in use.

    Python can only print that to the standard error output, so the allocator's own notes are read
    instead, as one would read a file: nothing is asked of the allocator and nothing is changed.
    What is missing from ``blocks`` in ``allocated_blocks`` are blocks of more than 512 bytes, which
    come from C's ``malloc``. ``None`` where Python uses another allocator, and for large heaps.
    """
    if not sys.getallocatedblocks() or sys.maxsize < 1 << 32:
        return None
    try:
        memory = os.open("/proc/self/mem", os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return None
    used = blocks = pools = 0
    arenas: dict[int, int] = {}  # last arena of an index, by where it begins
    number = 0
    try:
        for start, end in _anonymous_memory():
            pools += (end - start) // _POOL_BYTES
            if pools > _MOST_POOLS:
                return None
            for pool in range(start + -start % _POOL_BYTES, end, _POOL_BYTES):
                header = array("I", os.pread(memory, _POOL_HEADER, pool))
                if len(header) != _POOL_HEADER // 4 or header[9] >= 32 or not header[11]:
                    continue
                size = 16 * (header[9] + 1)
                free = header[2] | header[3] << 32
                if (
                    header[11] == _POOL_BYTES - size
                    and header[10] <= _POOL_BYTES
                    and header[0] * size <= _POOL_BYTES - _POOL_HEADER
                    and (not free or pool < free < pool + _POOL_BYTES)
                ):
                    used += header[0] * size
                    blocks += header[0]
                    if pool - arenas.get(header[8], -_ARENA_BYTES) >= _ARENA_BYTES:
                        arenas[header[8]] = pool
                        number += 1
    except OSError:
        return None
    finally:
        os.close(memory)
    return {
        "arenas": number,
        "arena_bytes": number * _ARENA_BYTES,
        "used_bytes": used,
        "blocks": blocks,
    }


def _anonymous_memory() -> Iterator[tuple[int, int]]:
    """Yield the beginning and end of memory in which the allocator's arenas may be."""
    for line in _read("/proc/self/maps").splitlines():
        words = line.split(None, 5)
        is_named = len(words) > 5 and not words[5].startswith("[anon")
        if words[1] == "rw-p" and not is_named:
            start, _, end = words[0].partition("-")
            yield int(start, 16), int(end, 16)


def _process_facts(privacy: str) -> dict[str, object]:
    arguments = getattr(sys, "orig_argv", None) or sys.argv
    started: float | None = None
    uptime: float | None = None
    try:
        with open("/proc/self/stat", encoding="utf-8", errors="replace") as file:
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
        "host": os.uname().nodename,
        "program": _program_name() if privacy != "none" else None,
        "argv0": str(arguments[0]) if arguments and privacy != "none" else None,
        "container": _container_kind(),
        "interpreters": _count_interpreters(),
    }


def _container_kind() -> str | None:
    """Return what kind of container the process is in, as far as it leaves traces there."""
    if os.path.exists("/var/run/secrets/kubernetes.io"):
        return "kubernetes"
    if os.path.exists("/.dockerenv"):
        return "docker"
    if os.path.exists("/run/.containerenv"):
        return "podman"
    groups = _read("/proc/self/cgroup")
    for kind in ("kubepods", "docker", "libpod", "lxc"):
        if f"/{kind}" in groups:
            return "kubernetes" if kind == "kubepods" else kind
    return None


def _count_interpreters() -> int | None:
    """Return how many interpreters there are, if the module that makes them is loaded."""
    for name in ("_interpreters", "_xxsubinterpreters"):
        module = sys.modules.get(name)
        if type(module) is types.ModuleType:
            return len(vars(module)["list_all"]())
    return None


def _program_name() -> str:
    """Return what to call the program: the script's or module's name."""
    main = sys.modules.get("__main__")
    spec = vars(main).get("__spec__") if type(main) is types.ModuleType else None
    name = getattr(spec, "name", None)
    if type(name) is str and name != "__main__":
        return name[: -len(".__main__")] if name.endswith(".__main__") else name
    stem = os.path.splitext(os.path.basename(sys.argv[0] if sys.argv else ""))[0]
    return stem if stem and stem != "-c" else "python"


def _python_facts() -> dict[str, object]:
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


def _tracer() -> dict[str, Any] | None:
    """Return the functions of the module that traces allocations, while it does."""
    module = sys.modules.get("_tracemalloc")
    if type(module) is not types.ModuleType:
        return None
    functions = vars(module)
    names = ("is_tracing", "stop", "get_traced_memory", "get_traceback_limit")
    names += ("get_tracemalloc_memory", "_get_traces", "_get_object_traceback")
    if any(type(functions.get(name)) is not types.BuiltinFunctionType for name in names):
        return None
    return functions if functions["is_tracing"]() else None


def _tracemalloc_facts() -> dict[str, object]:
    tracer = _tracer()
    if tracer is None:
        return {"tracing": False, "frames": None, "traced_bytes": None, "peak_bytes": None}
    traced, peak = tracer["get_traced_memory"]()
    return {
        "tracing": True,
        "frames": tracer["get_traceback_limit"](),
        "traced_bytes": traced,
        "peak_bytes": peak,
        "own_bytes": tracer["get_tracemalloc_memory"](),
    }


class _Traces:
    """Where memory was allocated that is in use, as ``tracemalloc`` knows it.

    No object of the program is held: of a file name there is a copy, for its count is to be taken.
    """

    def __init__(self, traces: list[tuple[Any, ...]], place_of: Callable[[Any], Any]) -> None:
        """Add up the traces by place and domain.

        Args:
            traces: Each is (domain, bytes, frames, …). Frames are the innermost first; where all
                are the same, it is the same tuple.
            place_of: Returns the frames that allocated an object.
        """
        self._place_of = place_of
        self._sites: dict[str, int] = {}  # JSON of the frames
        self._totals: list[Row] = []
        found: dict[tuple[int, int], list[Any]] = {}
        for trace in traces:
            total = found.get((id(trace[2]), trace[0]))
            if total is None:
                found[id(trace[2]), trace[0]] = [trace[2], trace[1], 1]
            else:
                total[1] += trace[1]
                total[2] += 1
        for (_, domain), (frames, size, blocks) in found.items():
            site = self._site(frames)
            if site != UNKNOWN:
                self._totals.append((site, domain, size, blocks))

    def _site(self, frames: tuple[tuple[str, int], ...]) -> int:
        """Return the number of a place, ``UNKNOWN`` for one in this file.

        Frames of ours that run the program are left out.
        """
        if frames[0][0] == __file__:
            return UNKNOWN
        end = len(frames)
        while frames[end - 1][0] == __file__:
            end -= 1
        text = json.dumps([(_clean(file), line) for file, line in frames[:end]])
        return self._sites.setdefault(text, len(self._sites))

    def of_objects(self, heap: _Heap) -> array[int]:
        """Return for each object the number of the place that allocated it."""
        numbers: dict[Any, int] = {None: UNKNOWN}
        sites = heap.column("I")
        for frames in map(self._place_of, heap.every()):
            site = numbers.get(frames)
            if site is None:
                site = numbers[frames] = self._site(frames)
            sites.append(site)
        return sites

    def tables(self) -> dict[str, list[Row]]:
        """Return the rows of the places, and of all blocks in use by place."""
        sites = [(number, frames) for frames, number in self._sites.items()]
        return {"site": sites, "site_total": self._totals}


def _traces() -> _Traces | None:
    """Read what ``tracemalloc`` knows, if it traces."""
    tracer = _tracer()
    if tracer is None:
        return None
    traces = tracer["_get_traces"]()
    files = {id(file): file for _, _, frames, *_ in traces for file, _ in frames}
    if not _all_plain_strings(files.values()):
        return None  # a file name of a class of its own: to compare it would run its code
    del files
    return _Traces(traces, tracer["_get_object_traceback"])


def _stop_tracing() -> None:
    """Trace no more: in a fork only, where nobody asks for what was traced any more."""
    tracer = _tracer()
    if tracer is not None:
        tracer["stop"]()


# ---------------------------------------------------------------------------------------------
# Writing
# ---------------------------------------------------------------------------------------------


def _new_temporary(target: str) -> str:
    """Create the private file that becomes ``target`` when it is complete."""
    if os.path.lexists(target):
        raise DumpError(f"{target} exists already; dumps are never overwritten")
    temporary = f"{target}.{os.urandom(6).hex()}.tmp"
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


def _publish(temporary: str, target: str) -> list[str]:
    """Give the complete file its name; return warnings."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise DumpError(f"{target} exists already; dumps are never overwritten") from None
    except (OSError, AttributeError):  # the system of a browser has no links at all
        if os.path.lexists(target):
            raise DumpError(f"{target} exists already; dumps are never overwritten") from None
        os.rename(temporary, target)
        return ["the file system knows no links, so the file was renamed into place"]
    os.unlink(temporary)
    return []


def _write(path: str, capture: _Capture, meta: dict[str, object]) -> None:
    """Fill the file."""
    if sqlite3 is None:
        _write_spool(path, _rows(capture, meta))
    else:
        _write_database(path, _rows(capture, meta))


def _rows(capture: _Capture, meta: dict[str, object]) -> Iterator[tuple[str, Row]]:
    """Yield every row of the file with the name of its table; ``complete`` is the last one.

    What a file that is cut short can best do without comes late: names in code after texts, texts
    after references, references after objects.
    """
    for line in ABOUT.splitlines():
        yield "about", (line,)
    for row in _layout_rows(capture.layouts):
        yield "layout", row
    types = capture.tables["type"]
    capture.tables["type"] = _add_totals(types, capture.columns, capture.layouts)
    for table, rows in capture.tables.items():
        for row in rows if table != "code" else ():
            yield table, row
    yield from _pages(capture.columns)
    for row in capture.tables["code"]:
        yield "code", row
    for key, value in meta.items():
        yield "meta", (key, json.dumps(value))
    yield "meta", ("complete", "true")


def _write_database(path: str, rows: Iterable[tuple[str, Row]]) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + SCHEMA)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
        for table, group in groupby(rows, operator.itemgetter(0)):
            columns = len(db.execute(f"PRAGMA table_info({table})").fetchall())
            insert = f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"
            db.executemany(insert, map(operator.itemgetter(1), group))
        db.execute("COMMIT")
    finally:
        db.close()


SPOOL = b"PyHeap spool 1\n"


def _write_spool(path: str, rows: Iterable[tuple[str, Row]]) -> None:
    """Write the same rows without SQLite.

    Each row is a line of JSON, the table's name and the values; a blob is given as its number of
    bytes in a list, and follows the line. ``convert`` makes the database of it.
    """
    with open(path, "wb") as file:
        file.write(SPOOL)
        for table, row in rows:
            values = [[len(value)] if type(value) is bytes else value for value in row]
            file.write(json.dumps([table, values]).encode() + b"\n")
            file.writelines(value for value in row if type(value) is bytes)


def _read_spool(path: str) -> Iterator[tuple[str, Row]]:
    """Yield the rows of a spool file.

    Raises:
        DumpError: The file is none, or ends too early.
    """
    tables = [line.split()[2] for line in SCHEMA.splitlines() if line.startswith("CREATE")]
    with open(path, "rb") as file:
        if file.readline(len(SPOOL)) != SPOOL:
            raise DumpError(f"{path} is not a spool file")
        row: Row = ()
        for line in file:
            table = ""
            try:
                table, values = json.loads(line)
                row = tuple(_value(file, value) for value in values)
            except (ValueError, TypeError, IndexError):
                table = ""
            if table not in tables:
                raise DumpError(f"{path} is damaged or was cut off")
            yield table, row
        if row != ("complete", "true"):
            raise DumpError(f"{path} was cut off: its end is missing")


def _value(file: Any, value: Any) -> Any:
    """Return a value of a row; a list says how many bytes follow."""
    if type(value) is not list:
        return value
    blob = file.read(value[0])
    if len(blob) != value[0]:
        raise ValueError
    return blob


def _pages(columns: _Columns) -> Iterator[tuple[str, Row]]:
    of_objects = (
        *(columns.addresses, columns.types, columns.layouts, columns.sizes),
        *(columns.refcounts, columns.lengths, columns.reference_counts, columns.flags),
    )
    for first in range(0, len(columns.addresses), PAGE):
        pages = [column[first : first + PAGE] for column in of_objects]
        yield "object_page", _page(first, len(pages[0]), [*map(_packed, pages)])
    for first in range(0, len(columns.sites or ()), PAGE):
        sites = columns.sites[first : first + PAGE]  # type: ignore[index]
        yield "site_page", _page(first, len(sites), [_packed(sites)])
    for first in range(0, len(columns.targets), PAGE):
        page = columns.targets[first : first + PAGE]
        yield "reference_page", _page(first, len(page), [_packed(page)])
    start = 0
    for first in range(0, len(columns.text_ends), PAGE):
        ends = columns.text_ends[first : first + PAGE]
        offsets = array("I", [0, *map(operator.sub, ends, repeat(start))])
        text = zlib.compress(columns.text[start : ends[-1]], 1)
        yield "text_page", _page(first, len(ends), [_packed(offsets), text])
        start = ends[-1]


def _page(first: int, entries: int, blobs: list[bytes]) -> Row:
    crc = 0
    for blob in blobs:
        crc = zlib.crc32(blob, crc)
    return (first, entries, "planes+zlib", crc, *blobs)


def _packed(column: array[int]) -> bytes:
    """Return a page of a column: little-endian, 64-bit columns as byte planes, compressed."""
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    raw = column.tobytes()
    if column.itemsize == 8:
        raw = b"".join(raw[plane::8] for plane in range(8))
    return zlib.compress(raw, 1)


# ---------------------------------------------------------------------------------------------
# Limits: what the process may still take, how long it would stand still
# ---------------------------------------------------------------------------------------------

# Measured on 3.9 to 3.13, for each block of memory that Python has given out. There are 1.0 to 1.4
# blocks for each object.
_BYTES_TO_LOOK = 200
_BYTES_TO_LIST = 17  # with what is found on disk
_BYTES_TO_WRITE = 60
_SECONDS_TO_LOOK = 5e-6
_MEGABYTE = 1_000_000


def _predicted_pause() -> float:
    return 0.2 + sys.getallocatedblocks() * _SECONDS_TO_LOOK * _slower_for_tracing()


def _slower_for_tracing() -> float:
    """Return how many times longer it takes because what we allocate is traced as well."""
    tracer = _tracer()
    return min(65, 1 + 6 * tracer["get_traceback_limit"]()) if tracer else 1


def _in_megabytes(size: float) -> str:
    return f"{size / _MEGABYTE:,.0f} MB"


def _lines(path: str) -> list[str]:
    return _read(path).splitlines()


def _room_for_memory() -> tuple[int, str]:
    """Return how many bytes this process may still take, and what limits it."""
    rooms = [*_process_rooms(), *_cgroup_rooms()]
    available = _kilobytes(_read("/proc/meminfo")).get("MemAvailable")
    if available is not None:
        rooms.append((available, "of the machine's memory are available"))
    return min(rooms, default=(sys.maxsize, ""))


def _process_rooms() -> Iterator[tuple[int, str]]:
    """Yield what ``ulimit`` leaves."""
    status = _kilobytes(_read("/proc/self/status"))
    for line in _lines("/proc/self/limits"):
        for limit, used in (("Max address space", "VmSize"), ("Max data size", "VmData")):
            soft = line[len(limit) :].split()[:1]
            if line.startswith(limit) and soft[0].isdigit() and used in status:
                yield int(soft[0]) - status[used], f"are left by the limit '{limit.lower()}'"


def _cgroup_rooms() -> Iterator[tuple[int, str]]:
    """Yield what the control groups of the process leave, of either version, up to the root."""
    for line in _lines("/proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, names = "/sys/fs/cgroup", ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            root = "/sys/fs/cgroup/memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        folder = root + path.rstrip("/")
        while folder.startswith(root):  # in a container the path may be that of the host
            limit = _number(_first_line(f"{folder}/{names[0]}"))
            used = _number(_first_line(f"{folder}/{names[1]}"))
            if limit is not None and used is not None and limit < 1 << 60:
                stat = [line.split() for line in _lines(f"{folder}/memory.stat")]
                cached = sum(int(value) for name, value in stat if name == names[2])
                yield limit - used + cached, "are left by the control group's limit on memory"
            folder = os.path.dirname(folder)


def _choose_method(method: str, max_pause: float | None, force: bool, target: str) -> str:
    """Choose how to look, by what may be used and how long the program may stand still.

    Raises:
        DumpError: It would take too much, or too long.
    """
    room, limit = _room_for_memory()
    blocks = sys.getallocatedblocks()
    status = _kilobytes(_read("/proc/self/status"))
    needed = {"memory": blocks * _BYTES_TO_LOOK + 8 * _MEGABYTE}
    needed["disk"] = blocks * _BYTES_TO_LIST + 64 * _MEGABYTE
    needed["fork"] = needed["memory"] + status.get("RssAnon", status.get("VmRSS", 0))
    pauses = {"memory": _predicted_pause(), "disk": 2 * _predicted_pause()}
    pauses["fork"] = 0.05 + status.get("VmRSS", 0) * 0.5e-9
    can_fork = sys.platform == "linux"
    no_disk = _why_no_disk(os.path.dirname(target))
    if method == "fork" and not can_fork:
        raise DumpError("only Linux lets a fork of the process look: leave out --fork")
    if method == "disk" and no_disk:
        raise DumpError(f"{no_disk}: leave out --disk, or choose another place for the file")
    if force:
        return "memory" if method == "auto" else method
    if method == "auto":
        method = "memory"
        if needed["memory"] > room and needed["disk"] < room and not no_disk:
            method = "disk"
        too_long = max_pause is not None and pauses[method] > max_pause
        if too_long and can_fork and needed["fork"] < room:
            method = "fork"
    if max_pause is not None and pauses[method] > max_pause:
        raise DumpError(
            f"the program would stand still for about {pauses[method]:.1f} s, and may for"
            f" {max_pause:g} s only; nothing was done"
        )
    if needed[method] > room:
        raise DumpError(
            f"a dump takes about {_in_megabytes(needed[method])} of memory here, and"
            f" {_in_megabytes(max(room, 0))} {limit}; nothing was done (--force tries it)"
        )
    return method


def _why_no_disk(folder: str) -> str:
    """Return why what is found can't be kept in a file in a folder, or nothing."""
    if not hasattr(os, "posix_fallocate"):
        return "this system can't promise room on the disk"
    if _tracer():
        return "while tracemalloc traces, that takes more memory than it saves"
    kind, longest = "", ""
    for line in _lines("/proc/self/mounts"):
        _, place, kind_there = line.split(" ")[:3]
        inside = folder == place or folder.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(longest):
            kind, longest = kind_there, place
    return f"{folder} is in memory" if kind in ("tmpfs", "ramfs", "devtmpfs") else ""


def _file_to_map(path: str) -> Any:
    """Return a mapped file without a name in the folder of a path.

    Raises:
        DumpError: There is no room.
    """
    import mmap

    path = f"{path}.columns"
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            os.unlink(path)
            objects, references, size = _Disk.sizes()
            os.posix_fallocate(file, 0, size)
            room = mmap.mmap(file, size)
            room[:16] = array("Q", [objects, references]).tobytes()
            return room
        finally:
            os.close(file)
    except OSError as error:
        raise DumpError(_reason(error, path)) from error


def _check_room(target: str, force: bool, method: str) -> None:
    """Make sure that the file has room.

    Raises:
        DumpError: It has not.
    """
    if force or not hasattr(os, "statvfs"):
        return
    disk = os.statvfs(os.path.dirname(target))
    free = disk.f_bavail * disk.f_frsize
    blocks = sys.getallocatedblocks()
    needed = blocks * _BYTES_TO_WRITE + _MEGABYTE
    if method == "disk":
        needed += _Disk.sizes()[2]
    if free < needed:
        raise DumpError(
            f"the file takes up to {_in_megabytes(needed)}, and {os.path.dirname(target)} has"
            f" {_in_megabytes(free)} free; nothing was done (--force tries it)"
        )


# ---------------------------------------------------------------------------------------------
# A fork that looks
# ---------------------------------------------------------------------------------------------


# Not empty while we fork ourselves: that copy is not to listen.
_forking: list[bool] = []


def _fork() -> int:
    """Fork, without the warning about other threads: they are the reason."""
    warnings: Any = sys.modules.get("warnings") if sys.version_info >= (3, 12) else None
    _forking.append(True)
    try:
        if warnings is None:
            return _original("os", "fork")()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _original("os", "fork")()
    finally:
        _forking.clear()


def _dump_by_fork(
    temporary: str,
    target: str,
    label: str | None,
    privacy: str,
    mode: str,
    innermost: types.FrameType | None,
    max_pause: float | None,
    started: float,
) -> Report:
    """Let a copy of this process capture and write.

    The stacks of the other threads are taken before, as the copy has none of them. The one that
    looks is a grandchild, so that no child is left for the program to wait for.
    """
    del max_pause  # the fork itself can't be given up
    threading = sys.modules.get("threading")
    active = vars(threading).get("_active") if type(threading) is types.ModuleType else None
    others: list[Any] = [_innermost_frames(), {**active} if type(active) is dict else {}]
    del others[0][_this_thread()], threading, active
    unseen = 0
    if sys.version_info >= (3, 15):
        unseen = len(others[0].keys() - _helpers)
        others[0].clear()  # in the fork, what these frames ran on is gone: to look would crash
    facts = [_process_facts(privacy), json.loads(_memory_facts()), _tracemalloc_facts(), unseen]
    parent = json.dumps(facts)
    del facts
    read_end, write_end = os.pipe()
    began = time.perf_counter()
    child = _fork()
    if not child:
        # No tuple of arguments: it would be in the dump.
        _be_the_fork(
            temporary,
            target,
            label,
            privacy,
            mode,
            innermost,
            started,
            began,
            parent,
            others,
            write_end,
        )
    pause = time.perf_counter() - began
    del others, innermost
    os.close(write_end)
    try:  # noqa: SIM105 - nothing more is imported
        _original("os", "waitpid")(child, 0)
    except ChildProcessError:
        pass  # the program waits for any child, or for none
    answer = json.loads(_read_all(read_end) or "{}")
    if "objects" not in answer:
        raise DumpError(answer.get("error", "the fork that looked was ended, perhaps for memory"))
    return Report(
        path=target,
        objects=answer["objects"],
        references=answer["references"],
        pause_seconds=pause,
        seconds=time.perf_counter() - started,
        warnings=tuple(answer["warnings"]),
    )


def _read_all(descriptor: int) -> str:
    """Read until the other end is closed."""
    with open(descriptor, encoding="utf-8") as file:
        return file.read()


def _be_the_fork(
    temporary: str,
    target: str,
    label: str | None,
    privacy: str,
    mode: str,
    innermost: types.FrameType | None,
    started: float,
    began: float,
    parent: str,
    others: list[Any],
    write_end: int,
) -> None:
    """Look, write, tell, and end; nothing of the program runs any more in this process."""
    try:
        if _fork():
            os._exit(0)
        parent = json.dumps([time.perf_counter() - began, *json.loads(parent)])
        _let_go_of_everything(write_end)
        report = _dump_here(
            temporary,
            target,
            label,
            privacy,
            mode,
            innermost,
            None,
            started,
            parent,
            others,
        )
        answer: dict[str, object] = report._asdict()
        _finish_elsewhere(temporary, target, answer, write_end)
    except DumpError as error:
        answer = {"error": str(error)}
    except BaseException as error:  # noqa: BLE001 - must not go on as a second program
        answer = {"error": f"the fork failed: {type(error).__name__}: {error}"}
    try:
        os.write(write_end, json.dumps(answer).encode())
    finally:
        os._exit(0)


def _let_go_of_everything(keep: int) -> None:
    """Be the first to be ended for memory, and hold no file or connection of the program open."""
    try:
        file = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(file, b"1000")
        os.close(file)
    except OSError:
        pass
    signal: Any = sys.modules.get("_signal")  # Python itself imports it; not for us
    if signal is not None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) != keep:
            try:  # noqa: SIM105 - nothing more is imported
                os.close(int(name))
            except OSError:
                pass  # the one that listed them


def _finish_elsewhere(temporary: str, target: str, answer: dict[str, object], tell: int) -> None:
    """Let a fresh Python make the database of the spool.

    SQLite's own locks may have been held by another thread while we were forked. Where the
    program's Python can't be told, there is only this process.
    """
    told = json.dumps(answer)
    python = sys.executable or ""
    if os.path.basename(python).startswith("python") and os.path.isfile(__file__):
        os.set_inheritable(tell, True)
        command = [python, "-I", "-S", __file__, "_finish", temporary, target, told, str(tell)]
        os.execv(python, command)
    answer.update(_finish(temporary, target, told))


def _finish(temporary: str, target: str, told: str) -> dict[str, Any]:
    """Make the database of a spool, give it its name, and return what is to be told."""
    answer = json.loads(told)
    made = f"{temporary}.db"
    os.close(os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        if sqlite3 is None:
            os.replace(temporary, made)
        else:
            _write_database(made, _read_spool(temporary))
        answer["warnings"] += _publish(made, target)
    except OSError as error:
        return {"error": _reason(error, target)}
    except DumpError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - of sqlite3, which there may not be
        return {"error": f"cannot write {target}: {error}"}
    finally:
        for path in (made, temporary):
            if os.path.lexists(path):
                os.unlink(path)
    return answer


def _speak_for_parent(capture: _Capture, meta: dict[str, Any], parent: str) -> None:
    """Let the file tell of the process that was forked."""
    pause, process, memory, tracing, unseen = json.loads(parent)
    capture.pause = pause
    if unseen:
        capture.warnings.append(
            f"the {'stack' if unseen == 1 else 'stacks'} of {unseen} other"
            f" {'thread' if unseen == 1 else 'threads'} {'is' if unseen == 1 else 'are'} not in the"
            " file: on Python 3.15 a fork can't look at them, a dump without --fork can"
        )
    meta.update(process=process, memory=memory, tracemalloc=tracing)
    meta["capture"].update(method="fork", pause_seconds=pause)


# ---------------------------------------------------------------------------------------------
# A prepared service, and asking it
# ---------------------------------------------------------------------------------------------

_sleep = _original("time", "sleep")  # the real one, whatever the program puts into its place later

# Where requests to this process are left, by the number of the process: a fork has its own.
_posts: dict[int, str] = {}


def listen() -> str:
    """Let ``pyheap_dump.py ask PID`` take dumps of this process and of what it forks.

    A small thread looks once a second (``PYHEAP_POLL``) whether a request was left in a folder
    that only this user can write to. Or, with ``PYHEAP_SIGNAL=RTMIN+3``, nothing runs until that
    real-time signal comes; a handler that is there already is never replaced.

    The environment says the rest: ``PYHEAP_LISTEN=0`` switches it off; ``PYHEAP_FOLDER`` is where
    dumps go, ``PYHEAP_LABEL``, ``PYHEAP_PRIVACY``, ``PYHEAP_METHOD``, ``PYHEAP_MAX_PAUSE`` and
    ``PYHEAP_KEEP`` are as on the command line, and whoever asks can only ask for more privacy.

    Returns:
        A sentence: where it listens, or why it does not. It never raises, for the program is not
        to fail by this.
    """
    if os.environ.get("PYHEAP_LISTEN") == "0":
        return "PYHEAP_LISTEN=0: this process does not listen"
    if os.getpid() in _posts:
        return f"this process listens in {_posts[os.getpid()]}"
    try:
        first = not _posts
        said = _listen()
        if first and hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_listen_again)
        return said
    except Exception as error:  # noqa: BLE001 - see above
        return f"this process does not listen for pyheap_dump.py ask: {error}"


def _listen_again() -> None:
    """Listen in a fork too, which has no thread of ours and another number."""
    if _forking:
        return
    try:
        _helpers.clear()
        _posts.clear()
        _listen()
    except Exception:  # noqa: BLE001 - the program is not to fail by this
        pass


def _listen() -> str:
    folder = _post_folder(os.geteuid())
    wanted = os.environ.get("PYHEAP_SIGNAL", "")
    number = _signal_number(wanted) if wanted else 0
    if number:
        _handle(number, wanted)
        thread = 0
    else:
        float(os.environ.get("PYHEAP_POLL", "1"))  # what is no number is told here
        _posts[os.getpid()] = folder
        _original("_thread", "start_new_thread")(_wait_for_requests, ())
        while not _helpers:
            _sleep(0.0005)
        thread = _native[0]
    pid = os.getpid()
    _posts[pid] = folder
    facts = {
        "pid": pid,
        "started": _started_at(pid),
        "thread": thread,
        "signal": number,
        "program": _program_name(),
        "python": sys.version.split()[0],
        "tool": VERSION,
    }
    _put(os.path.join(folder, f"{pid}.listening"), json.dumps(facts))
    return f"this process listens in {folder}"


def _post_folder(user: int) -> str:
    """Return the folder where a user's processes listen, made if need be.

    Raises:
        DumpError: Somebody else could write into it.
    """
    parent = os.environ.get("PYHEAP_POST") or _scratch_folder()
    folder = os.path.join(parent, f"pyheap-{user}")
    try:
        os.mkdir(folder, 0o700)
        if os.geteuid() != user:
            os.chown(folder, user, -1)
    except FileExistsError:
        pass
    status = os.lstat(folder)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != user or status.st_mode & 0o077:
        raise DumpError(f"{folder} is not this user's alone")
    return folder


def _put(path: str, text: str) -> None:
    """Write a small file that is there as a whole or not at all."""
    temporary = f"{path}.{os.urandom(6).hex()}.tmp"
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)
    os.rename(temporary, path)


def _get(path: str) -> dict[str, Any]:
    """Read a small file of ours, or of root; nothing else is believed."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        status = os.fstat(file)
        trusted = os.geteuid() == 0 or status.st_uid in (0, os.geteuid())
        if not stat.S_ISREG(status.st_mode) or not trusted:
            raise PermissionError(errno.EPERM, "is not of this user")
        return json.loads(os.read(file, 1 << 16))
    finally:
        os.close(file)


def _started_at(pid: int) -> int:
    """Return when a process began, in ticks since the machine did; 0 where nobody tells."""
    lines = _lines(f"/proc/{pid}/stat")
    return int(lines[0].rpartition(")")[2].split()[19]) if lines else 0


def _signal_number(name: str) -> int:
    import signal

    first, last = getattr(signal, "SIGRTMIN", 0), getattr(signal, "SIGRTMAX", -1)
    text = name.upper()
    if text.startswith("SIG"):
        text = text[3:]
    number = int(text) if text.isdigit() else -1
    if text.startswith("RTMIN"):
        number = first + int(text[5:] or 0)
    elif text.startswith("RTMAX"):
        number = last + int(text[5:] or 0)
    if not first <= number <= last:
        raise DumpError(
            f"PYHEAP_SIGNAL={name}: only real-time signals, such as RTMIN+3; servers use the others"
        )
    return number


def _handle(number: int, name: str) -> None:
    import signal

    if signal.getsignal(number) not in (signal.SIG_DFL, _on_request):
        raise DumpError(f"PYHEAP_SIGNAL={name}: the program handles this signal itself")
    signal.signal(number, _on_request)


def _on_request(_number: int, frame: types.FrameType | None) -> None:
    folder = _posts.get(os.getpid())
    if folder is not None:
        _answer(folder, frame)


# The system's number of the thread that waits.
_native = [0]


def _wait_for_requests() -> None:
    """Look for requests as long as the process runs; it holds no more than numbers and texts."""
    pid = os.getpid()
    folder = _posts[pid]
    interval = float(os.environ.get("PYHEAP_POLL", "1"))
    path = os.path.join(folder, f"{pid}.request")
    _native[0] = getattr(_thread, "get_native_id", lambda: 0)()
    _helpers.add(_this_thread())
    while True:
        _sleep(interval)
        try:
            os.lstat(path)
        except OSError:
            continue
        _answer(folder, None)


def _answer(folder: str, innermost: types.FrameType | None) -> None:
    """Do what was asked, and say how it went; whatever goes wrong is said too."""
    pid = os.getpid()
    path = os.path.join(folder, f"{pid}.request")
    number = ""
    try:
        asked = _get(path)
        os.unlink(path)
        number, target = asked["id"], asked["target"]
        label = asked["label"] or os.environ.get("PYHEAP_LABEL")
        privacy = min(
            asked["privacy"] or PRIVACY_LEVELS[-1],
            os.environ.get("PYHEAP_PRIVACY", PRIVACY_LEVELS[-1]),
            key=PRIVACY_LEVELS.index,
        )
        method = asked["method"] or os.environ.get("PYHEAP_METHOD", "auto")
        pauses = [float(p) for p in (asked["max_pause"], os.environ.get("PYHEAP_MAX_PAUSE")) if p]
        max_pause = min(pauses, default=None)
        force = asked["force"]
        if not target:
            own = os.environ.get("PYHEAP_FOLDER")
            preferred = [own, asked["folder"]] if own else [asked["folder"]]
            target = _default_path(_writable([*preferred, *_folders()]))
        del asked, pauses
        told = os.path.join(folder, f"{pid}.answer")
        pause = 0.0 if method == "fork" else _predicted_pause()
        _put(told, json.dumps({"id": number, "pause": pause}))
        report = _dump(target, label, privacy, "ask", innermost, method, max_pause, force)
        answer: dict[str, object] = report._asdict()
        keep = os.environ.get("PYHEAP_KEEP")
        if keep:
            _keep_newest(target, int(keep))
    except DumpError as error:
        answer = {"error": str(error)}
    except FileNotFoundError:
        return  # withdrawn
    except Exception as error:  # noqa: BLE001 - the program is not to fail by this
        answer = {"error": f"{type(error).__name__}: {error}"}
    try:  # noqa: SIM105 - nothing more is imported
        _put(os.path.join(folder, f"{pid}.answer"), json.dumps({"id": number, **answer}))
    except OSError:
        pass  # whoever asked says that no answer came


def _listening(folder: str) -> dict[int, dict[str, Any]]:
    """Return what listens in a folder, by process number; what has ended is swept out."""
    found: dict[int, dict[str, Any]] = {}
    for name in os.listdir(folder):
        number, _, kind = name.partition(".")
        if kind != "listening" or not number.isdigit():
            continue
        try:
            facts = _get(os.path.join(folder, name))
            if _still_listens(facts):
                found[int(number)] = facts
                continue
        except (OSError, ValueError, KeyError):
            pass
        for kind in ("listening", "request", "answer"):
            try:  # noqa: SIM105 - nothing more is imported
                os.unlink(os.path.join(folder, f"{number}.{kind}"))
            except OSError:
                pass
    return found


def _still_listens(facts: dict[str, Any]) -> bool:
    """Tell whether it is the same process, and still has our thread or handles our signal."""
    pid = facts["pid"]
    if not os.path.isdir("/proc/self"):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True
    if facts["started"] != _started_at(pid):
        return False
    if facts["signal"]:
        masks = [line.split() for line in _lines(f"/proc/{pid}/status")]
        caught = [int(words[1], 16) for words in masks if words and words[0] == "SigCgt:"]
        return bool(caught and caught[0] >> (facts["signal"] - 1) & 1)
    return os.path.isdir(f"/proc/{pid}/task/{facts['thread']}")


def _user_of(pid: int) -> int | None:
    """Return the effective user of a process, or None if there is no such process."""
    for line in _lines(f"/proc/{pid}/status"):
        if line.startswith("Uid:"):
            return int(line.split()[2])
    if os.path.isdir("/proc/self"):
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return os.geteuid()


def _descendants(pid: int) -> set[int]:
    """Return a process and all that it or its children started."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        lines = _lines(f"/proc/{name}/stat") if name.isdigit() else []
        if lines:
            parents[int(name)] = int(lines[0].rpartition(")")[2].split()[1])
    found = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def _ask(
    pid: int, facts: dict[str, Any], folder: str, wishes: dict[str, object], seconds: float
) -> dict[str, Any]:
    """Leave a request, wait for the answer, and return it.

    Raises:
        DumpError: The process does not answer, or it says why there is no dump.
    """
    request, told = (os.path.join(folder, f"{pid}.{kind}") for kind in ("request", "answer"))
    number = os.urandom(8).hex()
    temporary = f"{request}.{number}.tmp"
    _put(temporary, json.dumps({"id": number, **wishes}))
    try:
        if os.geteuid() == 0:
            os.chown(temporary, _user_of(pid) or 0, -1)
        os.link(temporary, request)
    except FileExistsError:
        raise DumpError(f"somebody else is asking process {pid} already") from None
    finally:
        os.unlink(temporary)
    if facts["signal"]:
        os.kill(pid, facts["signal"])
    begun = False
    try:
        for answer in _answers(pid, told, number, request, seconds):
            if "objects" in answer:
                return answer
            begun = True
            pause = answer["pause"]
            expected = f", to stand still for about {pause:.1f} s" if pause else ", by a fork"
            _say(f"pyheap_dump: process {pid} begins{expected}")
    except KeyboardInterrupt:
        if not begun and _withdraw(request):
            _say(f"pyheap_dump: process {pid} had not begun; the request is withdrawn")
        else:
            where = f" into {wishes['target']}" if wishes["target"] else ""
            _say(f"pyheap_dump: process {pid} goes on, and writes its dump{where}")
        raise
    raise AssertionError  # the answers end with the one that is returned


def _withdraw(request: str) -> bool:
    """Take a request back; tell whether it was still there."""
    try:
        os.unlink(request)
    except FileNotFoundError:
        return False
    return True


# Seconds after which a process that has begun is said to be silent, besides ten times its pause.
_SILENCE = 60


def _answers(
    pid: int, told: str, number: str, request: str, seconds: float
) -> Iterator[dict[str, Any]]:
    """Yield what a process says when it begins, and then its answer.

    Raises:
        DumpError: It does not begin in time, it ends, or it says why there is no dump.
    """
    ends = time.monotonic() + seconds
    begun = False
    while True:
        _sleep(0.05)
        try:
            answer = _get(told)
        except (OSError, ValueError):
            answer = {}
        if answer.get("id") == number:
            if "error" in answer:
                raise DumpError(f"process {pid}: {answer['error']}")
            if "objects" in answer:
                yield answer
                return
            if not begun:
                begun = True
                yield answer
                ends = time.monotonic() + _SILENCE + 10 * answer["pause"]
        if _user_of(pid) is None:
            raise DumpError(f"process {pid} ended")
        if time.monotonic() < ends:
            continue
        if begun:
            _say(
                f"pyheap_dump: process {pid} has not answered yet: it is still at work, or stopped;"
                " Ctrl+C leaves it to itself"
            )
            ends = float("inf")
        elif _withdraw(request):  # else it begins just now
            raise DumpError(
                f"process {pid} did not look within {seconds:g} s: it waits in C code that holds"
                " the interpreter, or is stopped; the request is withdrawn"
            )


def _not_listening(pid: int) -> str:
    """Say why a process can't be asked, and what can be done."""
    attach = (
        f"; it runs Python 3.14 or later? then: pyheap_dump.py attach {pid}"
        if sys.platform == "linux"
        else ""
    )
    return (
        f"process {pid} does not listen: nothing was sent to it. Without a restart there is no way"
        " in; add this line to it now, for the next time: import pyheap_dump;"
        " pyheap_dump.listen() (see: pyheap_dump.py install; in a container, ask inside it"
        f"{attach})"
    )


# ---------------------------------------------------------------------------------------------
# Attaching to a process that is not prepared
# ---------------------------------------------------------------------------------------------


def _attach(pid: int, options: argparse.Namespace) -> dict[str, Any]:
    """Let a process run the dump, by ``sys.remote_exec`` or by gdb; return what it tells.

    Raises:
        DumpError: What stands in the way, or that no dump appeared.
    """
    user = _user_of(pid)
    if user is None:
        raise DumpError(f"there is no process {pid}")
    if sys.platform != "linux":
        raise DumpError("attaching works on Linux only; prepare the program with listen()")
    _check_may_attach(pid, user)
    python = _python_of(pid)
    if options.gdb:
        return _run_inside(pid, user, options, _by_gdb)
    if python < (3, 14):
        raise DumpError(_not_attachable(pid, python))
    _check_remote_debugging(pid)
    if sys.version_info[:2] != python:
        _execute_with_python_of(pid)
    return _run_inside(pid, user, options, _by_remote_exec)


def _python_of(pid: int) -> tuple[int, int]:
    """Return the version of the Python that a process runs, by what it has mapped."""
    import re

    names = [f"{os.readlink(f'/proc/{pid}/exe')}\n"] if os.access(f"/proc/{pid}/exe", 4) else []
    names += _lines(f"/proc/{pid}/maps")
    for name in names:
        found = re.search(r"python(3)\.(\d+)", name)
        if found:
            return int(found[1]), int(found[2])
    if names:
        raise DumpError(f"process {pid} is no CPython that tells its version")
    raise DumpError(f"process {pid} can't be looked at: be its user or root, in its container")


def _not_attachable(pid: int, python: tuple[int, int]) -> str:
    return (
        f"process {pid} runs Python {python[0]}.{python[1]}, which nobody can enter without a"
        " restart: only 3.14 and later let one in. Add this line to it now, for the next time:"
        " import pyheap_dump; pyheap_dump.listen() (see: pyheap_dump.py install). The last"
        " resort, at your own risk, is --gdb"
    )


def _check_may_attach(pid: int, user: int) -> None:
    """Name what does not let us in: user, mount namespace, ptrace.

    Raises:
        DumpError: We may not.
    """
    if os.geteuid() not in (0, user):
        raise DumpError(f"process {pid} is of another user: attach as that user, or as root")
    spaces = {_link(f"/proc/{who}/ns/mnt") for who in ("self", str(pid))}
    if len(spaces - {""}) > 1:
        raise DumpError(
            f"process {pid} runs in another mount namespace, a container: attach inside it, with"
            " docker exec, kubectl exec, or nsenter -m -t PID"
        )
    capabilities = [line.split()[1] for line in _lines("/proc/self/status") if "CapEff" in line]
    may_trace = bool(capabilities and int(capabilities[0], 16) >> 19 & 1)
    scope = _number(_first_line("/proc/sys/kernel/yama/ptrace_scope")) or 0
    if scope and not may_trace:
        raise DumpError(
            f"kernel.yama.ptrace_scope is {scope}, so only root"
            f"{' with CAP_SYS_PTRACE' if scope < 3 else ', and not even root,'} may enter process"
            f" {pid}: use sudo, or in a container --cap-add=SYS_PTRACE"
        )
    if os.geteuid() == 0 and user != 0 and not may_trace:
        raise DumpError(f"root lacks CAP_SYS_PTRACE here, so process {pid} can't be entered")


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _check_remote_debugging(pid: int) -> None:
    """Name what switched off remote debugging in a process.

    Raises:
        DumpError: Something did.
    """
    environment = _read(f"/proc/{pid}/environ").split("\0")
    for variable in environment:
        if variable.startswith("PYTHON_DISABLE_REMOTE_DEBUG="):
            raise DumpError(
                f"process {pid} was started with {variable}: without a restart there is no way in"
            )
    if "disable-remote-debug" in _read(f"/proc/{pid}/cmdline"):
        raise DumpError(
            f"process {pid} was started with -X disable-remote-debug: without a restart there is"
            " no way in"
        )


def _execute_with_python_of(pid: int) -> None:
    """Go on in the interpreter that the process runs, as ``sys.remote_exec`` wants it."""
    if os.environ.get("PYHEAP_REEXECUTED"):
        raise DumpError(f"the Python of process {pid} can't be started: attach with that one")
    python = os.path.realpath(f"/proc/{pid}/exe")
    os.environ["PYHEAP_REEXECUTED"] = "1"
    try:
        os.execv(python, [python, __file__, *sys.argv[1:]])
    except OSError as error:
        raise DumpError(f"cannot start {python}: {error.strerror}") from error


# What the process executes. It leaves no name behind, and no exception gets out of it: that has
# ended processes. What is not ours any more when it begins is left alone.
_INSIDE = """\
exec(compile('''
try:
    import importlib.util as util, os
    spec = util.spec_from_file_location("pyheap_dump", {dumper!r})
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main({folder!r})
except BaseException as error:
    try:
        with open({failure!r}, "x") as file: file.write(type(error).__name__ + ": " + str(error))
    except BaseException: pass
''', {dumper!r}, "exec"), {{"__builtins__": __builtins__}})
"""


def _run_inside(
    pid: int,
    user: int,
    options: argparse.Namespace,
    start: Callable[[int, str, float], None],
) -> dict[str, Any]:
    """Lay a script into a fresh folder, let the process execute it, wait for its answer."""
    folder = os.path.join(_scratch_folder(), f"pyheap-attach-{os.urandom(8).hex()}")
    os.mkdir(folder, 0o700)
    script, failure = os.path.join(folder, "inside.py"), os.path.join(folder, "failure")
    wishes = _wishes(options)
    if options.output == "-":
        wishes["target"] = os.path.join(folder, "out.pyheap")
    elif wishes["target"] is None:
        wishes["target"] = os.path.join(os.getcwd(), f"attached-{_default_name_of(pid)}")
    dumper = os.path.join(folder, "pyheap_dump.py")
    _put(dumper, _read(__file__))
    _put(os.path.join(folder, "request"), json.dumps(wishes))
    _put(script, _INSIDE.format(dumper=dumper, folder=folder, failure=failure))
    if os.geteuid() != user:
        for name in ("", "inside.py", "pyheap_dump.py", "request"):
            os.chown(os.path.join(folder, name), user, -1)
    answered = False
    try:
        _say(f"pyheap_dump: waiting until process {pid} runs Python, up to {options.wait:g} s")
        start(pid, script, options.wait)
        answer = _wait_for_answer(pid, folder, options.wait)
        answered = True
        if options.output == "-" and "objects" in answer:
            _stream(answer["path"], 1)
    finally:
        if answered:
            for name in os.listdir(folder):
                os.unlink(os.path.join(folder, name))
            os.rmdir(folder)
        else:  # the process may still execute it, and must find a script that does nothing
            for name in os.listdir(folder):
                if name != "inside.py":
                    os.unlink(os.path.join(folder, name))
            os.truncate(script, 0)
    if "error" in answer:
        raise DumpError(f"process {pid}: {answer['error']}")
    return answer


def _default_name_of(pid: int) -> str:
    arguments = _read(f"/proc/{pid}/cmdline").split("\0")
    name = next((a for a in arguments[1:] if a and not a.startswith("-")), arguments[0])
    stem = os.path.splitext(os.path.basename(name))[0] or "python"
    moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    made = "-".join([stem, os.uname().nodename, str(pid), moment])
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in made) + ".pyheap"


def _wait_for_answer(pid: int, folder: str, seconds: float) -> dict[str, Any]:
    """Return what appears in the folder; only that proves anything."""
    ends = time.monotonic() + seconds
    begun, answer, failure = (os.path.join(folder, n) for n in ("begun", "answer", "failure"))
    while True:
        if os.path.exists(answer):
            return json.loads(_read(answer))
        if os.path.exists(failure):
            return {"error": _read(failure)}
        if _user_of(pid) is None:
            raise DumpError(f"process {pid} ended")
        if not os.path.exists(begun) and time.monotonic() > ends:
            raise DumpError(
                f"process {pid} did not run Python within {seconds:g} s: it waits in a call such as"
                " time.sleep or recv; nothing was done to it, and what it may still execute is"
                f" empty ({folder}/inside.py, remove it when the process has ended)"
            )
        _sleep(0.05)


def _by_remote_exec(pid: int, script: str, _seconds: float) -> None:
    try:
        sys.remote_exec(pid, script)  # type: ignore[attr-defined]
    except (OSError, RuntimeError) as error:
        raise DumpError(f"process {pid} can't be entered: {error}") from error


# The process may be stopped anywhere, with any lock held, so gdb calls two functions only: mmap,
# which is the system's, and the one that C signal handlers use to have the main thread run
# something when it is between two instructions. A string as an argument would call malloc. What
# runs then must let no exception out, which would end the process.
_GDB = """\
set $at = ((void *(*)(void *, unsigned long, int, int, int, long)) mmap)(0, 4096, 3, 34, -1, 0)
restore code binary $at
call ((int (*)(void *, void *)) Py_AddPendingCall)((void *) PyRun_SimpleString, $at)
"""
_GDB_CODE = """\
try:
    with open({script!r}) as file: exec(file.read())
except BaseException: pass
"""


def _by_gdb(pid: int, script: str, seconds: float) -> None:
    """Let gdb have the main thread run the script; that it is to run proves nothing yet."""
    import subprocess

    folder = os.path.dirname(script)
    _put(os.path.join(folder, "gdb"), _GDB)
    code = _GDB_CODE.format(script=script)
    alone = f"exec({code!r}, {{'__builtins__': __builtins__}})\0"  # no name of it stays
    _put(os.path.join(folder, "code"), alone)
    command = ["gdb", "-p", str(pid), "-batch", "-nx", "-x", "gdb"]
    try:
        gdb = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError:
        raise DumpError("there is no gdb here") from None
    try:
        said, _ = gdb.communicate(timeout=max(seconds, 30) + 60)
    except subprocess.TimeoutExpired:
        gdb.terminate()  # it lets go of the process; killed, it would leave it in the middle
        gdb.communicate()
        raise DumpError(f"gdb did not come back from process {pid}") from None
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if "$1 = 0" not in lines:  # what the function returned
        why = next((line for line in reversed(lines) if "detached]" not in line), "nothing")
        raise DumpError(f"gdb could not enter process {pid}; it says: {why}")


def _dump_inside(folder: str, innermost: types.FrameType | None) -> None:
    """Dump in a process that was attached to, and say in the folder how it went."""
    _put(os.path.join(folder, "begun"), "")
    try:
        asked = json.loads(_read(os.path.join(folder, "request")))
        target, label, privacy = asked["target"], asked["label"], asked["privacy"]
        method, max_pause, force = asked["method"], asked["max_pause"], asked["force"]
        del asked
        report = _dump(
            target,
            label,
            privacy or PRIVACY_LEVELS[-1],
            "attach",
            innermost,
            method or "auto",
            max_pause,
            force,
        )
        answer: dict[str, object] = report._asdict()
    except DumpError as error:
        answer = {"error": str(error)}
    _put(os.path.join(folder, "answer"), json.dumps(answer))


# ---------------------------------------------------------------------------------------------
# The command line
# ---------------------------------------------------------------------------------------------

_HELP = """\
Dump the heap of a Python program, for PyHeap Explorer to open.

  run      a program from its beginning; dumped when it ends, or while it runs
  ask      a process that is prepared by one line (install shows it)
  attach   to a process that is not prepared: Python 3.14 and later
  install  print what prepares a service; nothing is written
  convert  make the database of a spool file, from a Python without sqlite3

PROGRAM runs as it would without this: same __main__, same sys.argv, same exit code. The dump at
its end is taken before Python tears anything down, so that globals, running threads and the
variables of a failed function are all in it. SIGTERM ends a Python program at once, without a
dump, unless the program handles it or --at-term is given.
"""

_EXAMPLES = """\
examples:
  python3 pyheap_dump.py run app.py --port 8080
  python3 pyheap_dump.py run -o leak.pyheap --label "after 10k requests" -m mypackage.worker
  python3 pyheap_dump.py run --when-memory-above 80% --keep 3 -m mypackage.worker
  python3 pyheap_dump.py run --privacy names app.py      (no values, for sharing)
  python3 pyheap_dump.py ask 4711
  python3 pyheap_dump.py ask --all-workers 4700 --fork
  kubectl exec POD -- python3 pyheap_dump.py ask 1 -o - > app.pyheap
  python3 pyheap_dump.py attach 4711

inside a program:
  import pyheap_dump
  pyheap_dump.dump("app.pyheap")
"""

_USAGE = {
    "run": "run [OPTION ...] (SCRIPT | -m MODULE) [ARGUMENT ...]",
    "ask": "ask [OPTION ...] (PID | --all-workers [PID] | --list)",
    "attach": "attach [OPTION ...] PID",
    "install": "install",
    "convert": "convert SPOOL FILE",
}


def _parser(command: str) -> argparse.ArgumentParser:
    """Return the parser of one command, or of all of them for ``--help``."""
    import argparse

    usage = [_USAGE[command]] if command else list(_USAGE.values())
    parser = argparse.ArgumentParser(
        prog="pyheap_dump.py",
        usage="\n       ".join(f"python3 pyheap_dump.py {line}" for line in usage),
        description=_HELP,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("command", choices=[*_USAGE], metavar="COMMAND", help=", ".join(_USAGE))
    parser.add_argument("--version", action="version", version=f"pyheap_dump {VERSION}")
    if command == "convert":
        parser.add_argument("spool", metavar="SPOOL")
        parser.add_argument("file", metavar="FILE")
    if command in ("run", "ask", "attach", ""):
        _add_what_to_write(parser)
    if command in ("run", ""):
        _add_when(parser)
    if command in ("ask", "attach", ""):
        parser.add_argument("pid", nargs="?", type=int, metavar="PID", help="the process")
        parser.add_argument(
            "--wait",
            type=float,
            default=30.0,
            metavar="S",
            help="how long to wait until the process begins (default: 30 s)",
        )
    if command in ("ask", ""):
        parser.add_argument(
            "--all-workers",
            action="store_true",
            help="ask all that listen, one after the other; with a PID, it and what it started",
        )
        parser.add_argument("--list", action="store_true", help="print which processes listen")
    if command in ("attach", ""):
        parser.add_argument(
            "--gdb",
            action="store_true",
            help="before 3.14, and at your own risk: let gdb have the main thread run the dump",
        )
    return parser


def _file_name(text: str) -> str:
    import argparse

    if not text:
        raise argparse.ArgumentTypeError("a file has a name")
    return text


def _add_what_to_write(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=_file_name,
        help="the file to write, never overwritten; - for standard output, where a program that is"
        " run then finds standard error (default: PROGRAM-HOST-PID-TIME.pyheap)",
    )
    parser.add_argument("--label", metavar="TEXT", help="a few words that tell this dump apart")
    parser.add_argument(
        "--privacy",
        choices=PRIVACY_LEVELS,
        metavar="LEVEL",
        help="none: types, sizes and references only; names: and functions, files, keys; "
        "previews: and values cut at 64 characters, secrets hidden (default: previews)",
    )
    parser.add_argument(
        "--fork",
        action="store_true",
        help="Linux: a copy of the process looks, so that it stands still only for the fork; runs"
        " the program's os.register_at_fork hooks, needs memory for the copy",
    )
    parser.add_argument(
        "--disk",
        action="store_true",
        help="keep what is found in a file while looking, which takes little memory and twice the"
        " time; it is chosen where memory does not suffice otherwise",
    )
    parser.add_argument(
        "--max-pause",
        type=float,
        metavar="S",
        help="seconds that the program may stand still; a dump that would take longer is not made",
    )
    parser.add_argument(
        "--force", action="store_true", help="begin also where memory or disk seem too small"
    )
    parser.add_argument(
        "--keep",
        type=int,
        metavar="N",
        help="with the default name: remove older dumps of this program, so that N are left",
    )


def _add_when(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--at-exit", action="store_true", help="dump when the program ends (the default)"
    )
    parser.add_argument("--every", type=float, metavar="S", help="dump every S seconds")
    parser.add_argument(
        "--when-memory-above",
        type=_size,
        metavar="N",
        help="dump once when it takes more: 800MB, 2GB, or 80%% of what it may take",
    )
    parser.add_argument(
        "--at-term",
        action="store_true",
        help="dump also when SIGTERM ends the program: it finds a handler of ours for that signal,"
        " until it sets its own",
    )


def _size(text: str) -> int:
    """Return a number of bytes, given as 800MB or as a part of what the process may take."""
    for suffix, factor in (("kb", 1000), ("mb", 1000**2), ("gb", 1000**3)):
        if text.lower().endswith(suffix):
            return int(float(text[: -len(suffix)]) * factor)
    if not text.endswith("%"):
        return int(text)
    total = _room_for_memory()[0] + _kilobytes(_read("/proc/self/status")).get("VmRSS", 0)
    return int(float(text[:-1]) / 100 * total)


_TAKE_VALUE = (
    *("-o", "--output", "--label", "--privacy", "--max-pause", "--keep", "--every"),
    *("--when-memory-above",),
)


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Split a command line into our own part and the program's, which we must not read."""
    position = 0
    while position < len(arguments):
        argument = arguments[position]
        if argument == "-m" or (not argument.startswith("-") and argument != "run"):
            break
        if argument == "run" and "run" in arguments[:position]:
            break  # a script called "run"
        position += 2 if argument in _TAKE_VALUE else 1
    return arguments[:position], arguments[position:]


def main(inside: str | None = None) -> Any:
    """Run the command line and return the exit code, or what the program gave ``sys.exit``.

    In a process that was attached to, ``inside`` is the folder that says what to do.
    """
    if inside is not None:
        return _dump_inside(inside, _program_frame())
    command = _command(sys.argv[1:])
    if command == "_finish":
        return _finish_for_fork(*sys.argv[2:])
    if command != "run":
        return _main_of_others(command, sys.argv[1:])
    ours, program = _split(sys.argv[1:])
    parser = _parser(command)
    options = parser.parse_args(ours)
    if not program or program == ["-m"]:
        parser.error("which program? give a SCRIPT, or -m and a MODULE")
    if options.keep is not None and options.output:
        parser.error("--keep goes with the default name: leave out -o")
    if options.output not in (None, "-") and options.every is None:
        # Said now, and not after hours of work that no dump would be left of.
        if os.path.lexists(options.output):
            parser.error(f"{options.output} exists already; dumps are never overwritten")
        if not os.path.isdir(os.path.dirname(os.path.abspath(options.output))):
            parser.error(f"there is no folder {os.path.dirname(options.output)}")
    _plan.update(vars(options), folder=os.getcwd(), pid=os.getpid())  # it may go elsewhere
    _plan["method"] = "fork" if options.fork else "disk" if options.disk else "auto"
    _plan["privacy"] = options.privacy or PRIVACY_LEVELS[-1]
    watched = options.every is not None or options.when_memory_above is not None
    at_exit = options.at_exit or not watched
    if options.output == "-":
        _plan["stdout"] = os.dup(1)
        os.dup2(2, 1)  # what the program prints must not be in the middle of the dump
    run = _run_module if program[0] == "-m" else _run_script
    sys.argv[:] = program[run is _run_module :]
    if options.at_term:
        _dump_at_term()
    del parser, options, ours, program
    _remains.extend(_made_to_start_us())
    _become_main()
    _forget_where_we_are()
    gc.collect()  # what we made so far; the program has made nothing yet
    if watched:
        _original("_thread", "start_new_thread")(_watch, ())
    process = os.getpid()
    outcome = _run(run, _copy(sys.argv[0]))
    if os.getpid() != process or not _started or not at_exit:
        return outcome  # a child that the program forked, or a program that there is not
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(max(limit, 1000))  # the program may have left us none
        _dump_as_planned(None)
    finally:
        sys.setrecursionlimit(limit)
    return outcome


def start() -> None:
    """Run the command line as an installed command: by this file, so that ``run`` is as always."""
    os.execv(sys.executable, [sys.executable, os.path.abspath(__file__), *sys.argv[1:]])


def _program_frame() -> types.FrameType | None:
    """Return the program's frame that was interrupted: below ours and the script's."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not _is_ours(frame.f_code) and not file.endswith("/inside.py"):
            return frame
        if frame.f_globals is not globals():  # what the process made of the script
            _remains.extend((frame.f_code, frame.f_globals))
        frame = frame.f_back
    return None


def _command(arguments: list[str]) -> str:
    """Return which command it is; none for what the parser has to say something about."""
    ours, rest = _split(arguments)
    if "run" in ours:
        return "run"
    known = (*_USAGE, "_finish")
    return rest[0] if not ours and rest and rest[0] in known else ""


# What ``run`` was told: the options, and the folder in which it was started.
_plan: dict[str, Any] = {}


def _dump_as_planned(innermost: types.FrameType | None) -> None:
    """Dump under ``run``; whatever goes wrong is told, and changes nothing for the program."""
    if os.getpid() != _plan["pid"]:
        return
    try:
        if _plan["output"] == "-":
            target = _default_path(_scratch_folder())
        elif _plan["output"]:
            target = os.path.join(_plan["folder"], _plan["output"])
            if _plan["every"] is not None:
                target = _numbered(target)
        else:
            target = _default_path(_writable([_plan["folder"], *_folders()]))
        report = _dump(
            target,
            _plan["label"],
            _plan["privacy"],
            "run",
            innermost,
            _plan["method"],
            _plan["max_pause"],
            _plan["force"],
        )
        shown = os.path.relpath(target, _plan["folder"])
        if _plan["output"] == "-":
            shown = "standard output"
            _stream(target, _plan["stdout"])
            os.unlink(target)
        elif _plan["keep"] is not None:
            _keep_newest(target, _plan["keep"])
    except DumpError as error:
        _say(f"pyheap_dump: {error}")
    except Exception as error:  # noqa: BLE001 - the program may have changed anything we stand on
        _say(f"pyheap_dump: no dump could be taken here: {type(error).__name__}: {error}")
    else:
        if shown.startswith(".."):
            shown = target
        _say(
            f"pyheap_dump: {report.objects:,} objects in {shown};"
            f" the program stood still for {report.pause_seconds:.2f} s"
        )


def _numbered(target: str) -> str:
    """Return the first of NAME-1.pyheap, NAME-2.pyheap … that is not there yet."""
    stem, suffix = os.path.splitext(target)
    return next(
        path for path in (f"{stem}-{n}{suffix}" for n in count(1)) if not os.path.lexists(path)
    )


def _watch() -> None:
    """Dump while the program runs: every so many seconds, and once when memory grows too large."""
    _helpers.add(_this_thread())
    next_at = time.monotonic() + (_plan["every"] or 0)
    while True:
        _sleep(min(1.0, _plan["every"] or 1.0))
        if _plan["every"] is not None and time.monotonic() >= next_at:
            _dump_as_planned(None)
            next_at = time.monotonic() + _plan["every"]
        above = _plan["when_memory_above"]
        if above is not None and _kilobytes(_read("/proc/self/status")).get("VmRSS", 0) > above:
            _plan["when_memory_above"] = None
            _dump_as_planned(None)


def _dump_at_term() -> None:
    """Handle SIGTERM until the program does."""
    import signal

    def end(number: int, frame: types.FrameType | None) -> None:
        _dump_as_planned(frame)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, end)


def _main_of_others(command: str, arguments: list[str]) -> int:
    """Run a command other than ``run``."""
    parser = _parser(command)
    options = parser.parse_intermixed_args(arguments)
    try:
        if command == "install":
            print(_install_text())
        elif command == "convert":
            _convert(options.spool, options.file)
        elif command == "ask":
            return _main_of_ask(parser, options)
        elif command == "attach":
            return _main_of_attach(parser, options)
        else:
            parser.error("which command? " + ", ".join(_USAGE))
    except DumpError as error:
        _say(f"pyheap_dump: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _finish_for_fork(temporary: str, target: str, told: str, tell: str) -> int:
    answer = json.dumps(_finish(temporary, target, told))
    os.write(int(tell), answer.encode())
    return 0


def _convert(spool: str, file: str) -> None:
    """Make the database of a spool file."""
    if sqlite3 is None:
        raise DumpError("this Python has no sqlite3 module either; convert with another one")
    target = os.path.abspath(file)
    temporary = _new_temporary(target)
    try:
        _write_database(temporary, _read_spool(spool))
        _publish(temporary, target)
    except OSError as error:
        raise DumpError(_reason(error, target)) from error
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)


def _wishes(options: argparse.Namespace) -> dict[str, Any]:
    """Return what goes into a request.

    Raises:
        DumpError: No file can have the name.
    """
    output = options.output
    target = None if output in (None, "-") else os.path.abspath(output)
    try:
        os.lstat(f"{target}.{0:012x}.tmp")  # as it is called before it is complete
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise DumpError(_reason(error, str(target))) from None
    return {
        "target": target,
        "folder": os.getcwd(),
        "label": options.label,
        "privacy": options.privacy,
        "method": "fork" if options.fork else "disk" if options.disk else None,
        "max_pause": options.max_pause,
        "force": options.force,
    }


def _main_of_ask(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    user = os.geteuid() if options.pid is None else _user_of(options.pid)
    if user is None:
        raise DumpError(f"there is no process {options.pid}")
    if os.geteuid() not in (0, user):
        raise DumpError(f"process {options.pid} is of another user: ask as that user, or as root")
    folder = _post_folder(user)
    listening = _listening(folder)
    if options.list:
        for pid, facts in sorted(listening.items()):
            print(f"{pid:>8}  {facts['program']}  Python {facts['python']}")
        if not listening:
            raise DumpError(f"nothing listens in {folder} (see: pyheap_dump.py install)")
        return 0
    if options.all_workers:
        within = listening if options.pid is None else _descendants(options.pid)
        pids = sorted(pid for pid in listening if pid in within)
        if not pids:
            raise DumpError(f"nothing listens in {folder} (see: pyheap_dump.py install)")
        if options.output:
            parser.error("--all-workers writes several files: leave out -o")
    elif options.pid is None:
        parser.error("which process? give a PID, --all-workers, or --list")
    else:
        pids = [options.pid]
        if options.pid not in listening:
            raise DumpError(_not_listening(options.pid))
    failed = 0
    for pid in pids:
        try:
            _ask_one(pid, listening[pid], folder, options)
        except DumpError as error:
            failed += 1
            _say(f"pyheap_dump: {error}")
    return 1 if failed else 0


def _ask_one(pid: int, facts: dict[str, Any], folder: str, options: argparse.Namespace) -> None:
    wishes = _wishes(options)
    if options.output == "-":
        wishes["target"] = os.path.join(folder, f"{pid}-{os.urandom(6).hex()}.pyheap")
    answer = _ask(pid, facts, folder, wishes, options.wait)
    shown = answer["path"]
    if options.output == "-":
        try:
            _stream(shown, 1)
        except OSError as error:
            raise DumpError(f"standard output took no whole dump: {error.strerror}") from None
        finally:
            os.unlink(shown)
        shown = "standard output"
    elif options.keep is not None and options.output is None:
        _keep_newest(shown, options.keep)
    _say(
        f"pyheap_dump: {answer['objects']:,} objects in {shown};"
        f" process {pid} stood still for {answer['pause_seconds']:.2f} s"
    )
    for warning in answer["warnings"]:
        _say(f"pyheap_dump: {warning}")


def _install_text() -> str:
    """Return what prepares a service, for the Python that runs this."""
    import sysconfig

    packages = sysconfig.get_paths()["purelib"]
    return f"""\
Nothing has been written. Put pyheap_dump.py where the service can import it, for example
  cp {os.path.abspath(__file__)} {packages}/
then choose ONE of these; each makes every process of the service listen, forked workers too:

  in the program, at its start
    import pyheap_dump; pyheap_dump.listen()

  gunicorn, in gunicorn.conf.py (also with --preload)
    def post_fork(server, worker):
        import pyheap_dump; pyheap_dump.listen()

  Celery, where the application is made
    from celery.signals import worker_process_init
    worker_process_init.connect(lambda **_: __import__("pyheap_dump").listen(), weak=False)

  without touching the program: every Python that starts with PYHEAP_LISTEN=1 listens
    echo 'import os; os.environ.get("PYHEAP_LISTEN") == "1" and \
__import__("pyheap_dump").listen()' > {packages}/pyheap.pth
    (or the same line in sitecustomize.py)

  Dockerfile
    COPY pyheap_dump.py {packages}/
    RUN echo 'import os; os.environ.get("PYHEAP_LISTEN") == "1" and \
__import__("pyheap_dump").listen()' > {packages}/pyheap.pth
    ENV PYHEAP_LISTEN=1 PYHEAP_FOLDER=/tmp

Afterwards, as the same user or root, and inside the same container:
  python3 pyheap_dump.py ask PID              (--list shows who listens)
  python3 pyheap_dump.py ask --all-workers
  kubectl exec POD -- python3 {packages}/pyheap_dump.py ask 1 -o - > app.pyheap

Environment: PYHEAP_FOLDER (where dumps go), PYHEAP_PRIVACY, PYHEAP_LABEL, PYHEAP_METHOD=fork,
PYHEAP_MAX_PAUSE, PYHEAP_KEEP, PYHEAP_POLL (seconds, 1), PYHEAP_SIGNAL=RTMIN+3 (a real-time signal
in place of the thread), PYHEAP_POST (where the folder for requests is made; default: TMPDIR,
/tmp)."""


def _main_of_attach(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    if options.pid is None:
        parser.error("which process? give a PID")
    answer = _attach(options.pid, options)
    shown = "standard output" if options.output == "-" else answer["path"]
    _say(
        f"pyheap_dump: {answer['objects']:,} objects in {shown};"
        f" process {options.pid} stood still for {answer['pause_seconds']:.2f} s"
    )
    for warning in answer["warnings"]:
        _say(f"pyheap_dump: {warning}")
    return 0


def _say(line: str) -> None:
    """Print a line for people, where the program has left a place for it.

    What a file or process is called may be anything, and is no command to the terminal.
    """
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
    if sys.stderr is not None:
        try:  # noqa: SIM105 - what is imported here would be in the dump
            print(line, file=sys.stderr, flush=True)
        except (OSError, ValueError):
            pass  # closed, or nobody reads it any more


def _folders() -> Iterator[str]:
    """Yield where a file may go that nobody gave a name."""
    folder = os.environ.get("PYHEAP_FOLDER")
    if folder:
        yield os.path.abspath(folder)
    yield os.getcwd()
    yield from _scratch_folders()


def _scratch_folders() -> Iterator[str]:
    for name in (os.environ.get("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm"):
        if name:
            yield os.path.abspath(name)


def _writable(folders: Iterable[str]) -> str:
    """Return the first folder into which files can be written."""
    for folder in folders:
        if os.access(folder, os.W_OK | os.X_OK) and not _is_read_only(folder):
            return folder
    raise DumpError("there is no folder to write into: name a file, or set PYHEAP_FOLDER")


def _is_read_only(folder: str) -> bool:
    return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _scratch_folder() -> str:
    return _writable(_scratch_folders())


def _default_path(folder: str | None = None) -> str:
    """Return a path for a file that nobody gave a name, in the first folder that can be used."""
    folder = folder or _writable(_folders())
    path = os.path.join(folder, _default_name())
    stem = path[: -len(".pyheap")]
    for number in count(2):
        if not os.path.lexists(path):
            break
        path = f"{stem}-{number}.pyheap"
    return path


def _keep_newest(path: str, keep: int) -> None:
    """Remove older files of the same program and host beside one, so that so many are left.

    Only those are looked at whose names are as ``_default_name`` makes them, and that are ours.
    """
    import re

    folder, name = os.path.split(path)
    made = re.compile(r"(.+)-\d+-(\d{8}T\d{6}Z)(?:-(\d+))?\.pyheap")
    this = made.fullmatch(name)
    if this is None:
        return
    found: list[tuple[str, int, str]] = []
    for other in os.listdir(folder):
        match = made.fullmatch(other)
        status = os.lstat(os.path.join(folder, other))
        ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
        if match and match[1] == this[1] and ours:
            found.append((match[2], int(match[3] or 1), other))
    for _, _, other in sorted(found)[: -max(keep, 1)]:
        os.unlink(os.path.join(folder, other))


def _stream(path: str, descriptor: int) -> None:
    """Copy a file to an open descriptor."""
    with open(path, "rb") as file:
        while True:
            block = memoryview(file.read(1 << 20))
            if not block:
                return
            while block:
                block = block[os.write(descriptor, block) :]


def _default_name() -> str:
    moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    name = "-".join([_program_name(), os.uname().nodename, str(os.getpid()), moment])
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in name) + ".pyheap"


# What Python made to run this file and keeps while it runs; only ``run`` knows of it.
_remains: list[object] = []
# Not empty once the program runs: a script that can't be read or compiled leaves nothing to dump.
_started: list[bool] = []


def _made_to_start_us() -> Iterator[object]:
    """Yield what Python made when it was given this file as a script.

    The parser's list of everything in the file is one of these. Nobody reads it after the file
    was compiled, so it is emptied: it is as large as all the rest that Python begins with.
    """
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        if _is_ours(frame.f_code) and frame.f_globals is not globals():
            schema = [value for value in frame.f_code.co_consts if value == SCHEMA]
            for referrer in gc.get_referrers(frame.f_code, *schema):
                if type(referrer) is types.FunctionType:  # from 3.11, the function of the frame
                    yield referrer
                elif type(referrer) is list and referrer is not schema:
                    referrer.clear()
                    yield referrer
        frame = frame.f_back


def _forget_where_we_are() -> None:
    """Drop what Python remembers of its search for us and in our folder."""
    places = [__file__, os.path.dirname(__file__)]
    if os.path.realpath(sys.path[0]) == os.path.realpath(places[1]):
        places.append(sys.path[0])
    for place in filterfalse(sys.path[1:].__contains__, places):
        sys.path_importer_cache.pop(place, None)


def _run(run: Callable[[str], None], program: str) -> Any:
    """Run the program in the real ``__main__`` and return what it exits with.

    A traceback is printed as Python would, without our frames. The exception stays in
    ``sys.last_value``, as Python leaves it, so that the failed frames are in the dump.
    """
    try:
        run(program)
    except SystemExit as error:
        return error.code
    except BaseException as error:  # noqa: BLE001 - whatever the program raised, Python would print it
        _print_uncaught(error)
        return 1
    finally:
        if sys.stdout is not None:
            try:  # noqa: SIM105 - what is imported here would be in the dump
                sys.stdout.flush()
            except (OSError, ValueError):
                pass  # closed, or nobody reads it any more
    return 0


def _become_main() -> None:
    """Make ``__main__`` what it is before Python runs a script."""
    namespace = vars(sys.modules["__main__"])
    emptied = ("__package__", "__spec__", "__cached__")  # ``python -m pyheap_dump`` sets them
    if namespace["__spec__"] is not None:  # the function that runs us keeps both
        _remains.extend((namespace["__spec__"], namespace["__loader__"]))
    for name in list(namespace):
        if name in emptied:
            namespace[name] = None
        elif name not in ("__name__", "__loader__", "__builtins__"):
            del namespace[name]
    namespace["__doc__"] = None
    if sys.version_info < (3, 14):
        namespace["__annotations__"] = {}


def _run_script(script: str) -> None:
    # No variable here holds anything of the program: an exception that it keeps leads to us.
    code = _prepare_script(script)
    _started.append(True)
    if not code:
        _run_by_name("__main__", False)
    else:
        exec(code.pop(), vars(sys.modules["__main__"]))


def _prepare_script(script: str) -> list[types.CodeType]:
    """Set up what a script finds and return its code, or none for a folder or an archive."""
    path = os.path.abspath(script)
    namespace = vars(sys.modules["__main__"])
    if not getattr(sys.flags, "safe_path", False) and not sys.flags.isolated:
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    if os.path.isdir(path) or _is_zip(path):
        sys.path[0] = path
        return []
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        number, reason = error.errno, error.strerror
        print(
            f"{sys.executable}: can't open file {path!r}: [Errno {number}] {reason}",
            file=sys.stderr,
        )
        raise SystemExit(2) from None
    namespace["__file__"] = path
    loader = namespace.get("__loader__")
    if loader is not None:
        namespace["__loader__"] = type(loader)("__main__", path)
    return [compile(source, path, "exec", dont_inherit=True)]


def _is_zip(path: str) -> bool:
    """Tell whether Python would run the file as an archive, by the module that it asks itself."""
    import zipimport

    try:
        zipimport.zipimporter(path)
    except zipimport.ZipImportError:
        return False
    return True


def _run_module(module: str) -> None:
    if not getattr(sys.flags, "safe_path", False) and not sys.flags.isolated:
        sys.path[0] = os.getcwd()
    _started.append(True)
    _run_by_name(module, True)


def _run_by_name(module: str, alter_argv: bool) -> None:
    """Run a module as ``python -m`` does, by the function that Python itself calls."""
    import runpy

    runpy._run_module_as_main(module, alter_argv)  # type: ignore[attr-defined]


def _print_uncaught(error: BaseException) -> None:
    """Do what Python does with an exception that nobody caught."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    error = error.with_traceback(trace)
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, trace
    if sys.version_info >= (3, 12):
        sys.last_exc = error
    sys.excepthook(type(error), error, trace)
    if isinstance(error, KeyboardInterrupt):
        _end_by_interrupt()


def _end_by_interrupt() -> None:
    """Arrange that Python ends, after the dump, by the signal that interrupted the program."""
    import atexit
    import signal

    def end() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)

    atexit.register(end)
