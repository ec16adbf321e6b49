"""Expressions that are not cheap: evaluated in threads, one at a time for each tenant.

The sandbox behind them takes up to some seconds a call. With one call a tenant, somebody who fills
a queue with the most expensive expressions delays others by one call, not by the queue.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

_THREADS: Final = 2

Result = TypeVar("Result")


class SlowLane:
    """Shared by all runs of a process."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, "expressions")
        self._gates: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, int] = {}

    async def run(self, tenant: str, call: Callable[[], Result]) -> Result:
        """Make the call in a thread when it is the tenant's turn."""
        gate = self._gates.setdefault(tenant, asyncio.Lock())
        self._waiting[tenant] = self._waiting.get(tenant, 0) + 1
        try:
            async with gate:
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        finally:
            self._waiting[tenant] -= 1
            if not self._waiting[tenant]:
                del self._waiting[tenant], self._gates[tenant]

    async def close(self) -> None:
        """End the threads; a call that is under way ends by its own deadline."""
        self._threads.shutdown(wait=False, cancel_futures=True)
