"""Each event is applied once, and no event, tenant or flood stands in the way of the others."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from google.protobuf.message import Message
from sqlalchemy import insert, select, text, update

from promptpilot.identity.v1.events_pb2 import TenantActivated, TenantCreated
from services.kit.control import DeadLetters, InboxRow
from services.kit.envelope import Envelope, encode, event_type, to_headers
from services.kit.ids import TenantId, new_id
from services.kit.inbox import Inbox, Subscription
from services.kit.work import Tx
from tests.support.events import publish, until
from tests.support.sample.service import Notes, Sample, sample_service
from tests.support.stack import Stack, running_stack


@pytest.fixture
async def fresh(stack: Stack) -> AsyncIterator[Sample]:
    """A sample whose inbox is the test's own."""
    async with sample_service(stack, f"i{new_id('tst')[-12:]}") as running:
        yield running


async def note(tx: Tx, event: TenantActivated) -> None:
    await tx.session.execute(insert(Notes).values(id=new_id("nte"), body=event.tenant_id))


@asynccontextmanager
async def receiving(sample: Sample, *subscriptions: Subscription) -> AsyncIterator[Inbox]:
    inbox = Inbox(sample.name, sample.work, sample.bus, subscriptions)
    task = asyncio.create_task(inbox.run())
    try:
        yield inbox
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def notes(sample: Sample, tenant: TenantId) -> int:
    async with sample.work.begin(tenant) as tx:
        return len((await tx.session.execute(select(Notes.id))).all())


async def arrived(sample: Sample, tenant: TenantId, count: int = 1) -> None:
    async def all_there() -> bool:
        return await notes(sample, tenant) == count

    await until(all_there)


def envelope(tenant: TenantId, event: type[Message], sample: Sample) -> Envelope:
    return Envelope(new_id("evt"), event_type(event), tenant, sample.work.clock.now(), {})


async def test_a_new_subscription_of_a_next_version_reaches_the_same_consumer(
    stack: Stack, fresh: Sample
) -> None:
    tenant = await fresh.tenant()
    async with receiving(fresh, Subscription(TenantActivated, note)):
        # The first is nobody's business here: it does not come later either.
        await publish(stack, "identity", tenant, TenantCreated(tenant_id=tenant))
        await publish(stack, "identity", tenant, TenantActivated(tenant_id=tenant))
        await arrived(fresh, tenant)
    both = (Subscription(TenantActivated, note), Subscription(TenantCreated, note))
    async with receiving(fresh, *both):
        await publish(stack, "identity", tenant, TenantCreated(tenant_id=tenant))
        await arrived(fresh, tenant, 2)
    async with receiving(fresh, Subscription(TenantCreated, note)):
        await publish(stack, "identity", tenant, TenantActivated(tenant_id=tenant))
        await publish(stack, "identity", tenant, TenantCreated(tenant_id=tenant))
        await arrived(fresh, tenant, 3)


async def test_a_tenant_that_is_not_set_up_holds_up_no_other(stack: Stack, fresh: Sample) -> None:
    stuck, tenant = TenantId(new_id("ten")), await fresh.tenant()
    waiting = [TenantActivated(tenant_id=stuck)] * 200
    await publish(stack, "identity", stuck, *waiting)
    async with receiving(fresh, Subscription(TenantActivated, note)):
        await publish(stack, "identity", tenant, TenantActivated(tenant_id=tenant))
        await arrived(fresh, tenant)


async def test_a_flood_of_events_leaves_connections_for_calls(stack: Stack, fresh: Sample) -> None:
    tenant = await fresh.tenant()
    most = 0

    async def slow(tx: Tx, event: TenantActivated) -> None:
        nonlocal most
        pool = fresh.database.engine.pool
        most = max(most, pool.checkedout())  # type: ignore[attr-defined] # a queue pool counts
        await asyncio.sleep(0.05)
        await note(tx, event)

    await publish(stack, "identity", tenant, *([TenantActivated(tenant_id=tenant)] * 40))
    async with receiving(fresh, Subscription(TenantActivated, slow)):
        await arrived(fresh, tenant, 40)
    size = fresh.database.settings.pool_size
    assert 1 < most < size


