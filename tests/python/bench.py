"""Measure a dump of a synthetic heap: ``python3 tests/python/bench.py [OBJECTS]``.

Prints objects per CPU second, the pause, and the extra memory at the peak. CPU time is quoted
because it depends less on who else uses the machine.
"""

from __future__ import annotations

import gc
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python-dump"))

import pyheap_dump


class Line:
    """An ordinary instance with attributes."""

    def __init__(self, number: int) -> None:
        """Set four attributes."""
        self.sku = f"sku-{number}"
        self.quantity = number + 1000
        self.price = number * 0.5
        self.note = None


class Point:
    """An instance with slots."""

    __slots__ = ("x", "y")

    def __init__(self, x: float, y: float) -> None:
        """Set both."""
        self.x = x
        self.y = y


class Order:
    """An instance that holds containers."""

    def __init__(self, number: int, others: list[Order]) -> None:
        """Hold a list, a dictionary, a tuple, and another order."""
        self.lines = [Line(number + i) for i in range(2)]
        self.index = {f"key-{number}": self.lines[0], "fixed": number + 5000}
        self.place = (Point(number + 0.1, number + 0.2), number)
        self.other = random.choice(others) if others else None


def main(wanted: int) -> None:
    """Build, dump, report."""
    random.seed(1)
    orders: list[Order] = []
    for number in range(wanted // 22):
        orders.append(Order(number, orders))
    gc.collect()
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        cpu = time.process_time()
        report = pyheap_dump.dump(os.path.join(folder, "bench.pyheap"))
        cpu = time.process_time() - cpu
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        size = os.path.getsize(report.path)
    print(
        f"{sys.version.split()[0]:8} {report.objects:,} objects, {report.references:,} references:"
        f" {report.objects / cpu:,.0f} objects/CPU s in all ({cpu:.2f} CPU s),"
        f" pause {report.pause_seconds:.2f} s,"
        f" +{(after - before) / report.objects:.0f} B/object at the peak,"
        f" {size / report.objects:.0f} B/object on disk"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
