"""Programs that we start begin to run, whatever gRPC does in this process at that moment."""

import asyncio
import sys
from pathlib import Path

from cli.local.children import end, spawn
from tests.support.identity import Door, identity_running, settings_for
from tests.support.stack import Stack


async def run_one(log: Path) -> None:
    """Start a program as the supervisor does, and wait for its end."""
    child = spawn([sys.executable, "-I", "-S", "-c", "print('running')"], log=log)
    try:
        async with asyncio.timeout(20):
            while child.poll() is None:
                await asyncio.sleep(0.02)
    finally:
        end(child, 9, 5)


def texts(logs: list[Path]) -> list[str]:
    return [log.read_text() for log in logs]


async def test_children_survive_their_start_while_calls_are_in_flight(
    stack: Stack, tmp_path: Path
) -> None:
    async def calls(door: Door) -> None:
        while True:
            await door.sign_up()

    logs = [tmp_path / f"{number}.log" for number in range(20)]
    async with identity_running(await settings_for(stack)) as door:
        await door.sign_up()
        busy = asyncio.create_task(calls(door))
        for log in logs:
            await run_one(log)
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)
    assert texts(logs) == ["running\n"] * 20
