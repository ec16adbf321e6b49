"""Pipelines and runs as a customer's program makes them."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from services.kit.ids import new_id
from tests.support.processes import Client

TERMINAL = ("run.succeeded", "run.failed", "run.cancelled")


def prompt_pipeline(model: str, *, steps: int = 1, **parameters: Any) -> dict[str, Any]:
    """Define a chain of summaries by one model."""
    return {
        "schema_version": 1,
        "input": {"type": "object", "properties": {"text": {"type": "string"}}},
        "steps": [
            {
                "id": f"step_{number}",
                "type": "prompt",
                "prompt": {"name": "text-summarization"},
                "variables": {
                    "text": "${input.text}"
                    if number == 0
                    else f"${{steps.step_{number - 1}.output.text}}"
                },
                "model": model,
                "parameters": parameters,
            }
            for number in range(steps)
        ],
    }


async def published(client: Client, definition: dict[str, Any]) -> str:
    """Create and publish a pipeline; returns its id."""
    body = {"name": f"test-{new_id('tst')[4:]}", "definition": definition}
    made = await client.post("/v1/pipelines", body)
    pipeline_id = str(made["pipeline"]["id"])
    await client.post(f"/v1/pipelines/{pipeline_id}/versions/1:publish")
    return pipeline_id


@dataclass
class Watched:
    """What a client saw of a run over all its connections."""

    events: list[dict[str, Any]] = field(default_factory=list)
    deltas: list[dict[str, Any]] = field(default_factory=list)
    connections: int = 0

    @property
    def last_id(self) -> str:
        """Where to go on."""
        return str(self.events[-1]["sequence"]) if self.events else ""

    @property
    def types(self) -> list[str]:
        """The numbered events' types, in order."""
        return [event["type"] for event in self.events]


async def watch(client: Client, run_id: str, watched: Watched, seconds: float = 60) -> Watched:
    """Follow a run to its end as an SSE client does.

    Over lost connections, from the last id seen.
    """
    async with asyncio.timeout(seconds):
        while not (watched.events and watched.events[-1]["type"] in TERMINAL):
            watched.connections += 1
            try:
                async for kind, data in _stream(client, run_id, watched.last_id):
                    if kind == "delta":
                        watched.deltas.append(data)
                    elif kind != "reconnect":
                        watched.events.append(data)
            except (aiohttp.ClientError, OSError):
                pass
            await asyncio.sleep(0.1)
    return watched


async def _stream(client: Client, run_id: str, last_id: str) -> AsyncIterator[tuple[str, Any]]:
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
    kind, data = "message", ""
    async with client.session.get(f"/v1/runs/{run_id}/events", headers=headers) as response:
        response.raise_for_status()
        async for raw in response.content:
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data = line.removeprefix("data: ")
            elif not line and data:
                yield kind, json.loads(data)
                kind, data = "message", ""


def gapless(watched: Watched) -> bool:
    """Tell whether the numbered events are 1, 2, 3 … without gap or repeat."""
    numbers = [event["sequence"] for event in watched.events]
    return numbers == list(range(1, len(numbers) + 1))


async def cost_of(client: Client, run_id: str, records: int, seconds: float = 30) -> Any:
    """Wait until so many uses of models are booked for a run, and return its cost."""
    async with asyncio.timeout(seconds):
        while True:
            cost = await client.get(f"/v1/runs/{run_id}/cost")
            if len(cost["records"]) >= records:
                return cost
            await asyncio.sleep(0.1)
