"""Cursor pages.

An opaque token that holds the sort key of the last row, so that pages stay right while rows come
and go.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

import orjson

from services.kit.errors import InvalidArgument
from services.kit.ids import is_id

MOST_PER_PAGE = 200

_MOST_NUMBER: Final = 2**31 - 1

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class TimeKey:
    """Where a page ends of a list ordered by time, then by id: both of its last row."""

    time: datetime
    id: str

    def token(self) -> str:
        """Turn the key into the token of the next page."""
        return encode_token([self.time.isoformat(), self.id])


def page_size(asked: int, default: int = 50, most: int = MOST_PER_PAGE) -> int:
    """Return how many rows to read: the default for 0; InvalidArgument when out of 1..most."""
    if asked == 0:
        return default
    if not 1 <= asked <= most:
        raise InvalidArgument.of_field("page_size", f"must be between 1 and {most}")
    return asked


def cut_page(
    found: Sequence[_Row], size: int, token_of: Callable[[_Row], str]
) -> tuple[Sequence[_Row], str]:
    """Return the page and the next one's token, "" at the end.

    `found` is what a read of `size + 1` rows gave; `token_of` makes the token of the last row.
    """
    page = found[:size]
    return page, token_of(page[-1]) if len(found) > size else ""


def encode_token(key: list[str | int | None]) -> str:
    """Turn the sort key of a page's last row into a page token."""
    return urlsafe_b64encode(orjson.dumps(key)).rstrip(b"=").decode()


def decode_token(token: str, parts: int) -> list[str | int | None] | None:
    """Turn a page token back into a sort key of so many parts; None for the first page.

    Raises InvalidArgument for anything that `encode_token` cannot have made. Tokens are not
    signed: the caller still checks that each part is of the type and range that it expects.
    """
    if not token:
        return None
    try:
        padded = token.encode() + b"=" * (-len(token) % 4)
        key = orjson.loads(urlsafe_b64decode(padded))
    except ValueError:
        key = None
    if not isinstance(key, list) or len(key) != parts or not all(map(_is_part, key)):
        raise _refusal()
    return key


def time_key(token: str, prefix: str) -> TimeKey | None:
    """Read the token of a list ordered by time, its rows' ids of this kind; None for no token.

    Raises InvalidArgument for any other token.
    """
    match decode_token(token, parts=2):
        case None:
            return None
        case [str(time), str(row_id)] if is_id(prefix, row_id):
            try:
                return TimeKey(datetime.fromisoformat(time).astimezone(UTC), row_id)
            except (ValueError, OverflowError):
                pass
    raise _refusal()


def number_key(token: str) -> int | None:
    """Read the token of a list ordered by a number from 1 on; None for no token.

    Raises InvalidArgument for any other token.
    """
    match decode_token(token, parts=1):
        case None:
            return None
        case [int(number)] if 0 < number <= _MOST_NUMBER:
            return number
    raise _refusal()


def _refusal() -> InvalidArgument:
    return InvalidArgument.of_field("page_token", "is not a token that this list gave out")


def _is_part(part: object) -> bool:
    """Tell whether PostgreSQL can take it as a text or a bigint."""
    if isinstance(part, str):
        return "\0" not in part
    if isinstance(part, int):
        return not isinstance(part, bool) and -(2**63) <= part < 2**63
    return part is None
