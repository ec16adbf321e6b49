"""Probes for load balancers and `promptpilot up`: alive, and ready to serve."""

from collections.abc import Awaitable, Callable
from typing import Final, cast

from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.kit.caller import Caller, acting_as
from services.kit.errors import Unavailable
from services.kit.rpc.client import PeerChannel
from services.kit.runtime.health import Readiness

_NO_STORE: Final = {"cache-control": "no-store"}
_TIMEOUT_S: Final = 1.5


class NotReady(Unavailable):
    """Something that requests need does not answer: 503."""

    reason = "NOT_READY"


def routes() -> list[Route]:
    """Return the probes as routes; `app.state.readiness` is asked."""
    return [
        Route("/health/live", _live, methods=["GET"], name="live"),
        Route("/health/ready", _ready, methods=["GET"], name="ready"),
    ]


def serves(channel: PeerChannel) -> Callable[[], Awaitable[None]]:
    """Make the check that a service says it is serving."""
    stub = HealthStub(channel)

    async def check() -> None:
        with acting_as(Caller.service("gateway")):
            answer = cast(
                "HealthCheckResponse", await stub.Check(HealthCheckRequest(), timeout=_TIMEOUT_S)
            )
        if answer.status != HealthCheckResponse.SERVING:
            raise NotReady("does not serve")

    return check


async def _live(_: Request) -> Response:
    return Response(b'{"status":"live"}', 200, _NO_STORE, "application/json")


async def check_ready(request: Request) -> None:
    """Raise NotReady that names what does not answer."""
    readiness: Readiness = request.scope["app"].state.readiness
    failed = await readiness.failures()
    if failed:
        reasons = ", ".join(f"{name} ({why})" for name, why in failed.items())
        raise NotReady(f"Not ready: {reasons}.")


async def _ready(request: Request) -> Response:
    await check_ready(request)
    return Response(b'{"status":"ready"}', 200, _NO_STORE, "application/json")
