# culprit: errors
"""The list that a function collects errors in is made once."""

from __future__ import annotations


class Problem:
    def __init__(self, line, text):
        self.line = line
        self.text = text


def check(text, errors=[]):
    for number, line in enumerate(text.split(";")):
        if "bad" in line:
            errors.append(Problem(number, line * 10))
    return len(errors)


for i in range(2500):
    check(f"good {i};bad {i};fine;bad again {i}")
