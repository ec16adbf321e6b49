"""Keeping leases alive from a thread of its own.

A blocked event loop (a long garbage collection, a slow library) loses no lease: the thread renews
all of a worker's leases in one statement, on a connection of its own. A loop that stands still for
too long gives its runs away: `tick` is its proof of progress, and without it renewing stops.
"""

import asyncio
import threading
import time

from services.execution.repository.leases import Leases
from services.kit.errors import Unavailable
from services.kit.settings import DatabaseSettings
from services.kit.telemetry import get_logger

_log = get_logger()


class Heartbeat:
    """Renews the leases of the runs that it is told to hold, four times in the life of a lease."""

    def __init__(self, database: DatabaseSettings, *, lease_s: float, stall_s: float) -> None:
        self._leases = Leases(database, lease_s)
        self._lease_s = lease_s
        self._stall_s = stall_s
        self._held: dict[str, int] = {}
        self._ticked = time.monotonic()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def hold(self, run_id: str, epoch: int) -> None:
        """Renew this run's lease from now on."""
        self._held[run_id] = epoch

    def drop(self, run_id: str) -> None:
        """Let this run's lease go."""
        self._held.pop(run_id, None)

    def tick(self) -> None:
        """Say that the worker's event loop makes progress."""
        self._ticked = time.monotonic()

    def start(self) -> None:
        """Start the thread."""
        self._stop.clear()
        self.tick()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Stop the thread; leases live on until they end or are given back."""
        self._stop.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 10)

    def _run(self) -> None:
        asyncio.run(self._beat())

    async def _beat(self) -> None:
        while not await asyncio.to_thread(self._stop.wait, self._lease_s / 4):
            held = dict(self._held)
            if not held:
                continue
            if time.monotonic() - self._ticked > self._stall_s:
                _log.error("the event loop stands still: leases are not renewed")
                continue
            try:
                await self._leases.renew(held)
            except Unavailable as error:
                _log.warning("leases could not be renewed", error=type(error).__name__)
            except Exception:  # noqa: BLE001 - without its thread every lease would be lost
                _log.exception("leases could not be renewed")
        await self._leases.close()
