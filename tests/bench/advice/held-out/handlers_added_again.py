# culprit: handlers
"""Each job adds a handler to a logger, and none is removed."""

from __future__ import annotations

import logging


class JobHandler(logging.Handler):
    def __init__(self, job):
        super().__init__()
        self.job = job
        self.lines = ["x" * 200 + str(job)]

    def emit(self, record):
        pass


def run(job):
    logging.getLogger("jobs").addHandler(JobHandler(job))


for i in range(2500):
    run(i)
