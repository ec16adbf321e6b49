"""Time as a test wants it: a clock that stands still, an event loop that never has to wait."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any


class HeldClock:
    """The time of day is the test's; `monotonic` stays real, so that pauses and polls go on.

    It begins at the present, so that processes with the machine's own clock, which work on the
    same database, take nothing of it for long past.
    """

    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        """Return the held time."""
        return self._now

    def monotonic(self) -> float:
        """Return the machine's own seconds."""
        return time.monotonic()

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by


@contextmanager
def time_passes_at_once(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let a loop's time jump to the next timer whenever nothing else is to be done.

    For what waits by the loop only (`asyncio.sleep`, `asyncio.timeout`, `loop.time`), and asyncio's
    own loop: an answer from a thread, a socket or a process would come after every time-out.
    """
    patient: Any = loop  # its selector is private, and its clock may be replaced
    select, now = patient._selector.select, loop.time
    jumped_s = 0.0

    def select_or_jump(timeout: float | None = None) -> Any:
        nonlocal jumped_s
        if timeout is None:  # no timer is set
            return select(None)
        if not (events := select(0)):
            jumped_s += max(timeout, 0)
        return events

    patient._selector.select = select_or_jump
    patient.time = lambda: now() + jumped_s
    try:
        yield
    finally:
        del patient._selector.select, patient.time
