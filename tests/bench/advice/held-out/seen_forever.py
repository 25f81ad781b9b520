# culprit: SEEN
"""A crawler remembers each address that it saw."""

from __future__ import annotations

SEEN = set()


def visit(number):
    address = ("example.org", f"/page/{number}", number % 7)
    if address not in SEEN:
        SEEN.add(address)


for i in range(20_000):
    visit(i)
