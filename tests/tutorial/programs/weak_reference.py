"""A weak reference finds an object and does not keep it."""

import weakref


class Picture:
    def __init__(self, name: str) -> None:
        self.name = name


SHOWN = Picture("shown")
MAYBE = weakref.ref(SHOWN)
GONE = weakref.ref(Picture("gone at once"))
