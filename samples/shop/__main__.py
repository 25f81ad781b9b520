"""Two days in the shop, one dump after each: ``python3 -m shop``, with pyheap_dump.py beside it.

The customers are made up by arithmetic, so every run serves the same ones. A day passes as fast as
the shop can answer; the labels say which day it is meant to be.
"""

from __future__ import annotations

from itertools import count

import pyheap_dump
from shop import views
from shop.http import Request

# How many sign in on a day, and one in how many opens the mail.
MONDAY = (300, 3)
TUESDAY = (5_000, 4)
STAYING = 60  # customers in the shop at a time

NUMBERS = count(1)


def ask(path: str, user: str, size: int = 0) -> None:
    """Send a request whose body has about this many bytes."""
    number = next(NUMBERS)
    line = f'{{"request": {number}, "user": "{user}"}}'.encode()
    views.handle(Request(number, path, user, line * (1 + size // len(line))))


def day(staying: list[str], first: int, visitors: int, one_in: int) -> None:
    """Let customers come, look round, and go; who does not confirm can only look."""
    for number in range(first, first + visitors):
        user = f"u-{number}"
        ask("/login", user, size=4_000 + 37 * number % 4_000)
        if number % one_in == 0:
            ask("/confirm", user)
            staying.append(user)
        ask(f"/product/{1_000 + 31 * number % 210}", user)  # nobody sells 1,200 to 1,209 any more
        if len(staying) > STAYING:
            ask("/logout", staying.pop(0))


def main() -> None:
    """Serve for two days."""
    staying: list[str] = []
    day(staying, 1, *MONDAY)
    pyheap_dump.dump("shop-monday.pyheap", label="Monday")
    day(staying, 1 + MONDAY[0], *TUESDAY)
    pyheap_dump.dump("shop-tuesday.pyheap", label="Tuesday")


if __name__ == "__main__":
    main()
