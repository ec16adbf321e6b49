"""A clock that stands still until a test moves it."""

import time
from datetime import datetime, timedelta


class HeldClock:
    """The time of day is the test's; `monotonic` stays real, so that pauses and polls go on."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the held time."""
        return self._now

    def monotonic(self) -> float:
        """Return the machine's own seconds."""
        return time.monotonic()

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by
