"""Transactions know their tenant, and nothing else reaches a tenant's tables."""

import asyncio
import random

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import ProgrammingError

from promptpilot.identity.v1.events_pb2 import TenantActivated
from services.kit import provisioning
from services.kit.db import Database, DatabaseUnavailable
from services.kit.ids import TenantId, new_id
from services.kit.settings import DatabaseSettings
from services.kit.tenancy import TenantNotFound, TenantNotReady
from services.kit.work import UnitOfWork
from tests.support.sample.service import Notes, Sample, sample_service
from tests.support.stack import running_stack


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
            await provisioning.provision(tx, tenant)

    await asyncio.gather(*(provision() for _ in range(5)))
    async with sample.work.begin(tenant) as tx:
        assert (await tx.session.execute(select(Notes.id))).all() == []


async def test_provisioning_that_fails_leaves_no_half_made_tenant(sample: Sample) -> None:
    tenant = TenantId(new_id("ten"))
    with pytest.raises(ZeroDivisionError):
        async with sample.work.begin_control() as tx:
            await provisioning.provision(tx, tenant)
            raise ZeroDivisionError
    with pytest.raises(TenantNotReady):
        async with sample.work.begin(tenant):
            pass
    async with sample.work.begin_control() as tx:
        await provisioning.provision(tx, tenant)


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


async def test_a_transaction_never_reaches_a_second_tenant(sample: Sample) -> None:
    mine, other = await sample.tenant(), await sample.tenant()
    async with sample.work.begin_control() as tx:
        first = await tx.for_tenant(mine)
        assert await tx.for_tenant(mine) is first
        with pytest.raises(LookupError):
            await tx.for_tenant(other)
        await first.session.execute(insert(Notes).values(id="1", body="mine"))
    async with sample.work.begin(mine) as tx:
        with pytest.raises(LookupError):
            await tx.for_tenant(other)
    async with sample.work.begin(other) as tx:
        assert (await tx.session.execute(select(Notes.id))).all() == []


async def test_what_two_sessions_of_a_transaction_hold_is_written_together(sample: Sample) -> None:
    tenant = TenantId(new_id("ten"))
    async with sample.work.begin_control() as tx:
        inner = await provisioning.provision(tx, tenant)
        inner.session.add(Notes(id="1", body="held by the inner session until the end"))
    async with sample.work.begin(tenant) as tx:
        assert await tx.session.scalar(select(Notes.id)) == "1"


async def test_an_event_leaves_in_the_name_of_the_transactions_own_tenant(sample: Sample) -> None:
    mine, other = await sample.tenant(), await sample.tenant()
    async with sample.work.begin(mine) as tx:
        with pytest.raises(LookupError):
            tx.emit(TenantActivated(tenant_id=other), tenant=other)


async def test_a_script_is_part_of_the_transaction_also_as_its_first_statement(
    sample: Sample,
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with sample.work.begin_control() as tx:
            await tx.run_script("CREATE TABLE control.half_made (id int)")
            raise ZeroDivisionError
    async with sample.work.begin_control() as tx:
        assert await tx.session.scalar(text("SELECT to_regclass('control.half_made')")) is None


@pytest.mark.parametrize("error", [FileNotFoundError("template.txt"), TimeoutError("too slow")])
async def test_an_error_of_the_blocks_own_is_not_taken_for_the_databases(
    sample: Sample, error: OSError
) -> None:
    tenant = await sample.tenant()
    with pytest.raises(type(error)):
        async with sample.work.begin(tenant):
            raise error


async def test_a_call_after_the_commit_that_fails_does_not_unmake_it(sample: Sample) -> None:
    tenant = await sample.tenant()

    def fail() -> None:
        raise ZeroDivisionError

    called: list[str] = []
    async with sample.work.begin(tenant) as tx:
        await tx.session.execute(insert(Notes).values(id="1", body="kept"))
        tx.after_commit(fail)
        tx.after_commit(lambda: called.append("next"))
    assert called == ["next"]


async def test_cancelled_transactions_leave_nothing_and_give_their_connection_back(
    sample: Sample,
) -> None:
    tenant = await sample.tenant()
    database = Database(sample.database.settings.model_copy(update={"pool_size": 3}))
    work = UnitOfWork(database, sample.work.tenant_tree)
    chance = random.Random(7)

    async def attempt(number: int) -> None:
        async with work.begin(tenant) as tx:
            await tx.session.execute(insert(Notes).values(id=f"c{number}", body="half"))
            await tx.session.execute(text("SELECT pg_sleep(0.01)"))
            await asyncio.sleep(60)

    try:
        await database.check()
        for number in range(60):
            task = asyncio.create_task(attempt(number))
            await asyncio.sleep(chance.random() * 0.02)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined] # a queue pool counts
        async with work.begin(tenant) as tx:
            assert (await tx.session.execute(select(Notes.id))).all() == []
    finally:
        await database.close()


async def test_after_a_restart_of_postgresql_not_even_the_first_transaction_fails() -> None:
    with running_stack(is_durable=True) as own:
        async with sample_service(own, "sample") as sample:
            tenant = await sample.tenant()
            for end in (own.postgres.kill, own.postgres.stop):
                await asyncio.to_thread(end)
                await asyncio.to_thread(own.postgres.start)
                async with sample.work.begin(tenant) as tx:
                    await tx.session.execute(insert(Notes).values(id=new_id("nte"), body="x"))
            async with sample.work.begin(tenant) as tx:
                assert len((await tx.session.execute(select(Notes.id))).all()) == 2
