"""A command-line tool with logging, a database and a temporary folder, that is done."""

from __future__ import annotations

import argparse
import logging
import sqlite3

logging.basicConfig(level=logging.ERROR)
LOG = logging.getLogger("tool")
PARSER = argparse.ArgumentParser()
PARSER.add_argument("--count", type=int, default=3000)
DATABASE = sqlite3.connect(":memory:")
DATABASE.execute("CREATE TABLE t (a, b)")
for i in range(PARSER.parse_args([]).count):
    DATABASE.execute("INSERT INTO t VALUES (?, ?)", (i, str(i)))
    LOG.info("row %d", i)
