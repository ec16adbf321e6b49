"""Answers of several models side by side, in one stream.

One connection for all of them: a browser opens six to a host at most, and other tabs need some.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from starlette.responses import Response

from gateway.clients import Clients
from gateway.live.model_calls import ModelCall, ModelCalls, cut_off
from gateway.live.streams import END, HEARTBEAT, EventStream, Streams, frame, next_of
from gateway.problems import document_of
from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.caller import current_caller
from services.kit.errors import AppError


async def stream_playground(
    clients: Clients, requests: Sequence[pb.StreamModelCallRequest], streams: Streams
) -> Response:
    """Answer with the models' texts as they come, each event with its call's index.

    When every call fails before any has begun to answer, the first one's error is a problem with
    its status; else an error is an event of its call, and the others go on. A reader that leaves
    ends all of them.
    """
    calls = ModelCalls(clients, streams.settings)
    bell = streams.enter(current_caller())
    begun = [calls.begin(request) for request in requests]
    try:
        await _any_begins([call.first for call in begun], streams.settings.first_token_s)
    except BaseException:
        _cancel(begun)
        streams.leave(bell)
        raise
    return EventStream(_Playground(calls, begun, bell).events(), streams, bell)


async def _any_begins(firsts: "Sequence[asyncio.Future[Any]]", seconds: float) -> None:
    """Wait until one has an answer or time is up; raise the first one's error when all failed."""
    loop = asyncio.get_running_loop()
    deadline, waiting = loop.time() + seconds, set(firsts)
    while waiting:
        done, waiting = await asyncio.wait(
            waiting, timeout=max(0, deadline - loop.time()), return_when=asyncio.FIRST_COMPLETED
        )
        if not done or any(first.exception() is None for first in done):
            return
    firsts[0].result()


def _cancel(calls: Sequence[ModelCall]) -> None:
    for call in calls:
        call.cancel()


class _Playground:
    """The calls of one stream, and which of them still read."""

    def __init__(self, calls: ModelCalls, begun: Sequence[ModelCall], bell: asyncio.Event) -> None:
        self._calls = calls
        self._begun = begun
        self._bell = bell
        self._reads = {call.first: index for index, call in enumerate(begun)}

    async def events(self) -> AsyncGenerator[bytes, None]:
        """Yield the events of all calls until each has its result or its problem."""
        ring = asyncio.ensure_future(self._bell.wait())
        try:
            while self._reads:
                done, _ = await asyncio.wait(
                    {*self._reads, ring},
                    timeout=self._calls.settings.heartbeat_s,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if not done:
                    yield HEARTBEAT
                for read in sorted(done - {ring}, key=self._reads.__getitem__):
                    yield await self._event(self._reads.pop(read), read)
                if ring in done:
                    break
            for index in sorted(self._reads.values()):
                yield _problem(index, cut_off())
        finally:
            ring.cancel()
            for read in self._reads:
                read.cancel()
            _cancel(self._begun)

    async def _event(self, index: int, read: "asyncio.Future[Any]") -> bytes:
        """Write what a read gave; read on where more is to come."""
        try:
            item = read.result()
        except AppError as error:
            return _problem(index, error)
        if item is END:
            return _problem(index, cut_off())
        if item.WhichOneof("item") == "result":
            return frame("result", {"index": index, **await self._calls.result(item.result)})
        self._reads[asyncio.ensure_future(next_of(self._begun[index].stream))] = index
        return frame("delta", {"index": index, "text": item.delta})


def _problem(index: int, error: AppError) -> bytes:
    return frame("problem", {"index": index, "problem": document_of(error)})
