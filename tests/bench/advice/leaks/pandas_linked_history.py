# culprit: LATEST|History
# needs: pandas
"""Each state remembers the one before it, for undo."""

from __future__ import annotations

from loaded_pandas import serve


class History:
    def __init__(self, before, note):
        self.before = before
        self.note = note


LATEST = None


def change(number):
    global LATEST
    part = serve(number)
    LATEST = History(LATEST, {"number": number, "rates": part["rate"].tolist()[:12]})


for i in range(800):
    change(i)
