"""What a request may weigh."""

import orjson
import pytest
from starlette.requests import Request
from starlette.types import Message

from gateway.limits import Limits, check_head, parse, read_body
from gateway.problems import (
    ContentTooLarge,
    HeadersTooLarge,
    MalformedBody,
    UnsupportedMediaType,
)
from services.kit.errors import InvalidArgument

LIMITS = Limits(body_bytes=1024, json_depth=8, header_count=20, header_bytes=4096)


def scope(
    *headers: tuple[bytes, bytes], path: str = "/v1/prompts", query: bytes = b""
) -> dict[str, object]:
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": query,
        "headers": list(headers),
    }


def request_with(body: bytes, kind: bytes = b"application/json", *, parts: int = 1) -> Request:
    size = max(1, len(body) // parts)
    chunks = [body[at : at + size] for at in range(0, len(body), size)] or [b""]

    async def receive() -> Message:
        chunk = chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

    return Request(scope((b"content-type", kind)), receive)


async def test_a_body_is_read_once_and_parsed() -> None:
    loaded = await read_body(request_with(b'{"a": [1, 2.5, null]}', parts=4), LIMITS)
    assert await loaded.json() == {"a": [1, 2.5, None]}
    assert await loaded.body() == b'{"a": [1, 2.5, null]}'


async def test_a_charset_after_the_content_type_is_no_obstacle() -> None:
    loaded = await read_body(request_with(b"{}", b"Application/JSON; charset=utf-8"), LIMITS)
    assert await loaded.json() == {}


@pytest.mark.parametrize("kind", [b"text/plain", b"multipart/form-data", b"", b"application/jsonx"])
async def test_another_content_type_is_refused(kind: bytes) -> None:
    with pytest.raises(UnsupportedMediaType):
        await read_body(request_with(b"{}", kind), LIMITS)


async def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    async def receive() -> Message:
        raise AssertionError("it was read")

    headers = ((b"content-type", b"application/json"), (b"content-length", b"1025"))
    with pytest.raises(ContentTooLarge):
        await read_body(Request(scope(*headers), receive), LIMITS)


async def test_a_body_that_grows_too_large_is_refused_while_it_is_read() -> None:
    with pytest.raises(ContentTooLarge):
        await read_body(request_with(b'"' + b"x" * 1100 + b'"', parts=10), LIMITS)


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"nope",
        b"NaN",
        b"[1e999]",
        b'"\\ud800"',
        b'"\xff"',
        b"{}{}",
        b"[" * 2000 + b"]" * 2000,
    ],
    ids=["cut", "word", "nan", "infinity", "surrogate", "not-utf-8", "two", "very-deep"],
)
def test_what_is_not_json_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedBody):
        parse(raw, LIMITS)


@pytest.mark.parametrize(("depth", "is_fine"), [(8, True), (9, False)])
def test_nesting_is_bounded_exactly(depth: int, *, is_fine: bool) -> None:
    raw = b'{"a":' * (depth - 1) + b"[]" + b"}" * (depth - 1)
    if is_fine:
        parse(raw, LIMITS)
        return
    with pytest.raises(MalformedBody, match="deeper than 8"):
        parse(raw, LIMITS)


def test_nul_characters_are_named_where_they_stand() -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse(orjson.dumps({"a": "x\0", "b": [{"c\0": 1, "d": ["\0"]}]}), LIMITS)
    assert [fault.field for fault in caught.value.violations] == ["a", "b[0].c", "b[0].d[0]"]


def test_the_text_backslash_u0000_is_no_nul_character() -> None:
    assert parse(b'{"a": "\\\\u0000"}', LIMITS) == {"a": "\\u0000"}


@pytest.mark.parametrize(
    "headers",
    [[(b"a", b"b")] * 21, [(b"a", b"b" * 4096)]],
    ids=["count", "bytes"],
)
def test_headers_are_bounded(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(HeadersTooLarge):
        check_head(scope(*headers), LIMITS)


@pytest.mark.parametrize(
    ("query", "field"),
    [(b"label=a&label=b", "label"), (b"label=%00", "label"), (b"a=1&la%00bel=1", "label")],
)
def test_a_query_holds_each_name_once_and_no_nul(query: bytes, field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        check_head(scope(query=query), LIMITS)
    assert caught.value.violations[0].field == field


def test_a_path_with_nul_is_refused() -> None:
    with pytest.raises(InvalidArgument):
        check_head(scope(path="/v1/prompts/\0"), LIMITS)
