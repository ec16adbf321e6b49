"""The gRPC server of one part: servicers behind the border, health checks, a gentle drain."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import grpc
import grpc.aio
from grpc_health.v1 import health, health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckResponse

from services.kit.rpc.context import ContextVerifier
from services.kit.rpc.interceptors import Border, Handler
from services.kit.rpc.permissions import UNDECLARED, requirements_of
from services.kit.settings import RpcSettings
from services.kit.telemetry import get_logger

# Error details travel in metadata: `errors.status_of` keeps them below this.
MOST_METADATA_BYTES: Final = 64 * 1024

# A generated `add_…Servicer_to_server`, and the servicer that it registers.
Registration = tuple[Callable[[Any, Any], None], object]

log = get_logger()


class RpcServer:
    """Serves servicers on one address: made, started and drained once, inside one event loop."""

    def __init__(self, settings: RpcSettings, servicers: Sequence[Registration]) -> None:
        self._drain_timeout_s = settings.drain_timeout_s
        self._server = grpc.aio.server(options=_options(settings.max_message_bytes))
        self._border = Border(ContextVerifier(settings.context_public_keys))
        self._health = _Health()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        registrar = _Registrar(self._server, self._border)
        for add_to_server, servicer in servicers:
            add_to_server(servicer, registrar)
        self._services = ("", *registrar.services)
        self.port = self._server.add_insecure_port(settings.listen)

    @property
    def in_flight(self) -> int:
        """How many RPCs are being served, health checks not counted."""
        return self._border.in_flight.count

    async def start(self) -> None:
        """Begin to serve. Health says NOT_SERVING until `set_serving`."""
        for service in self._services:
            await self._health.set(service, HealthCheckResponse.NOT_SERVING)
        await self._server.start()

    async def set_serving(self) -> None:
        """Say SERVING to health checks: clients begin to send."""
        for service in self._services:
            await self._health.set(service, HealthCheckResponse.SERVING)

    async def drain(self, *, pre_drain_s: float = 0.2) -> None:
        """Say NOT_SERVING, go on while clients turn away, let what is in flight end, and stop.

        Calls that are still in flight after `drain_timeout_s` are cancelled; their clients see
        UNAVAILABLE.
        """
        await self._health.enter_graceful_shutdown()
        await asyncio.sleep(pre_drain_s)
        self._health.end_watches()
        self._border.in_flight.draining.set()
        # One stop only, which cuts at the end of its grace: grpcio allows no second one. It would
        # cancel the calls of a server that the first may have freed: a segmentation fault.
        stopping = asyncio.ensure_future(self._server.stop(self._drain_timeout_s))
        try:
            async with asyncio.timeout(self._drain_timeout_s):
                await self._border.in_flight.wait_idle()
        except TimeoutError:
            log.warning("calls are cut by the end of the drain", calls=self.in_flight)
        await stopping


class _Health(health.aio.HealthServicer):  # type: ignore[misc] # untyped
    """The standard health service, whose watches end with the drain instead of holding it up."""

    def __init__(self) -> None:
        super().__init__()
        self._over = asyncio.Event()

    def end_watches(self) -> None:
        """End every open watch: whoever watches takes this instance for gone."""
        self._over.set()

    async def Watch(self, request: Any, context: Any) -> None:  # noqa: N802 # gRPC's own
        """Tell each change of a service's health until the drain."""
        watching = asyncio.ensure_future(super().Watch(request, context))
        over = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait({watching, over}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                await watching
        finally:
            watching.cancel()
            over.cancel()


class _Registrar:
    """Stands in for the server at registration, to put the border around each handler."""

    def __init__(self, server: grpc.aio.Server, border: Border) -> None:
        self._server = server
        self._border = border
        self.services: list[str] = []

    def add_generic_rpc_handlers(self, _handlers: object) -> None:
        """Ignore them: generated code gives the same handlers by name too, for the border."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Handler]) -> None:
        """Register each handler of a service, wrapped."""
        requirements = requirements_of(service)
        for method, requirement in requirements.items():
            if requirement.number == UNDECLARED:
                log.error("rpc declares no permission: refused to all", rpc=f"{service}/{method}")
        self._server.add_registered_method_handlers(
            service,
            {
                method: self._border.wrap(service, method, requirements[method], handler)
                for method, handler in handlers.items()
            },
        )
        self.services.append(service)


def _options(max_message_bytes: int) -> list[tuple[str, Any]]:
    return [
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.max_send_message_length", max_message_bytes),
        ("grpc.max_metadata_size", MOST_METADATA_BYTES),
        # Clients ping every 30 s, also while nothing is in flight: that is no abuse.
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        # So that balancing clients spread again after a scale-out; what is in flight has the grace.
        ("grpc.max_connection_age_ms", 300_000),
        ("grpc.max_connection_age_grace_ms", 3_600_000),
        # Two processes on one port would share calls silently: a port in use is an error.
        ("grpc.so_reuseport", 0),
    ]
