"""UsageRecorded: booked once, whatever is delivered how often and in which order."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from promptpilot.execution.v1.events_pb2 import UsageRecorded
from promptpilot.execution.v1.execution_pb2 import MODE_LIVE, MODE_TEST
from promptpilot.identity.v1.events_pb2 import TenantCreated
from services.kit.errors import Unavailable
from services.kit.ids import new_id
from services.kit.tenancy import schema_of
from tests.support.billing import NOON, Door, usage
from tests.support.events import publish, until
from tests.support.rpc import member
from tests.support.stack import Stack

MODELS = ("gpt-4o-mini", "gpt-4o", "nobody-knows", "o3-mini")
PIPELINES = ("", new_id("pip"), new_id("pip"))


def any_use(choose: random.Random) -> UsageRecorded:
    """Make one of many different uses."""
    given, answered = choose.randrange(5_000), choose.randrange(5_000)
    return usage(
        given=given,
        answered=answered,
        cached=choose.randrange(given + 1),
        reasoned=choose.randrange(answered + 1),
        at=NOON + timedelta(hours=choose.randrange(-60, 60)),
        model=choose.choice(MODELS),
        mode=choose.choice((MODE_LIVE, MODE_LIVE, MODE_TEST)),
        pipeline_id=choose.choice(PIPELINES),
        usage_id=new_id("use"),
    )


async def sums(stack: Stack, door: Door, sql: str) -> list[tuple[Any, ...]]:
    """Ask the tenant's tables from outside."""
    rows = await stack.query("billing", sql.format(schema=schema_of(door.tenant)))
    return [tuple(row.values()) for row in rows]


async def assert_books_agree(stack: Stack, door: Door, uses: int) -> None:
    """Check that records, ledger and daily sums tell the same, by their own tables alone."""
    records = await sums(
        stack,
        door,
        "SELECT count(*), sum(input_tokens), sum(output_tokens), sum(cost_nano_usd)"
        " FROM {schema}.usage_records",
    )
    assert records[0][0] == uses
    daily = await sums(
        stack,
        door,
        "SELECT sum(calls), sum(input_tokens), sum(output_tokens), sum(cost_nano_usd)"
        " FROM {schema}.usage_daily",
    )
    assert daily == records
    accounts = await sums(
        stack,
        door,
        "SELECT account, count(*), sum(amount_nano_usd) FROM {schema}.ledger_entries"
        " GROUP BY account ORDER BY account",
    )
    cost = records[0][3]
    assert accounts == [("usage_receivable", uses, cost), ("usage_revenue", uses, -cost)]
    apart = await sums(
        stack,
        door,
        "SELECT r.id FROM {schema}.usage_records r"
        " LEFT JOIN {schema}.ledger_transactions t ON t.usage_id = r.id"
        " LEFT JOIN {schema}.ledger_entries e"
        " ON e.transaction_id = t.id AND e.account = 'usage_receivable'"
        " WHERE e.amount_nano_usd IS DISTINCT FROM r.cost_nano_usd",
    )
    assert apart == []
    by_day = (
        "SELECT {day} AS day, model, pipeline_id, sum({calls}), sum(cost_nano_usd)"
        " FROM {{schema}}.{table} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    assert await sums(
        stack, door, by_day.format(day="day", calls="calls", table="usage_daily")
    ) == await sums(
        stack,
        door,
        by_day.format(
            day="(occur_time AT TIME ZONE 'UTC')::date", calls="1", table="usage_records"
        ),
    )


async def test_a_use_is_booked_once_however_often_it_comes(door: Door, stack: Stack) -> None:
    event = usage()
    assert await door.book(event, event, event) == [True, False, False]
    await assert_books_agree(stack, door, 1)


async def test_what_was_booked_first_stays_when_a_repetition_differs(
    door: Door, stack: Stack
) -> None:
    event = usage(given=10)
    changed = UsageRecorded()
    changed.CopyFrom(event)
    changed.usage.input_tokens = 1_000_000
    assert await door.book(event, changed) == [True, False]
    assert [record.input_tokens for record in await door.records()] == [10]


@pytest.mark.parametrize("seed", range(3))
async def test_books_agree_after_duplicates_in_any_order_from_many_consumers_at_once(
    door: Door, stack: Stack, seed: int
) -> None:
    choose = random.Random(seed)
    uses = [any_use(choose) for _ in range(60)]
    deliveries = [use for use in uses for _ in range(choose.randrange(1, 4))]
    choose.shuffle(deliveries)
    booked = await asyncio.gather(*map(door.book, deliveries))
    assert sum(answer == [True] for answer in booked) == len(uses)
    await assert_books_agree(stack, door, len(uses))
    assert {record.id for record in await door.records()} == {use.usage_id for use in uses}


async def test_two_hundred_deliveries_of_one_use_at_once_are_booked_once(
    door: Door, stack: Stack
) -> None:
    event = usage()
    booked = await asyncio.gather(*(door.book(event) for _ in range(200)))
    assert sum(answer == [True] for answer in booked) == 1
    await assert_books_agree(stack, door, 1)


async def test_events_from_the_broker_are_booked_and_told_on(door: Door, stack: Stack) -> None:
    choose = random.Random(7)
    uses = [any_use(choose) for _ in range(20)]
    # Each twice, as two events: the inbox does not know the second, the record's id does.
    await publish(stack, "execution", door.tenant, *uses, *uses)
    await until(lambda: _has_records(door, 20))
    await assert_books_agree(stack, door, 20)
    told = await stack.query(
        "billing",
        "SELECT payload::text AS payload FROM control.outbox"
        " WHERE tenant_id = $1 AND type = 'dev.promptpilot.billing.usage.booked.v1'",
        door.tenant,
    )
    assert len(told) == 20


async def test_usage_that_comes_before_its_tenant_waits_for_it(door: Door, stack: Stack) -> None:
    newcomer = replace(door, caller=member())
    await publish(stack, "execution", newcomer.tenant, usage())
    await asyncio.sleep(0.3)
    await publish(
        stack,
        "identity",
        newcomer.tenant,
        TenantCreated(tenant_id=newcomer.tenant, database="main"),
    )
    await until(lambda: _has_records(newcomer, 1))


async def test_wrong_counts_of_a_provider_do_not_stop_the_books(door: Door, stack: Stack) -> None:
    run_id = new_id("run")
    await door.book(
        usage(run_id=run_id, given=10, cached=50, answered=5, reasoned=9),
        usage(given=-3, cached=-1, answered=-2),
    )
    await assert_books_agree(stack, door, 2)
    record = next(record for record in await door.records() if record.run_id == run_id)
    assert (record.input_tokens, record.cached_input_tokens) == (10, 10)


async def _has_records(door: Door, count: int) -> bool:
    try:
        return len(await door.records()) == count
    except Unavailable:
        return False
