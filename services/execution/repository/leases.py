"""Renewing leases, on a connection that belongs to nobody else."""

import asyncio
import contextlib
from typing import Final

import asyncpg

from services.execution.repository.reachable import reachable
from services.kit.db import asyncpg_dsn
from services.kit.settings import DatabaseSettings

# Renews in the order of ids, as group commits lock: neither can wait for the other in a circle.
_RENEW: Final = """
WITH mine AS (
  SELECT q.run_id FROM control.run_queue q
  JOIN unnest($1::text[], $2::int[]) AS c(run_id, epoch)
    ON q.run_id = c.run_id AND q.lease_epoch = c.epoch
  WHERE q.state = 'running' ORDER BY q.run_id FOR NO KEY UPDATE OF q
)
UPDATE control.run_queue q SET lease_until = clock_timestamp() + make_interval(secs => $3)
FROM mine m WHERE q.run_id = m.run_id
"""


class Leases:
    """One connection, opened when it is needed and again after it failed."""

    def __init__(self, database: DatabaseSettings, lease_s: float) -> None:
        self._dsn = asyncpg_dsn(database.url.get_secret_value())
        self._cache = 0 if database.is_behind_transaction_pooler else 16
        self._lease_s = lease_s
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def renew(self, held: dict[str, int]) -> None:
        """Renew the leases of these runs (id -> epoch) that are ours still, in one statement.

        Raises DatabaseUnavailable.
        """
        try:
            with reachable():
                async with asyncio.timeout(self._lease_s / 2):
                    connection = await self._connected()
                    await connection.execute(_RENEW, list(held), list(held.values()), self._lease_s)
        except Exception:
            if self._connection is not None:
                self._connection.terminate()
                self._connection = None
            raise

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            with contextlib.suppress(OSError, asyncpg.PostgresError, TimeoutError):
                await self._connection.close(timeout=2)

    async def _connected(self) -> "asyncpg.Connection[asyncpg.Record]":
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._dsn, statement_cache_size=self._cache, timeout=5
            )
        return self._connection
