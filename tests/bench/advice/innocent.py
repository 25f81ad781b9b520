"""What a service keeps on purpose: tables loaded at start, and bounded caches that are in use."""

from __future__ import annotations

import collections
import dataclasses
import functools
import re


@dataclasses.dataclass
class Product:
    """A row of a catalogue."""

    number: int
    name: str
    tags: list[str]
    price: float


PRODUCTS = {
    i: Product(i, f"product number {i}", [f"tag {i % 97}", f"shelf {i}"], i / 7)
    for i in range(20_000)
}
WORDS = [f"word-{i:06d}-{'x' * (i % 40)}" for i in range(40_000)]
ROUTES = [(re.compile(f"^/part{i}/(?P<id>[0-9]+)$"), f"view_{i}") for i in range(60)]
SESSIONS: collections.OrderedDict[int, dict[str, object]] = collections.OrderedDict()


@functools.lru_cache(maxsize=2048)
def rendered(number: int) -> str:
    """Return a page's fragment; the cache is full all the time."""
    return f"<li>{PRODUCTS[number % 20_000].name}</li>" * 12


def session(number: int) -> dict[str, object]:
    """Return a session; the oldest goes when there are too many."""
    SESSIONS[number] = {"user": f"user {number}", "basket": [number, number + 1], "seen": "y" * 700}
    if len(SESSIONS) > 1500:
        SESSIONS.popitem(last=False)
    return SESSIONS[number]


def work(number: int) -> str:
    """Do what a request does, and keep nothing of it."""
    found = [name for pattern, name in ROUTES if pattern.match(f"/part{number % 60}/{number}")]
    session(number)
    return rendered(number % 3000) + ",".join(found) + WORDS[number % len(WORDS)]


for _ in range(6000):
    work(_)
