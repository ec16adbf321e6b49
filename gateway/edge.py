"""The outermost layer, pure ASGI.

Every request gets an id, a trace, a measure and safe headers; no error leaves bare.

Behind it are the API, the probes and the pages; which of them serves a request is decided by
`scope["path"]`, the very text that is routed.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from opentelemetry.trace import SpanKind, use_span
from prometheus_client import Counter, Histogram
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import compatible
from gateway.problems import respond, withheld
from gateway.security import security_headers
from services.kit.ids import new_id
from services.kit.telemetry import extract, get_logger, metrics, tracer

API_PATHS: Final = ("/v1/", "/.well-known/", "/health/", compatible.PREFIX)
# The API's own description: a file among the pages, under the API's prefix.
OPENAPI_PATH: Final = "/v1/openapi.json"
# While the process goes away: the connection's next request would find it gone.
_CLOSE: Final = (b"connection", b"close")
_PROBES: Final = "/health/"
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9_.-]{1,128}")
_SERVER_ERROR: Final = 500
_CLIENT_ERROR: Final = 400

HTTP_SECONDS: Final = Histogram(
    "promptpilot_http_seconds",
    "How long HTTP requests took, to the last byte of the answer; streams are not among them.",
    ("operation",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=metrics.REGISTRY,
)
HTTP_ANSWERS: Final = Counter(
    "promptpilot_http_answers",
    "HTTP requests answered, by operation and status.",
    ("operation", "status"),
    registry=metrics.REGISTRY,
)

_log = get_logger()


class Edge:
    """Gives each request to the API, if its path begins as one of `API_PATHS`, or to the pages."""

    def __init__(self, api: ASGIApp, pages: ASGIApp, is_draining: Callable[[], bool]) -> None:
        self._api = api
        self._pages = pages
        self._is_draining = is_draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        scope["path"] = decoded_path(scope)
        is_api = scope["path"].startswith(API_PATHS) and scope["path"] != OPENAPI_PATH
        headers = dict(scope["headers"])
        request_id = _request_id(headers)
        scope["request_id"] = request_id
        given = security_headers(scope["scheme"], is_api=is_api)
        if self._is_draining():
            given = (*given, _CLOSE)
        answer = _Answer(send, scope, request_id, given)
        span = tracer().start_span(
            scope["method"], context=extract(_trace_headers(headers)), kind=SpanKind.SERVER
        )
        started = time.perf_counter()
        with use_span(span, end_on_exit=True, record_exception=False):
            await self._serve(self._api if is_api else self._pages, scope, receive, answer)
            name = operation_of(scope) if is_api else "pages"
            span.update_name(f"{scope['method']} {name}")
            span.set_attributes(
                {"http.request.method": scope["method"], "http.response.status_code": answer.status}
            )
            _measure(name, answer, time.perf_counter() - started)

    async def _serve(self, app: ASGIApp, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await app(scope, receive, answer)
        except ClientDisconnect:
            return  # nobody is there to answer
        except Exception as error:  # noqa: BLE001 # the last line: nothing leaves bare
            problem = withheld(error, request_id=answer.request_id)
            if not answer.status:
                response = respond(problem, path=scope["path"], request_id=answer.request_id)
                await response(scope, receive, answer)


class _Answer:
    """What goes out: the app's messages, with our headers."""

    def __init__(
        self, send: Send, scope: Scope, request_id: str, headers: tuple[tuple[bytes, bytes], ...]
    ) -> None:
        self._send = send
        self._method = scope["method"]
        self._path = scope["path"]
        self._headers = headers
        self.request_id = request_id
        self.status = 0
        self.is_stream = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            known = message.setdefault("headers", [])
            self.is_stream = any(value.startswith(b"text/event-stream") for _, value in known)
            message["headers"] = [
                *known,
                (b"x-request-id", self.request_id.encode()),
                *self._headers,
            ]
        await self._send(message)

    def log(self, operation: str, seconds: float) -> None:
        """Log what changes something or fails; reads that go well are in metrics and traces."""
        is_good_read = self._method == "GET" and self.status < _CLIENT_ERROR
        if is_good_read or self._path.startswith(_PROBES):
            return
        write = _log.error if self.status >= _SERVER_ERROR else _log.info
        write(
            "request",
            method=self._method,
            path=self._path[:200],
            operation=operation,
            status=self.status,
            duration_ms=round(seconds * 1000, 2),
            request_id=self.request_id,
        )


def decoded_path(scope: Scope) -> str:
    """Return the path decoded, but for `/`, `:` and `%` that arrived encoded.

    Those belong to a name.

    Servers decode `%2F` into a slash, which would tear a name with a slash in two.
    """
    raw: bytes = scope.get("raw_path") or b""
    if b"%" not in raw:
        path: str = scope["path"]
        return path
    return "/".join(_decoded_segment(segment) for segment in raw.split(b"?", 1)[0].split(b"/"))


def operation_of(scope: Scope) -> str:
    """Return the operation that was routed, "unrouted" when none was: a label of few values."""
    route: Any = scope.get("route")
    return getattr(route, "operation_id", None) or getattr(route, "name", None) or "unrouted"


def _decoded_segment(raw: bytes) -> str:
    colon_parts = []
    for part in raw.split(b":"):
        text = unquote_to_bytes(part).decode("utf-8", "replace")
        colon_parts.append(text.replace("%", "%25").replace("/", "%2F").replace(":", "%3A"))
    return ":".join(colon_parts)


def _request_id(headers: Mapping[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else new_id("req")


def _trace_headers(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    return {
        name.decode(): headers[name].decode("latin-1")
        for name in (b"traceparent", b"tracestate")
        if name in headers
    }


def _measure(operation: str, answer: _Answer, seconds: float) -> None:
    HTTP_ANSWERS.labels(operation, str(answer.status)).inc()
    if not answer.is_stream:
        HTTP_SECONDS.labels(operation).observe(seconds)
    answer.log(operation, seconds)
