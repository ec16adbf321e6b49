"""What every operation passes before its handler runs: limits, authentication, the body.

A route is authorised by being a `DoorRoute`, by its own declaration, never by a look at the path as
text (Starlette CVE-2026-48710: `request.url` can differ from the path that was routed). An
operation is open to anonymous callers only if its permission says so.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Header, Path
from fastapi.routing import APIRoute
from pydantic import Field
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from gateway.limits import Limits, check_head, read_body
from gateway.operations import ANONYMOUS, PERMISSION_KEY
from gateway.schema import INT32, Digits

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Doorkeeper(Protocol):
    """Who decides on whose behalf a request is made."""

    limits: Limits

    async def run(self, request: Request, handler: _Handler, *, is_public: bool) -> Response:
        """Run the handler for the request's caller, or raise Unauthenticated or CsrfRefused."""
        ...

    def end(self, credential: str) -> None:
        """Believe a key or session no more, from now on: it was ended through this gateway."""
        ...


async def _keeper_of(request: Request) -> Doorkeeper:
    keeper: Doorkeeper = request.scope["app"].state.doorkeeper
    return keeper


Door = Annotated[Doorkeeper, Depends(_keeper_of)]


class DoorRoute(APIRoute):
    """An operation of the API.

    In it, callers are known and bodies are read before anything else.
    """

    def get_route_handler(self) -> _Handler:
        """Put the door before FastAPI's own handler."""
        handler = super().get_route_handler()
        has_body = self.body_field is not None
        is_public = (self.openapi_extra or {}).get(PERMISSION_KEY) == ANONYMOUS

        async def enter(request: Request) -> Response:
            keeper: Doorkeeper = request.scope["app"].state.doorkeeper
            check_head(request.scope, keeper.limits)

            async def inside(request: Request) -> Response:
                return await handler(
                    await read_body(request, keeper.limits) if has_body else request
                )

            return await keeper.run(request, inside, is_public=is_public)

        return enter


class SegmentConvertor(Convertor[str]):
    """One path segment, without the colon that starts a custom verb.

    `%2F` in it is a slash of the name itself: `app.decoded_path` leaves `%`, `/` and `:` that
    arrived encoded encoded; here they come back.
    """

    regex = "[^/:]+"

    def convert(self, value: str) -> str:
        """Decode what `decoded_path` kept encoded."""
        return value.replace("%2F", "/").replace("%3A", ":").replace("%25", "%")

    def to_string(self, value: str) -> str:
        """Encode a name so that it stays one segment."""
        return value.replace("%", "%25").replace("/", "%2F").replace(":", "%3A")


register_url_convertor("segment", SegmentConvertor())


def router(tag: str, *, prefix: str = "/v1") -> APIRouter:
    """Make a router whose operations all pass the door."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=DoorRoute)


IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,128}$",
        description="1 to 128 visible ASCII characters. The same key and body give the same answer "
        "for 24 hours; another body is 422 `REQUEST_ID_REUSED`; while the first is still at work, "
        "409 `REQUEST_IN_FLIGHT`.",
        examples=["0b7c6a34-1f7e-4f35-9f0f-2b1f6f6c7f11"],
    ),
]
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=200,
        pattern=r'^(\*|"[^"]+")?$',
        description="The `etag` that the change is based on, in quotes; 409 `ETAG_MISMATCH` when "
        "somebody was faster. Without it the last write wins.",
        examples=['"3"'],
    ),
]
IfNoneMatch = Annotated[
    str,
    Header(
        alias="If-None-Match",
        max_length=2000,
        description="ETags that the caller holds: 304 when one is still right.",
    ),
]


def text_id(prefix: str, what: str) -> Any:
    """Document a path parameter that is an id."""
    return Path(
        description=f"{what}: `{prefix}_…`.",
        min_length=1,
        max_length=128,
        examples=[f"{prefix}_01jd8n3zq4e5v9x7k2m6r0t1wb"],
    )


def id_or_name(prefix: str, what: str) -> Any:
    """Document a path parameter that is an id or a name; slashes of a name are sent as `%2F`."""
    return Path(
        description=f"{what}: its id `{prefix}_…` or its name, with slashes as `%2F`.",
        min_length=1,
        max_length=128,
        examples=[f"{prefix}_01jd8n3zq4e5v9x7k2m6r0t1wb"],
    )


VersionNumber = Annotated[
    int,
    Field(ge=1, le=INT32),
    Digits,
    Path(description="Version number: 1, 2, 3 …", examples=[1]),
]
LabelPath = Annotated[
    str,
    Path(
        pattern=r"^[a-z0-9][a-z0-9_.-]{0,35}$",
        description="Label, such as `production`.",
        examples=["production"],
    ),
]
