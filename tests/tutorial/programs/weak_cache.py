"""A cache that holds nothing alive: an entry goes when the last user of its value goes."""

import weakref


class Picture:
    def __init__(self, name: str) -> None:
        self.name = name
        self.pixels = bytes(1_000)


CACHE: "weakref.WeakValueDictionary[str, Picture]" = weakref.WeakValueDictionary()


def load(name: str) -> Picture:
    picture = CACHE.get(name)
    if picture is None:
        picture = CACHE[name] = Picture(name)
    return picture


ON_SCREEN = [load(f"picture {number}") for number in range(3)]
for other in range(3, 10):
    load(f"picture {other}")  # looked at once, then gone
