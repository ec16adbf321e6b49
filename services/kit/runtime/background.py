"""Background work of a process: relays, inboxes, workers. It is never lost silently."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from services.kit.cancellation import end_tasks
from services.kit.telemetry import get_logger, metrics

Background = Callable[[], Awaitable[None]]

_FIRST_BACKOFF_S: Final = 0.2
_MOST_BACKOFF_S: Final = 15.0
# Work that went well for so long starts again at once after a crash.
_WELL_S: Final = 60.0

log = get_logger()


class BackgroundTasks:
    """Runs each function in a task until it returns.

    One that crashes is logged and started again.
    """

    def __init__(self, functions: Sequence[Background]) -> None:
        self._functions = functions
        self._tasks: list[asyncio.Task[None]] = []
        self._is_stopping = False

    def start(self) -> None:
        """Start all of them."""
        self._tasks = [
            asyncio.create_task(self._keep_running(function), name=_name(function))
            for function in self._functions
        ]

    async def stop(self, timeout_s: float = 10) -> None:
        """Cancel all of them, and wait until they have cleaned up behind themselves."""
        self._is_stopping = True
        for task in await end_tasks(self._tasks, timeout_s):
            log.error("background task does not end", task=task.get_name())

    async def _keep_running(self, function: Background) -> None:
        crashes = 0
        while not self._is_stopping:
            started = time.monotonic()
            try:
                # In a task of its own: whatever a crash leaves in it, the next one begins clean
                # (before 3.13 a TaskGroup that fails while it waits leaves a cancellation counted).
                await asyncio.create_task(_begun(function), name=_name(function))
            except Exception as error:
                crashes = 1 if time.monotonic() - started > _WELL_S else crashes + 1
                wait_s = _backoff_s(crashes)
                metrics.BACKGROUND_CRASHES.labels(_name(function)).inc()
                log.exception(
                    "background task crashed; it starts again",
                    task=_name(function),
                    error=type(error).__name__,
                    wait_s=round(wait_s, 2),
                )
                await asyncio.sleep(wait_s)
            else:
                log.info("background task is done", task=_name(function))
                return


async def _begun(function: Background) -> None:
    await function()


def _backoff_s(crashes: int) -> float:
    most = min(_MOST_BACKOFF_S, _FIRST_BACKOFF_S * 2.0 ** min(crashes, 10))
    return random.uniform(most / 2, most)  # noqa: S311 # no secret


def _name(function: Background) -> str:
    owner = getattr(function, "__self__", None)
    name: str = getattr(function, "__qualname__", type(function).__name__)
    return f"{type(owner).__name__}.{name.rpartition('.')[2]}" if owner is not None else name
