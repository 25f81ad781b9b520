# culprit: garbage|Node
"""The collector was turned off to be faster; trees know their parents."""

from __future__ import annotations

import gc

gc.disable()


class Node:
    def __init__(self, parent, depth):
        self.parent = parent
        self.text = f"node {depth}" * 20
        self.children = [Node(self, depth - 1) for _ in range(2)] if depth else []


def build():
    return len(Node(None, 5).children)


for i in range(300):
    build()
