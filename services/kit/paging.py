"""Cursor pages.

An opaque token that holds the sort key of the last row, so that pages stay right while rows come
and go.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import orjson

from services.kit.errors import InvalidArgument

MOST_PER_PAGE = 200


def page_size(asked: int, default: int = 50, most: int = MOST_PER_PAGE) -> int:
    """Return how many rows to read: the default for 0; InvalidArgument when out of 1..most."""
    if asked == 0:
        return default
    if not 1 <= asked <= most:
        raise InvalidArgument.of_field("page_size", f"must be between 1 and {most}")
    return asked


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
        raise InvalidArgument.of_field("page_token", "is not a token that this list gave out")
    return key


def _is_part(part: object) -> bool:
    """Tell whether PostgreSQL can take it as a text or a bigint."""
    if isinstance(part, str):
        return "\0" not in part
    if isinstance(part, int):
        return not isinstance(part, bool) and -(2**63) <= part < 2**63
    return part is None
