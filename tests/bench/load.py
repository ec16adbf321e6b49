"""Load from this process on a gateway of ours: bounded in count and time, open or closed loop."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

Request = Callable[[], Awaitable[None]]


async def closed_loop(
    request: Request, *, users: int, seconds: float, pause_s: float = 0
) -> list[float]:
    """Let so many users send one request after the other; returns each request's seconds.

    Each pauses before a request, `pause_s` on average and exponentially distributed, as people who
    know nothing of each other do: equal pauses would make all of them ask at the same moment.
    """
    spent: list[float] = []
    end = time.perf_counter() + seconds

    async def user() -> None:
        while time.perf_counter() < end:
            if pause_s:
                await asyncio.sleep(random.expovariate(1 / pause_s))  # no secret
            began = time.perf_counter()
            await request()
            spent.append(time.perf_counter() - began)

    await asyncio.gather(*(user() for _ in range(users)))
    return spent


async def open_loop(request: Request, *, per_second: float, seconds: float) -> list[float]:
    """Send at a fixed rate whatever the answers take; a late start counts as waiting time."""
    spent: list[float] = []
    began = time.perf_counter()

    async def one(due: float) -> None:
        await request()
        spent.append(time.perf_counter() - due)

    tasks = []
    for number in range(int(per_second * seconds)):
        due = began + number / per_second
        wait = due - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)
    return spent
