"""Twenty thousand numbers: as attributes of objects, and side by side in arrays."""

from array import array

COUNT = 10_000


class Point:
    def __init__(self, x: float, y: float) -> None:
        self.x = x
        self.y = y


POINTS = [Point(number / 7, number / 11) for number in range(COUNT)]
PACKED = array("d", (value for point in POINTS for value in (point.x, point.y)))
try:
    import numpy  # pyright: ignore[reportMissingImports]
except ImportError:
    numpy = None
TABLE = None if numpy is None else numpy.array(PACKED)
