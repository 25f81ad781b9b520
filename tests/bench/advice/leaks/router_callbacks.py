# culprit: signals
"""A router gets a closure for each call, to be told of the end, and drops none."""

from __future__ import annotations


class Context:
    def __init__(self):
        self.signals = {"disconnect": [], "shutdown": []}

    def on(self, name, callback):
        self.signals[name].append(callback)


CONTEXT = Context()


def call(number):
    reply = bytearray(700)

    def on_disconnect():
        return number, reply

    CONTEXT.on("disconnect", on_disconnect)


for i in range(5000):
    call(i)
