# culprit: work_queue|EXECUTOR
"""Jobs come faster than one worker does them."""

from __future__ import annotations

import concurrent.futures
import threading

GATE = threading.Event()
EXECUTOR = concurrent.futures.ThreadPoolExecutor(max_workers=1)


def job(number, payload):
    GATE.wait(60)
    return number, len(payload)


def submit(number):
    EXECUTOR.submit(job, number, {"number": number, "body": bytes(600)})


for i in range(3000):
    submit(i)
import pyheap_dump

pyheap_dump.dump(__import__("os").environ["DUMP_TO"])
GATE.set()
