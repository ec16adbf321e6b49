"""When workers die, freeze or are told to stop: nothing is lost, nothing done twice."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiohttp import web

from promptpilot.execution.v1 import execution_pb2 as pb
from services.execution.adapters.live import BusLive
from services.execution.commands.perform_step import StepPerformer
from services.execution.commands.slow_lane import SlowLane
from services.execution.jobs.worker import Worker, WorkerParts
from services.execution.repository.claims import Claim, Queue
from services.execution.repository.commits import Commit, EventRow, RunChange
from services.execution.repository.committer import Committer, LeaseLost
from services.execution.rules.states import RunState, StepProgress, StepState
from services.execution.settings import WorkerSettings
from services.kit.bus import Bus
from services.kit.clock import SystemClock
from services.kit.db import Database
from services.kit.egress import Egress, EgressSettings
from services.kit.tenancy import schema_of
from tests.support.execution import WORKER, World, chain, definition, transform


class Upstream:
    """An HTTP server that answers when it is let to, and counts."""

    def __init__(self) -> None:
        self.url = ""
        self.calls = 0
        self.gate = asyncio.Event()

    async def handle(self, _: web.Request) -> web.Response:
        self.calls += 1
        await self.gate.wait()
        return web.json_response({"call": self.calls})

    async def called(self, times: int) -> None:
        async with asyncio.timeout(10):
            while self.calls < times:
                await asyncio.sleep(0.01)


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    made = Upstream()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    made.url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    await web.SockSite(runner, listening).start()
    yield made
    made.gate.set()
    await runner.cleanup()


@asynccontextmanager
async def another_worker(
    world: World, settings: WorkerSettings = WORKER
) -> AsyncIterator[tuple[Worker, Callable[[], None]]]:
    """Run one more worker on the same database; what is yielded kills it without any goodbye."""
    database, bus = (
        Database(await world.stack.database_for("execution")),
        Bus(world.stack.bus(), "w"),
    )
    await bus.connect()
    egress = Egress(EgressSettings(allowed_cidrs=("127.0.0.0/8",)))
    slow = SlowLane()
    worker = Worker(
        WorkerParts(
            database=database,
            bus=bus,
            performer=StepPerformer(None, None, egress, slow),  # type: ignore[arg-type] # HTTP steps only
            live=BusLive(bus),
            clock=SystemClock(),
            settings=settings,
            slow=slow,
            nudge=lambda: None,
        )
    )
    task = asyncio.create_task(worker.run())

    def kill() -> None:
        # As kill -9 would: no renewal, no release, no write of any kind afterwards.
        worker._heartbeat._held.clear()
        worker._heartbeat.hold = lambda *_: None  # type: ignore[method-assign]
        worker._drain = _nothing  # type: ignore[method-assign]
        for _, drive in list(worker._running.values()):
            drive.cancel()
        task.cancel()

    try:
        yield worker, kill
    finally:
        task.cancel()
        await asyncio.wait([task])
        await worker._heartbeat.stop()
        await slow.close()
        await egress.close()
        await bus.close()
        await database.close()


async def _nothing() -> None:
    return None


async def _claimed_by(world: World, run_id: str, worker: str) -> None:
    await world.until(run_id, lambda run: run.worker_id == worker)


async def _only(world: World, worker_runs: bool) -> None:
    """Let nobody, or everybody, claim the tenant's runs."""
    share = "most_running = " + ("NULL" if worker_runs else "0")
    await world.stack.query(
        "execution",
        "INSERT INTO control.tenant_shares (tenant_id, most_running) VALUES ($1, 0) "
        f"ON CONFLICT (tenant_id) DO UPDATE SET {share}",
        world.tenant,
    )


def _two_steps(upstream: Upstream) -> dict[str, object]:
    call = {"id": "call", "type": "http", "url": upstream.url, "needs": ["first"]}
    return definition(
        transform("first", "1"), call, transform("last", "steps.call.output.body.call")
    )


