"""Counts of attempts at passwords and sign-ups.

They stand in the database, not in memory: a limit holds for all replicas together and outlives a
restart, and beside
hashing a password the write costs nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, update
from sqlalchemy.dialects.postgresql import insert

from services.identity.models import AttemptCount
from services.identity.rules.attempts import Subject
from services.kit.work import Tx


class Attempts:
    """A fixed window for each subject, which begins with the first attempt in it."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def count(self, subject: Subject, window: timedelta) -> tuple[int, datetime]:
        """Count one attempt; returns how many there were in this window, and when it ends."""
        now = self._tx.now
        row = insert(AttemptCount).values(key=subject.key, count=1, window_end=now + window)
        is_over = AttemptCount.window_end <= now
        counted = row.on_conflict_do_update(
            index_elements=[AttemptCount.key],
            set_={
                "count": case((is_over, 1), else_=AttemptCount.count + 1),
                "window_end": case((is_over, now + window), else_=AttemptCount.window_end),
            },
        ).returning(AttemptCount.count, AttemptCount.window_end)
        result = (await self._tx.session.execute(counted)).one()
        return result[0], result[1]

    async def forgive(self, subjects: Iterable[Subject]) -> None:
        """Take back one attempt that turned out well."""
        keys = sorted(each.key for each in subjects)
        less = func.greatest(AttemptCount.count - 1, 0)
        change = update(AttemptCount).where(AttemptCount.key.in_(keys)).values(count=less)
        await self._tx.session.execute(change)

    async def reset(self, subject: Subject) -> None:
        """Forget the attempts of a subject: its owner has shown who it is."""
        gone = delete(AttemptCount).where(AttemptCount.key == subject.key)
        await self._tx.session.execute(gone)

    async def remove_ended(self) -> None:
        """Remove windows that are over."""
        gone = delete(AttemptCount).where(AttemptCount.window_end < self._tx.now)
        await self._tx.session.execute(gone)
