"""All instances of a class. The collector knows only those that could be in a cycle."""

import gc
import json


class Order:
    def __init__(self, number: int) -> None:
        self.number = number


ORDERS = [Order(number) for number in range(40)]
LABELS = [f"label {number}".encode() for number in range(7)]
KNOWN = gc.get_objects()
SEEN = {cls.__name__: sum(type(one) is cls for one in KNOWN) for cls in (Order, bytes)}
del KNOWN
print(json.dumps(SEEN))
