"""Ranges of time as whole UTC days and edges."""

from datetime import UTC, datetime, time, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.rules.ranges import usage_range
from services.kit.errors import InvalidArgument

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
MOMENTS = st.integers(0, 360 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(MOMENTS, MOMENTS)
def test_days_and_edges_cover_the_range_once(one: datetime, two: datetime) -> None:
    start, end = sorted((one, two))
    if start == end:
        return
    found = usage_range(start, end, now=NOW)
    parts = [
        (
            datetime.combine(found.first_day, time(), UTC),
            datetime.combine(found.end_day, time(), UTC),
        ),
        *found.edges,
    ]
    covered = sorted(part for part in parts if part[0] < part[1])
    assert covered[0][0] == start
    assert covered[-1][1] == end
    assert all(before[1] == after[0] for before, after in pairwise(covered))
    for edge_start, edge_end in found.edges:
        assert edge_end - edge_start < timedelta(days=1)


def test_the_zone_of_a_time_does_not_matter() -> None:
    zone = timezone(timedelta(hours=9))
    start = datetime(2026, 11, 23, tzinfo=UTC)
    end = start + timedelta(days=2)
    assert usage_range(start.astimezone(zone), end.astimezone(zone), now=NOW) == usage_range(
        start, end, now=NOW
    )


def test_whole_days_have_no_edges() -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    found = usage_range(start, start + timedelta(days=3), now=NOW)
    assert found.edges == ()
    assert (found.end_day - found.first_day).days == 3


def test_without_start_and_end_it_is_the_last_thirty_days() -> None:
    assert usage_range(None, None, now=NOW) == usage_range(NOW - timedelta(days=30), NOW, now=NOW)


@pytest.mark.parametrize("days", [0, -1, 366.001])
def test_a_range_is_neither_reversed_nor_longer_than_a_year(days: float) -> None:
    with pytest.raises(InvalidArgument):
        usage_range(NOW, NOW + timedelta(days=days), now=NOW)
    assert usage_range(NOW, NOW + timedelta(days=366), now=NOW).edges
