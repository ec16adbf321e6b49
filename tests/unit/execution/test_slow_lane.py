"""Expensive work of one tenant does not keep another waiting for more than one call."""

import asyncio
import threading

import pytest

from services.execution.commands.slow_lane import SlowLane


async def test_each_tenant_has_one_call_under_way_and_others_pass_its_queue() -> None:
    lane = SlowLane()
    gate = threading.Event()
    order: list[str] = []

    def hang() -> None:
        gate.wait(5)
        order.append("greedy")

    greedy = [asyncio.create_task(lane.run("greedy", hang)) for _ in range(20)]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(lane.run("modest", lambda: 7), 2) == 7
    assert order == []
    gate.set()
    await asyncio.gather(*greedy)
    assert len(order) == 20
    await lane.close()


async def test_an_error_is_told_and_a_cancelled_call_leaves_the_lane_open() -> None:
    lane = SlowLane()
    with pytest.raises(ZeroDivisionError):
        await lane.run("t", lambda: 1 / 0)
    waiting = asyncio.create_task(lane.run("t", lambda: threading.Event().wait(0.05)))
    await asyncio.sleep(0)
    waiting.cancel()
    assert await lane.run("t", lambda: 1) == 1
    await lane.close()
