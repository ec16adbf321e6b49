"""Removal of what nobody can use any more."""

from datetime import timedelta

from services.identity.repository.attempts import Attempts
from services.identity.repository.sessions import Sessions
from services.kit.work import Work


async def remove_expired(work: Work, kept: timedelta) -> int:
    """Remove sessions that ended longer ago than `kept`, and attempt windows that are over.

    Returns the number of sessions.
    """
    async with work.begin_control() as tx:
        await Attempts(tx).remove_ended()
        return await Sessions(tx).remove_ended(kept)
