"""When a failed call is made again: where that is safe, for UNAVAILABLE, within a budget."""

import random
from typing import Final

from services.kit.errors import Unavailable

MOST_ATTEMPTS: Final = 3

_FIRST_BACKOFF_S: Final = 0.05
_MOST_BACKOFF_S: Final = 1.0
_SAFE: Final = ("Get", "List", "Search", "Find", "Resolve", "Render", "Validate", "Authenticate")


def is_safe(method: str) -> bool:
    """Tell whether an RPC changes nothing, by its short name: then it may be sent twice."""
    return method.startswith(_SAFE)


def backoff_s(attempt: int) -> float:
    """Return the wait after attempt 1, 2, …: full jitter, doubling, at most a second."""
    return random.uniform(0, min(_MOST_BACKOFF_S, _FIRST_BACKOFF_S * 2**attempt))  # noqa: S311 # no secret


def wait_s(error: Unavailable, attempt: int) -> float:
    """Return the wait before the next attempt: the backoff, longer where the peer asks for it."""
    return max(backoff_s(attempt), error.retry_after_s or 0)


class RetryBudget:
    """A token bucket per peer, as in gRPC's retry throttling: retries stop while most calls fail.

    A failure takes a token, a success brings back a tenth; there are retries while more than half
    are left. So a peer that is down gets at most a tenth more load by retries.
    """

    def __init__(self, tokens: float = 20) -> None:
        self._most = tokens
        self._left = tokens

    def succeeded(self) -> None:
        """Note a call that got an answer, be it a refusal."""
        if self._left < self._most:
            self._left = min(self._most, self._left + 0.1)

    def failed(self) -> bool:
        """Note a call that found nobody, and tell whether it may be tried again."""
        self._left = max(0.0, self._left - 1)
        return self._left > self._most / 2
