"""Answers as bytes.

Written once by orjson from what `translate` read, never validated a second time.

That each fits its documented model is held by `tests/contract/gateway`, not paid for on each
request.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final

import orjson
from google.protobuf.message import Message
from starlette.responses import Response

from gateway.problems import EtagMalformed
from gateway.translate import read, read_all

JSON: Final = "application/json"
_ENTITY_TAG: Final = re.compile(r'"[^"]+"')
PRIVATE: Final = "private, no-cache"


def answer(document: Any, status: int = 200, *, etag: str = "", location: str = "") -> Response:
    """Write a JSON answer; `etag` is the resource's version and is what If-Match takes."""
    headers = {"cache-control": "no-store"}
    if etag:
        headers["etag"] = f'"{etag}"'
    if location:
        headers["location"] = location
    return Response(orjson.dumps(document), status, headers, JSON)


def page(messages: Iterable[Message], next_page_token: str = "") -> Response:
    """Write one page of a list."""
    return answer({"items": read_all(messages), "next_page_token": next_page_token})


def resource(message: Message, status: int = 200, *, location: str = "") -> Response:
    """Write one thing, with its etag where it has one."""
    return answer(read(message), status, etag=getattr(message, "etag", ""), location=location)


def nothing(headers: Mapping[str, str] | None = None) -> Response:
    """Answer that it is done and there is nothing to say: 204."""
    return Response(status_code=204, headers=dict(headers or {}))


def etag_of_body(body: bytes) -> str:
    """Return the ETag of an answer's bytes, quotes included."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def cacheable(
    body: bytes, if_none_match: str, *, etag: str = "", cache_control: str = PRIVATE
) -> Response:
    """Write JSON bytes with an ETag of their content, or 304 when the caller already holds them.

    `etag` is theirs where it is known already.
    """
    etag = etag or etag_of_body(body)
    headers = {"etag": etag, "cache-control": cache_control}
    if if_none_match and etag in (
        known.strip().removeprefix("W/") for known in if_none_match.split(",")
    ):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, JSON)


def etag_of(if_match: str) -> str:
    """Return the opaque text inside If-Match.

    `"abc"` gives abc; empty and `*` give "" (last write wins).
    """
    text = if_match.strip()
    if text in ("", "*"):
        return ""
    if not _ENTITY_TAG.fullmatch(text):
        raise EtagMalformed.of_field(
            "If-Match", 'must be one entity tag in quotes, such as "abc", or *'
        )
    return text[1:-1]
