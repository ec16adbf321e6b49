"""The command line outlives a gateway or a service that is away for a moment, where it is safe."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from cli.client import Api, Refused, Unanswered
from cli.follow import follow
from cli.local.nats import free_port

RUN = {"id": "run_1", "state": "succeeded"}
ENDED = b'id: 1\nevent: run.succeeded\ndata: {"step_id": ""}\n\n'


class Door:
    """A real HTTP server whose answers to everything but the stream are given in turn.

    A number is a status, with `Retry-After` when it comes with seconds; "cut" is a broken
    connection, "half" half an answer. When none is left it answers the run.
    """

    def __init__(self, *answers: int | tuple[int, str] | str) -> None:
        self._answers = list(answers)
        self.requests: list[str] = []

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_get("/v1/runs/run_1/events", self._events)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            await runner.cleanup()

    async def _events(self, _: web.Request) -> web.Response:
        return web.Response(body=ENDED, content_type="text/event-stream")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path}")
        answer = self._answers.pop(0) if self._answers else 200
        assert request.transport is not None
        if answer == "cut":
            request.transport.abort()
            return web.Response()
        if answer == "half":
            half = web.StreamResponse(headers={"Content-Length": "100"})
            await half.prepare(request)
            await half.write(b'{"id"')
            request.transport.close()
            return half
        status, after = answer if isinstance(answer, tuple) else (answer, "")
        if status == 200:
            return web.json_response(RUN)
        problem = {"reason": "SERVICE_UNAVAILABLE", "detail": "execution is away"}
        headers = {"Retry-After": str(after)} if after else {}
        return web.json_response(problem, status=int(status), headers=headers)


async def test_a_run_is_followed_to_its_end_though_its_last_reading_fails_at_first() -> None:
    door = Door(503, "cut", 502, "half", 504)
    async with door.open() as url, Api(url) as api:
        assert await follow(api, "run_1") == RUN
    assert door.requests == ["GET /v1/runs/run_1"] * 6


async def test_it_waits_as_long_as_it_is_asked_to() -> None:
    async with Door((503, "1")).open() as url, Api(url) as api:
        began = time.monotonic()
        assert await api.get("/v1/runs/run_1") == RUN
        assert time.monotonic() - began >= 1


@pytest.mark.parametrize("after", ["", "60", "Fri, 31 Dec 2999 23:59:59 GMT"])
async def test_its_patience_comes_to_an_end(after: str) -> None:
    door = Door(*[(503, after)] * 100)
    async with door.open() as url, Api(url, patience_s=0.5) as api:
        with pytest.raises(Refused, match="execution is away"):
            await api.get("/v1/runs/run_1")
    # Asked to wait for longer than it would, it does not wait at all.
    assert (len(door.requests) == 1) == (after == "60")
    assert len(door.requests) < 100


async def test_nobody_there_is_said_when_patience_ends() -> None:
    async with Api(f"http://127.0.0.1:{free_port()}", patience_s=0.3) as api:
        with pytest.raises(Unanswered, match="nothing answers"):
            await api.get("/v1/runs/run_1")


async def test_a_refusal_is_final() -> None:
    door = Door(404)
    async with door.open() as url, Api(url) as api:
        with pytest.raises(Refused):
            await api.get("/v1/runs/run_1")
    assert len(door.requests) == 1


@pytest.mark.parametrize("answer", [503, "cut"])
async def test_what_changes_something_is_sent_once(answer: int | str) -> None:
    door = Door(answer)
    async with door.open() as url, Api(url) as api:
        with pytest.raises((Refused, Unanswered)):
            await api.post("/v1/runs", {})
    assert door.requests == ["POST /v1/runs"]
