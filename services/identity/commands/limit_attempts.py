"""Counting attempts before the expensive part of them."""

from collections.abc import Sequence
from datetime import timedelta

from services.identity.repository.attempts import Attempts
from services.identity.rules import attempts as rules
from services.identity.rules.attempts import Subject
from services.kit.work import Tx


async def count_attempt(tx: Tx, subjects: Sequence[Subject], window: timedelta) -> None:
    """Count one attempt for each subject; TooManyAttempts leaves the counts as they were.

    Counted before the password is looked at, so that guesses sent side by side do not slip through.
    """
    attempts = Attempts(tx)
    # In one order everywhere: two log-ins that share both rows never wait for each other crosswise.
    for subject in sorted(subjects, key=lambda each: each.key):
        count, window_end = await attempts.count(subject, window)
        rules.check(count, subject, now=tx.now, window_end=window_end)
