# culprit: FAILED
"""Failed tasks are kept for a report; each error pins the frames and their buffers."""

from __future__ import annotations

FAILED = []


class Task:
    def __init__(self, number):
        self.number = number
        self.error = None


def run(task):
    buffer = bytes(20_000)
    payload = {"number": task.number}
    if task.number % 10 == 0:
        raise ValueError(f"task {task.number} failed", len(buffer), payload)


def work(number):
    task = Task(number)
    try:
        run(task)
    except ValueError as error:
        task.error = error
        FAILED.append(task)


for i in range(3000):
    work(i)
