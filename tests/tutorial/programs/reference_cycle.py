"""Two objects that hold each other, and nobody holds them: reference counts never reach zero."""

import gc


class Node:
    def __init__(self, name: str) -> None:
        self.name = name
        self.partner: object = None


def tie(one: str, other: str) -> Node:
    first, second = Node(one), Node(other)
    first.partner, second.partner = second, first
    return first


gc.disable()  # so that the collector does not come by before we look
tie("lost", "lost too")
KEPT = tie("kept", "kept too")
