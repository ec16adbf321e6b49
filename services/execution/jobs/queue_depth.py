"""Shows in the metrics how much waits in the queue of runs: what workers are scaled by."""

import asyncio
import random
from typing import Final

from prometheus_client import Gauge

from services.execution.repository.queue_depth import read_depth
from services.kit.cancellation import heed_cancellation
from services.kit.errors import Unavailable
from services.kit.telemetry import get_logger, metrics
from services.kit.work import UnitOfWork

RUNS: Final = Gauge(
    "promptpilot_execution_runs",
    "Runs that have not ended, over all workers, by state: waiting (for a worker), sleeping (not "
    "due yet), running. Each process of execution shows the same numbers: take their maximum.",
    ("state",),
    registry=metrics.REGISTRY,
)
OLDEST_WAITING_SECONDS: Final = Gauge(
    "promptpilot_execution_oldest_waiting_seconds",
    "How long the oldest waiting run has been waiting for a worker; 0 when none waits.",
    registry=metrics.REGISTRY,
)
_STATES: Final = ("waiting", "sleeping", "running")

_log = get_logger()


class QueueDepth:
    """Reads the depth of the queue again and again, with one cheap query each time."""

    def __init__(self, work: UnitOfWork, interval_s: float) -> None:
        self._work = work
        self._interval_s = interval_s

    async def run(self) -> None:
        """Run for ever. While the database is away the gauges are NaN, not what they once were."""
        while True:
            heed_cancellation()
            try:
                await self.sample()
            except Unavailable as error:
                _log.warning("the queue's depth is unknown", error=type(error).__name__)
            # Replicas started together do not stay together.
            spread = random.uniform(0.75, 1.25)  # noqa: S311 - spreads polls, guards nothing
            await asyncio.sleep(self._interval_s * spread)

    async def sample(self) -> None:
        """Read the depth once. Raises DatabaseUnavailable."""
        try:
            async with self._work.begin_control() as tx:
                depth = await read_depth(tx)
        except Unavailable:
            for state in _STATES:
                RUNS.labels(state).set(float("nan"))
            OLDEST_WAITING_SECONDS.set(float("nan"))
            raise
        for state in _STATES:
            RUNS.labels(state).set(getattr(depth, state))
        OLDEST_WAITING_SECONDS.set(depth.oldest_waiting_s)
