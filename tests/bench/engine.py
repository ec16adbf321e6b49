"""The engine: no-op steps a second, each a durable checkpoint with its events.

The floor is what PostgreSQL and Python allow at all: the same number of rows, one table, written by
a bare group committer, with no lease, no epoch, no events and no decisions.
"""

import asyncio
import time

import asyncpg
import uvloop

from services.kit.ids import TenantId
from tests.bench.report import heading, line
from tests.bench.workers import Engine, chain, engine_on, spread
from tests.support.stack import Stack, running_stack

_REPEATS = 5


def measure() -> None:
    """Measure on a durable PostgreSQL of its own."""
    with running_stack(is_durable=True) as stack:
        uvloop.run(_measure(stack))


async def _measure(stack: Stack) -> None:
    heading("Engine (fsync on, one worker, events on)")
    async with engine_on(stack) as engine:
        tenant = await engine.new_tenant()
        async with engine.worker(slots=200) as worker:
            await _warm_up(engine, tenant)
            alone = spread([await _one(engine, tenant, worker.nudge) for _ in range(_REPEATS)])
        floor = spread([await _floor(stack, 1, 40) for _ in range(_REPEATS)])
        line(
            "1 run x 40 steps",
            f"{alone * 1000:.0f} ms",
            floor=f"{floor * 1000:.0f} ms",
            bar="40 ms",
        )
        many = spread([await _many(engine) for _ in range(_REPEATS)])
        floor = spread([await _floor(stack, 200, 10) for _ in range(_REPEATS)])
        line(
            "200 runs x 10 steps",
            f"{2000 / many:,.0f} steps/s",
            floor=f"{2000 / floor:,.0f} steps/s",
            bar="5,000 steps/s",
        )


async def _warm_up(engine: Engine, tenant: TenantId) -> None:
    await engine.queue(tenant, 20, chain(10))
    await engine.all_ended()


async def _one(engine: Engine, tenant: TenantId, nudge: object) -> float:
    """Return how long a run took from its acceptance to its end."""
    await engine.queue(tenant, 1, chain(40))
    nudge()  # type: ignore[operator] # the worker's own
    await engine.all_ended()
    last = (await engine.times(tenant))[-1]
    return last.ended - last.created


async def _many(engine: Engine) -> float:
    """Return how long 200 runs took from the first that began to the last that ended."""
    tenant = await engine.new_tenant()
    await engine.queue(tenant, 200, chain(10))
    async with engine.worker(slots=200):
        await engine.all_ended()
    times = await engine.times(tenant)
    return max(each.ended for each in times) - min(each.started for each in times)


async def _floor(stack: Stack, runs: int, steps: int) -> float:
    """Write one row a step through a bare group committer of two writers."""
    pool = await asyncpg.create_pool(stack.service_url("execution"), min_size=2, max_size=2)
    await pool.execute("DROP TABLE IF EXISTS floor")
    await pool.execute(
        "CREATE TABLE floor (run int, step int, output text, PRIMARY KEY (run, step))"
    )
    waiting: list[tuple[int, int, asyncio.Future[None]]] = []
    there = asyncio.Event()

    async def writer() -> None:
        async with pool.acquire() as connection:
            insert = await connection.prepare(
                "INSERT INTO floor SELECT r, s, '1' FROM unnest($1::int[], $2::int[]) u(r, s)"
            )
            while True:
                if not waiting:
                    there.clear()
                    await there.wait()
                    continue
                batch, waiting[:] = waiting[:], []
                await insert.fetch([each[0] for each in batch], [each[1] for each in batch])
                for _, _, done in batch:
                    done.set_result(None)

    async def run(number: int) -> None:
        for step in range(steps):
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            waiting.append((number, step, done))
            there.set()
            await done

    writers = [asyncio.create_task(writer()) for _ in range(2)]
    began = time.perf_counter()
    await asyncio.gather(*(run(number) for number in range(runs)))
    spent = time.perf_counter() - began
    for each in writers:
        each.cancel()
    await asyncio.wait(writers)
    await pool.close()
    return spent
