"""The broker's store is thrown away while everything runs: nothing is lost."""

import asyncio
import shutil

import pytest

from tests.chaos.test_kill_services import Load
from tests.support.processes import Client, Platform, sign_up
from tests.support.runs import prompt_pipeline, published


@pytest.mark.timeout(900)
async def test_a_wiped_broker_loses_nothing(platform: Platform, demo: Client, cycles: int) -> None:
    pipeline_id = await published(demo, prompt_pipeline("sim-echo"))
    for _ in range(cycles):
        load = Load(demo, pipeline_id)
        working = asyncio.create_task(load.go_on(8))
        await asyncio.sleep(2)
        pid = platform.kill("nats")
        shutil.rmtree(platform.home.nats / "store")
        await platform.revived("nats", pid)
        await working
        await load.check()
        # A tenant made afterwards reaches every service through the new streams.
        _, key = await sign_up(platform, "after the wipe")
        async with platform.client(key) as client:
            assert (await client.get("/v1/prompts"))["items"]
        print(f"nats wiped: {len(load.runs)} runs, {load.refused} refused")
