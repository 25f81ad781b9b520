"""Three days in the shop, one dump after each: ``python3 -m shop``, with pyheap_dump.py beside it.

The customers are made up by arithmetic, so every run serves the same ones. A day in this shop lasts
90 seconds of everybody's time; the customers come evenly through it.
"""

from __future__ import annotations

import time
from itertools import count

import pyheap_dump
from shop import sessions, views
from shop.http import Request

DAY_SECONDS = 90
# How many sign in on a day, and one in how many opens the mail.
MONDAY = (300, 3)
TUESDAY = (5_000, 4)
WEDNESDAY = TUESDAY
# The fix, in use from Wednesday on.
MOST_PENDING = 200
STAYING = 60  # customers in the shop at a time

NUMBERS = count(1)


def ask(path: str, user: str, size: int = 0) -> None:
    """Send a request whose body has about this many bytes."""
    number = next(NUMBERS)
    line = f'{{"request": {number}, "user": "{user}"}}'.encode()
    views.handle(Request(number, path, user, line * (1 + size // len(line))))


def day(staying: list[str], first: int, visitors: int, one_in: int) -> None:
    """Let customers come, look round, and go; who does not confirm can only look."""
    began = time.monotonic()
    for number in range(first, first + visitors):
        comes = began + DAY_SECONDS * (number - first + 1) / visitors
        time.sleep(max(0.0, comes - time.monotonic()))
        user = f"u-{number}"
        ask("/login", user, size=4_000 + 37 * number % 4_000)
        if number % one_in == 0:
            ask("/confirm", user)
            staying.append(user)
        ask(f"/product/{1_000 + 31 * number % 210}", user)  # nobody sells 1,200 to 1,209 any more
        if len(staying) > STAYING:
            ask("/logout", staying.pop(0))


def main() -> None:
    """Serve for three days."""
    staying: list[str] = []
    day(staying, 1, *MONDAY)
    pyheap_dump.dump("shop-monday.pyheap", label="Monday")
    day(staying, 1 + MONDAY[0], *TUESDAY)
    pyheap_dump.dump("shop-tuesday.pyheap", label="Tuesday")
    sessions.most_pending = MOST_PENDING
    day(staying, 1 + MONDAY[0] + TUESDAY[0], *WEDNESDAY)
    pyheap_dump.dump("shop-fixed.pyheap", label="Wednesday, fixed")


if __name__ == "__main__":
    main()
