# culprit: query
"""functools.cache on a function whose arguments never come again."""

from __future__ import annotations

import functools


@functools.cache
def query(number, text):
    return [{"id": number, "text": text, "rank": number / 3}, "z" * 200]


def search(i):
    return query(i, f"words {i}")


for i in range(5000):
    search(i)
