"""Transactions know their tenant, and nothing else reaches a tenant's tables."""

import asyncio

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import ProgrammingError

from services.kit import tenancy
from services.kit.db import Database, DatabaseUnavailable
from services.kit.ids import TenantId, new_id
from services.kit.settings import DatabaseSettings
from services.kit.tenancy import TenantNotFound, TenantNotReady
from services.kit.work import UnitOfWork
from tests.support.sample.service import Notes, Sample


async def test_what_a_transaction_wrote_is_there_after_it(sample: Sample) -> None:
    tenant = await sample.tenant()
    async with sample.work.begin(tenant) as tx:
        await tx.session.execute(insert(Notes).values(id="1", body="kept"))
    async with sample.work.begin(tenant) as tx:
        assert await tx.session.scalar(select(Notes.body)) == "kept"


async def test_an_error_in_the_block_leaves_nothing(sample: Sample) -> None:
    tenant = await sample.tenant()
    with pytest.raises(ZeroDivisionError):
        async with sample.work.begin(tenant) as tx:
            await tx.session.execute(insert(Notes).values(id="1", body="lost"))
            raise ZeroDivisionError
    async with sample.work.begin(tenant) as tx:
        assert await tx.session.scalar(select(Notes.body)) is None


async def test_other_tenant_sees_nothing_of_it(sample: Sample) -> None:
    mine, other = await sample.tenant(), await sample.tenant()
    async with sample.work.begin(mine) as tx:
        await tx.session.execute(insert(Notes).values(id="1", body="mine"))
    async with sample.work.begin(other) as tx:
        assert (await tx.session.execute(select(Notes.body))).all() == []


async def test_a_control_transaction_cannot_reach_tenant_tables(sample: Sample) -> None:
    with pytest.raises(ProgrammingError, match="__tenant__"):
        async with sample.work.begin_control() as tx:
            await tx.session.execute(select(Notes.body))


async def test_concurrent_transactions_of_many_tenants_never_mix(sample: Sample) -> None:
    tenants = [await sample.tenant() for _ in range(10)]

    async def write_and_read(tenant: TenantId) -> None:
        for number in range(10):
            async with sample.work.begin(tenant) as tx:
                await tx.session.execute(insert(Notes).values(id=str(number), body=tenant))
            async with sample.work.begin(tenant) as tx:
                bodies = (await tx.session.execute(select(Notes.body))).scalars().all()
            assert set(bodies) == {tenant}

    await asyncio.gather(*map(write_and_read, tenants))


async def test_a_tenant_that_is_not_here_yet_is_not_ready(sample: Sample) -> None:
    with pytest.raises(TenantNotReady) as caught:
        async with sample.work.begin(TenantId(new_id("ten"))):
            pass
    assert caught.value.retry_after_s == 1


@pytest.mark.parametrize("text", ["", "ten_x", "ten_1;drop schema control", "../ten"])
async def test_text_that_is_no_tenant_id_reaches_no_sql(sample: Sample, text: str) -> None:
    with pytest.raises(TenantNotFound):
        async with sample.work.begin(TenantId(text)):
            pass


async def test_provisioning_twice_is_no_error_and_makes_one_schema(sample: Sample) -> None:
    tenant = TenantId(new_id("ten"))

    async def provision() -> None:
        async with sample.work.begin_control() as tx:
            await tenancy.provision(tx, tenant)

    await asyncio.gather(*(provision() for _ in range(5)))
    async with sample.work.begin(tenant) as tx:
        assert (await tx.session.execute(select(Notes.id))).all() == []


async def test_provisioning_that_fails_leaves_no_half_made_tenant(sample: Sample) -> None:
    tenant = TenantId(new_id("ten"))
    with pytest.raises(ZeroDivisionError):
        async with sample.work.begin_control() as tx:
            await tenancy.provision(tx, tenant)
            raise ZeroDivisionError
    with pytest.raises(TenantNotReady):
        async with sample.work.begin(tenant):
            pass
    async with sample.work.begin_control() as tx:
        await tenancy.provision(tx, tenant)


async def test_a_database_that_is_down_is_unavailable_not_a_bug(sample: Sample) -> None:
    nowhere = Database(
        DatabaseSettings(url="postgresql://nobody:x@127.0.0.1:1/none", pool_timeout_s=1)
    )
    try:
        with pytest.raises(DatabaseUnavailable):
            async with UnitOfWork(nowhere, sample.work.tenant_tree).begin_control() as tx:
                await tx.session.execute(select(1))
        with pytest.raises(DatabaseUnavailable):
            await nowhere.check()
    finally:
        await nowhere.close()


async def test_a_pool_without_free_connections_is_unavailable(sample: Sample) -> None:
    settings = sample.database.settings.model_copy(update={"pool_size": 1, "pool_timeout_s": 0.1})
    small = Database(settings)
    work = UnitOfWork(small, sample.work.tenant_tree)
    try:
        async with work.begin_control() as tx:
            await tx.session.execute(select(1))
            with pytest.raises(DatabaseUnavailable, match="no free"):
                async with work.begin_control():
                    pass
    finally:
        await small.close()


async def test_a_transaction_pooler_can_stand_between(sample: Sample) -> None:
    settings = sample.database.settings.model_copy(
        update={"is_behind_transaction_pooler": True, "pool_size": 2}
    )
    tenant = await sample.tenant()
    behind = Database(settings)
    try:
        work = UnitOfWork(behind, sample.work.tenant_tree)
        for _ in range(3):
            async with work.begin(tenant) as tx:
                await tx.session.execute(select(Notes.id))
                raw = await (await tx.session.connection()).get_raw_connection()
                driver = raw.driver_connection
                assert driver is not None
                prepared = await driver.fetchval("SELECT count(*) FROM pg_prepared_statements")
                assert prepared <= 1
    finally:
        await behind.close()
