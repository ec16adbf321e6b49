"""Whether and when a failed attempt is tried again."""

from datetime import datetime, timedelta
from typing import Final

from services.execution.rules.plan import RetryPolicy
from services.execution.rules.states import Failure

# A provider may ask for patience, but not for more than this.
MOST_RETRY_AFTER_S: Final = 600.0


def next_attempt_at(
    policy: RetryPolicy, *, attempt: int, failure: Failure, now: datetime, random: float
) -> datetime | None:
    """Return when the attempt after this failed one begins; None when there is none.

    Exponential backoff with half of it as jitter (`random` in 0..1), and never before the time
    that the other side asked for.
    """
    if not failure.is_retryable or attempt >= policy.max_attempts:
        return None
    full_ms = min(
        policy.max_backoff_ms,
        policy.initial_backoff_ms * policy.multiplier ** min(attempt - 1, 64),
    )
    pause_s = full_ms * (0.5 + random / 2) / 1000
    return now + timedelta(seconds=max(pause_s, min(failure.retry_after_s, MOST_RETRY_AFTER_S)))
