"""A clock that stands still until a test moves it."""

import time
from datetime import UTC, datetime, timedelta


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
