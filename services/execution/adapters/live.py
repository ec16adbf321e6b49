"""Telling watchers of a run: core NATS, `live.<tenant>.run.<run_id>`.

A message is one byte of kind: `e` alone says that there are new events, `d` is followed by a
TokenDelta.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import nats.errors
from nats.aio.msg import Msg

from promptpilot.execution.v1 import execution_pb2 as pb
from services.execution.models import RunId
from services.execution.rules.answers import LiveDelta
from services.kit.bus import Bus, BusUnavailable
from services.kit.ids import TenantId

_MOST_WAITING: Final = 1_000_000
EVENTS: Final = b"e"
DELTA: Final = b"d"


def subject_of(tenant: str, run_id: str) -> str:
    """Return where a run is talked about."""
    return f"live.{tenant}.run.{run_id}"


class BusLive:
    """Says it over the bus; nobody may be listening."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def events(self, tenant: str, run_id: str) -> None:
        """Say that there are new events."""
        await self._bus.hint(subject_of(tenant, run_id), EVENTS)

    async def delta(
        self, tenant: str, run_id: str, *, step_id: str, attempt: int, text: str
    ) -> None:
        """Pass on a piece of a model's answer."""
        delta = pb.TokenDelta(step_id=step_id, attempt=attempt, text=text)
        await self._bus.hint(subject_of(tenant, run_id), DELTA + delta.SerializeToString())


class BusFeed:
    """What arrives about one run: hints as a flag, deltas joined while nobody takes them.

    A slow reader costs at most `_MOST_WAITING` characters; what is past them is dropped, which the
    final text in the checkpoint makes good.
    """

    def __init__(self) -> None:
        self._said = asyncio.Event()
        self._deltas: list[LiveDelta] = []
        self._waiting = 0

    async def on_message(self, message: Msg) -> None:
        """Take a message of the bus."""
        if message.data[:1] == DELTA:
            self._take(pb.TokenDelta.FromString(message.data[1:]))
        self._said.set()

    async def wait(self, timeout_s: float) -> None:
        """Return when something was said, or after the time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._said.wait()
        self._said.clear()

    def deltas(self) -> list[LiveDelta]:
        """Take the deltas that arrived since, in order."""
        taken, self._deltas, self._waiting = self._deltas, [], 0
        return taken

    def _take(self, delta: pb.TokenDelta) -> None:
        self._waiting += len(delta.text)
        if self._waiting > _MOST_WAITING:
            return
        last = self._deltas[-1] if self._deltas else None
        if last is not None and (last.step_id, last.attempt) == (delta.step_id, delta.attempt):
            self._deltas[-1] = LiveDelta(last.step_id, last.attempt, last.text + delta.text)
        else:
            self._deltas.append(LiveDelta(delta.step_id, delta.attempt, delta.text))


class BusFeeds:
    """Listens to runs over the bus; without NATS the watcher's poll is all there is."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    @asynccontextmanager
    async def listen(self, tenant: TenantId, run_id: RunId) -> AsyncIterator[BusFeed]:
        """Listen for as long as the block lasts."""
        feed = BusFeed()
        subscription = None
        with suppress(BusUnavailable, nats.errors.Error, OSError):
            subscription = await self._bus.listen(subject_of(tenant, run_id), feed.on_message)
        try:
            yield feed
        finally:
            if subscription is not None:
                with suppress(nats.errors.Error, OSError):
                    await subscription.unsubscribe()
