# culprit: finalize|_registry
# needs: pandas
"""Each reader registers its own bound method as finalizer, which keeps the reader."""

from __future__ import annotations

import weakref

from loaded_pandas import serve


class Reader:
    def __init__(self, number):
        self.number = number
        self.lines = [f"line {number} {i}" for i in range(8)]
        weakref.finalize(self, self.close)

    def close(self):
        self.lines.clear()


def read(number):
    part = serve(number)
    return len(part) + len(Reader(number).lines)


for i in range(600):
    read(i)
