# culprit: READERS
"""Readers are stopped in the middle, and kept."""

from __future__ import annotations

READERS = []


def read(number):
    block = bytearray(1500)
    for i in range(10):
        yield number + i, block


def first_line(number):
    reader = read(number)
    READERS.append(reader)
    return next(reader)


for i in range(3000):
    first_line(i)
