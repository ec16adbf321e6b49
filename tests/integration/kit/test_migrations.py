"""Migrations reach every tenant, can be stopped and taken up again, and drift is found."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from cli.local.databases import create_databases, service_url
from services.kit.db import asyncpg_dsn
from services.kit.fanout import find_drift
from services.kit.ids import new_id
from services.kit.migrations import TenantTree
from services.kit.tenancy import schema_of
from tests.support.events import until
from tests.support.sample.service import HERE, Sample, migrate, sample_service
from tests.support.stack import Stack

NEXT = TenantTree(HERE / "tenant_next")


@pytest.fixture
async def fresh(stack: Stack, request: pytest.FixtureRequest) -> AsyncIterator[Sample]:
    """A sample on a database that no other test touches."""
    async with sample_service(stack, f"m{abs(hash(request.node.name)) % 10**8}") as running:
        yield running


async def execute(sample: Sample, sql: str) -> None:
    connection = await asyncpg.connect(asyncpg_dsn(sample.url))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def rows(sample: Sample, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(asyncpg_dsn(sample.url))
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


async def columns(sample: Sample) -> set[tuple[str, ...]]:
    found = await rows(
        sample,
        "SELECT table_schema, array_agg(column_name::text ORDER BY ordinal_position) AS names "
        "FROM information_schema.columns WHERE table_name = 'notes' GROUP BY 1",
    )
    return {tuple(row["names"]) for row in found}


async def test_every_tenant_gets_the_new_revision_and_progress_is_told(fresh: Sample) -> None:
    for _ in range(60):
        await fresh.tenant()
    steps = await migrate(fresh.name, fresh.url, NEXT)
    assert await columns(fresh) == {("id", "body", "author")}
    assert [step.done for step in steps] == [1, 51, 60]
    assert await migrate(fresh.name, fresh.url, NEXT) == []


async def test_a_schema_that_cannot_be_migrated_is_named_and_the_rest_goes_on_later(
    fresh: Sample,
) -> None:
    first, second = await fresh.tenant(), await fresh.tenant()
    await execute(fresh, f"ALTER TABLE {schema_of(second)}.notes ADD COLUMN author text")
    with pytest.raises(RuntimeError, match="1 of 2 tenant schemas"):
        await migrate(fresh.name, fresh.url, NEXT)
    await execute(fresh, f"ALTER TABLE {schema_of(second)}.notes DROP COLUMN author")
    await migrate(fresh.name, fresh.url, NEXT)
    assert await columns(fresh) == {("id", "body", "author")}
    assert first != second


async def test_a_schema_that_cannot_be_migrated_holds_up_no_other(fresh: Sample) -> None:
    tenants = [await fresh.tenant() for _ in range(8)]
    for bad in (tenants[0], tenants[4]):
        await execute(fresh, f"ALTER TABLE {schema_of(bad)}.notes ADD COLUMN author text")
    with pytest.raises(RuntimeError, match="2 of 8 tenant schemas"):
        await migrate(fresh.name, fresh.url, NEXT)
    failed = await rows(
        fresh, "SELECT tenant_id, error FROM control.tenant_migrations WHERE state = 'failed'"
    )
    assert {row["tenant_id"] for row in failed} == {tenants[0], tenants[4]}
    assert all("already exists" in row["error"] for row in failed)


async def test_a_migration_that_fails_for_the_first_three_stops_there(fresh: Sample) -> None:
    tenants = [await fresh.tenant() for _ in range(5)]
    for bad in tenants[:3]:
        await execute(fresh, f"ALTER TABLE {schema_of(bad)}.notes ADD COLUMN author text")
    with pytest.raises(RuntimeError, match="5 of 5 tenant schemas"):
        await migrate(fresh.name, fresh.url, NEXT)
    assert await columns(fresh) == {("id", "body", "author"), ("id", "body")}


async def test_two_migrations_at_once_do_the_work_once(fresh: Sample) -> None:
    for _ in range(30):
        await fresh.tenant()
    await asyncio.gather(*(migrate(fresh.name, fresh.url, NEXT) for _ in range(3)))
    assert await columns(fresh) == {("id", "body", "author")}
    states = await rows(fresh, "SELECT DISTINCT state FROM control.tenant_migrations")
    assert [row["state"] for row in states] == ["done"]


async def test_a_tenant_whose_tables_are_busy_is_migrated_when_they_are_free(fresh: Sample) -> None:
    busy, other = await fresh.tenant(), await fresh.tenant()
    connection = await asyncpg.connect(asyncpg_dsn(fresh.url))
    try:
        await connection.execute("BEGIN")
        await connection.execute(f"LOCK TABLE {schema_of(busy)}.notes")
        going = asyncio.create_task(migrate(fresh.name, fresh.url, NEXT))
        query = f"SELECT 1 FROM control.tenants WHERE tenant_id = '{other}' AND revision = '{NEXT.head}'"  # noqa: E501

        async def other_is_done() -> bool:
            return bool(await rows(fresh, query))

        await until(other_is_done)
        await connection.execute("ROLLBACK")
        await going
    finally:
        await connection.close()
    assert await columns(fresh) == {("id", "body", "author")}


async def test_a_schema_that_differs_from_the_others_is_found(fresh: Sample) -> None:
    tenants = [await fresh.tenant() for _ in range(3)]
    assert await find_drift(fresh.url) == []
    odd = schema_of(tenants[1])
    await execute(fresh, f"ALTER TABLE {odd}.notes ALTER COLUMN body DROP NOT NULL")
    assert await find_drift(fresh.url) == [odd]


async def test_a_role_cannot_read_another_services_database(stack: Stack, fresh: Sample) -> None:
    stranger = fresh.url.replace(f"/pp_{fresh.name}?", "/pp_identity?")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(asyncpg_dsn(stranger))
    assert stack.postgres.pid


async def test_databases_are_migrated_side_by_side_while_tenants_are_made(stack: Stack) -> None:
    # Alembic keeps the revision that runs in a global: neither may see the other's.
    names = [f"n{number}{new_id('tst')[-8:]}" for number in range(4)]
    admin_url = stack.postgres.url("postgres")
    await create_databases(admin_url, dict.fromkeys(names, stack.password))
    urls = [service_url(admin_url, name, stack.password) for name in names]
    everything = asyncio.gather(
        *(migrate(name, url) for name, url in zip(names, urls, strict=True))
    )
    while not everything.done():
        assert "notes" in TenantTree(HERE / "tenant").render(None)
        await asyncio.sleep(0)
    await everything
    for url in urls:
        connection = await asyncpg.connect(asyncpg_dsn(url))
        assert await connection.fetchval("SELECT count(*) FROM control.outbox") == 0
        await connection.close()
