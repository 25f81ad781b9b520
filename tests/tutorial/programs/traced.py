"""tracemalloc says which line allocated; the dump says who holds what it allocated."""

import json
import tracemalloc

tracemalloc.start()
BEFORE = tracemalloc.take_snapshot()
ROWS = [bytes(1_000) for _ in range(500)]  # the line that leaks
AFTER = tracemalloc.take_snapshot()
TOP = AFTER.compare_to(BEFORE, "lineno")[0]
LINE = TOP.traceback[0].lineno
GREW = TOP.size_diff
TOTAL = sum(row.size for row in AFTER.statistics("lineno"))
del BEFORE, AFTER, TOP
print(json.dumps({"line": LINE, "grew": GREW, "total": TOTAL}))
