"""The group committer: what many runs did, written in one statement and one commit.

Each batch is of one tenant. Its first part locks the queue rows whose epoch still is the writer's;
everything else is written only for those. What comes back are the runs that were written: for the
others the lease was lost, and nothing of theirs was changed.

The statement can be sent again after a lost connection: events and outbox rows that are there
already stay as they are, checkpoints are written over with the same values.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from contextvars import Context
from typing import Final

import asyncpg

from services.execution.repository.batches import columns_of, statement
from services.execution.repository.commits import Commit
from services.execution.repository.reachable import reachable
from services.kit import telemetry
from services.kit.db import DatabaseUnavailable
from services.kit.errors import Conflict
from services.kit.tenancy import schema_of

# Batches of one tenant in flight at the same time; a run always uses the same lane.
_LANES: Final = 2
_MOST_IN_BATCH: Final = 500
# While PostgreSQL is away: about as long as a lease lasts, after which another may own the run.
_RETRY_S: Final = (0.05, 0.1, 0.2, 0.5, *(1.0,) * 8)
_TIMEOUT_S: Final = 10.0


class LeaseLost(Conflict):
    """Another worker owns the run now, or it has ended: nothing was written."""

    reason = "LEASE_LOST"


class Committer:
    """Takes commits from many runs and writes them in batches, a few at the same time."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", writers: int = 3) -> None:
        self._pool = pool
        self._slots = asyncio.Semaphore(writers)
        self._lanes: dict[tuple[str, int], _Lane] = {}

    async def submit(self, commit: Commit) -> None:
        """Return once the commit is durable; raise LeaseLost when nothing was written.

        Waits while PostgreSQL is away: the lease decides how long that makes sense.
        """
        key = (commit.tenant, hash(commit.run_id) % _LANES)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(self, key)
        await lane.put(commit)

    def forget(self, key: tuple[str, int]) -> None:
        """Drop a lane that has nothing to do."""
        self._lanes.pop(key, None)

    async def write(self, batch: Sequence[Commit]) -> set[str]:
        """Write the batch; return the ids of the runs that were written."""
        with telemetry.shared_span("commit", (commit.span for commit in batch)):
            return await self._write(batch)

    async def _write(self, batch: Sequence[Commit]) -> set[str]:
        sql = statement(schema_of(batch[0].tenant))
        arguments = columns_of(batch)
        for pause in (*_RETRY_S, None):
            try:
                with reachable():
                    async with self._slots, asyncio.timeout(_TIMEOUT_S):
                        rows = await self._pool.fetch(sql, *arguments)
                return {row["run_id"] for row in rows}
            except DatabaseUnavailable:
                if pause is None:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")


class _Lane:
    """One queue of commits: what gathers while a batch is written is the next batch."""

    def __init__(self, owner: Committer, key: tuple[str, int]) -> None:
        self._owner = owner
        self._key = key
        self._waiting: list[tuple[Commit, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, commit: Commit) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((commit, future))
        if self._task is None:
            # In no run's context: what it writes is many runs' work, and not all the first one's.
            self._task = asyncio.create_task(self._drain(), context=Context())
        await future

    async def _drain(self) -> None:
        await asyncio.sleep(0)  # let the runs that woke together get into the same batch
        while self._waiting:
            batch = self._waiting[:_MOST_IN_BATCH]
            del self._waiting[:_MOST_IN_BATCH]
            try:
                written = await self._owner.write([commit for commit, _ in batch])
            except Exception as error:  # noqa: BLE001 - each run decides what its failure means
                if len(batch) > 1 and not isinstance(error, DatabaseUnavailable):
                    await self._one_by_one(batch)  # one run's fault is not the others'
                else:
                    _settle(batch, error)
            else:
                for commit, future in batch:
                    if not future.done():
                        _resolve(future, None if commit.run_id in written else _lost(commit))
        self._task = None
        self._owner.forget(self._key)

    async def _one_by_one(self, batch: list[tuple[Commit, asyncio.Future[None]]]) -> None:
        for commit, future in batch:
            error: Exception | None = None
            try:
                if commit.run_id not in await self._owner.write([commit]):
                    error = _lost(commit)
            except Exception as failed:  # noqa: BLE001 - told to the run that caused it
                error = failed
            if not future.done():
                _resolve(future, error)


def _lost(commit: Commit) -> LeaseLost:
    return LeaseLost("the run belongs to another worker", run_id=commit.run_id)


def _settle(batch: list[tuple[Commit, asyncio.Future[None]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            _resolve(future, error)


def _resolve(future: "asyncio.Future[None]", error: Exception | None) -> None:
    with contextlib.suppress(asyncio.InvalidStateError):
        future.set_result(None) if error is None else future.set_exception(error)