async def test_a_dead_workers_run_is_taken_over_and_completes_once(
    services: World, upstream: Upstream
) -> None:
    """The service's own worker is the one that lives on."""
    world = await services.new_tenant()
    async with another_worker(world) as (dying, kill):
        run = await _start_on(world, dying, _two_steps(upstream))
        await upstream.called(1)
        kill()
        async with _held(world, run.id):
            lost = await world.until(run.id, lambda each: each.state == pb.RUN_STATE_OWNER_LOST)
        assert lost.lease_until.seconds > 0
        await world.until(run.id, lambda each: each.epoch > run.epoch)
        await upstream.called(2)
        upstream.gate.set()
        ended = await world.ended(run.id)
    assert ended.state == pb.RUN_STATE_SUCCEEDED
    assert ended.output_json == "2"
    types = await world.types(run.id)
    assert types.count("run.taken_over") == 1
    assert types.count("step.succeeded:first") == 1
    assert types.count("step.succeeded:call") == 1
    unknown = [each for each in await world.events(run.id) if each.type == "step.retrying"]
    assert json.loads(unknown[0].data_json)["error"]["reason"] == "OUTCOME_UNKNOWN"
    assert {step.step_id: step.attempt for step in ended.steps} == {
        "first": 1,
        "call": 2,
        "last": 1,
    }


@asynccontextmanager
async def _held(world: World, run_id: str) -> AsyncIterator[None]:
    """Keep a run from being claimed, so that the moment between two owners can be looked at."""
    connection = await asyncpg.connect(world.stack.service_url("execution"))
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT 1 FROM control.run_queue WHERE run_id = $1 FOR UPDATE", run_id
            )
            yield
    finally:
        await connection.close()


async def _start_on(world: World, worker: Worker, made: dict[str, object]) -> pb.Run:
    """Start a run that this worker claims: everybody else comes too late."""
    await _only(world, worker_runs=False)
    run = await world.start(made)
    claims = await _claim_for(world, worker, run.id)
    worker._accept(claims)
    return await world.until(run.id, lambda each: each.worker_id == worker.name)


async def _claim_for(world: World, worker: Worker, run_id: str) -> list[Claim]:
    """Claim one run in the name of a worker, past the share that keeps the others away."""
    for _ in range(200):
        if hasattr(worker, "_queue"):
            break
        await asyncio.sleep(0.01)
    rows = await world.stack.query(
        "execution",
        "UPDATE control.run_queue SET state = 'running', lease_owner = $2, "
        "lease_epoch = lease_epoch + 1, lease_until = now() + make_interval(secs => $3) "
        "WHERE run_id = $1 RETURNING lease_epoch",
        run_id,
        worker.name,
        WORKER.lease_s,
    )
    return [Claim(run_id, world.tenant, rows[0]["lease_epoch"], 0, is_cancel_requested=False)]


async def test_a_worker_that_claims_again_what_it_lost_keeps_it(
    services: World, upstream: Upstream
) -> None:
    """As after a database was away for longer than a lease: one drive ends, one goes on."""
    world = await services.new_tenant()
    async with another_worker(world) as (worker, _):
        run = await _start_on(world, worker, _two_steps(upstream))
        await upstream.called(1)
        first = worker._running[run.id][1]
        again = await _claim_for(world, worker, run.id)
        worker._accept(again)
        await upstream.called(2)
        first.cancel()
        await asyncio.wait([first])
        await asyncio.sleep(WORKER.lease_s + 2 * WORKER.poll_s)  # others would have taken it over
        upstream.gate.set()
        ended = await world.ended(run.id)
    assert ended.state == pb.RUN_STATE_SUCCEEDED
    assert ended.epoch == again[0].epoch
    assert ended.worker_id == worker.name


async def test_a_frozen_worker_that_wakes_up_can_write_nothing(world: World) -> None:
    """A zombie: it believes to hold the run, but its epoch is past."""
    await _only(world, worker_runs=False)
    run = await world.start(chain(2))
    pool = await asyncpg.create_pool(world.stack.service_url("execution"), min_size=1, max_size=2)
    try:
        await world.stack.query(
            "execution",
            "UPDATE control.run_queue SET state = 'running', lease_owner = 'zombie', "
            "lease_epoch = 1, lease_until = now() - interval '1 s' WHERE run_id = $1",
            run.id,
        )
        ended = await world.ended(run.id)  # the service's worker takes it over, and ends it
        now = world.work.clock.now()
        late = Commit(
            world.tenant,
            run.id,
            1,
            "zombie",
            events=[EventRow(99, "run.failed", "", 0, "{}", now)],
            steps={"s1": StepProgress(state=StepState.FAILED)},
            change=RunChange(state=RunState.FAILED, end_time=now),
        )
        with pytest.raises(LeaseLost):
            await Committer(pool).submit(late)
        assert await Queue(pool, "zombie", 1).watch({run.id: 1}) == []
    finally:
        await pool.close()
    assert ended.state == (await world.get(run.id)).state == pb.RUN_STATE_SUCCEEDED
    assert len(await world.events(run.id)) == len(await world.types(run.id))


