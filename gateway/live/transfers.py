"""Imports told as they are made, and archives sent as they are written."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response, StreamingResponse

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
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.caller import current_caller
from services.kit.errors import AppError, Unavailable

if TYPE_CHECKING:  # this name exists for the type checker only
    from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceAsyncStub

_CUT_OFF: Final = (
    "The import was cut off. What was told stands; send the same file again for the rest: what is "
    "here already is unchanged."
)


class Archive(StreamingResponse):
    """A ZIP to be saved."""

    media_type = "application/zip"


async def stream_import(
    prompts: "PromptsServiceAsyncStub",
    request: pb.ImportPromptsRequest,
    streams: Streams,
    on_changed: Callable[[str], None],
) -> Response:
    """Answer with an import as it is made; `on_changed` hears the ids of prompts that it changes.

    Errors before it begins are problems with their status.
    """
    settings = streams.settings
    bell = streams.enter(current_caller())
    call = prompts.ImportPrompts(request, timeout=settings.transfer_s)
    first: asyncio.Future[Any] = asyncio.ensure_future(next_of(call))
    try:
        await asyncio.wait({first}, timeout=settings.first_token_s)
        if first.done():
            first.result()
    except BaseException:
        call.cancel()
        streams.leave(bell)
        raise
    events = _import_events(call, first, settings, bell, on_changed)
    return EventStream(events, streams, bell)


async def _import_events(
    call: Any,
    first: "asyncio.Future[Any]",
    settings: LiveSettings,
    bell: asyncio.Event,
    on_changed: Callable[[str], None],
) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(paced(call, settings.heartbeat_s, bell, first)) as items:
            async for item in items:
                if item is None:
                    yield HEARTBEAT
                    continue
                kind = item.WhichOneof("event")
                if kind == "item" and item.item.prompt_id:
                    on_changed(item.item.prompt_id)
                yield frame(kind, read(getattr(item, kind)))
                if kind == "ended":
                    return
        yield frame("problem", document_of(Unavailable(_CUT_OFF)))
    except AppError as error:
        yield frame("problem", document_of(error))
    finally:
        call.cancel()


async def stream_archive(
    prompts: "PromptsServiceAsyncStub",
    request: pb.ExportPromptsRequest,
    file_name: str,
    streams: Streams,
) -> Response:
    """Answer with an archive as it is written. Errors before its first bytes are problems."""
    call: Any = prompts.ExportPrompts(request, timeout=streams.settings.transfer_s)
    try:
        first = await anext(call)
    except BaseException:
        call.cancel()
        raise
    headers = {
        "content-disposition": f'attachment; filename="{file_name}"',
        "cache-control": "no-store",
    }
    return Archive(_chunks(call, first.chunk), headers=headers)


async def _chunks(call: Any, first: bytes) -> AsyncIterator[bytes]:
    try:
        yield first
        async for message in call:
            yield message.chunk
    finally:
        call.cancel()
