"""A task that is asked to end ends, even where a library lost the request."""

import asyncio

import pytest

from services.kit.cancellation import end_tasks, heed_cancellation

pytestmark = pytest.mark.usefixtures("virtual_time")


async def test_a_loop_ends_though_a_wait_dropped_its_cancellation() -> None:
    results: list[asyncio.Future[None]] = []

    async def take_for_ever() -> None:
        while True:
            heed_cancellation()
            results.append(asyncio.get_running_loop().create_future())
            await asyncio.wait_for(results[-1], 60)

    task = asyncio.create_task(take_for_ever())
    await asyncio.sleep(0)
    # The result and the request in one turn of the loop: what `wait_for` drops before Python 3.12.
    results[0].set_result(None)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 1)
    assert len(results) == 1


async def test_a_task_that_nobody_asked_to_end_goes_on() -> None:
    async with asyncio.timeout(1):
        await asyncio.sleep(0)
    heed_cancellation()


async def test_a_task_is_asked_again_until_it_ends() -> None:
    requests = 0

    async def lose_the_first() -> None:
        nonlocal requests
        while requests < 2:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                requests += 1
        raise asyncio.CancelledError

    task = asyncio.create_task(lose_the_first())
    await asyncio.sleep(0)
    assert await end_tasks([task], timeout_s=5) == set()
    assert task.cancelled()


async def test_a_task_that_never_ends_is_named() -> None:
    is_over = False

    async def hold_out() -> None:
        while not is_over:
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue

    stubborn, done = asyncio.create_task(hold_out()), asyncio.create_task(asyncio.sleep(0))
    await asyncio.sleep(0)
    assert await end_tasks([stubborn, done], timeout_s=0.05) == {stubborn}
    is_over = True
    await stubborn
