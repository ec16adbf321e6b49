"""Composition: every part of the gateway put together by hand, in one place."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp

from gateway import compatible, openapi, probes, problems
from gateway.auth.doorkeeper import NAME, Gatekeeper
from gateway.clients import Clients
from gateway.edge import OPENAPI_PATH, Edge
from gateway.live.prompts import PromptChanges
from gateway.live.streams import Streams
from gateway.pages import Pages
from gateway.resolved import ResolvedPrompts
from gateway.routes import compatible_operations, operations
from gateway.settings import GatewaySettings
from promptpilot.billing.v1.billing_pb2_grpc import BillingServiceStub
from promptpilot.execution.v1.execution_pb2_grpc import ExecutionServiceStub
from promptpilot.identity.v1.identity_pb2_grpc import IdentityServiceStub
from promptpilot.pipelines.v1.pipelines_pb2_grpc import PipelinesServiceStub
from promptpilot.prompts.v1.datasets_pb2_grpc import DatasetsServiceStub
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from services.kit.bus import Bus
from services.kit.errors import AppError
from services.kit.rpc.client import PeerChannel, connect
from services.kit.runtime.background import Background
from services.kit.runtime.health import Readiness

SERVICES: Final = ("identity", "prompts", "pipelines", "execution", "billing")
_BROWSE: Final = Path(__file__).parent / "browse"


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """The gateway, put together. Made inside the loop that serves it."""

    settings: GatewaySettings
    asgi: ASGIApp
    api: FastAPI
    readiness: Readiness
    streams: Streams
    background: tuple[Background, ...]
    close: Callable[[], Awaitable[None]]


def build(settings: GatewaySettings) -> Gateway:
    """Put the gateway together; nothing is connected yet."""
    channels = {name: connect(name, settings.rpc, issuer=NAME) for name in SERVICES}
    bus = Bus(settings.bus, NAME)
    streams = Streams(settings.live)
    clients = _clients(channels)
    changes = PromptChanges(bus)
    resolved = ResolvedPrompts(clients.prompts, changes)
    keeper = Gatekeeper(
        clients.identity,
        bus,
        streams,
        limits=settings.limits,
        issuer=settings.issuer,
        own_origins=frozenset(settings.cors_origins),
    )
    checks = {name: probes.serves(channel) for name, channel in channels.items()}
    readiness = Readiness({**checks, "nats": bus.check})
    api = build_api()
    api.state.clients = clients
    api.state.resolved = resolved
    api.state.prompt_changes = changes
    api.state.streams = streams
    api.state.doorkeeper = keeper
    api.state.readiness = readiness

    async def close() -> None:
        await bus.close()
        await asyncio.gather(*(channel.close() for channel in channels.values()))

    async def hear_of_changes() -> None:
        await bus.connect()
        await keeper.listen()
        await changes.listen()

    return Gateway(
        settings=settings,
        asgi=Edge(
            _with_cors(api, settings.cors_origins),
            Pages(settings.console_folder, _extra()),
            lambda: readiness.is_draining,
        ),
        api=api,
        readiness=readiness,
        streams=streams,
        background=(hear_of_changes,),
        close=close,
    )


def build_api() -> FastAPI:
    """Make the API without what stands behind it: routes and borders."""
    api = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={**problems.handlers(), HTTPException: _on_unrouted},
    )
    api.router.routes.extend([*operations(), *compatible_operations(), *probes.routes()])
    return api


def _clients(channels: dict[str, PeerChannel]) -> Clients:
    """Make the stubs.

    Of an aio channel their methods are the aio ones, which the generated types say.
    """
    stubs: dict[str, Any] = {
        "identity": IdentityServiceStub(channels["identity"]),
        "prompts": PromptsServiceStub(channels["prompts"]),
        "datasets": DatasetsServiceStub(channels["prompts"]),
        "pipelines": PipelinesServiceStub(channels["pipelines"]),
        "execution": ExecutionServiceStub(channels["execution"]),
        "billing": BillingServiceStub(channels["billing"]),
    }
    return Clients(**stubs)


def _extra() -> dict[str, Path]:
    """Return the pages of our own: the OpenAPI document, and what shows it."""
    return {
        OPENAPI_PATH: openapi.SNAPSHOT,
        "/docs": _BROWSE / "index.html",
        "/docs/browse.js": _BROWSE / "browse.js",
        "/docs/browse.css": _BROWSE / "browse.css",
    }


def _with_cors(api: FastAPI, origins: tuple[str, ...]) -> ASGIApp:
    """Let scripts of these origins call the API, with keys of their own and never with cookies."""
    if not origins:
        return api
    return CORSMiddleware(
        api,
        allow_origins=origins,
        allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
        allow_headers=(
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "If-Match",
            "Last-Event-ID",
        ),
        expose_headers=("ETag", "Location", "Retry-After", "X-Request-Id"),
        allow_credentials=False,
        max_age=600,
    )


async def _on_unrouted(request: Request, error: HTTPException) -> Response:
    """Answer what no route took: an unknown path, or a known one with another method."""
    request_id = problems.request_id_of(request)
    path = request.scope["path"]
    allowed = _allowed_methods(request)
    if error.status_code == 405 and allowed:  # Starlette's own word for it
        more = ""
        if path.startswith(compatible.PREFIX):
            more = compatible.why_not(request.method, path)
        refused = problems.MethodNotAllowed(f"Here one can {', '.join(allowed)}.{more}")
        headers = {"allow": ", ".join(allowed)}
        return problems.respond(refused, path=path, request_id=request_id, headers=headers)
    missing: AppError = problems.RouteNotFound("No operation has this path.")
    if path.startswith(compatible.PREFIX):
        missing = compatible.not_served(path) or missing
    return problems.respond(missing, path=path, request_id=request_id)


def _allowed_methods(request: Request) -> list[str]:
    """Return every method of the request's path, over all of its routes."""
    methods: set[str] = set()
    for route in request.scope["app"].router.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            methods |= route.methods or set()
    return sorted(methods)
