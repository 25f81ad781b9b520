"""The same two numbers in four classes; one forgets ``__slots__`` and has a dict again."""

COUNT = 2_000


class Plain:
    def __init__(self, x: float, y: float) -> None:
        self.x = x
        self.y = y


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self, x: float, y: float) -> None:
        self.x = x
        self.y = y


class Forgetful(Slotted):
    def __init__(self, x: float, y: float) -> None:
        super().__init__(x, y)
        self.note = "nobody meant to allow this"


class Careful(Slotted):
    __slots__ = ()


POINTS = [cls(1.5, 2.5) for cls in (Plain, Slotted, Forgetful, Careful) for _ in range(COUNT)]
