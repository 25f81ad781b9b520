"""A tree whose children know their parent, and its cure: children know the parent weakly."""

import gc
import weakref
from typing import Optional


class Strong:
    def __init__(self, parent: "Optional[Strong]" = None) -> None:
        self.parent = parent
        self.children: list[Strong] = []
        if parent is not None:
            parent.children.append(self)


class Cured:
    def __init__(self, parent: "Optional[Cured]" = None) -> None:
        self.parent = None if parent is None else weakref.ref(parent)
        self.children: list[Cured] = []
        if parent is not None:
            parent.children.append(self)


def strong_tree() -> Strong:
    root = Strong()
    for _ in range(10):
        Strong(root)
    return root


def cured_tree() -> Cured:
    root = Cured()
    for _ in range(10):
        Cured(root)
    return root


gc.disable()  # reference counts alone
strong_tree()
cured_tree()
KEPT_STRONG = strong_tree()
KEPT_CURED = cured_tree()
