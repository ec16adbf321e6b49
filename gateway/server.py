"""uvicorn, with a bound on the head of a request, and a drain that fails nobody."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.app import Gateway
from services.kit import telemetry
from services.kit.runtime.background import BackgroundTasks
from services.kit.runtime.health import HealthServer

# Request line and headers together; the limits of `limits.Limits` say the rest, after parsing.
HEAD_BYTES: Final = 64 * 1024
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"connection: close\r\ncontent-length: 0\r\n\r\n"
)

_log = telemetry.get_logger()


class BoundedProtocol(HttpToolsProtocol):
    """Refuses a head that grows past `HEAD_BYTES`: httptools itself would buffer it without end."""

    _head_bytes = 0
    _in_head = True

    def data_received(self, data: bytes) -> None:
        """Take bytes from the line."""
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Begin the request: its head is whole."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the request: the next bytes are another's head."""
        super().on_message_complete()
        self._in_head = True
        self._head_bytes = 0


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: `__main__` has them."""
        yield


class GatewayProcess:
    """The running gateway. `port` and `health_port` are bound once `start` has returned."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        settings = gateway.settings
        host, _, port = settings.listen.rpartition(":")
        self._server = _Server(
            uvicorn.Config(
                gateway.asgi,
                host=host.strip("[]"),
                port=int(port),
                http=BoundedProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=list(settings.trusted_proxies),
                timeout_keep_alive=settings.keep_alive_s,
                timeout_graceful_shutdown=settings.drain_timeout_s,
                backlog=2048,
            )
        )
        self._health = HealthServer(gateway.readiness)
        self._background = BackgroundTasks(gateway.background)
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """Where HTTP is served."""
        sockets: Any = self._server.servers[0].sockets
        return int(sockets[0].getsockname()[1])

    @property
    def health_port(self) -> int:
        """Where /live, /ready and /metrics are."""
        return self._health.port

    async def start(self) -> None:
        """Serve. Services that are not there yet are no obstacle: /health/ready tells."""
        await self._health.start(self._gateway.settings.telemetry.listen)
        self._background.start()
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            if self._serving.done():
                await self._serving
                raise OSError(f"cannot listen on {self._gateway.settings.listen}")
            await asyncio.sleep(0.01)
        self._gateway.readiness.is_open = True
        _log.info("serving", port=self.port, health_port=self.health_port)

    async def stop(self, *, pre_drain_s: float) -> None:
        """Say not ready, end streams so that their readers come back, let requests end, close."""
        self._gateway.readiness.is_draining = True
        self._gateway.streams.stop()
        await asyncio.sleep(pre_drain_s)
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
        await self._background.stop()
        await self._gateway.close()
        await self._health.close()
        _log.info("stopped")
