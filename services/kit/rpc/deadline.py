"""How much time is left: a call inherits its caller's deadline, less a little for the way back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from services.kit.errors import DeadlineExceeded

# Each hop keeps this much for itself, so that it, not its caller, says what timed out.
SHAVE_S: Final = 0.02

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def time_left() -> float | None:
    """Return the seconds until this code's deadline (past: negative), None when it has none."""
    deadline = _deadline.get()
    return None if deadline is None else deadline - time.monotonic()


def end_in(seconds: float) -> None:
    """Set the deadline for the rest of this task.

    For the server's border, where each RPC has its own task.
    """
    _deadline.set(time.monotonic() + seconds)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give everything inside at most so long; a deadline that is already nearer stays."""
    ends = time.monotonic() + seconds
    known = _deadline.get()
    token = _deadline.set(ends if known is None else min(known, ends))
    try:
        yield
    finally:
        _deadline.reset(token)


def allowance(timeout: float | None) -> float:
    """Return the seconds an outgoing call may take.

    The time left less the shave, at most `timeout`.

    A call with neither is a bug (ValueError); one for which nothing is left is DeadlineExceeded at
    once.
    """
    left = time_left()
    if left is None:
        if timeout is None:
            raise ValueError("an RPC needs a deadline: pass timeout=, or call from inside one")
        return timeout
    left -= SHAVE_S
    if timeout is not None and timeout < left:
        left = timeout
    if left <= 0:
        raise DeadlineExceeded("no time is left for a further call")
    return left
