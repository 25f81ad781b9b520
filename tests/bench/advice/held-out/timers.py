# culprit: _scheduled|timer|Timer
"""Each connection starts a timer for an hour, and none is cancelled when it closes."""

from __future__ import annotations

import asyncio
import os
import sys

import pyheap_dump


class Connection:
    def __init__(self, loop, number):
        self.number = number
        self.buffer = bytearray(600)
        loop.call_later(3600, self.expire, number)

    def expire(self, number):
        self.buffer.clear()


async def main():
    loop = asyncio.get_running_loop()
    for i in range(3000):
        Connection(loop, i)
        if i % 50 == 0:
            await asyncio.sleep(0)
    pyheap_dump.dump(os.environ["DUMP_TO"])


asyncio.run(main())
sys.exit(0)
