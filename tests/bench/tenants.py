"""Tenants.

What making and migrating one costs in a service, and what the schema map adds to a query.
"""

import asyncio
import time

import asyncpg
from sqlalchemy import select

from services.kit.clock import SystemClock
from services.kit.control import Tenants
from services.kit.db import asyncpg_dsn
from services.kit.fanout import migrate_trees
from services.kit.ids import TenantId, new_id
from services.kit.migrations import ControlTree, TenantTree
from services.kit.tenancy import schema_of
from tests.bench.report import heading, line, ms, percentile
from tests.support.sample.service import HERE, Notes, Sample, sample_service
from tests.support.stack import Stack, running_stack

_TENANTS = 1000


def measure() -> None:
    """Measure on a durable PostgreSQL of its own."""
    with running_stack(is_durable=True) as stack:
        asyncio.run(_measure(stack))


async def _measure(stack: Stack) -> None:
    heading("Tenants (sample service, fsync on)")
    async with sample_service(stack, "bench") as sample:
        made = []
        for _ in range(_TENANTS):
            began = time.perf_counter()
            await sample.tenant()
            made.append(time.perf_counter() - began)
        floor = await _raw_create(sample)
        line(
            "create a tenant's schema, p50 of 1,000",
            ms(percentile(made, 0.5)),
            floor=ms(floor),
            bar="25 ms",
        )
        await _migrate(sample)
        await _query(sample)


async def _raw_create(sample: Sample) -> float:
    connection = await asyncpg.connect(asyncpg_dsn(sample.url))
    spent = []
    try:
        for _ in range(50):
            schema = schema_of(new_id("ten"))
            script = f"CREATE SCHEMA {schema};\n" + sample.work.tenant_tree.create_script(schema)
            began = time.perf_counter()
            await connection.execute(script)
            spent.append(time.perf_counter() - began)
    finally:
        await connection.close()
    return percentile(spent, 0.5)


async def _migrate(sample: Sample) -> None:
    connection = await asyncpg.connect(asyncpg_dsn(sample.url))
    schemas = await connection.fetch("SELECT tenant_id FROM control.tenants")
    began = time.perf_counter()
    for start in range(0, len(schemas), 50):
        batch = schemas[start : start + 50]
        await connection.execute(
            ";\n".join(
                f"ALTER TABLE {schema_of(row['tenant_id'])}.notes ADD COLUMN floor text"
                for row in batch
            )
        )
    floor = time.perf_counter() - began
    await connection.close()
    began = time.perf_counter()
    await migrate_trees(
        sample.name,
        sample.url,
        ControlTree(HERE / "control"),
        TenantTree(HERE / "tenant_next"),
        report=lambda _: None,
        clock=SystemClock(),
    )
    spent = time.perf_counter() - began
    line("migrate 1,000 tenants (ADD COLUMN)", f"{spent:.2f} s", floor=f"{floor:.2f} s", bar="5 s")


async def _query(sample: Sample) -> None:
    async with sample.work.begin_control() as tx:
        rows = list((await tx.session.execute(select(Tenants.tenant_id))).scalars())
    mapped = []
    for tenant in rows[:300] * 2:
        began = time.perf_counter()
        async with sample.work.begin(TenantId(tenant)) as tx:
            await tx.session.execute(select(Notes.id).limit(20))
        mapped.append(time.perf_counter() - began)
    plain = []
    for _ in range(600):
        began = time.perf_counter()
        async with sample.work.begin_control() as tx:
            await tx.session.execute(select(1))
        plain.append(time.perf_counter() - began)
    added = percentile(mapped[300:], 0.5) - percentile(plain, 0.5)
    line("query in a tenant's transaction, added p50", ms(added), bar="1 ms")
