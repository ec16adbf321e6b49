"""The egress client against real servers on this machine: redirects, caps, refusals, time."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from services.kit.egress import (
    Egress,
    EgressSettings,
    EgressTimedOut,
    EgressTooLarge,
    Limits,
    Request,
)
from services.kit.egress_addresses import AddressRules, CheckedResolver, EgressFailed, EgressRefused


class Server:
    """Says what it was asked, and misbehaves by path."""

    def __init__(self) -> None:
        self.seen: list[dict[str, str]] = []
        self.url = ""
        self.other = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:  # noqa: PLR0911 - by path
        self.seen.append({key.lower(): value for key, value in request.headers.items()})
        match request.path:
            case "/hang":
                await asyncio.sleep(30)
            case "/big":
                return web.Response(body=b"x" * 300_000)
            case "/bomb":
                body = gzip.compress(b"0" * 50_000_000)
                return web.Response(body=body, headers={"Content-Encoding": "gzip"})
            case "/gzip":
                body = gzip.compress(b"hello " * 1000)
                return web.Response(body=body, headers={"Content-Encoding": "gzip"})
            case "/br":
                return web.Response(body=b"x", headers={"Content-Encoding": "br"})
            case "/circle":
                return web.Response(status=302, headers={"Location": "/circle"})
            case "/drip":
                return await self._drip(request)
            case "/cut":
                return await self._cut(request)
        to = request.query.get("to")
        if to:
            return web.Response(status=int(request.query["status"]), headers={"Location": to})
        return web.json_response({"method": request.method, "body": await request.text()})

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b".")
            await asyncio.sleep(0.05)
        return response

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"part")
        assert request.transport is not None
        request.transport.abort()
        return response


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    ports = []
    for _ in range(2):
        listening = socket.create_server(("127.0.0.1", 0))
        ports.append(listening.getsockname()[1])
        await web.SockSite(runner, listening).start()
    made.url, made.other = (f"http://127.0.0.1:{port}" for port in ports)
    yield made
    await runner.cleanup()


@pytest.fixture
async def egress() -> AsyncIterator[Egress]:
    made = Egress(EgressSettings(allowed_cidrs=("127.0.0.0/8",)))
    yield made
    await made.close()


async def _read(egress: Egress, url: str, limits: Limits | None = None, **parts: Any) -> bytes:
    request = Request(parts.pop("method", "GET"), url, parts.pop("headers", {}), **parts)
    async with egress.call(request, limits) as answer:
        return await answer.read()


async def test_a_call_reaches_an_allowed_network(egress: Egress, server: Server) -> None:
    body = await _read(egress, server.url, method="POST", body=b"hi", headers={"X-Key": "k"})
    assert body == b'{"method": "POST", "body": "hi"}'
    assert server.seen[0]["x-key"] == "k"
    assert "user-agent" not in server.seen[0]


async def test_without_permission_this_machine_cannot_be_reached_by_any_name(
    server: Server,
) -> None:
    egress = Egress(EgressSettings())
    port = server.url.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::1]"):
        with pytest.raises(EgressRefused):
            await _read(egress, f"http://{host}:{port}/")
        with pytest.raises(EgressRefused):
            await egress.check_host(f"http://{host}:{port}/")
    assert server.seen == []
    await egress.close()


async def test_a_host_with_one_refused_address_is_refused_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def two_addresses(*_: Any, **__: Any) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("8.8.8.8", 80)), (*kind, ("127.0.0.1", 80))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", two_addresses)
    with pytest.raises(EgressRefused):
        await CheckedResolver(AddressRules()).resolve("two.example", 80)


async def test_the_connection_goes_to_the_address_that_was_checked(server: Server) -> None:
    """A name that resolves differently the second time is resolved once only."""
    answers = 0

    class Counting(CheckedResolver):
        async def resolve(self, host: str, port: int = 0, family: Any = 0) -> Any:
            nonlocal answers
            answers += 1
            return await super().resolve("127.0.0.1", port, socket.AF_INET)

    egress = Egress(EgressSettings(allowed_cidrs=("127.0.0.0/8",)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.kit.egress.CheckedResolver", Counting)
        port = server.url.rpartition(":")[2]
        await _read(egress, f"http://rebinding.example:{port}/")
    assert answers == 1
    await egress.close()


async def test_a_redirect_to_a_refused_address_is_refused(server: Server) -> None:
    port = server.url.rpartition(":")[2]
    egress = Egress(EgressSettings(allowed_cidrs=("127.0.0.1/32",)))
    with pytest.raises(EgressRefused):
        await _read(egress, f"{server.url}/?status=302&to=http://127.0.0.2:{port}/")
    with pytest.raises(EgressRefused):
        await _read(egress, f"{server.url}/?status=302&to=file:///etc/passwd")
    assert len(server.seen) == 2
    await egress.close()


async def test_credentials_stay_with_their_origin(egress: Egress, server: Server) -> None:
    secret = {"Authorization": "Bearer s", "X-Api-Key": "s", "Accept": "a/b"}
    await _read(egress, f"{server.url}/?status=307&to={server.url}/same", headers=secret)
    assert server.seen[-1]["authorization"] == "Bearer s"
    await _read(egress, f"{server.url}/?status=307&to={server.other}/", headers=secret)
    assert "authorization" not in server.seen[-1]
    assert "x-api-key" not in server.seen[-1]
    assert server.seen[-1]["accept"] == "a/b"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (302, b'{"method": "GET", "body": ""}'),
        (303, b'{"method": "GET", "body": ""}'),
        (308, b'{"method": "PUT", "body": "hi"}'),
    ],
)
async def test_a_redirect_keeps_method_and_body_as_its_status_says(
    egress: Egress, server: Server, status: int, expected: bytes
) -> None:
    url = f"{server.url}/?status={status}&to=/there"
    assert await _read(egress, url, method="PUT", body=b"hi") == expected


async def test_redirects_in_a_circle_end(egress: Egress, server: Server) -> None:
    with pytest.raises(EgressRefused, match="more than 3 redirects"):
        await _read(egress, f"{server.url}/circle")
    assert len(server.seen) == 4


async def test_an_answer_past_the_cap_is_refused(egress: Egress, server: Server) -> None:
    with pytest.raises(EgressTooLarge):
        await _read(egress, f"{server.url}/big", Limits(max_body_bytes=100_000))


async def test_a_compressed_answer_is_read_and_capped_decompressed(
    egress: Egress, server: Server
) -> None:
    assert await _read(egress, f"{server.url}/gzip") == b"hello " * 1000
    with pytest.raises(EgressTooLarge):
        await _read(egress, f"{server.url}/bomb", Limits(max_body_bytes=1_000_000))
    with pytest.raises(EgressFailed, match="encoding"):
        await _read(egress, f"{server.url}/br")


async def test_slow_answers_end_in_time(egress: Egress, server: Server) -> None:
    with pytest.raises(EgressTimedOut):
        await _read(egress, f"{server.url}/hang", Limits(total_s=0.2))
    with pytest.raises(EgressTimedOut):
        await _read(egress, f"{server.url}/hang", Limits(idle_s=0.2))
    with pytest.raises(EgressTimedOut):
        await _read(egress, f"{server.url}/drip", Limits(total_s=0.3))


async def test_a_cut_answer_and_a_closed_port_are_failures(egress: Egress, server: Server) -> None:
    with pytest.raises(EgressFailed):
        await _read(egress, f"{server.url}/cut")
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(EgressFailed):
        await _read(egress, f"http://127.0.0.1:{port}/")
    with pytest.raises(EgressFailed):
        await _read(egress, "http://no-such-host.invalid/")


@pytest.mark.parametrize(
    "headers",
    [{"Host": "other"}, {"Transfer-Encoding": "chunked"}, {"X": "a\r\nY: b"}, {"X\n": "a"}],
)
async def test_headers_that_could_smuggle_are_refused(
    egress: Egress, server: Server, headers: dict[str, str]
) -> None:
    with pytest.raises(EgressRefused):
        await _read(egress, server.url, headers=headers)
    assert server.seen == []
