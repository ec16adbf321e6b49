"""Ranges of time for sums of usage.

Whole UTC days come from the daily sums, the rest from the records.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from services.kit.errors import FieldViolation, InvalidArgument

MAX_RANGE: Final = timedelta(days=366)
DEFAULT_RANGE: Final = timedelta(days=30)
_DAY: Final = timedelta(days=1)
# Far enough from the ends of the calendar to add days without a thought.
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2999


@dataclass(frozen=True, slots=True)
class UsageRange:
    """A range of time: whole days from `first_day` up to, not including, `end_day`, and edges.

    An edge is a start (included) and an end (excluded) inside one day. No whole days: both are
    equal.
    """

    first_day: date
    end_day: date
    edges: tuple[tuple[datetime, datetime], ...]


def usage_range(start: datetime | None, end: datetime | None, *, now: datetime) -> UsageRange:
    """Cut a range into whole days and edges. Without an end: now; without a start: 30 days earlier.

    Raises InvalidArgument when the range is reversed or longer than 366 days.
    """
    violations = [
        FieldViolation(field, f"must be a time of the years {_FIRST_YEAR} to {_LAST_YEAR}")
        for field, moment in (("start_time", start), ("end_time", end))
        if moment is not None and not _FIRST_YEAR <= moment.year <= _LAST_YEAR
    ]
    if violations:
        raise InvalidArgument("the range of time is not valid", violations=violations)
    until = (end or now).astimezone(UTC)
    since = (start or until - DEFAULT_RANGE).astimezone(UTC)
    if since >= until:
        violations.append(FieldViolation("end_time", "must be later than start_time"))
    if until - since > MAX_RANGE:
        violations.append(
            FieldViolation("start_time", f"must be at most {MAX_RANGE.days} days before end_time")
        )
    if violations:
        raise InvalidArgument("the range of time is not valid", violations=violations)
    first_midnight = _midnight(since) if since == _midnight(since) else _midnight(since) + _DAY
    last_midnight = _midnight(until)
    if first_midnight > last_midnight:
        return UsageRange(since.date(), since.date(), ((since, until),))
    edges = ((since, first_midnight), (last_midnight, until))
    return UsageRange(
        first_midnight.date(),
        last_midnight.date(),
        tuple(edge for edge in edges if edge[0] < edge[1]),
    )


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
