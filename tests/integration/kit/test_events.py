"""Events leave with their transaction and are applied once, whatever happens to the broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from sqlalchemy import insert, select

from promptpilot.identity.v1.events_pb2 import TenantActivated, TenantCreated
from services.kit.control import DeadLetters, Outbox
from services.kit.envelope import Envelope, encode, event_type, to_headers
from services.kit.errors import InvalidArgument
from services.kit.ids import TenantId, new_id
from services.kit.inbox import Inbox, Subscription
from services.kit.outbox import Relay, waiting_count
from services.kit.work import Tx
from tests.support.sample.service import Notes, Sample, sample_service
from tests.support.stack import running_stack


class Recorder:
    """A handler that writes a note for each event, in the event's own transaction."""

    def __init__(self) -> None:
        self.calls = 0
        self.failures = 0

    async def __call__(self, tx: Tx, event: TenantActivated) -> None:
        self.calls += 1
        if self.failures:
            self.failures -= 1
            raise InvalidArgument("not yet")
        await tx.session.execute(insert(Notes).values(id=new_id("nte"), body=event.tenant_id))


@asynccontextmanager
async def flowing(sample: Sample, recorder: Recorder) -> AsyncIterator[Inbox]:
    """Run the relay and the inbox of the sample."""
    relay = Relay("identity", sample.work, sample.bus)
    inbox = Inbox("sample", sample.work, sample.bus, [Subscription(TenantActivated, recorder)])
    tasks = [asyncio.create_task(relay.run()), asyncio.create_task(inbox.run())]
    try:
        yield inbox
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def emit(sample: Sample, tenant: TenantId) -> None:
    async with sample.work.begin_control() as tx:
        tx.emit(TenantActivated(tenant_id=tenant), tenant=tenant)


async def notes(sample: Sample, tenant: TenantId) -> int:
    async with sample.work.begin(tenant) as tx:
        return len((await tx.session.execute(select(Notes.id))).all())


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.02)


async def test_an_event_is_published_and_applied_once(sample: Sample) -> None:
    tenant, recorder = await sample.tenant(), Recorder()
    async with flowing(sample, recorder):
        await emit(sample, tenant)

        async def arrived() -> bool:
            return await notes(sample, tenant) == 1

        await until(arrived)


async def test_an_event_of_a_transaction_that_fails_is_never_published(sample: Sample) -> None:
    tenant = await sample.tenant()
    with suppress(ZeroDivisionError):
        async with sample.work.begin_control() as tx:
            tx.emit(TenantActivated(tenant_id=tenant), tenant=tenant)
            raise ZeroDivisionError
    async with sample.work.begin_control() as tx:
        query = select(Outbox.id).where(Outbox.tenant_id == tenant)
        assert (await tx.session.execute(query)).all() == []


async def test_the_same_event_delivered_again_changes_nothing(sample: Sample) -> None:
    tenant, recorder = await sample.tenant(), Recorder()
    inbox = Inbox("sample", sample.work, sample.bus, [Subscription(TenantActivated, recorder)])
    event = TenantActivated(tenant_id=tenant)
    envelope = Envelope(
        new_id("evt"), event_type(TenantActivated), tenant, sample.work.clock.now(), {}
    )
    results = await asyncio.gather(*(inbox.apply(envelope, encode(event)) for _ in range(10)))
    assert sorted(results) == [False] * 9 + [True]
    assert await notes(sample, tenant) == 1


async def test_a_handler_that_fails_is_tried_again_and_leaves_no_mark(sample: Sample) -> None:
    tenant, recorder = await sample.tenant(), Recorder()
    recorder.failures = 2
    async with flowing(sample, recorder):
        await emit(sample, tenant)

        async def arrived() -> bool:
            return await notes(sample, tenant) == 1

        await until(arrived)
    assert recorder.calls == 3


async def test_a_wiped_broker_loses_nothing() -> None:
    with running_stack() as own:
        async with sample_service(own, "sample") as sample:
            tenant, recorder = await sample.tenant(), Recorder()
            async with flowing(sample, recorder):
                for _ in range(20):
                    await emit(sample, tenant)

                async def published() -> bool:
                    async with sample.work.begin_control() as tx:
                        return await waiting_count(tx) == 0

                await until(published)
                own.nats.kill()
                own.nats.wipe()
                for _ in range(20):
                    await emit(sample, tenant)
                own.nats.start()

                async def all_applied() -> bool:
                    return await notes(sample, tenant) == 40

                await until(all_applied, 40)
            assert await notes(sample, tenant) == 40


def test_the_type_of_an_event_names_its_service_and_version() -> None:
    assert event_type(TenantCreated) == "dev.promptpilot.identity.tenant.created.v1"


async def test_an_event_that_fails_ten_times_is_buried_and_can_be_replayed(sample: Sample) -> None:
    tenant, recorder = await sample.tenant(), Recorder()
    recorder.failures = 1
    inbox = Inbox("sample", sample.work, sample.bus, [Subscription(TenantActivated, recorder)])
    event_id = new_id("evt")
    headers = to_headers(
        Envelope(event_id, event_type(TenantActivated), tenant, sample.work.clock.now(), {})
    )
    async with sample.work.begin_control() as tx:
        await tx.session.execute(
            insert(DeadLetters).values(
                consumer="sample",
                event_id=event_id,
                tenant_id=tenant,
                type=event_type(TenantActivated),
                payload=encode(TenantActivated(tenant_id=tenant)),
                headers=headers,
                error="InvalidArgument: not yet",
                deliveries=10,
                create_time=tx.now,
            )
        )
    assert await inbox.replay_dead_letters() == 0
    assert await inbox.replay_dead_letters() == 1
    assert await inbox.replay_dead_letters() == 0
    assert await notes(sample, tenant) == 1
