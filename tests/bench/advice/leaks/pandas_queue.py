# culprit: QUEUE
# needs: pandas
"""A queue for a writer that was never started."""

from __future__ import annotations

import queue

from loaded_pandas import serve

QUEUE = queue.Queue()


class Write:
    def __init__(self, number, rows):
        self.number = number
        self.rows = rows


def produce(number):
    part = serve(number)
    QUEUE.put(Write(number, part["rate"].tolist()[:40]))


for i in range(400):
    produce(i)
