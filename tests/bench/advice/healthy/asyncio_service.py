"""A service that has done some jobs and waits for more."""

from __future__ import annotations

import asyncio
import json


async def job(number: int) -> str:
    """Do something short."""
    await asyncio.sleep(0)
    return json.dumps({"number": number})


async def main() -> None:
    """Do many jobs, a few at a time."""
    for start in range(0, 2000, 20):
        await asyncio.gather(*(job(start + i) for i in range(20)))


LOOP = asyncio.new_event_loop()
LOOP.run_until_complete(main())