async def test_a_broker_that_restarts_with_its_store_goes_on_where_it_was() -> None:
    with running_stack() as own:
        async with sample_service(own, "sample") as sample:
            tenant = await sample.tenant()
            async with receiving(sample, Subscription(TenantActivated, note)):
                await publish(own, "identity", tenant, TenantActivated(tenant_id=tenant))
                await arrived(sample, tenant)
                await asyncio.to_thread(own.nats.kill)
                await asyncio.to_thread(own.nats.start)
                await publish(own, "identity", tenant, TenantActivated(tenant_id=tenant))
                await arrived(sample, tenant, 2)


async def test_the_mark_of_an_event_that_comes_again_is_kept_longer(fresh: Sample) -> None:
    tenant = await fresh.tenant()
    inbox = Inbox(fresh.name, fresh.work, fresh.bus, [Subscription(TenantActivated, note)])
    first = envelope(tenant, TenantActivated, fresh)
    second = envelope(tenant, TenantActivated, fresh)
    body = encode(TenantActivated(tenant_id=tenant))
    assert await inbox.apply(first, body)
    assert await inbox.apply(second, body)
    async with fresh.work.begin_control() as tx:
        await tx.session.execute(update(InboxRow).values(create_time=tx.now - timedelta(days=9)))
    assert not await inbox.apply(first, body)
    assert await inbox._prune() is True
    async with fresh.work.begin_control() as tx:
        kept = (await tx.session.execute(select(InboxRow.event_id))).scalars().all()
    assert kept == [first.id]


async def test_old_marks_go_in_batches(fresh: Sample) -> None:
    async with fresh.work.begin_control() as tx:
        await tx.session.execute(
            text(
                "INSERT INTO control.inbox (consumer, event_id, create_time) "
                "SELECT 'x', n::text, :time FROM generate_series(1, 6000) n"
            ),
            {"time": tx.now - timedelta(days=9)},
        )
    inbox = Inbox(fresh.name, fresh.work, fresh.bus, [Subscription(TenantActivated, note)])
    assert await inbox._prune() is False
    assert await inbox._prune() is True
    async with fresh.work.begin_control() as tx:
        assert await tx.session.scalar(text("SELECT count(*) FROM control.inbox")) == 0


async def test_two_handlers_of_one_event_are_refused(fresh: Sample) -> None:
    twice: Sequence[Subscription] = [Subscription(TenantActivated, note)] * 2
    with pytest.raises(ValueError, match="twice"):
        Inbox(fresh.name, fresh.work, fresh.bus, twice)


async def test_a_start_replays_what_was_buried_and_keeps_what_it_does_not_know(
    fresh: Sample,
) -> None:
    tenant = await fresh.tenant()
    known = envelope(tenant, TenantActivated, fresh)
    unknown = envelope(tenant, TenantCreated, fresh)
    async with fresh.work.begin_control() as tx:
        for buried in (known, unknown):
            await tx.session.execute(
                insert(DeadLetters).values(
                    consumer=fresh.name,
                    event_id=buried.id,
                    tenant_id=tenant,
                    type=buried.type,
                    payload=encode(TenantActivated(tenant_id=tenant)),
                    headers=to_headers(buried),
                    error="",
                    deliveries=10,
                    create_time=tx.now,
                )
            )
    async with receiving(fresh, Subscription(TenantActivated, note)):
        await arrived(fresh, tenant)

        async def only_the_unknown_stays() -> bool:
            async with fresh.work.begin_control() as tx:
                left = (await tx.session.execute(select(DeadLetters.event_id))).scalars().all()
            return left == [unknown.id]

        await until(only_the_unknown_stays)
