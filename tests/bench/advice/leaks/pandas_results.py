# culprit: RESULTS
# needs: pandas
"""Each step keeps its small frame, for looking at it later."""

from __future__ import annotations

from loaded_pandas import serve

RESULTS = []


class Step:
    def __init__(self, number, frame):
        self.number = number
        self.top = frame["rate"].tolist()
        self.names = frame["name"].tolist()


def step(number):
    RESULTS.append(Step(number, serve(number)))


for i in range(350):
    step(i)
