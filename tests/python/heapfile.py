"""A slow and obvious reader of ``.pyheap`` files, written from ``docs/format.md`` for the tests."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

UNKNOWN = 0xFFFFFFFF
NOT_RETAINING = {"weak", "borrowed"}
NOT_OWNING = {"weak", "borrowed"}

OBJECT_COLUMNS = (
    ("address", "Q"),
    ("type", "I"),
    ("layout", "I"),
    ("size", "Q"),
    ("refcount", "I"),
    ("length", "I"),
    ("reference_count", "I"),
    ("flags", "H"),
)


TABLES = (
    *("root", "module", "thread", "frame", "task", "task_frame", "cache", "code", "about"),
    "site",
    "site_total",
)


class DamagedError(Exception):
    """The file breaks a rule of the format."""


@dataclass(frozen=True)
class Reference:
    """One reference of an object."""

    kind: str
    name: str | None
    target: int  # an address

    def edge(self, heap: HeapFile, position: int) -> str:
        """Return the reference as Python text."""
        if self.kind == "value" and self.name is None:
            raise AssertionError("values of pairs are given their key's text")
        if self.kind == "value":
            return f"[{self.name}]"
        if self.kind == "item":
            return f"[{position}]"
        if self.kind in ("local", "cell", "default", "weak", "key"):
            return f" {self.kind} {self.name}"
        return f".{self.name}"


@dataclass
class HeapFile:
    """A decoded file: columns by object number, and the small tables as dictionaries."""

    meta: dict[str, Any]
    types: list[dict[str, Any]]
    layouts: list[dict[str, Any]]
    tables: dict[str, list[dict[str, Any]]]
    columns: dict[str, array]
    targets: array
    texts: list[str]
    sites: array  # of each object; empty where nothing was traced
    numbers: dict[int, int] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Index addresses, and check what the format promises of the columns."""
        addresses = self.columns["address"]
        self.numbers = {address: number for number, address in enumerate(addresses)}
        if any(a >= b for a, b in zip(addresses, addresses[1:])):
            raise DamagedError("addresses do not increase")
        position = 0
        for number in self.columns["reference_count"]:
            self.starts.append(position)
            position += number
        if position != len(self.targets):
            raise DamagedError("reference counts do not add up")

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.texts)

    def type_name(self, address: int) -> str:
        """Return ``module.QualName`` of an object's type, builtins bare."""
        row = self.types[self.columns["type"][self.numbers[address]]]
        return (
            row["qualname"] if row["module"] == "builtins" else f"{row['module']}.{row['qualname']}"
        )

    def text(self, address: int) -> str:
        """Return an object's text."""
        return self.texts[self.numbers[address]]

    def references(self, address: int) -> Iterator[Reference]:
        """Yield an object's references in order, pairs with the key's text as the value's name."""
        number = self.numbers[address]
        start = self.starts[number]
        left = self.columns["reference_count"][number]
        targets = self.targets[start : start + left]
        position = 0
        for kind, name, repeat in self.layouts[self.columns["layout"][number]]["runs"]:
            if repeat == "pairs":
                if (left - position) % 2:
                    raise DamagedError("half a pair")
                for at in range(position, left, 2):
                    key, value = targets[at], targets[at + 1]
                    text = self.text(key) if key in self.numbers else "?"
                    yield Reference("key", text, key)
                    yield Reference(kind, text, value)
                position = left
            else:
                end = left if repeat == "rest" else position + repeat
                if end > left:
                    raise DamagedError("fewer references than the layout announces")
                for target in targets[position:end]:
                    yield Reference(kind, name, target)
                position = end
        if position != left:
            raise DamagedError("more references than the layout announces")

    def site(self, address: int) -> list[list[Any]] | None:
        """Return the frames that allocated an object, the innermost first: file and line."""
        number = self.sites[self.numbers[address]]
        return None if number == UNKNOWN else json.loads(self.tables["site"][number]["frames"])

    def refcount(self, address: int) -> int:
        """Return an object's reference count."""
        return self.columns["refcount"][self.numbers[address]]

    def explained(self) -> dict[int, int]:
        """Count, per address, the references in the file that own a count."""
        counts: dict[int, int] = {}
        for address in self.columns["address"]:
            for reference in self.references(address):
                if reference.kind not in NOT_OWNING:
                    counts[reference.target] = counts.get(reference.target, 0) + 1
        return counts

    def root(self, kind: str, name: str) -> int:
        """Return the address of the first root of that kind and name."""
        for row in self.tables["root"]:
            if (row["kind"], row["name"]) == (kind, name):
                return row["address"]
        raise KeyError(f"no root {kind} {name}")

    def follow(self, start: int, *edges: str) -> int:
        """Follow edges, written as Python text such as ``.x``, ``['k']``, ``[0]``, from an object.

        ``.x`` also looks through ``.__dict__['x']``, as a person would.
        """
        at = start
        for edge in edges:
            found = self._step(at, edge)
            if found is None:
                edges_here = [edge for edge, _ in self.edges(at)]
                raise KeyError(f"{self.describe(at)} has no {edge!r}, only {edges_here[:60]}")
            at = found
        return at

    def _step(self, address: int, edge: str) -> int | None:
        for text, target in self.edges(address):
            if text == edge:
                return target
        for text, target in self.edges(address):
            if text == ".__dict__" and edge.startswith("."):
                for inner, value in self.edges(target):
                    if inner == f"[{edge[1:]!r}]":
                        return value
        return None

    def edges(self, address: int) -> list[tuple[str, int]]:
        """Return an object's references as Python text and target."""
        edges = []
        position = 0
        for reference in self.references(address):
            edges.append((reference.edge(self, position), reference.target))
            position += reference.kind == "item"
        return edges

    def describe(self, address: int) -> str:
        """Return type and text of an object."""
        if address not in self.numbers:
            return f"<missing {address:#x}>"
        return f"<{self.type_name(address)} {self.text(address)}>"

    def path(self, target: int, retaining: bool = True) -> str | None:
        """Return the shortest path from a root to an object, as text, or ``None``."""
        come_from: dict[int, tuple[int, str]] = {}
        waiting: deque[int] = deque()
        for row in self.tables["root"]:
            if row["address"] not in come_from:
                come_from[row["address"]] = (0, f"{row['kind']} {row['name']}")
                waiting.append(row["address"])
        while waiting:
            at = waiting.popleft()
            if at == target:
                break
            if at not in self.numbers:
                continue
            for position, reference in enumerate(self.references(at)):
                if retaining and reference.kind in NOT_RETAINING:
                    continue
                if reference.target not in come_from:
                    come_from[reference.target] = (at, reference.edge(self, position))
                    waiting.append(reference.target)
        if target not in come_from:
            return None
        edges: list[str] = []
        at = target
        while at:
            at, edge = come_from[at]
            edges.append(edge)
        return " > ".join(edge.strip() for edge in reversed(edges))