async def test_in_one_batch_the_stale_run_is_dropped_and_the_others_are_written(
    world: World,
) -> None:
    await _only(world, worker_runs=False)
    runs = [await world.start(chain(1)) for _ in range(3)]
    await world.stack.query(
        "execution",
        "UPDATE control.run_queue SET state = 'running', lease_epoch = 1, "
        "lease_until = now() + interval '1 hour' WHERE run_id = ANY($1)",
        [run.id for run in runs],
    )
    pool = await asyncpg.create_pool(world.stack.service_url("execution"), min_size=1, max_size=2)
    try:
        committer = Committer(pool, writers=1)
        now = world.work.clock.now()
        epochs = (1, 7, 1)
        commits = [
            Commit(
                world.tenant,
                run.id,
                epoch,
                "w",
                events=[EventRow(2, "run.succeeded", "", 0, "{}", now)],
                change=RunChange(state=RunState.SUCCEEDED, output="1", end_time=now),
            )
            for run, epoch in zip(runs, epochs, strict=True)
        ]
        done = await asyncio.gather(*map(committer.submit, commits), return_exceptions=True)
    finally:
        await pool.close()
    assert [type(each) for each in done] == [type(None), LeaseLost, type(None)]
    states = [(await world.get(run.id)).state for run in runs]
    assert states == [pb.RUN_STATE_SUCCEEDED, pb.RUN_STATE_QUEUED, pb.RUN_STATE_SUCCEEDED]
    await world.stack.query(
        "execution", "DELETE FROM control.run_queue WHERE run_id = $1", runs[1].id
    )


async def test_a_worker_that_is_told_to_stop_gives_its_runs_back(
    services: World, upstream: Upstream
) -> None:
    world = await services.new_tenant()
    settings = WORKER.model_copy(update={"lease_s": 60.0, "drain_s": 0.3})
    async with another_worker(world, settings) as (stopping, _):
        run = await _start_on(world, stopping, _two_steps(upstream))
        await upstream.called(1)
        await _only(world, worker_runs=True)
    upstream.gate.set()  # the block's end has cancelled the worker, which drained
    ended = await world.ended(run.id, seconds=50)  # not the lease of a minute
    assert ended.state == pb.RUN_STATE_SUCCEEDED
    assert ended.epoch == run.epoch + 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {schema}.runs SET state = 'failed' WHERE id = $1",
        "UPDATE {schema}.runs SET output = '2' WHERE id = $1",
        "UPDATE {schema}.run_steps SET state = 'running' WHERE run_id = $1",
    ],
)
async def test_what_has_ended_cannot_be_changed_by_any_statement(world: World, change: str) -> None:
    run = await world.finish(chain(1))
    with pytest.raises(asyncpg.RestrictViolationError):
        await world.stack.query("execution", change.format(schema=schema_of(world.tenant)), run.id)


async def test_a_run_whose_definition_is_not_understood_fails_and_says_so(world: World) -> None:
    await _only(world, worker_runs=False)
    run = await world.start(chain(1))
    await world.stack.query(
        "execution",
        f"UPDATE {schema_of(world.tenant)}.run_plans SET definition = '{{\"schema_version\": 9}}', "
        "hash = 'broken'",
    )
    await world.stack.query(
        "execution", f"UPDATE {schema_of(world.tenant)}.runs SET plan_hash = 'broken'"
    )
    await _only(world, worker_runs=True)
    ended = await world.ended(run.id)
    assert ended.error.reason == "DEFINITION_UNUSABLE"
    assert not ended.steps
