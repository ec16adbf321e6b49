"""ListUsageRecords and ListLedgerTransactions."""

from datetime import timedelta
from typing import Any

import pytest

from promptpilot.billing.v1 import billing_pb2 as pb
from services.kit.errors import InvalidArgument
from services.kit.paging import encode_token
from tests.support.billing import NOON, Door, usage


async def record_ids(door: Door, size: int) -> list[str]:
    """Read every page."""
    found: list[str] = []
    token = ""
    while True:
        request = pb.ListUsageRecordsRequest(page_size=size, page_token=token)
        page = await door.rpc.ListUsageRecords(request)
        found += [record.id for record in page.records]
        token = page.next_page_token
        if not token:
            return found


async def transactions(door: Door, size: int) -> list[pb.LedgerTransaction]:
    """Read every page."""
    found: list[pb.LedgerTransaction] = []
    token = ""
    while True:
        request = pb.ListLedgerTransactionsRequest(page_size=size, page_token=token)
        page = await door.rpc.ListLedgerTransactions(request)
        found += page.transactions
        token = page.next_page_token
        if not token:
            return found


async def test_records_come_newest_first_each_once(door: Door) -> None:
    events = [usage(at=NOON + timedelta(seconds=number // 2)) for number in range(7)]
    await door.book(*events)
    wanted = [
        event.usage_id
        for event in sorted(
            events, key=lambda event: (event.occur_time.seconds, event.usage_id), reverse=True
        )
    ]
    assert await record_ids(door, 3) == wanted
    assert await record_ids(door, 200) == wanted


async def test_postings_come_newest_first_and_each_balances(door: Door) -> None:
    events = [usage(given=number) for number in range(5)]
    await door.book(*events)
    for size in (2, 200):
        found = await transactions(door, size)
        assert [posting.usage_id for posting in found] == [
            event.usage_id for event in reversed(events)
        ]
        for posting in found:
            assert [entry.account for entry in posting.entries] == [
                "usage_receivable",
                "usage_revenue",
            ]
            assert sum(entry.amount_nano_usd for entry in posting.entries) == 0
    records = {record.id: record for record in await door.records()}
    for posting in found:
        assert posting.entries[0].amount_nano_usd == records[posting.usage_id].cost_nano_usd


@pytest.mark.parametrize(
    "fields",
    [
        {"page_size": -1},
        {"page_size": 201},
        {"page_token": "nonsense"},
        {"page_token": encode_token(["no time", "use_1"])},
        {"page_token": encode_token(["2026-01-01T00:00:00+00:00", "nul\0"])},
    ],
)
async def test_a_bad_page_is_refused(door: Door, fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await door.rpc.ListUsageRecords(pb.ListUsageRecordsRequest(**fields))
    assert [one.field for one in caught.value.violations] == list(fields)
    with pytest.raises(InvalidArgument) as caught:
        await door.rpc.ListLedgerTransactions(pb.ListLedgerTransactionsRequest(**fields))
    assert [one.field for one in caught.value.violations] == list(fields)


async def test_records_and_postings_are_listed_for_no_other_tenant(door: Door, other: Door) -> None:
    await door.book(usage())
    assert await record_ids(other, 200) == []
    assert await transactions(other, 200) == []
