"""kill -9 of each other part under load: what was accepted is there afterwards, and ends."""

import asyncio
from collections.abc import Mapping

import pytest

from services.kit.ids import new_id
from tests.support.processes import Client, Platform
from tests.support.runs import cost_of, prompt_pipeline, published

_LOAD_S = 6.0


class Load:
    """A program that goes on whatever it is answered, and remembers what was accepted."""

    def __init__(self, client: Client, pipeline_id: str) -> None:
        self.client = client
        self.pipeline_id = pipeline_id
        self.prompts: list[str] = []
        self.runs: list[str] = []
        self.refused = 0

    async def go_on(self, seconds: float) -> None:
        """Create prompts and start runs for so long."""
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            await asyncio.gather(self._prompt(), self._run())
            await asyncio.sleep(0.05)

    async def _prompt(self) -> None:
        name = f"chaos/{new_id('tst')[4:]}"
        body = {"name": name, "content": {"type": "text", "text": "kept"}}
        if await self._accepted("/v1/prompts", body):
            self.prompts.append(name)

    async def _run(self) -> None:
        body = {"pipeline": self.pipeline_id, "input": {"text": "kept"}}
        answer = await self._accepted("/v1/runs", body)
        if answer:
            self.runs.append(answer["id"])

    async def _accepted(self, path: str, body: Mapping[str, object]) -> dict[str, str] | None:
        try:
            status, answer = await self.client.call("POST", path, body)
        except OSError:
            status, answer = 0, {}
        if status == 201:
            return dict(answer)
        self.refused += 1
        assert status in (0, 409, 429, 500, 503, 504), (status, answer)
        return None

    async def check(self) -> None:
        """Everything that was accepted is there, every run succeeded and was billed once."""
        for name in self.prompts:
            found = await self.client.get(f"/v1/prompts/{name.replace('/', '%2F')}")
            assert found["name"] == name
        for run_id in self.runs:
            ended = await self.client.finished(run_id, seconds=60)
            assert ended["state"] == "succeeded", ended
            cost = await cost_of(self.client, run_id, 1, seconds=60)
            assert len(cost["records"]) == 1


@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", ["identity", "prompts", "pipelines", "billing", "gateway", "nats"])
async def test_nothing_accepted_is_lost(
    platform: Platform, demo: Client, cycles: int, part: str
) -> None:
    pipeline_id = await published(demo, prompt_pipeline("sim-echo"))
    for _ in range(cycles):
        load = Load(demo, pipeline_id)
        working = asyncio.create_task(load.go_on(_LOAD_S))
        await asyncio.sleep(1.5)
        pid = platform.kill(part)
        await platform.revived(part, pid)
        await working
        assert load.runs, f"nothing was accepted while {part} was down and up again"
        await load.check()
        print(f"{part}: {len(load.runs)} runs, {len(load.prompts)} prompts, {load.refused} refused")


@pytest.mark.timeout(900)
async def test_a_killed_database_recovers_by_itself(
    platform: Platform, demo: Client, cycles: int
) -> None:
    pipeline_id = await published(demo, prompt_pipeline("sim-echo"))
    for _ in range(cycles):
        load = Load(demo, pipeline_id)
        working = asyncio.create_task(load.go_on(_LOAD_S * 2))
        await asyncio.sleep(1.5)
        pid = platform.kill("postgres")
        await platform.revived("postgres", pid, seconds=60)
        await working
        await load.check()
        print(f"postgres: {len(load.runs)} runs, {load.refused} refused")
