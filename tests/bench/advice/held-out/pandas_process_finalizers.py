# culprit: finalizer_registry|Finalize
# needs: pandas
"""Each job registers what is to be cleaned at the end, and never says that it is done."""

from __future__ import annotations

import multiprocessing.util
import os

from loaded_pandas import serve


def remove(path):
    if os.path.exists(path):
        os.remove(path)


def run(number):
    part = serve(number)
    path = f"/var/tmp/job-{os.getpid()}-{number}.parquet"
    multiprocessing.util.Finalize(None, remove, args=(path,), exitpriority=10)
    return len(part)


for i in range(800):
    run(i)
