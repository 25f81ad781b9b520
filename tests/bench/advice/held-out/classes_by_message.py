# culprit: REGISTRY|classes|Message
"""Each message makes a class for its fields, and a registry of the base class remembers it."""

from __future__ import annotations

REGISTRY = {}


class Schema:
    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        REGISTRY.setdefault(cls.__name__, []).append(cls)


def parse(number):
    fields = {f"field_{i}": i for i in range(4)}
    schema = type("Message", (Schema,), {"number": number, **fields})
    return schema()


for i in range(1200):
    parse(i)
