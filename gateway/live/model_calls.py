"""A model's answer as it comes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from gateway.live.streams import (
    HEARTBEAT,
    EventStream,
    LiveSettings,
    Streams,
    frame,
    next_of,
    paced,
)
from gateway.problems import document_of
from gateway.translate import read
from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.caller import current_caller
from services.kit.errors import AppError, Unavailable

if TYPE_CHECKING:  # these names exist for the type checker only
    from promptpilot.execution.v1.execution_pb2_grpc import ExecutionServiceAsyncStub


async def stream_model_call(
    execution: "ExecutionServiceAsyncStub", request: pb.StreamModelCallRequest, streams: Streams
) -> Response:
    """Answer with a model's text as it comes.

    Errors before its first token are problems with their status.
    """
    settings = streams.settings
    bell = streams.enter(current_caller())
    call = execution.StreamModelCall(request, timeout=settings.model_call_s)
    first: asyncio.Future[Any] = asyncio.ensure_future(next_of(call))
    try:
        await asyncio.wait({first}, timeout=settings.first_token_s)
        if first.done():
            first.result()
    except BaseException:
        call.cancel()
        streams.leave(bell)
        raise
    return EventStream(_model_call_events(call, first, settings, bell), streams, bell)


async def _model_call_events(
    call: Any, first: "asyncio.Future[Any]", settings: LiveSettings, bell: asyncio.Event
) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(paced(call, settings.heartbeat_s, bell, first)) as items:
            async for item in items:
                if item is None:
                    yield HEARTBEAT
                elif item.WhichOneof("item") == "delta":
                    yield frame("delta", {"text": item.delta})
                else:
                    yield frame("result", read(item.result))
                    return
        yield frame(
            "problem",
            document_of(Unavailable("The model call was cut off; it may have been billed.")),
        )
    except AppError as error:
        yield frame("problem", document_of(error))
    finally:
        call.cancel()
