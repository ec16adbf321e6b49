"""Fairness: how long small tenants wait while one floods the queue with 4,000 runs.

The floor is the same queue claimed in the order of arrival, which is what a plain queue would do.
"""

import asyncio
import time

import uvloop

from services.kit.ids import TenantId
from tests.bench.report import heading, line, ms, percentile
from tests.bench.workers import Engine, chain, engine_on
from tests.support.stack import Stack, running_stack

_FLOOD = 4_000
_SMALL = 49
_EACH = 5


def measure() -> None:
    """Measure on a durable PostgreSQL of its own."""
    with running_stack(is_durable=True) as stack:
        uvloop.run(_measure(stack))


async def _measure(stack: Stack) -> None:
    heading(f"Fairness (one tenant floods {_FLOOD:,} runs, {_SMALL} others start {_EACH} each)")
    async with engine_on(stack) as engine:
        prepared = chain(2)
        tenants = [await engine.new_tenant() for _ in range(_SMALL)]
        flooding = await engine.new_tenant()
        await engine.queue(flooding, _FLOOD, prepared)
        async with engine.worker(slots=32) as worker:
            began = time.perf_counter()
            await asyncio.sleep(0.2)

            for _ in range(_EACH):
                for tenant in tenants:
                    await engine.queue(tenant, 1, prepared)
                    worker.nudge()
            await engine.all_ended()
            spent = time.perf_counter() - began
        waits = [wait for tenant in tenants for wait in await _waits(engine, tenant)]
        flood_waits = await _waits(engine, flooding)
        rate = (_FLOOD + _SMALL * _EACH) / spent
        floor = percentile(flood_waits, 0.5)
        line("small tenant's wait, p50", ms(percentile(waits, 0.5)), floor=ms(floor))
        line("small tenant's wait, p99", ms(percentile(waits, 0.99)), floor=ms(floor), bar="50 ms")
        line("runs a second meanwhile", f"{rate:,.0f}")


async def _waits(engine: Engine, tenant: TenantId) -> list[float]:
    return [started - created for created, started, _ in await engine.times(tenant)]
