# culprit: LOCAL|queries
"""Each thread logs what it did, for debugging, and lives for ever."""

from __future__ import annotations

import threading

LOCAL = threading.local()


class Query:
    def __init__(self, sql, seconds):
        self.sql = sql
        self.seconds = seconds


def execute(number):
    if not hasattr(LOCAL, "queries"):
        LOCAL.queries = []
    LOCAL.queries.append(Query(f"SELECT * FROM t WHERE id = {number}" * 5, number / 1000))


for i in range(6000):
    execute(i)
