"""Background work of a process starts again after a crash, and ends when it is told to."""

import asyncio

import pytest

from services.kit.cancellation import heed_cancellation
from services.kit.runtime.background import BackgroundTasks

pytestmark = pytest.mark.usefixtures("virtual_time")


class Crashing:
    """Work whose first try dies in one part of a group; later tries heed cancellation and go on."""

    def __init__(self) -> None:
        self.tries = 0
        self.turns = 0

    async def run(self) -> None:
        self.tries += 1
        async with asyncio.TaskGroup() as group:
            group.create_task(self._fail_at_first())
            group.create_task(asyncio.sleep(0.2))
        while True:
            heed_cancellation()
            self.turns += 1
            await asyncio.sleep(0.1)

    async def _fail_at_first(self) -> None:
        await asyncio.sleep(0.1)
        if self.tries == 1:
            raise RuntimeError


async def test_work_that_crashed_in_a_group_starts_again_and_goes_on() -> None:
    """Before Python 3.13 such a group leaves a cancellation counted in its task."""
    crashing = Crashing()
    tasks = BackgroundTasks([crashing.run])
    tasks.start()
    await asyncio.sleep(5)
    await tasks.stop()
    assert crashing.tries == 2
    assert crashing.turns > 10


async def test_work_that_is_stopped_while_it_waits_to_start_again_stays_away() -> None:
    tries = 0

    async def crash() -> None:
        nonlocal tries
        tries += 1
        raise RuntimeError

    tasks = BackgroundTasks([crash])
    tasks.start()
    await asyncio.sleep(0.05)
    await tasks.stop()
    await asyncio.sleep(3)
    assert tries == 1
