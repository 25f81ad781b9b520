# culprit: SOURCES
# needs: pandas
"""Row generators over tables are started, and kept in the middle."""

from __future__ import annotations

from loaded_pandas import serve

SOURCES = {}


def rows(part, number):
    values = part["rate"].tolist()
    for value in values:
        yield number, value


def peek(number):
    source = rows(serve(number), number)
    SOURCES[number] = source
    return next(source)


for i in range(200):
    peek(i)
