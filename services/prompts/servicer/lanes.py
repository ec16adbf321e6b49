"""Work that takes up to seconds: one call of a tenant at a time, and few in all."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Lanes:
    """Shared by all calls of a servicer. With one lane a tenant, nobody's queue delays others."""

    def __init__(self, most: int) -> None:
        self._all = asyncio.Semaphore(most)
        self._gates: dict[str, asyncio.Lock] = {}
        self._waiting = Counter[str]()

    @asynccontextmanager
    async def turn(self, tenant: str) -> AsyncIterator[None]:
        """Wait for the tenant's turn, and keep it for the block."""
        gate = self._gates.setdefault(tenant, asyncio.Lock())
        self._waiting[tenant] += 1
        try:
            async with gate, self._all:
                yield
        finally:
            self._waiting[tenant] -= 1
            if not self._waiting[tenant]:
                del self._waiting[tenant], self._gates[tenant]
