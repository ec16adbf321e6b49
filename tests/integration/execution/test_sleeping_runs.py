"""A run that only waits for a retry far away sleeps: it holds no worker, and comes back in time."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from promptpilot.execution.v1 import execution_pb2 as pb
from services.execution.repository.claims import Queue
from services.kit.db import Database
from tests.support.execution import World, chain, definition


class Busy:
    """An HTTP server that asks for patience at first."""

    def __init__(self) -> None:
        self.url = ""
        self.patience_s = 600
        self.calls: list[float] = []

    async def handle(self, _: web.Request) -> web.Response:
        self.calls.append(time.monotonic())
        if len(self.calls) > 1:
            return web.json_response({"done": True})
        return web.json_response({}, status=503, headers={"Retry-After": str(self.patience_s)})


@pytest.fixture
async def busy() -> AsyncIterator[Busy]:
    made = Busy()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    made.url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    await web.SockSite(runner, listening).start()
    yield made
    await runner.cleanup()


async def _asleep(world: World, busy: Busy, **parts: object) -> pb.Run:
    """Start a run whose only step is asked to wait, and see it go to sleep."""
    run = await world.start(definition({"id": "call", "type": "http", "url": busy.url}, **parts))
    async with asyncio.timeout(10):
        while await _state(world, run.id) != ("sleeping", False):
            await asyncio.sleep(0.02)
    return run


async def _state(world: World, run_id: str) -> tuple[str, bool]:
    """Give the state of a run in the queue, and whether somebody holds its lease."""
    rows = await world.stack.query(
        "execution", "SELECT state, lease_until FROM control.run_queue WHERE run_id = $1", run_id
    )
    return (rows[0]["state"], rows[0]["lease_until"] is not None) if rows else ("", False)


async def _at_most(world: World, runs: int) -> None:
    await world.stack.query(
        "execution",
        "INSERT INTO control.tenant_shares (tenant_id, most_running) VALUES ($1, $2)",
        world.tenant,
        runs,
    )


async def test_meanwhile_others_run_in_its_place_and_its_retry_comes_when_it_is_due(
    world: World, busy: Busy
) -> None:
    await _at_most(world, 1)
    busy.patience_s = 5
    run = await _asleep(world, busy)
    assert (await world.get(run.id)).state == pb.RUN_STATE_RUNNING
    assert (await world.finish(chain(2))).state == pb.RUN_STATE_SUCCEEDED
    assert await _state(world, run.id) == ("sleeping", False)
    assert (await world.ended(run.id)).state == pb.RUN_STATE_SUCCEEDED
    first, second = busy.calls
    assert second - first > 4.9
    assert await world.types(run.id) == [
        "run.queued",
        "run.started",
        "step.started:call",
        "step.retrying:call",
        "run.taken_over",
        "step.started:call",
        "step.succeeded:call",
        "run.succeeded",
    ]


async def test_it_is_cancelled_without_waiting_for_its_retry(world: World, busy: Busy) -> None:
    run = await _asleep(world, busy)
    await world.rpc.CancelRun(pb.CancelRunRequest(run_id=run.id))
    ended = await world.ended(run.id)
    assert ended.state == pb.RUN_STATE_CANCELLED
    assert [step.state for step in ended.steps] == [pb.STEP_STATE_CANCELLED]
    assert len(busy.calls) == 1


async def test_it_fails_at_its_deadline(world: World, busy: Busy) -> None:
    run = await _asleep(world, busy, timeout_ms=4_000)
    ended = await world.ended(run.id)
    assert (ended.state, ended.error.reason) == (pb.RUN_STATE_FAILED, "RUN_TIMEOUT")
    assert 4 <= ended.end_time.seconds - ended.create_time.seconds <= 8
    assert len(busy.calls) == 1


async def test_only_its_owner_puts_it_to_sleep_and_a_cancelled_one_stays_awake(
    world: World,
) -> None:
    await _at_most(world, 0)
    run = await world.start(chain(1))
    database = Database(await world.stack.database_for("execution"))
    queue = Queue(await database.raw_pool(1), "tests", lease_s=600)
    try:
        await _hold(world, run.id, is_cancel_requested=False)
        await queue.sleep(run.id, 6, 600)
        assert await _state(world, run.id) == ("running", True)
        await queue.sleep(run.id, 7, 600)
        assert await _state(world, run.id) == ("sleeping", False)
        await _hold(world, run.id, is_cancel_requested=True)
        await queue.sleep(run.id, 7, 600)
        assert await _state(world, run.id) == ("queued", False)
    finally:
        await database.close()


async def _hold(world: World, run_id: str, *, is_cancel_requested: bool) -> None:
    await world.stack.query(
        "execution",
        "UPDATE control.run_queue SET state = 'running', lease_owner = 'tests', lease_epoch = 7,"
        " lease_until = now() + interval '1 hour', is_cancel_requested = $2 WHERE run_id = $1",
        run_id,
        is_cancel_requested,
    )
