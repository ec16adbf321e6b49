"""How a process is, over HTTP: /live (the event loop turns), /ready (it can serve), /metrics."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

import orjson

from services.kit.errors import AppError
from services.kit.telemetry import metrics

Check = Callable[[], Awaitable[None]]

# A probe's result is used again for so long: many who ask do not mean many questions to PostgreSQL.
CACHED_S: Final = 1.0
_CHECK_TIMEOUT_S: Final = 2.0
_READ_TIMEOUT_S: Final = 5.0
_JSON: Final = "application/json"


class Readiness:
    """Whether the process can serve, by checks that really ask what it depends on.

    A check returns when all is well and raises when not. Until `is_open`, and from the drain on,
    the process is not ready, whatever they say.
    """

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._asking = asyncio.Lock()
        self._asked = float("-inf")
        self._failed: dict[str, str] = {}
        self.is_open = False
        self.is_draining = False

    async def failures(self) -> dict[str, str]:
        """Return what is wrong by name, empty when ready. At most a second old."""
        if self.is_draining:
            return {"process": "draining"}
        if not self.is_open:
            return {"process": "starting", **await self._ask()}
        return await self._ask()

    async def _ask(self) -> dict[str, str]:
        now = asyncio.get_running_loop().time
        async with self._asking:
            if now() - self._asked >= CACHED_S:
                results = await asyncio.gather(*map(_problem, self._checks.values()))
                self._failed = {
                    name: problem
                    for name, problem in zip(self._checks, results, strict=True)
                    if problem
                }
                self._asked = now()
            return self._failed


async def _problem(check: Check) -> str:
    """Return what a check complains of, "" when it does not."""
    try:
        async with asyncio.timeout(_CHECK_TIMEOUT_S):
            await check()
    except TimeoutError:
        return "no answer in time"
    except AppError as error:
        return error.message
    except Exception as error:  # noqa: BLE001 # whatever it is, the process is not ready
        return type(error).__name__
    return ""


class HealthServer:
    """A tiny HTTP server for probes and scrapers: GET only, one request a connection."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self, listen: str) -> None:
        """Listen on `host:port`; port 0 takes a free one, then in `port`."""
        host, _, port = listen.rpartition(":")
        self._server = await asyncio.start_server(
            self._serve, host.strip("[]"), int(port), limit=8192
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_READ_TIMEOUT_S):
                head = await reader.readuntil(b"\r\n\r\n")
                status, kind, body = await self._answer(head.split(b"\r\n", 1)[0])
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                    "Cache-Control: no-store\r\nConnection: close\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked went away, or speaks no HTTP
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, request_line: bytes) -> tuple[str, str, bytes]:
        method, _, rest = request_line.partition(b" ")
        path = rest.split(b" ", 1)[0].split(b"?", 1)[0]
        if method != b"GET":
            return "405 Method Not Allowed\r\nAllow: GET", _JSON, b'{"error":"GET only"}'
        if path == b"/live":
            return "200 OK", _JSON, b'{"status":"live"}'
        if path == b"/ready":
            return await self._ready()
        if path == b"/metrics":
            return "200 OK", metrics.CONTENT_TYPE, metrics.exposition()
        return "404 Not Found", _JSON, b'{"error":"/live, /ready and /metrics are here"}'

    async def _ready(self) -> tuple[str, str, bytes]:
        failed = await self._readiness.failures()
        if failed:
            body = orjson.dumps({"status": "not ready", "failed": failed})
            return "503 Service Unavailable", _JSON, body
        return "200 OK", _JSON, b'{"status":"ready"}'
