"""Measure a dump of a synthetic heap: ``python3 tests/python/bench.py [METHOD] [OBJECTS …]``.

Prints objects per CPU second, the pause, and the extra memory at the peak, a line for each number
of objects, each in a process of its own: the cost for an object is to be the same. CPU time is
quoted because it depends less on who else uses the machine.
"""

from __future__ import annotations

import gc
import os
import random
import resource
import subprocess
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


def main(method: str, wanted: int) -> None:
    """Build, dump, report."""
    random.seed(1)
    orders: list[Order] = []
    for number in range(wanted // 22):
        orders.append(Order(number, orders))
    gc.collect()
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        cpu = time.process_time()
        report = pyheap_dump.dump(os.path.join(folder, "bench.pyheap"), method=method)
        cpu = time.process_time() - cpu
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        size = os.path.getsize(report.path)
    figures = [
        f"{sys.version.split()[0]:8} {method:6} {report.objects:>9,} objects",
        f"{report.references:>10,} references",
        f"pause {report.pause_seconds:.2f} s",
        f"{size / report.objects:.0f} B/object on disk",
    ]
    if method == "fork":  # the rest is another process's
        figures.append(f"{report.pause_seconds * 1e11 / before:.0f} ms for 100 MB of memory")
    else:
        figures.append(f"{report.objects / cpu:,.0f} objects/CPU s ({cpu:.2f} CPU s)")
    if method == "memory":  # with pages of a mapped file it would be too much
        figures.append(f"+{(after - before) / report.objects:.0f} B/object at the peak")
    print(", ".join(figures), flush=True)


def main_of_each(method: str, sizes: list[str]) -> None:
    """Measure each size in a process of its own."""
    for size in sizes:
        subprocess.run([sys.executable, __file__, method, size], check=True)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    chosen = arguments.pop(0) if arguments and not arguments[0].isdigit() else "memory"
    if len(arguments) > 1:
        main_of_each(chosen, arguments)
    else:
        main(chosen, int(arguments[0]) if arguments else 1_000_000)
