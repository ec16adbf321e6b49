"""Ending a task for certain, on a Python whose standard library may lose a cancellation.

Before 3.12, `asyncio.wait_for` drops a cancellation that comes in the same turn of the loop as the
result: it returns the result, and the task lives on (fixed by python/cpython#98518). Libraries that
use it (nats-py does) lose our cancellations. The request itself stays counted in the task.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

_AGAIN_S: Final = 0.5


def heed_cancellation() -> None:
    """Raise CancelledError if this task was asked to end and goes on nevertheless.

    For loops without an end, once a turn; not within `asyncio.timeout`, which cancels too.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def end_tasks(tasks: Iterable[asyncio.Task[Any]], timeout_s: float) -> set[asyncio.Task[Any]]:
    """Cancel tasks until they end; returns those that have not after `timeout_s`.

    What they raise stays in them.
    """
    late = {task for task in tasks if not task.done()}
    deadline = asyncio.get_running_loop().time() + timeout_s
    while late and (left_s := deadline - asyncio.get_running_loop().time()) > 0:
        for task in late:
            task.cancel()
        _, late = await asyncio.wait(late, timeout=min(_AGAIN_S, left_s))
    return late
