"""GetUsage: sums by UTC day, model and pipeline."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from promptpilot.billing.v1 import billing_pb2 as pb
from promptpilot.execution.v1.execution_pb2 import MODE_TEST
from services.kit.errors import InvalidArgument
from tests.support.billing import NOON, Door, timestamp, usage

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


async def rows(
    door: Door,
    start: datetime,
    end: datetime,
    group_by: pb.UsageGrouping.ValueType = pb.USAGE_GROUPING_DAY,
) -> dict[str, tuple[int, int]]:
    """Return calls and input tokens by key, in the order of the answer."""
    request = pb.GetUsageRequest(
        start_time=timestamp(start), end_time=timestamp(end), group_by=group_by
    )
    answer: pb.GetUsageResponse = await door.rpc.GetUsage(request)
    found = {row.key: (row.calls, row.input_tokens) for row in answer.rows}
    assert answer.total.calls == sum(calls for calls, _ in found.values())
    assert answer.total.cost_nano_usd == sum(row.cost_nano_usd for row in answer.rows)
    return found


async def test_days_are_those_of_utc_and_come_in_order(door: Door) -> None:
    await door.book(
        usage(given=1, at=MIDNIGHT),
        usage(given=2, at=MIDNIGHT - timedelta(microseconds=1)),
        usage(given=4, at=MIDNIGHT + DAY - timedelta(microseconds=1)),
        usage(given=8, at=MIDNIGHT + DAY),
    )
    assert await rows(door, MIDNIGHT - DAY, MIDNIGHT + 2 * DAY) == {
        "2026-11-22": (1, 2),
        "2026-11-23": (2, 5),
        "2026-11-24": (1, 8),
    }
    assert list(await rows(door, MIDNIGHT - DAY, MIDNIGHT + DAY)) == ["2026-11-22", "2026-11-23"]


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        (MIDNIGHT, MIDNIGHT + DAY, 1 + 2 + 4),
        (MIDNIGHT + timedelta(hours=6), MIDNIGHT + DAY, 2 + 4),
        (MIDNIGHT + timedelta(hours=6), MIDNIGHT + timedelta(hours=18), 2),
        (MIDNIGHT - timedelta(hours=6), MIDNIGHT + timedelta(hours=18), 1 + 2 + 8),
        (MIDNIGHT - 3 * DAY + timedelta(hours=1), MIDNIGHT + timedelta(hours=6), 1 + 8),
        (MIDNIGHT + timedelta(hours=6), MIDNIGHT + timedelta(hours=6, microseconds=1), 0),
    ],
)
async def test_a_range_may_begin_and_end_inside_a_day(
    door: Door, start: datetime, end: datetime, wanted: int
) -> None:
    await door.book(
        usage(given=1, at=MIDNIGHT),
        usage(given=2, at=NOON),
        usage(given=4, at=MIDNIGHT + timedelta(hours=18)),
        usage(given=8, at=MIDNIGHT - timedelta(hours=6)),
    )
    found = await rows(door, start, end)
    assert sum(tokens for _, tokens in found.values()) == wanted


async def test_models_and_pipelines_come_the_dearest_first(door: Door) -> None:
    await door.book(
        usage(model="gpt-4o-mini", given=10, pipeline_id="pip_cheap"),
        usage(model="gpt-4o", given=10, pipeline_id="pip_dear"),
        usage(model="gpt-4o", given=20, pipeline_id="pip_dear"),
        usage(model="sim-text", given=10_000, pipeline_id="", mode=MODE_TEST),
    )
    by_model = await rows(door, MIDNIGHT, MIDNIGHT + DAY, pb.USAGE_GROUPING_MODEL)
    assert list(by_model.items()) == [
        ("gpt-4o", (2, 30)),
        ("gpt-4o-mini", (1, 10)),
        ("sim-text", (1, 10_000)),
    ]
    by_pipeline = await rows(door, MIDNIGHT, MIDNIGHT + DAY, pb.USAGE_GROUPING_PIPELINE)
    assert list(by_pipeline) == ["pip_dear", "pip_cheap", ""]


async def test_without_a_range_the_last_thirty_days_are_summed(door: Door) -> None:
    now = datetime.now(UTC)
    await door.book(
        usage(given=1, at=now - timedelta(seconds=1)),
        usage(given=2, at=now - timedelta(days=29)),
        usage(given=4, at=now - timedelta(days=31)),
    )
    answer = await door.rpc.GetUsage(pb.GetUsageRequest())
    assert answer.total.input_tokens == 1 + 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"start_time": timestamp(NOON), "end_time": timestamp(NOON)}, "end_time"),
        ({"start_time": timestamp(NOON), "end_time": timestamp(NOON - DAY)}, "end_time"),
        ({"start_time": timestamp(NOON - 367 * DAY), "end_time": timestamp(NOON)}, "start_time"),
        ({"end_time": timestamp(datetime(1, 1, 2, tzinfo=UTC))}, "end_time"),
        ({"end_time": timestamp(datetime(9999, 12, 31, tzinfo=UTC))}, "end_time"),
        ({"start_time": {"seconds": -(10**15)}}, "start_time"),
    ],
)
async def test_a_range_that_cannot_be_is_refused(
    door: Door, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await door.rpc.GetUsage(pb.GetUsageRequest(**fields))
    assert [one.field for one in caught.value.violations] == [field]


async def test_usage_is_summed_for_no_other_tenant(door: Door, other: Door) -> None:
    await door.book(usage(given=1))
    for group_by in pb.UsageGrouping.values():
        assert await rows(other, MIDNIGHT, MIDNIGHT + DAY, group_by) == {}
    await other.book(usage(given=2))
    assert await rows(door, MIDNIGHT, MIDNIGHT + DAY) == {"2026-11-23": (1, 1)}
