"""What streams share: bounds, their count, how an event is written and a call is read."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Annotated, Any, Final

import orjson
from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Send

from services.kit.caller import Caller
from services.kit.errors import (
    Unavailable,
)

STREAM: Final = "text/event-stream"
HEARTBEAT: Final = b": heartbeat\n\n"
RECONNECT: Final = b"event: reconnect\ndata: {}\n\n"
_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}

# What `next_of` gives after the last message of a stream.
END: Final = object()


class TooManyStreams(Unavailable):
    """This gateway serves as many streams as it may: 503, try another."""

    reason = "TOO_MANY_STREAMS"


class LiveSettings(BaseModel):
    """Times and bounds of streams."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    heartbeat_s: float = Field(default=15, gt=0)
    stall_s: float = Field(default=30, gt=0)
    # How long a stream outlives execution's absence before it asks its reader to come back.
    outage_s: float = Field(default=30, ge=0)
    # A WatchRun call is opened anew after this time: a deadline for what has no end of its own.
    watch_s: float = Field(default=600, gt=0)
    # A model call may take this long altogether.
    model_call_s: float = Field(default=600, gt=0)
    # An import or export may take this long altogether.
    transfer_s: float = Field(default=600, gt=0)
    # A model that has not begun to answer after this time is answered 200 with heartbeats, errors
    # following as events.
    first_token_s: float = Field(default=10, gt=0)
    max_streams: int = Field(default=2000, ge=1)


class Streams:
    """The streams that are open, and the bell that ends them all."""

    def __init__(self, settings: LiveSettings) -> None:
        self.settings = settings
        self.stopping = asyncio.Event()
        self._open: dict[asyncio.Event, Caller] = {}

    @property
    def count(self) -> int:
        """How many streams are open."""
        return len(self._open)

    def stop(self) -> None:
        """End every stream with `event: reconnect`, and open no other."""
        self.stopping.set()
        for bell in self._open:
            bell.set()

    def end_of(self, credential: str) -> None:
        """End the streams of a session or API key that was revoked.

        Coming back, they are refused.
        """
        for bell, caller in self._open.items():
            if credential in (caller.session_id, caller.actor):
                bell.set()

    def enter(self, caller: Caller) -> asyncio.Event:
        """Count one more stream in; its bell rings when it is to end. Raise TooManyStreams."""
        if self.stopping.is_set() or len(self._open) >= self.settings.max_streams:
            raise TooManyStreams("This gateway takes no more streams.", retry_after_s=1)
        bell = asyncio.Event()
        self._open[bell] = caller
        return bell

    def leave(self, bell: asyncio.Event) -> None:
        """Count a stream out."""
        self._open.pop(bell, None)


async def _streams_of(request: Request) -> Streams:
    streams: Streams = request.scope["app"].state.streams
    return streams


LiveStreams = Annotated[Streams, Depends(_streams_of)]


class EventStream(StreamingResponse):
    """A response of server-sent events that lets go of readers that take nothing."""

    media_type = STREAM

    def __init__(
        self,
        events: AsyncGenerator[bytes, None],
        streams: Streams,
        bell: asyncio.Event,
        *,
        on_end: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(events, headers=_HEADERS)
        self._on_end = on_end
        self._events = events
        self._streams = streams
        self._bell = bell

    async def stream_response(self, send: Send) -> None:
        """Send each event, each within the stall bound."""
        stall_s = self._streams.settings.stall_s

        async def bounded(message: Any) -> None:
            async with asyncio.timeout(stall_s):
                await send(message)

        try:
            await super().stream_response(bounded)
        except TimeoutError:
            return  # the reader takes nothing: uvicorn closes the unfinished response's connection
        finally:
            self._streams.leave(self._bell)
            if self._on_end is not None:
                self._on_end()
            # Now, not when it is collected: the call behind it ends with it.
            await self._events.aclose()


def frame(event: str, data: Any, sequence: int | None = None) -> bytes:
    """Write one event.

    Line breaks inside stored JSON are whitespace, and would end the field: they become spaces.
    """
    head = b"" if sequence is None else b"id: %d\n" % sequence
    body = orjson.dumps(data).replace(b"\n", b" ").replace(b"\r", b" ")
    return b"%sevent: %s\ndata: %s\n\n" % (head, event.encode(), body)


async def paced(
    call: Any, heartbeat_s: float, bell: asyncio.Event, first: "asyncio.Future[Any] | None" = None
) -> AsyncGenerator[Any, None]:
    """Yield the messages of a server stream, and None whenever none came for a heartbeat.

    Ends when the bell rings.

    A read under way is never cancelled to look at the clock: that would cancel the call.
    """
    ring = asyncio.ensure_future(bell.wait())
    pending = first
    try:
        while True:
            pending = pending or asyncio.ensure_future(next_of(call))
            await asyncio.wait(
                {pending, ring}, timeout=heartbeat_s, return_when=asyncio.FIRST_COMPLETED
            )
            if ring.done() and not pending.done():
                return
            if not pending.done():
                yield None
                continue
            item, pending = pending.result(), None
            if item is END:
                return
            yield item
    finally:
        ring.cancel()
        if pending is not None:
            pending.cancel()


async def next_of(call: Any) -> Any:
    """Return the next message of a server stream, or a mark that it is over."""
    return await anext(call, END)


async def rings(bell: asyncio.Event, seconds: float) -> bool:
    """Wait for the bell, so long at most; tell whether it rang."""
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return False
    return True
