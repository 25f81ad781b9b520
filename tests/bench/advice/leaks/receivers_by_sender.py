# culprit: _by_sender
"""A signal remembers each sender and never forgets it."""

from __future__ import annotations

import collections


class Signal:
    def __init__(self):
        self._by_sender = collections.defaultdict(set)
        self.receivers = {}

    def connect(self, receiver, sender):
        self.receivers[id(receiver)] = receiver
        self._by_sender[sender.name].add(id(receiver))


class Model:
    pass


changed = Signal()


def on_change(sender):
    return None


def save(i):
    model = Model()
    model.name = f"model {i}"
    model.body = "x" * 300
    changed.connect(on_change, model)


for i in range(9000):
    save(i)