def read(path: str | os.PathLike[str]) -> HeapFile:
    """Decode a file, checking every page's checksum.

    Raises:
        DamagedError: The file breaks a rule of the format.
    """
    db = sqlite3.connect(f"file:{os.fspath(path)}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    try:
        if db.execute("PRAGMA application_id").fetchone()[0] != 0x50594850:
            raise DamagedError("not a .pyheap file")
        if db.execute("PRAGMA user_version").fetchone()[0] != 1:
            raise DamagedError("another version")
        meta = {row["key"]: json.loads(row["value"]) for row in db.execute("SELECT * FROM meta")}
        if meta.get("complete") is not True:
            raise DamagedError("incomplete")
        tables = {
            name: [dict(row) for row in db.execute(f"SELECT * FROM {name}")] for name in TABLES
        }
        layouts = [
            {**dict(row), "runs": json.loads(row["runs"])}
            for row in db.execute("SELECT * FROM layout ORDER BY id")
        ]
        types = [dict(row) for row in db.execute("SELECT * FROM type ORDER BY id")]
        for dense in (layouts, types):
            if [row["id"] for row in dense] != list(range(len(dense))):
                raise DamagedError("numbers are not dense")
        columns = {name: array(code) for name, code in OBJECT_COLUMNS}
        for row in _pages(db, "object_page"):
            for name, code in OBJECT_COLUMNS:
                columns[name].extend(_column(row, name, code, row["count"]))
        targets = array("Q")
        for row in _pages(db, "reference_page"):
            targets.extend(_column(row, "target", "Q", row["count"]))
        sites = array("I")
        for row in _pages(db, "site_page"):
            sites.extend(_column(row, "site", "I", row["count"]))
        if sites and len(sites) != len(columns["address"]):
            raise DamagedError("sites and objects differ in number")
        texts: list[str] = []
        for row in _pages(db, "text_page"):
            offsets = _column(row, "offsets", "I", row["count"] + 1)
            text = zlib.decompress(row["text"])
            texts += [text[a:b].decode("utf-8") for a, b in zip(offsets, offsets[1:])]
        if len(texts) != len(columns["address"]):
            raise DamagedError("texts and objects differ in number")
        return HeapFile(meta, types, layouts, tables, columns, targets, texts, sites)
    finally:
        db.close()


def _pages(db: sqlite3.Connection, table: str) -> Iterator[sqlite3.Row]:
    """Yield a table's pages in order, checked for contiguity and checksum."""
    first = 0
    rows = db.execute(f"SELECT * FROM {table} ORDER BY first").fetchall()
    for index, row in enumerate(rows):
        if row["first"] != first or not 1 <= row["count"] <= 65_536:
            raise DamagedError(f"{table} is not contiguous")
        if index < len(rows) - 1 and row["count"] != 65_536:
            raise DamagedError(f"{table}: a page before the last is not full")
        crc = 0
        for column in row.keys()[4:]:
            crc = zlib.crc32(row[column], crc)
        if crc != row["crc"]:
            raise DamagedError(f"{table} {first}: checksum")
        first += row["count"]
        yield row


def _column(row: sqlite3.Row, name: str, code: str, count: int) -> array:
    column = array(code)
    raw = row[name]
    if row["codec"] != "raw":
        raw = zlib.decompress(raw)
    if len(raw) != count * column.itemsize:
        raise DamagedError(f"{name} has {len(raw)} bytes for {count} entries")
    if row["codec"] == "planes+zlib" and column.itemsize == 8:
        mixed = bytearray(len(raw))
        for plane in range(8):
            mixed[plane::8] = raw[plane * count : (plane + 1) * count]
        raw = bytes(mixed)
    column.frombytes(raw)
    return column
