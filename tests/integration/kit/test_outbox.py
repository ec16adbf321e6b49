"""The relay publishes what was committed, soon, whatever is in its way."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import text

from promptpilot.identity.v1.events_pb2 import TenantActivated
from services.kit.envelope import encode, event_type, subject_of
from services.kit.ids import TenantId, new_id
from services.kit.outbox import Relay, waiting_count
from tests.support.events import until
from tests.support.sample.service import Sample, sample_service
from tests.support.stack import Stack, running_stack

_TYPE = event_type(TenantActivated)
_TENANT = TenantId(new_id("ten"))


@pytest.fixture
async def fresh(stack: Stack) -> AsyncIterator[Sample]:
    """A sample whose outbox is the test's own."""
    async with sample_service(stack, f"o{new_id('tst')[-12:]}") as running:
        yield running


@asynccontextmanager
async def relaying(
    sample: Sample, count: int = 1, poll_s: float = 0.25
) -> AsyncIterator[list[Relay]]:
    relays = [Relay("identity", sample.work, sample.bus, poll_s=poll_s) for _ in range(count)]
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        yield relays
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def emit(sample: Sample) -> None:
    async with sample.work.begin_control() as tx:
        tx.emit(TenantActivated(tenant_id=_TENANT), tenant=_TENANT)


async def waiting(sample: Sample) -> int:
    async with sample.work.begin_control() as tx:
        return await waiting_count(tx)


async def nothing_waits(sample: Sample) -> bool:
    return await waiting(sample) == 0


async def insert_published(sample: Sample, count: int, age: timedelta) -> None:
    """Put events into the outbox that were published so long ago."""
    async with sample.work.begin_control() as tx:
        await tx.session.execute(
            text(
                "INSERT INTO control.outbox (id, tenant_id, type, subject, payload, headers, "
                "create_time, publish_time) SELECT 'evt_' || lpad(n::text, 26, '0'), :tenant, "
                ":type, :subject, :payload, '{}', :time, :time FROM generate_series(1, :count) n"
            ),
            {
                "tenant": _TENANT,
                "type": _TYPE,
                "subject": subject_of(_TYPE, _TENANT),
                "payload": encode(TenantActivated(tenant_id=_TENANT)),
                "time": tx.now - age,
                "count": count,
            },
        )


async def test_a_commit_during_publishing_does_not_wait_for_the_next_poll(fresh: Sample) -> None:
    async with relaying(fresh, poll_s=3600):  # one that is slept over would not be published today
        await until(lambda: nothing_waits(fresh))
        for _ in range(40):
            await emit(fresh)
            await emit(fresh)  # while the relay publishes the first
            await until(lambda: nothing_waits(fresh))


async def test_several_relays_of_a_service_publish_everything(fresh: Sample) -> None:
    async with relaying(fresh, 3):
        await asyncio.gather(*(emit(fresh) for _ in range(50)))
        await until(lambda: nothing_waits(fresh))


async def test_what_a_process_left_behind_is_published_by_the_next_look(fresh: Sample) -> None:
    async with relaying(fresh):
        await until(lambda: nothing_waits(fresh))
        fresh.work.nudge = lambda: None
        await emit(fresh)
        await until(lambda: nothing_waits(fresh))


async def test_an_event_that_the_broker_refuses_holds_up_no_other(fresh: Sample) -> None:
    async with fresh.work.begin_control() as tx:
        tx.emit(TenantActivated(tenant_id=_TENANT), tenant=_TENANT)
        await tx._finish()
        tx._events.clear()
        await tx.session.execute(
            text("UPDATE control.outbox SET subject = 'evt.x.nobody.nothing.done.v1'")
        )
    async with relaying(fresh):
        await emit(fresh)

        async def only_the_refused_waits() -> bool:
            return await waiting(fresh) == 1

        await until(only_the_refused_waits)


async def test_a_broker_that_hangs_holds_no_transaction_open_for_long() -> None:
    """The relay ends its transaction by itself, before PostgreSQL ends the connection for it."""
    with running_stack() as own:
        async with sample_service(own, "sample") as sample, relaying(sample):
            await until(lambda: nothing_waits(sample))
            os.kill(own.nats.pid, signal.SIGSTOP)
            try:
                await emit(sample)
                assert await survives_its_transaction(own)
            finally:
                os.kill(own.nats.pid, signal.SIGCONT)
            await until(lambda: nothing_waits(sample), timeout_s=40)


async def survives_its_transaction(stack: Stack) -> bool:
    """Wait for the relay's idle transaction and its end; tell whether its connection lives on."""
    connection = await asyncpg.connect(stack.postgres.url("postgres"))
    idle = (
        "SELECT pid FROM pg_stat_activity WHERE usename = 'pp_sample' "
        "AND state = 'idle in transaction' AND query LIKE '%outbox%'"
    )
    try:
        while not (pid := await connection.fetchval(idle)):
            await asyncio.sleep(0.05)
        while pid in [row["pid"] for row in await connection.fetch(idle)]:
            await asyncio.sleep(0.05)
        alive = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)"
        return bool(await connection.fetchval(alive, pid))
    finally:
        await connection.close()


async def test_after_a_wipe_any_number_of_events_is_published_again(fresh: Sample) -> None:
    await insert_published(fresh, 11_000, timedelta(days=1))
    async with fresh.work.begin_control() as tx:
        await tx.session.execute(
            text("INSERT INTO control.outbox_stream VALUES ('EVT_IDENTITY', 'x')")
        )
    relay = Relay("identity", fresh.work, fresh.bus)
    await relay._check_stream()
    assert await waiting(fresh) == 11_000
    await Relay("identity", fresh.work, fresh.bus)._check_stream()
    assert await waiting(fresh) == 11_000


async def test_what_was_published_more_than_seven_days_ago_goes_and_the_rest_stays(
    fresh: Sample,
) -> None:
    await insert_published(fresh, 6_000, timedelta(days=8))
    await emit(fresh)
    relay = Relay("identity", fresh.work, fresh.bus)
    assert await relay._prune() is False
    assert await relay._prune() is True
    async with fresh.work.begin_control() as tx:
        assert await tx.session.scalar(text("SELECT count(*) FROM control.outbox")) == 1
