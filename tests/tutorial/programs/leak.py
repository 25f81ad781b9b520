"""A leak, a cache with a bound, and work that comes and goes; the first dump is taken half-way."""

import sys
from collections import deque

import pyheap_dump


class Visit:
    def __init__(self, number: int) -> None:
        self.page = f"page {number:06}: ".encode() * 50


HISTORY: list[Visit] = []  # grows for ever
RECENT: "deque[Visit]" = deque(maxlen=100)  # full, and stays so
OPEN: dict[int, Visit] = {}  # as many as there are visitors


def serve(first: int, last: int) -> None:
    for number in range(first, last):
        HISTORY.append(Visit(number))
        RECENT.append(Visit(number))
        OPEN[number] = Visit(number)
        OPEN.pop(number - 50, None)


serve(1_000, 1_300)
pyheap_dump.dump(sys.argv[1], label="before")
serve(1_300, 2_500)
