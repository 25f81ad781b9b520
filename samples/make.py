"""Make the sample dumps again: ``sudo python3 samples/make.py``, on Linux, in five minutes.

A dump names the files of its program, the interpreter and the host. So that the samples name
nobody's machine, the shop runs under ``unshare``, in namespaces of its own where the host is called
``shop`` and the program lives in ``/srv/shop``, with an empty environment and the interpreter of
the system. Nothing is changed in the files afterwards, and nothing stays in ``/srv``. The times in
them are true: a day of this shop lasts 90 seconds, so that growth in a time means something.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent
DUMPER = SAMPLES.parent / "python-dump" / "pyheap_dump.py"
PYTHON = "/usr/bin/python3"

# $1: the folder of the samples, $2: the dumper, $3: the interpreter
INSIDE = """
set -e
hostname shop
mount -t tmpfs shop /srv
mkdir /srv/shop
cp -r "$1/shop" "$2" /srv/shop
cd /srv/shop
env -i PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 "$3" -S -m shop
for day in monday tuesday fixed; do install -m 644 "shop-$day.pyheap" "$1"; done
"""


def main() -> int:
    """Run the shop and return the exit status."""
    inside = ["sh", "-c", INSIDE, "sh", str(SAMPLES), str(DUMPER), PYTHON]
    made = subprocess.run(["unshare", "--uts", "--mount", *inside], check=False).returncode
    for dump in sorted(SAMPLES.glob("*.pyheap")):
        print(f"{dump.name}: {dump.stat().st_size:,} bytes")
    return made


if __name__ == "__main__":
    sys.exit(main())
