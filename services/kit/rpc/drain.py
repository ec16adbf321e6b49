"""Streams that could go on for hours do not hold up a drain: they end, their readers resume."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextvars import ContextVar
from typing import TypeVar

from services.kit.errors import Unavailable

_Item = TypeVar("_Item")

_draining: ContextVar[asyncio.Event | None] = ContextVar("draining", default=None)


class Draining(Unavailable):
    """This instance is going away; the stream can be resumed at another one."""

    reason = "DRAINING"


def end_with(draining: asyncio.Event) -> None:
    """Say which server this task serves for. For the server's border."""
    _draining.set(draining)


async def until_drain(items: AsyncIterator[_Item]) -> AsyncIterator[_Item]:
    """Pass a stream on until the server drains, then raise Draining.

    Only for streams whose reader can resume without loss, such as a run's numbered events. Outside
    an RPC the stream is passed on to its end.
    """
    draining = _draining.get() or asyncio.Event()
    ends = asyncio.ensure_future(draining.wait())
    step: asyncio.Future[_Item] | None = None
    try:
        while True:
            step = asyncio.ensure_future(anext(items))
            await asyncio.wait({step, ends}, return_when=asyncio.FIRST_COMPLETED)
            if not step.done():
                raise Draining("this instance is going away: resume", retry_after_s=0)
            try:
                item = step.result()
            except StopAsyncIteration:
                return
            yield item
    finally:
        ends.cancel()
        await _end(items, step)


async def _end(items: AsyncIterator[_Item], step: "asyncio.Future[_Item] | None") -> None:
    """Let the stream clean up behind itself now, not when it is collected."""
    if step is not None and not step.done():
        step.cancel()
        await asyncio.wait({step})
    if isinstance(items, AsyncGenerator):
        await items.aclose()
