"""The queue of runs: fair claims, leases, take-over, release, sleep.

A claim looks at the tenants that have queued runs (a skip scan over the partial index, one probe a
tenant), takes those that run least for their weight, and of these the oldest runs: score = (running
+ rank) / weight, never past a tenant's cap. What runs is counted, not kept in counters, so that
there is nothing to reconcile; an advisory lock makes claims take turns (each some milliseconds), so
that several workers keep the caps exactly. All times are the database's.
"""

from dataclasses import dataclass
from typing import Final

import asyncpg

from services.execution.repository.reachable import reachable

_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('execution.claim', 0))"

_CLAIM: Final = """
WITH RECURSIVE ready AS (
  (SELECT tenant_id FROM control.run_queue WHERE state = 'queued' ORDER BY tenant_id LIMIT 1)
  UNION ALL
  SELECT (SELECT q.tenant_id FROM control.run_queue q
          WHERE q.state = 'queued' AND q.tenant_id > r.tenant_id ORDER BY q.tenant_id LIMIT 1)
  FROM ready r WHERE r.tenant_id IS NOT NULL
), busy AS (
  SELECT tenant_id, count(*) AS running FROM control.run_queue
  WHERE state = 'running' GROUP BY tenant_id
), ranked AS (
  SELECT r.tenant_id, coalesce(b.running, 0) AS running, coalesce(s.weight, 1) AS weight,
    coalesce(s.most_running, $4::int) AS most
  FROM ready r
  LEFT JOIN busy b ON b.tenant_id = r.tenant_id
  LEFT JOIN control.tenant_shares s ON s.tenant_id = r.tenant_id
  WHERE r.tenant_id IS NOT NULL
    AND coalesce(b.running, 0) < coalesce(s.most_running, $4::int)
  ORDER BY (coalesce(b.running, 0) + 1) / coalesce(s.weight, 1), random()
  LIMIT $1 * 4
), heads AS (
  SELECT h.run_id FROM ranked t CROSS JOIN LATERAL (
    SELECT q.run_id, q.enqueue_time,
      row_number() OVER (ORDER BY q.enqueue_time, q.run_id) AS rank
    FROM control.run_queue q
    WHERE q.state = 'queued' AND q.tenant_id = t.tenant_id AND q.wake_at <= now()
    ORDER BY q.enqueue_time, q.run_id
    LIMIT least($1, t.most - t.running)
  ) h
  ORDER BY (t.running + h.rank) / t.weight, h.enqueue_time
  LIMIT $1
), locked AS (
  SELECT q.run_id FROM control.run_queue q
  WHERE q.run_id = ANY(ARRAY(SELECT run_id FROM heads)) AND q.state = 'queued'
  ORDER BY q.run_id FOR UPDATE SKIP LOCKED
)
UPDATE control.run_queue q SET state = 'running', lease_owner = $2,
  lease_epoch = q.lease_epoch + 1, lease_until = clock_timestamp() + make_interval(secs => $3)
FROM locked l WHERE q.run_id = l.run_id
RETURNING q.run_id, q.tenant_id, q.lease_epoch, q.losses, q.is_cancel_requested
"""

_TAKE_OVER: Final = """
WITH lost AS (
  SELECT run_id FROM control.run_queue
  WHERE state = 'running' AND lease_until < clock_timestamp()
  ORDER BY lease_until, run_id LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE control.run_queue q SET lease_owner = $2, lease_epoch = q.lease_epoch + 1,
  losses = q.losses + 1, lease_until = clock_timestamp() + make_interval(secs => $3)
FROM lost l WHERE q.run_id = l.run_id
RETURNING q.run_id, q.tenant_id, q.lease_epoch, q.losses, q.is_cancel_requested
"""

_WATCH: Final = """
SELECT q.run_id, q.is_cancel_requested FROM control.run_queue q
JOIN unnest($1::text[], $2::int[]) AS c(run_id, epoch)
  ON q.run_id = c.run_id AND q.lease_epoch = c.epoch
WHERE q.state = 'running'
"""

