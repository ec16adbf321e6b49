"""What every request meets, whatever its operation: limits, problems, headers."""

import asyncio
import io
import socket
from typing import Any

import orjson
import pytest

from gateway.problems import Problem
from gateway.server import HEAD_BYTES
from tests.support.platform_in_process import Answer, Member, Platform

JSON = {"Content_Type": "application/json"}


async def raw(platform: Platform, request: bytes) -> bytes:
    """Send bytes and return all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", platform.gateway.port)
    try:
        writer.write(request)
        await writer.drain()
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b"reset"
    finally:
        writer.close()


async def send(member: Member, body: bytes, **headers: str) -> Answer:
    """POST bytes as they are to an operation with a body."""
    given = {name.replace("_", "-"): value for name, value in (JSON | headers).items()}
    url = f"{member.api.url}/v1/prompts"
    async with member.api.session.post(
        url, data=io.BytesIO(body), headers={**member.api.headers, **given}
    ) as response:
        return Answer(
            response.status, response.headers.copy(), await response.json(content_type=None)
        )


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"{", 400, "MALFORMED_BODY"),
        (b"\xff\xfe", 400, "MALFORMED_BODY"),
        (b'{"name": "\\ud800"}', 400, "MALFORMED_BODY"),
        (b"[" * 500 + b"]" * 500, 400, "MALFORMED_BODY"),
        (b"", 422, "INVALID_ARGUMENT"),
        (b"null", 422, "INVALID_ARGUMENT"),
        (b"[]", 422, "INVALID_ARGUMENT"),
        (b'{"name": "a\\u0000"}', 422, "INVALID_ARGUMENT"),
        (b'{"name": 1e300, "content": {"type": "x"}}', 422, "INVALID_ARGUMENT"),
        (b'{"name": "' + b"a" * 11_000_000 + b'"}', 413, "CONTENT_TOO_LARGE"),
    ],
    ids=[
        "cut", "not utf-8", "surrogate", "deep", "empty", "null", "list", "nul", "types", "11 MB",
    ],
)  # fmt: skip
async def test_a_bad_body_is_a_problem_and_never_our_fault(
    ada: Member, body: bytes, status: int, reason: str
) -> None:
    answer = await send(ada, body)
    assert (answer.status, answer.body["reason"]) == (status, reason)
    assert answer.headers["Content-Type"] == "application/problem+json"
    Problem.model_validate(answer.body)


async def test_another_content_type_is_415(ada: Member) -> None:
    answer = await send(ada, b"name=x", Content_Type="application/x-www-form-urlencoded")
    assert (answer.status, answer.body["reason"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_who_is_unknown_is_told_so_before_anything_is_read(platform: Platform) -> None:
    url = f"{platform.url}/v1/prompts"
    async with platform.session.post(url, data=b"{", headers={"Content-Type": "x/y"}) as response:
        assert response.status == 401


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/v1/nothing", 404, "ROUTE_NOT_FOUND"),
        ("/v1/", 404, "ROUTE_NOT_FOUND"),
        ("/v1/prompts/", 404, "ROUTE_NOT_FOUND"),
        ("/v1/prompts/prm_x:explode", 404, "ROUTE_NOT_FOUND"),
        ("/v1/prompts?page_size=0", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts?page_size=201", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts?page_size=1_0", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts?page_size=99999999999999999999", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts?is_archived=yes", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts?tag=a&tag=b", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts?typo=1", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts?query=%00", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts?page_token=%22", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts/%00", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts/%F0%9F%92%A9", 404, "PROMPT_NOT_FOUND"),
        ("/v1/prompts/%ff", 404, "PROMPT_NOT_FOUND"),
        ("/v1/prompts/..%2F..%2Fetc", 404, "PROMPT_NOT_FOUND"),
        ("/v1/prompts/a%3Aarchive", 404, "PROMPT_NOT_FOUND"),
        ("/v1/prompts/a%25b", 404, "PROMPT_NOT_FOUND"),
        ("/v1/prompts/x/versions/0", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts/x/versions/2147483648", 422, "INVALID_ARGUMENT"),
        ("/v1/prompts/x/versions/one", 422, "INVALID_ARGUMENT"),
    ],
)
async def test_a_bad_path_or_query_is_a_problem(
    ada: Member, path: str, status: int, reason: str
) -> None:
    answer = await ada.api.get(path)
    assert (answer.status, answer.body["reason"]) == (status, reason)
    Problem.model_validate(answer.body)


async def test_a_method_that_a_path_has_not_names_those_it_has(ada: Member) -> None:
    for method, path, allowed in (
        ("PUT", "/v1/prompts", "GET, POST"),
        ("TRACE", "/v1/prompts/prm_x", "GET, PATCH"),
        ("GET", "/v1/prompts/prm_x:archive", "POST"),
        ("OPTIONS", "/v1/session", "DELETE, GET"),
    ):
        answer = await ada.api.call(method, path)
        assert (answer.status, answer.headers["Allow"]) == (405, allowed)
        assert answer.body["reason"] == "METHOD_NOT_ALLOWED"


async def test_a_head_that_never_ends_is_cut_off(platform: Platform) -> None:
    endless = b"GET /v1/session HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * (HEAD_BYTES + 1024)
    answer = await raw(platform, endless)
    assert answer.startswith(b"HTTP/1.1 431 ") or answer == b"reset"


async def test_too_many_headers_are_431(ada: Member) -> None:
    headers: dict[str, Any] = {f"X_{number}": "1" for number in range(120)}
    answer = await ada.api.get("/v1/session", **headers)
    assert (answer.status, answer.body["reason"]) == (431, "HEADERS_TOO_LARGE")


async def test_a_host_that_looks_like_a_path_changes_nothing(ada: Member) -> None:
    # Starlette CVE-2026-48710: a URL built from Host could name another path than the routed one.
    for host in ("x/.well-known/jwks.json?", "x#", "[::1", "user@evil", ""):
        answer = await ada.api.get("/v1/tenant", Host=host, Authorization="Bearer pp_test_no")
        assert answer.status == 401


async def test_each_answer_has_an_id_and_the_callers_is_kept_when_it_is_harmless(
    platform: Platform,
) -> None:
    own = await platform.anonymous.get("/v1/session", X_Request_Id="trace-me_1.2")
    assert own.headers["X-Request-Id"] == own.body["request_id"] == "trace-me_1.2"
    for bad in ("a b", "x" * 129, "a;b", "é"):
        made = await platform.anonymous.get("/v1/session", X_Request_Id=bad)
        assert made.headers["X-Request-Id"].startswith("req_")


async def test_every_answer_carries_headers_that_browsers_obey(platform: Platform) -> None:
    for path in (
        "/v1/session",
        "/v1/nothing",
        "/health/live",
        "/docs",
        "/nothing",
        "/v1/openapi.json",
    ):
        headers = (await platform.anonymous.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers
        assert "Access-Control-Allow-Origin" not in headers
        assert "Server" not in headers


async def test_the_openapi_document_is_served_as_it_is(platform: Platform) -> None:
    answer = await platform.anonymous.get("/v1/openapi.json")
    assert answer.body["openapi"] == "3.1.0"
    again = await platform.anonymous.get("/v1/openapi.json", If_None_Match=answer.headers["ETag"])
    assert again.status == 304


async def test_pipelined_requests_are_answered_in_order(platform: Platform) -> None:
    live = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await raw(platform, live + live + last)
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.count(b"HTTP/1.1 404 Not Found") == 1
    assert orjson.loads(answer.rpartition(b"\r\n\r\n")[2])["reason"] == "ROUTE_NOT_FOUND"


def test_loopback_is_where_tests_listen(platform: Platform) -> None:
    assert platform.settings.listen.startswith("127.0.0.1")
    with socket.create_connection(("127.0.0.1", platform.gateway.port)):
        pass
