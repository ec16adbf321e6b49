"""The metrics show how much waits in the queue, and never a number that is not known."""

import asyncio
import math
import socket
from datetime import timedelta

import pytest
from pydantic import SecretStr

from cli.local.nats import free_port
from promptpilot.execution.v1 import execution_pb2 as pb
from services.execution.jobs.queue_depth import QueueDepth
from services.kit.db import Database, DatabaseUnavailable
from services.kit.migrations import tenant_tree
from services.kit.settings import DatabaseSettings
from services.kit.telemetry import metrics
from services.kit.work import UnitOfWork
from tests.support.execution import World, chain, definition


def runs(state: str) -> float:
    value = metrics.REGISTRY.get_sample_value("promptpilot_execution_runs", {"state": state})
    return math.nan if value is None else value


def oldest_s() -> float:
    value = metrics.REGISTRY.get_sample_value("promptpilot_execution_oldest_waiting_seconds")
    return math.nan if value is None else value


async def test_runs_that_wait_sleep_and_run_are_told_apart(world: World, other: World) -> None:
    """Other tests' runs may still be in the queue: what is asked is how much is added."""
    await world.keep_waiting()
    pipeline = await world.pipeline(chain(1))
    await asyncio.sleep(0.5)  # what ran before has been counted
    before = {state: runs(state) for state in ("waiting", "sleeping")}
    started = [await world.start(pipeline) for _ in range(3)]
    await _change(world, started[0].id, enqueue=-timedelta(days=2), wake=-timedelta(days=2))
    await _change(world, started[1].id, wake=timedelta(hours=1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        running = await other.start(definition({"id": "a", "type": "http", "url": url}))
        await other.until(running.id, lambda run: run.state == pb.RUN_STATE_RUNNING)
        await _added(before, {"waiting": 2, "sleeping": 1})
        async with asyncio.timeout(10):
            while runs("running") < 1:
                await asyncio.sleep(0.02)
        await other.rpc.CancelRun(pb.CancelRunRequest(run_id=running.id))
    assert 2 * 86_400 <= oldest_s() < 2 * 86_400 + 600
    await _change(world, started[0].id, wake=timedelta(hours=1))
    await _added(before, {"waiting": 1, "sleeping": 2})
    assert oldest_s() < 86_400


async def test_while_the_database_is_away_the_depth_is_not_a_number() -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    database = Database(DatabaseSettings(url=SecretStr(nowhere)))
    with pytest.raises(DatabaseUnavailable):
        await QueueDepth(UnitOfWork(database, tenant_tree("execution")), interval_s=1).sample()
    assert math.isnan(runs("waiting"))
    assert math.isnan(oldest_s())
    await database.close()


async def _added(before: dict[str, float], wanted: dict[str, float]) -> None:
    """Wait until so many runs were added in each state."""
    async with asyncio.timeout(10):
        while {state: runs(state) - before[state] for state in before} != wanted:
            await asyncio.sleep(0.02)


async def _change(
    world: World, run_id: str, *, enqueue: timedelta | None = None, wake: timedelta | None = None
) -> None:
    await world.stack.query(
        "execution",
        "UPDATE control.run_queue SET enqueue_time = enqueue_time + $2,"
        " wake_at = CASE WHEN $3::interval IS NULL THEN wake_at ELSE now() + $3 END,"
        " state = CASE WHEN $3::interval > interval '0' THEN 'sleeping' ELSE state END"
        " WHERE run_id = $1",
        run_id,
        enqueue or timedelta(),
        wake,
    )
