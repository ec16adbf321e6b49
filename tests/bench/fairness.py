"""Fairness: how long small tenants wait while one floods the queue with 4,000 runs.

The floor is the same queue claimed in the order of arrival, which is what a plain queue would do.
"""

import asyncio
import time

import uvloop

from tests.bench.report import heading, line, ms, percentile
from tests.bench.workers import chain, engine_on
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

            accepted: dict[str, float] = {}
            for _ in range(_EACH):
                for tenant in tenants:
                    (run_id,) = await engine.queue(tenant, 1, prepared)
                    accepted[run_id] = time.time()
                    worker.nudge()
            await engine.all_ended()
            spent = time.perf_counter() - began
        waits = [
            max(0.0, run.started - accepted[run.id])
            for tenant in tenants
            for run in await engine.times(tenant)
        ]
        flood_waits = [run.started - run.created for run in await engine.times(flooding)]
        rate = (_FLOOD + _SMALL * _EACH) / spent
        floor = percentile(flood_waits, 0.5)
        line("small tenant's wait, p50", ms(percentile(waits, 0.5)), floor=ms(floor))
        line("small tenant's wait, p99", ms(percentile(waits, 0.99)), floor=ms(floor), bar="50 ms")
        line("runs a second meanwhile", f"{rate:,.0f}")
