# culprit: OBSERVERS|observers
# needs: pandas
"""Each pipeline subscribes to a table, and is never done."""

from __future__ import annotations

from loaded_pandas import serve


class Table:
    def __init__(self):
        self.observers = []

    def subscribe(self, callback):
        self.observers.append(callback)


TABLE = Table()


class Pipeline:
    def __init__(self, number, frame):
        self.number = number
        self.means = [float(x) for x in frame["rate"]]

    def on_change(self, row):
        self.means.append(row)


def run(number):
    TABLE.subscribe(Pipeline(number, serve(number)).on_change)


for i in range(350):
    run(i)
