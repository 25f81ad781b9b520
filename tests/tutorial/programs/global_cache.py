"""A cache without a bound in a global variable, and its cure: ``lru_cache`` with a ``maxsize``."""

from functools import lru_cache

_CACHE: dict[int, bytes] = {}


def drawn(number: int) -> bytes:
    return f"page {number}: ".encode() * 100


def page_cached_for_ever(number: int) -> bytes:
    if number not in _CACHE:
        _CACHE[number] = drawn(number)
    return _CACHE[number]


@lru_cache(maxsize=64)
def page_cached(number: int) -> bytes:
    return drawn(number)


for wanted in range(2_000):
    page_cached_for_ever(wanted)
    page_cached(wanted)
