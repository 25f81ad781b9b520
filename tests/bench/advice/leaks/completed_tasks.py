# culprit: TASKS
"""Tasks are put in a set so that nobody loses them, and stay there when they are done."""

from __future__ import annotations

import asyncio

TASKS = set()


async def fetch(number):
    body = b"b" * 800 + str(number).encode()
    await asyncio.sleep(0)
    return body


async def main():
    for i in range(4000):
        task = asyncio.ensure_future(fetch(i))
        TASKS.add(task)
        if i % 50 == 0:
            await asyncio.sleep(0)
    await asyncio.sleep(0.05)


loop = asyncio.new_event_loop()
loop.run_until_complete(main())
