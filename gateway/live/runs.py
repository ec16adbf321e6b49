"""A run's events, through restarts of execution."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from gateway.clients import ask
from gateway.live.streams import (
    HEARTBEAT,
    RECONNECT,
    EventStream,
    LiveSettings,
    Streams,
    frame,
    paced,
    rings,
)
from gateway.problems import document_of
from gateway.translate import read
from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.caller import acting_as, current_caller
from services.kit.errors import AppError, DeadlineExceeded, InvalidArgument, Unavailable

if TYPE_CHECKING:  # these names exist for the type checker only
    from promptpilot.execution.v1.execution_pb2_grpc import ExecutionServiceAsyncStub

TERMINAL: Final = frozenset(("run.succeeded", "run.failed", "run.cancelled"))
TERMINAL_STATES: Final = frozenset(
    (pb.RUN_STATE_SUCCEEDED, pb.RUN_STATE_FAILED, pb.RUN_STATE_CANCELLED)
)
# Between two tries to follow a run while execution is away.
_RETRY_S: Final = 0.2


def last_event_id(text: str) -> int:
    """Return the number in Last-Event-ID, 0 for none. Raise InvalidArgument."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or int(text) >= 2**63:
        raise InvalidArgument.of_field("Last-Event-ID", "must be the number of an event")
    return int(text)


async def follow_run(
    execution: "ExecutionServiceAsyncStub", run_id: str, after: int, streams: Streams
) -> Response:
    """Answer with the stream of a run's events after a number.

    Raises RunNotFound before the stream begins.
    """
    source = RunSource(execution, run_id, streams.settings.watch_s)
    await source.list_one(after)
    bell = streams.enter(source.caller)
    return EventStream(run_events(source, after, streams.settings, bell), streams, bell)


class RunSource:
    """One run of execution, read on behalf of whoever asked to follow it."""

    def __init__(self, execution: "ExecutionServiceAsyncStub", run_id: str, watch_s: float) -> None:
        self.caller = current_caller()
        self._execution = execution
        self._run_id = run_id
        self._watch_s = watch_s

    def watch(self, after: int) -> Any:
        """Begin to read the events after a number, with live tokens."""
        request = pb.WatchRunRequest(run_id=self._run_id, after_sequence=after)
        with acting_as(self.caller):
            return self._execution.WatchRun(request, timeout=self._watch_s)

    async def list_one(self, after: int) -> pb.ListRunEventsResponse:
        """Return the next event after a number, if there is one. Raises RunNotFound."""
        request = pb.ListRunEventsRequest(run_id=self._run_id, after_sequence=after, page_size=1)
        with acting_as(self.caller):
            return await ask(self._execution.ListRunEvents, request)

    async def is_over(self, after: int) -> bool:
        """Tell whether the run has ended and has no event after this number."""
        with acting_as(self.caller):
            found = await ask(self._execution.GetRun, pb.GetRunRequest(run_id=self._run_id))
        return found.run.state in TERMINAL_STATES and not (await self.list_one(after)).events


class _Gap(Exception):  # not an error: a reason to read again
    """The service sent an event that is not the next one."""


class RunTail:
    """How far a reader has come in a run's events."""

    def __init__(self, after: int) -> None:
        self.position = after
        self.is_over = False

    def take(self, item: pb.WatchRunResponse) -> bytes:
        """Return an item as it goes out; nothing for an event already sent. Raise _Gap."""
        if item.WhichOneof("item") == "delta":
            return frame("delta", read(item.delta))
        event = item.event
        if event.sequence <= self.position:
            return b""
        if event.sequence != self.position + 1:
            raise _Gap
        self.position = event.sequence
        self.is_over = event.type in TERMINAL
        return frame(event.type, read(event), event.sequence)


async def run_events(
    source: RunSource, after: int, settings: LiveSettings, bell: asyncio.Event
) -> AsyncGenerator[bytes, None]:
    """Yield a run's events as bytes until the terminal one, through restarts of execution."""
    yield b"retry: 1000\n\n"
    now = asyncio.get_running_loop().time
    tail = RunTail(after)
    heard = now()
    while not bell.is_set() and now() - heard <= settings.outage_s:
        call = source.watch(tail.position)
        try:
            async with aclosing(paced(call, settings.heartbeat_s, bell)) as items:
                async for item in items:
                    heard = now()  # also a silence: the call stands
                    if out := tail.take(item) if item is not None else HEARTBEAT:
                        yield out
                    if tail.is_over:
                        return
            if await source.is_over(tail.position):
                return
        except (Unavailable, DeadlineExceeded, _Gap):
            pass
        except AppError as error:
            yield frame("problem", document_of(error))
            return
        finally:
            call.cancel()
        if not await rings(bell, _RETRY_S):
            yield HEARTBEAT
    yield RECONNECT
