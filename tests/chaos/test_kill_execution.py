"""kill -9 of execution in the middle of a streamed step."""

import asyncio
import time

from tests.chaos.conftest import LEASE_S
from tests.support.processes import Client, Platform
from tests.support.runs import Watched, cost_of, gapless, prompt_pipeline, published, watch


async def test_the_run_is_taken_over_and_ends_once(
    platform: Platform, demo: Client, cycles: int
) -> None:
    pipeline_id = await published(demo, prompt_pipeline("sim-slow", steps=2))
    for _ in range(cycles):
        await _check_one_cycle(platform, demo, pipeline_id)


async def _check_one_cycle(platform: Platform, demo: Client, pipeline_id: str) -> None:
    text = "Streams are cut. Clients come back. Nothing is lost. " * 5
    run = await demo.post("/v1/runs", {"pipeline": pipeline_id, "input": {"text": text}})
    watched = Watched()
    follower = asyncio.create_task(watch(demo, run["id"], watched, seconds=90))
    async with asyncio.timeout(30):
        while not watched.deltas:
            await asyncio.sleep(0.02)
    platform.kill("execution")
    killed = time.monotonic()
    async with asyncio.timeout(40):
        while "run.taken_over" not in watched.types:
            await asyncio.sleep(0.05)
    taken_s = time.monotonic() - killed
    await follower
    print(f"taken over after {taken_s:.2f} s (lease {LEASE_S} s)")
    assert gapless(watched)
    assert watched.types.count("run.succeeded") == 1
    assert watched.types.count("step.succeeded") == 2
    assert watched.connections >= 1
    ended = await demo.get(f"/v1/runs/{run['id']}")
    assert ended["state"] == "succeeded"
    assert ended["epoch"] == 2
    cost = await cost_of(demo, run["id"], 2)
    await asyncio.sleep(1)
    again = await demo.get(f"/v1/runs/{run['id']}/cost")
    assert len(cost["records"]) == len(again["records"]) == 2
