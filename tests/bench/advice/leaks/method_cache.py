# culprit: Parser\.columns
"""A cache on a method keeps every parser with its table."""

from __future__ import annotations

import functools


class Parser:
    def __init__(self, text):
        self.rows = [line.split(",") for line in text.split(";")]

    @functools.lru_cache(maxsize=None)
    def columns(self):
        return len(self.rows[0])


def parse(number):
    return Parser(";".join(f"{number},{i},{i * i}" for i in range(20))).columns()


for i in range(1500):
    parse(i)
