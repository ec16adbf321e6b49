"""What the clock does: index prompts that nobody has searched for since they changed."""

import asyncio
import random
from contextlib import suppress
from typing import Final

from services.kit.cancellation import heed_cancellation
from services.kit.errors import Unavailable
from services.kit.ids import TenantId
from services.kit.telemetry import get_logger
from services.kit.work import UnitOfWork
from services.prompts.commands.index_prompts import SearchIndex
from services.prompts.repository.tenants import tenants_page

_PAGE: Final = 200

_log = get_logger()


class Reindexer:
    """Goes through all tenants again and again, and at once to those where a search left much.

    Any number of replicas may.
    """

    def __init__(self, work: UnitOfWork, index: SearchIndex, interval_s: float) -> None:
        self._work = work
        self._index = index
        self._interval_s = interval_s

    async def run(self) -> None:
        """Run for ever. A database that is away is waited for."""
        while True:
            heed_cancellation()
            try:
                await self.run_once()
                await self._watch()
            except Unavailable as error:
                _log.warning("indexing waits", reason=error.reason)
                await asyncio.sleep(1)

    async def run_once(self) -> None:
        """Go through all tenants once."""
        after = ""
        while True:
            async with self._work.begin_control() as tx:
                tenants = await tenants_page(tx, after, _PAGE)
            for tenant in tenants:
                await self.index_tenant(tenant)
            if len(tenants) < _PAGE:
                return
            after = tenants[-1]

    async def index_tenant(self, tenant: TenantId) -> None:
        """Index all that is to be indexed of a tenant, in small transactions."""
        try:
            is_complete = False
            while not is_complete:
                async with self._work.begin(tenant) as tx:
                    is_complete = await self._index.catch_up(tx, is_thorough=True)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - the other tenants are indexed nevertheless
            _log.exception("prompts could not be indexed", tenant=tenant)

    async def _watch(self) -> None:
        """Serve the tenants that searches name, until it is time for all of them."""
        # Replicas started together do not stay together.
        spread = random.uniform(0.75, 1.25)  # noqa: S311 - spreads the work, guards nothing
        clock = asyncio.get_running_loop()
        end = clock.time() + self._interval_s * spread
        while (left_s := end - clock.time()) > 0:
            heed_cancellation()
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._index.has_behind.wait()
            for tenant in self._index.take_behind():
                await self.index_tenant(tenant)