_RELEASE: Final = """
WITH mine AS (
  SELECT q.run_id FROM control.run_queue q
  JOIN unnest($1::text[], $2::int[]) AS c(run_id, epoch)
    ON q.run_id = c.run_id AND q.lease_epoch = c.epoch
  WHERE q.state = 'running' ORDER BY q.run_id FOR NO KEY UPDATE OF q
)
UPDATE control.run_queue q SET state = 'queued', lease_until = NULL, wake_at = clock_timestamp()
FROM mine m WHERE q.run_id = m.run_id
"""

# Who is to be cancelled stays awake: the lock waits for a request that came just before.
_SLEEP: Final = """
WITH mine AS (
  SELECT run_id, is_cancel_requested FROM control.run_queue
  WHERE run_id = $1 AND lease_epoch = $2 AND state = 'running' FOR NO KEY UPDATE
)
UPDATE control.run_queue q SET lease_until = NULL,
  state = CASE WHEN m.is_cancel_requested THEN 'queued' ELSE 'sleeping' END,
  wake_at = clock_timestamp()
    + make_interval(secs => CASE WHEN m.is_cancel_requested THEN 0 ELSE $3::float8 END)
FROM mine m WHERE q.run_id = m.run_id
"""

_WAKE: Final = """
WITH due AS (
  SELECT run_id FROM control.run_queue WHERE state = 'sleeping' AND wake_at <= clock_timestamp()
  ORDER BY wake_at LIMIT 1000 FOR UPDATE SKIP LOCKED
)
UPDATE control.run_queue q SET state = 'queued' FROM due d WHERE q.run_id = d.run_id
RETURNING q.run_id
"""

_RELEASE_ALL: Final = """
WITH mine AS (
  SELECT run_id FROM control.run_queue WHERE state = 'running' AND lease_owner = $1
  ORDER BY run_id FOR NO KEY UPDATE
)
UPDATE control.run_queue q SET state = 'queued', lease_until = NULL, wake_at = clock_timestamp()
FROM mine m WHERE q.run_id = m.run_id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that a worker holds now, under this epoch."""

    run_id: str
    tenant: str
    epoch: int
    losses: int
    is_cancel_requested: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What the queue says about a run that a worker believes to hold."""

    run_id: str
    is_cancel_requested: bool


class Queue:
    """The queue as one worker sees it. `worker` is its id, shown in runs.

    Every method raises DatabaseUnavailable.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", worker: str, lease_s: float) -> None:
        self._pool = pool
        self._worker = worker
        self._lease_s = lease_s

    async def claim(self, room: int, most_per_tenant: int) -> list[Claim]:
        """Take up to `room` waiting runs, fairly between tenants."""
        with reachable():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(_LOCK)
                rows = await connection.fetch(
                    _CLAIM, room, self._worker, self._lease_s, most_per_tenant
                )
        return [_claim(row) for row in rows]

    async def take_over(self, room: int) -> list[Claim]:
        """Take up to `room` runs whose lease has ended."""
        with reachable():
            rows = await self._pool.fetch(_TAKE_OVER, room, self._worker, self._lease_s)
        return [_claim(row) for row in rows]

    async def release(self, held: dict[str, int]) -> None:
        """Give runs back (id -> epoch), to be claimed again at once."""
        with reachable():
            await self._pool.execute(_RELEASE, list(held), list(held.values()))

    async def sleep(self, run_id: str, epoch: int, seconds: float) -> None:
        """Give a run back until then; until somebody cancels it, if that is earlier."""
        with reachable():
            await self._pool.execute(_SLEEP, run_id, epoch, seconds)

    async def wake(self) -> bool:
        """Queue the sleeping runs that are due; tell whether there were any."""
        with reachable():
            return bool(await self._pool.fetch(_WAKE))

    async def release_all(self) -> None:
        """Give back whatever this worker still holds, a claim that it never heard of included."""
        with reachable():
            await self._pool.execute(_RELEASE_ALL, self._worker)

    async def watch(self, held: dict[str, int]) -> list[Held]:
        """Return which of these runs (id -> epoch) are still ours, and whether to cancel them."""
        with reachable():
            rows = await self._pool.fetch(_WATCH, list(held), list(held.values()))
        return [Held(row["run_id"], row["is_cancel_requested"]) for row in rows]


def _claim(row: asyncpg.Record) -> Claim:
    return Claim(
        row["run_id"],
        row["tenant_id"],
        row["lease_epoch"],
        row["losses"],
        row["is_cancel_requested"],
    )
