"""A worker in this process on a durable PostgreSQL, and runs for it: what engine benches share."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from services.execution.adapters.live import BusLive
from services.execution.commands.perform_step import StepPerformer
from services.execution.commands.provision_tenant import provision_tenant
from services.execution.commands.slow_lane import SlowLane
from services.execution.commands.start_run import PreparedRun, start_run
from services.execution.jobs.worker import Worker, WorkerParts
from services.execution.rules.answers import ResolvedPipeline
from services.execution.settings import WorkerSettings
from services.kit.bus import Bus
from services.kit.db import Database
from services.kit.egress import Egress, EgressSettings
from services.kit.ids import ActorId, TenantId, new_id
from services.kit.migrations import tenant_tree
from services.kit.tenancy import schema_of
from services.kit.work import UnitOfWork
from tests.support.stack import Stack


@dataclass(frozen=True)
class Engine:
    """Execution without its doors: a way to queue runs, and a worker to start."""

    stack: Stack
    work: UnitOfWork
    database: Database
    bus: Bus

    async def new_tenant(self) -> TenantId:
        """Make a tenant."""
        tenant = TenantId(new_id("ten"))
        async with self.work.begin_control() as tx:
            await provision_tenant(tx, tenant)
        return tenant

    async def queue(self, tenant: TenantId, runs: int, prepared: PreparedRun) -> list[str]:
        """Queue runs, as StartRun does once it knows what to run."""
        gate = asyncio.Semaphore(8)

        async def one() -> str:
            async with gate:
                return (await start_run(self.work, tenant, ActorId("bench"), prepared)).run.id

        return list(await asyncio.gather(*(one() for _ in range(runs))))

    @asynccontextmanager
    async def worker(self, **settings: Any) -> AsyncIterator[Worker]:
        """Run a worker until the block ends."""
        egress = Egress(EgressSettings())
        slow = SlowLane()
        worker = Worker(
            WorkerParts(
                database=self.database,
                bus=self.bus,
                performer=StepPerformer(None, None, egress, slow),  # type: ignore[arg-type] # pure steps
                live=BusLive(self.bus),
                clock=self.work.clock,
                settings=WorkerSettings(**settings),
                slow=slow,
                nudge=lambda: None,
            )
        )
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            task.cancel()
            await asyncio.wait([task])
            await slow.close()

    async def all_ended(self) -> None:
        """Wait until the queue is empty."""
        while True:
            rows = await self.stack.query("execution", "SELECT 1 FROM control.run_queue LIMIT 1")
            if not rows:
                return
            await asyncio.sleep(0.05)

    async def times(self, tenant: TenantId) -> list["Times"]:
        """Return when each run of a tenant was queued, begun and ended, in seconds."""
        rows = await self.stack.query(
            "execution",
            "SELECT id, extract(epoch FROM create_time)::float8 AS created, "
            "extract(epoch FROM start_time)::float8 AS started, "
            "extract(epoch FROM end_time)::float8 AS ended "
            f"FROM {schema_of(tenant)}.runs ORDER BY create_time",
        )
        return [Times(*row.values()) for row in rows]


@dataclass(frozen=True)
class Times:
    """When a run was queued, begun and ended, in seconds."""

    id: str
    created: float
    started: float
    ended: float


def chain(steps: int) -> PreparedRun:
    """Make a run of so many steps that do next to nothing, one after the other."""
    definition = {
        "schema_version": 1,
        "steps": [
            {
                "id": f"s{number}",
                "type": "transform",
                "expression": "1" if number == 1 else f"steps.s{number - 1}.output + 1",
            }
            for number in range(1, steps + 1)
        ],
    }
    pipeline = ResolvedPipeline(new_id("pip"), "bench", 1, json.dumps(definition))
    return PreparedRun(pipeline, {}, "{}", "test")


@asynccontextmanager
async def engine_on(stack: Stack) -> AsyncIterator[Engine]:
    """Open execution's database and the bus on a stack."""
    database = Database(await stack.database_for("execution"))
    bus = Bus(stack.bus(), "bench")
    await bus.connect()
    try:
        yield Engine(stack, UnitOfWork(database, tenant_tree("execution")), database, bus)
    finally:
        await bus.close()
        await database.close()


def spread(values: Sequence[float]) -> float:
    """Return the middle value of some."""
    return sorted(values)[len(values) // 2]
