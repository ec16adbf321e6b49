"""Figures of the whole platform.

Warm start, idle memory, prompt fetch, reads and writes, sign-up, first token.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from cli.commands.status import memory_mib
from services.kit.ids import new_id
from tests.bench.load import closed_loop, open_loop
from tests.bench.report import heading, line, ms, percentile
from tests.support.processes import Client, Platform, sign_up
from tests.support.server_events import Event, events_of

# A user's mean pause between two requests: 50 users ask some 150 times a second.
_THINK_S = 0.3
_IMPORTS = "services.prompts.app", "services.execution.app", "gateway.app"


def measure() -> None:
    """Start a platform of its own, measure, and stop it."""
    heading("Platform")
    with tempfile.TemporaryDirectory(prefix="pp-bench-", ignore_cleanup_errors=True) as folder:
        platform = Platform(Path(folder), {})
        try:
            cold = platform.up()
            platform.down()
            warm = platform.up()
            floor = sum(_import_s(module) for module in _IMPORTS)
            line("cold start, data folders made", f"{cold:.1f} s")
            line("warm start", f"{warm:.1f} s", floor=f"{floor:.1f} s", bar="15 s")
            time.sleep(5)
            _memory(platform)
            asyncio.run(_doors(platform))
        finally:
            platform.down()


def _import_s(module: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    return time.perf_counter() - began


def _memory(platform: Platform) -> None:
    parts = {name: memory_mib(pid) for name, pid in platform.state.pids.items()}
    parts["supervisor"] = memory_mib(platform.state.supervisor_pid) - sum(parts.values())
    bare = subprocess.Popen([sys.executable, "-c", _BARE])
    time.sleep(3)
    floor = memory_mib(bare.pid) * 6
    bare.kill()
    bare.wait()
    line(
        "idle memory of all processes (PSS)",
        f"{sum(parts.values())} MiB",
        floor=f"{floor} MiB",
        bar="1228 MiB",
    )
    print("    " + " · ".join(f"{name} {size}" for name, size in parts.items()), flush=True)


_BARE = "import grpc.aio, sqlalchemy.ext.asyncio, asyncpg, nats, time; time.sleep(60)"


async def _doors(platform: Platform) -> None:
    async with platform.client(platform.values["PP_TEST_KEY"]) as client:
        await _prompt_fetch(client)
        await _label_push(client)
        await _reads_and_writes(client)
        await _first_token(client)
    await _sign_ups(platform)


async def _prompt_fetch(client: Client) -> None:
    async def fetch(path: str = "/v1/prompts/text-summarization/resolved") -> None:
        async with client.session.get(f"{path}?label=production") as response:
            await response.read()
            assert response.status == 200

    async def fetch_as_langfuse() -> None:
        await fetch("/api/public/v2/prompts/text-summarization")

    async def alive() -> None:
        async with client.session.get("/health/live") as response:
            await response.read()

    async def write() -> None:
        await client.post("/v1/prompts", _prompt(new_id("bch")[4:]))

    await closed_loop(fetch, users=1, seconds=1)
    floor = await closed_loop(alive, users=1, seconds=2)
    one = await closed_loop(fetch, users=1, seconds=3)
    theirs = await closed_loop(fetch_as_langfuse, users=1, seconds=3)
    # The first seconds open connections in every part: they are no figure of the steady state.
    await asyncio.gather(
        open_loop(fetch, per_second=200, seconds=3), open_loop(write, per_second=10, seconds=3)
    )
    mixed, _ = await asyncio.gather(
        open_loop(fetch, per_second=200, seconds=10), open_loop(write, per_second=10, seconds=10)
    )
    line(
        "prompt fetch by label, 1 user, p50",
        ms(percentile(one, 0.5)),
        floor=ms(percentile(floor, 0.5)),
        bar="3 ms",
    )
    line(
        "the same at Langfuse's door, p50",
        ms(percentile(theirs, 0.5)),
        floor=ms(percentile(floor, 0.5)),
        bar="3 ms",
    )
    line("prompt fetch, 200/s + 10 writes/s, p50", ms(percentile(mixed, 0.5)), bar="3 ms")
    line("prompt fetch, 200/s + 10 writes/s, p99", ms(percentile(mixed, 0.99)), bar="15 ms")


async def _label_push(client: Client) -> None:
    made = await client.post("/v1/prompts", _prompt(new_id("bch")[4:]))
    at = f"/v1/prompts/{made['prompt']['id']}"
    await client.post(f"{at}/versions", {"content": {"type": "text", "text": "Say {{what}}."}})
    spent = []
    async with client.session.get("/v1/prompts/live") as response:
        events = events_of(response)
        await _until(events, "ready")
        for turn in range(50):  # to and fro: a move to where the label is tells nobody anything
            began = time.perf_counter()
            await client.call("PUT", f"{at}/labels/production", {"version": 1 + turn % 2})
            await _until(events, "prompt_label.set")
            spent.append(time.perf_counter() - began)
            await asyncio.sleep(0.05)
    line("label moved → told to a subscriber, p50", ms(percentile(spent, 0.5)))
    line("label moved → told to a subscriber, p99", ms(percentile(spent, 0.99)), bar="1,000 ms")


async def _until(events: AsyncIterator[Event], kind: str) -> None:
    while (await anext(events)).type != kind:
        pass


async def _reads_and_writes(client: Client) -> None:
    async def read() -> None:
        await client.get("/v1/prompts?page_size=20")

    async def write() -> None:
        await client.post("/v1/prompts", _prompt(new_id("bch")[4:]))

    for name, request, bar in (
        ("REST read (20 prompts)", read, "50 ms"),
        ("REST write (create prompt)", write, "100 ms"),
    ):
        await closed_loop(request, users=50, seconds=2, pause_s=_THINK_S)
        spent = await closed_loop(request, users=50, seconds=8, pause_s=_THINK_S)
        line(f"{name}, 50 users, {len(spent) / 8:.0f}/s, p99", ms(percentile(spent, 0.99)), bar=bar)


async def _first_token(client: Client) -> None:
    definition = {
        "schema_version": 1,
        "input": {"type": "object"},
        "steps": [
            {
                "id": "say",
                "type": "prompt",
                "prompt": {"name": "text-summarization"},
                "variables": {"text": "One. Two. Three.", "length": "1 sentence"},
                "model": "sim-echo",
            }
        ],
    }
    name = f"bench-{new_id('bch')[4:]}"
    await client.post("/v1/pipelines", {"name": name, "definition": definition})
    spent = [await _one_first_token(client, name) for _ in range(20)]
    line("run start → first token (simulator), p50", ms(percentile(spent, 0.5)))
    line("run start → first token (simulator), p99", ms(percentile(spent, 0.99)))


async def _one_first_token(client: Client, pipeline: str) -> float:
    began = time.perf_counter()
    run = await client.post("/v1/runs", {"pipeline": pipeline, "input": {}})
    first = 0.0
    async with client.session.get(
        f"/v1/runs/{run['id']}/events", headers={"Accept": "text/event-stream"}
    ) as response:
        async for raw in response.content:
            text = raw.decode()
            is_output = text.startswith(("event: delta", "event: step.succeeded"))
            if is_output and not first:
                first = time.perf_counter() - began
    return first


async def _sign_ups(platform: Platform) -> None:
    began = time.perf_counter()
    for _ in range(10):
        await sign_up(platform)
    line("sign-up to live in five services, log-in, key", ms((time.perf_counter() - began) / 10))


def _prompt(name: str) -> dict[str, object]:
    text = "Say {{what}} in one sentence."
    return {"name": f"bench/{name}", "content": {"type": "text", "text": text}}
