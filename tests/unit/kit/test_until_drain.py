"""Streams that end with the drain: nothing lost before it, nothing left behind after it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.kit.rpc import drain
from services.kit.rpc.drain import Draining, until_drain

pytestmark = pytest.mark.usefixtures("virtual_time")


class Numbers:
    """Counts slowly, and notes that it was closed."""

    def __init__(self, most: int, *, wait_s: float = 0.0) -> None:
        self.is_closed = False
        self._most = most
        self._wait_s = wait_s

    async def stream(self) -> AsyncIterator[int]:
        try:
            for number in range(self._most):
                yield number
                await asyncio.sleep(self._wait_s)
        finally:
            self.is_closed = True


async def all_of(stream: AsyncIterator[int]) -> list[int]:
    return [number async for number in stream]


async def test_outside_an_rpc_a_stream_goes_on_to_its_end() -> None:
    assert await all_of(until_drain(Numbers(5).stream())) == [0, 1, 2, 3, 4]


async def test_a_stream_that_waits_is_ended_by_the_drain_and_closed() -> None:
    draining = asyncio.Event()
    numbers = Numbers(5, wait_s=60)

    async def serve() -> list[int]:
        drain.end_with(draining)
        return await all_of(until_drain(numbers.stream()))

    serving = asyncio.create_task(serve())
    await asyncio.sleep(0.05)
    assert not serving.done()
    draining.set()
    with pytest.raises(Draining):
        await serving
    assert numbers.is_closed


async def test_a_reader_that_is_cancelled_leaves_nothing_open() -> None:
    numbers = Numbers(5, wait_s=60)
    reading = asyncio.create_task(all_of(until_drain(numbers.stream())))
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert numbers.is_closed


async def test_an_error_of_the_stream_is_the_readers() -> None:
    async def failing() -> AsyncIterator[int]:
        yield 1
        raise KeyError("broken")

    stream = until_drain(failing())
    assert await anext(stream) == 1
    with pytest.raises(KeyError, match="broken"):
        await anext(stream)
