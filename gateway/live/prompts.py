"""What happens to prompts, as it happens: for caches of our own and of our callers.

The prompts service's events reach every gateway as NATS messages too, within milliseconds of the
commit. A reader that was not connected, or was too slow, is told that it missed something; it then
asks for what it holds with its ETags, which costs next to nothing.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, Self

import orjson
from nats.aio.msg import Msg

from gateway.live.streams import (
    HEARTBEAT,
    RECONNECT,
    EventStream,
    LiveSettings,
    Streams,
    frame,
    paced,
)
from services.kit.bus import Bus, BusUnavailable
from services.kit.caller import current_caller

_SUBJECT: Final = "evt.*.prompts.>"
_RETRY: Final = b"retry: 1000\n\n"
READY: Final = "ready"
MISSED: Final = "missed"
# Changes that wait for one reader. One who is further behind is better off asking anew.
_MOST_WAITING: Final = 256


@dataclass(frozen=True, slots=True)
class PromptChange:
    """One event of the prompts service.

    `kind` is entity and verb: `prompt_label.set`, `prompt_version.created`, `prompt.archived` …;
    `body` has `prompt_id` and what the event's message in the contract says.
    """

    tenant: str
    kind: str
    body: dict[str, Any]


class Reader:
    """Changes of one tenant, in the order in which they came; None says that some were missed."""

    def __init__(self, prompt_ids: frozenset[str]) -> None:
        self._prompt_ids = prompt_ids
        self._waiting: deque[PromptChange | None] = deque()
        self._has_some = asyncio.Event()

    def take(self, change: PromptChange) -> None:
        """Keep a change for the reader, if it is among the prompts that it wants."""
        if self._prompt_ids and change.body["prompt_id"] not in self._prompt_ids:
            return
        if len(self._waiting) >= _MOST_WAITING:
            self.miss()
        else:
            self._waiting.append(change)
            self._has_some.set()

    def miss(self) -> None:
        """Tell the reader that it missed something, in place of what it has not read yet."""
        self._waiting.clear()
        self._waiting.append(None)
        self._has_some.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> PromptChange | None:
        while not self._waiting:
            self._has_some.clear()
            await self._has_some.wait()
        return self._waiting.popleft()


class PromptChanges:
    """Passes the changes of all prompts on to whoever reads those of a tenant."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._on_change: list[Callable[[PromptChange], None]] = []
        self._on_missed: list[Callable[[], None]] = []
        self._readers: dict[str, set[Reader]] = {}
        self._is_listening = False

    @property
    def is_heard(self) -> bool:
        """Whether changes arrive at this moment."""
        return self._is_listening and self._bus.is_connected

    def before_readers(
        self, on_change: Callable[[PromptChange], None], on_missed: Callable[[], None]
    ) -> None:
        """Call these for each change of any tenant, and when some were missed, before readers."""
        self._on_change.append(on_change)
        self._on_missed.append(on_missed)

    async def listen(self) -> None:
        """Hear of changes from now on; what was before is missed."""
        await self._bus.listen(_SUBJECT, self._on_event)
        self._bus.on_missed(self._miss)
        self._miss()
        self._is_listening = True

    def enter(self, tenant: str, prompt_ids: frozenset[str]) -> Reader:
        """Begin to read a tenant's changes; of these prompts only, if any are named.

        Raises BusUnavailable while none would arrive. `leave` ends it.
        """
        if not self.is_heard:
            raise BusUnavailable("Changes cannot be told at this moment.", retry_after_s=1)
        reader = Reader(prompt_ids)
        self._readers.setdefault(tenant, set()).add(reader)
        return reader

    def leave(self, tenant: str, reader: Reader) -> None:
        """End a reading."""
        readers = self._readers.get(tenant, set())
        readers.discard(reader)
        if not readers:
            self._readers.pop(tenant, None)

    async def _on_event(self, message: Msg) -> None:
        _, tenant, _, entity, verb, *_ = message.subject.split(".")
        body = orjson.loads(message.data)
        if not body.get("prompt_id"):
            return  # of the tenant itself
        change = PromptChange(tenant, f"{entity}.{verb}", body)
        for call in self._on_change:
            call(change)
        for reader in self._readers.get(tenant, ()):
            reader.take(change)

    def _miss(self) -> None:
        for call in self._on_missed:
            call()
        for readers in self._readers.values():
            for reader in readers:
                reader.miss()


def follow_changes(
    changes: PromptChanges, prompt_ids: frozenset[str], streams: Streams
) -> EventStream:
    """Answer with the changes of the caller's tenant. Raises BusUnavailable, TooManyStreams."""
    caller = current_caller()
    bell = streams.enter(caller)
    try:
        reader = changes.enter(str(caller.tenant), prompt_ids)
    except BusUnavailable:
        streams.leave(bell)
        raise
    return EventStream(
        _change_events(reader, streams.settings, bell),
        streams,
        bell,
        on_end=lambda: changes.leave(str(caller.tenant), reader),
    )


async def _change_events(
    reader: Reader, settings: LiveSettings, bell: asyncio.Event
) -> AsyncGenerator[bytes, None]:
    """Yield changes as bytes until the bell rings or the stream has lived its time."""
    now = asyncio.get_running_loop().time
    end = now() + settings.watch_s
    yield _RETRY + frame(READY, {})
    async with aclosing(paced(_frames(reader), settings.heartbeat_s, bell)) as items:
        async for item in items:
            yield HEARTBEAT if item is None else item
            if now() >= end:
                break  # its credential is checked again when it comes back
    yield RECONNECT


async def _frames(reader: Reader) -> AsyncGenerator[bytes, None]:
    async for change in reader:
        yield frame(MISSED, {}) if change is None else frame(change.kind, change.body)
