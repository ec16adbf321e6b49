"""How much waits in the queue of runs, over all tenants."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from services.kit.work import Tx

# By the database's clock, as claims are. A run that was given back waits since it may be claimed.
_DEPTH: Final = text("""
SELECT count(*) FILTER (WHERE state = 'queued') AS waiting,
  count(*) FILTER (WHERE state = 'sleeping') AS sleeping,
  count(*) FILTER (WHERE state = 'running') AS running,
  coalesce(extract(epoch FROM now() - min(greatest(enqueue_time, wake_at))
    FILTER (WHERE state = 'queued')), 0)::float8 AS oldest_waiting_s
FROM control.run_queue
""")


@dataclass(frozen=True, slots=True)
class Depth:
    """Runs by what they do; the age is 0 when none waits."""

    waiting: int
    sleeping: int
    running: int
    oldest_waiting_s: float


async def read_depth(tx: Tx) -> Depth:
    """Count the queue, in one pass over it: it holds only runs that have not ended."""
    row = (await tx.session.execute(_DEPTH)).one()
    # A service's clock may be ahead of the database's.
    return Depth(row.waiting, row.sleeping, row.running, max(0.0, row.oldest_waiting_s))
