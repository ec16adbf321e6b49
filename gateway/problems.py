"""Border 2.

The only place that turns an error into an HTTP status. RFC 9457 problem documents, always; but at
the door that is Langfuse's (`compatible.PREFIX`), Langfuse's form.

| error | status |
|---|---|
| the kit's classes | the table of `STATUS` |
| what only an HTTP door can find wrong (body, headers, method) | the classes below |
| a body or parameter that does not fit its model | 422 INVALID_ARGUMENT, a pointer for each fault |
| anything else | 500 INTERNAL, its text withheld, logged once |

`reason` is stable and for programs; `detail` is for people.
"""

import logging
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from gateway import compatible
from services.kit.errors import (
    AppError,
    FieldViolation,
    Internal,
    InvalidArgument,
    NotFound,
    PermissionDenied,
)

_log: Final = logging.getLogger(__name__)
_PROTO_JSON: Final = re.compile(r"_json(?=$|[.\[])")
# When the error itself does not say when to try again.
_DEFAULT_RETRY_S: Final[Mapping[int, float]] = {429: 5, 503: 1}
MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final[Mapping[str, int]] = {
    "INVALID_ARGUMENT": 422,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "FAILED_PRECONDITION": 409,
    "RESOURCE_EXHAUSTED": 429,
    "DEADLINE_EXCEEDED": 504,
    "UNAVAILABLE": 503,
    "INTERNAL": 500,
    "MALFORMED_BODY": 400,
    "METHOD_NOT_ALLOWED": 405,
    "CONTENT_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "HEADERS_TOO_LARGE": 431,
}

TITLES: Final[Mapping[int, str]] = {
    400: "The body cannot be read",
    401: "Authentication is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict with the present state",
    413: "The body is too large",
    415: "The body must be JSON",
    422: "The input is not valid",
    429: "A limit is reached",
    431: "The headers are too large",
    500: "Something went wrong on our side",
    503: "Unavailable for the moment",
    504: "It took too long",
}


class MalformedBody(AppError):
    """The body is not JSON, or nests deeper than is allowed: 400."""

    code = "MALFORMED_BODY"
    reason = "MALFORMED_BODY"


class MethodNotAllowed(AppError):
    """The path exists, with other methods: 405, `Allow` names them."""

    code = "METHOD_NOT_ALLOWED"
    reason = "METHOD_NOT_ALLOWED"


class ContentTooLarge(AppError):
    """The body has more bytes than the door takes: 413."""

    code = "CONTENT_TOO_LARGE"
    reason = "CONTENT_TOO_LARGE"


class UnsupportedMediaType(AppError):
    """The body is there but is not `application/json`: 415."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    reason = "UNSUPPORTED_MEDIA_TYPE"


class HeadersTooLarge(AppError):
    """Too many headers, or too many bytes in them: 431."""

    code = "HEADERS_TOO_LARGE"
    reason = "HEADERS_TOO_LARGE"


class RouteNotFound(NotFound):
    """No operation has this path: 404."""

    reason = "ROUTE_NOT_FOUND"


class CsrfRefused(PermissionDenied):
    """A browser session without a fitting X-CSRF-Token or from another origin: 403."""

    reason = "CSRF_REFUSED"


class EtagMalformed(InvalidArgument):
    """If-Match holds no entity tag: 422."""

    reason = "ETAG_MALFORMED"


class FieldProblem(BaseModel):
    """One field at fault."""

    field: str = Field(description="Path in the request, such as `content.variables[2].name`.")
    pointer: str = Field(
        description="The same as a JSON Pointer (RFC 6901): `/content/variables/2/name`."
    )
    detail: str = Field(description="What is wrong with it.")


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str = Field(
        description="Stable name of the kind of problem: `urn:promptpilot:problem:` and the reason."
    )
    title: str = Field(
        description="The kind of problem in a few words; the same for every problem of a status."
    )
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="What went wrong this time, for people.")
    instance: str = Field(description="Path of the request.")
    reason: str = Field(description="Stable, for programs: such as `PROMPT_NOT_FOUND`.")
    request_id: str = Field(
        description="Name this to support: it finds the request in logs and traces."
    )
    metadata: dict[str, str] = Field(description="Short facts, such as the id that was not found.")
    errors: list[FieldProblem] = Field(description="The fields at fault; empty when no field is.")


def document_of(error: AppError, *, path: str = "", request_id: str = "") -> dict[str, Any]:
    """Build the problem document of an error."""
    status = STATUS.get(error.code, 500)
    return {
        "type": f"urn:promptpilot:problem:{error.reason.lower().replace('_', '-')}",
        "title": TITLES[status],
        "status": status,
        "detail": error.message,
        "instance": path,
        "reason": error.reason,
        "request_id": request_id,
        "metadata": dict(error.metadata),
        "errors": [
            {"field": fault.field, "pointer": _pointer(fault.field), "detail": fault.description}
            for fault in map(_as_in_json, error.violations)
        ],
    }


def respond(
    error: AppError, *, path: str, request_id: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Write an error as a problem document with the status of its code."""
    if path.startswith(compatible.PREFIX):
        media_type = compatible.MEDIA_TYPE
        status = compatible.STATUS.get(error.code) or STATUS.get(error.code, 500)
        body = compatible.document_of(error, status, request_id=request_id)
    else:
        media_type = MEDIA_TYPE
        body = document_of(error, path=path, request_id=request_id)
        status = int(body["status"])
    extra = {"cache-control": "no-store", **(headers or {})}
    if status == 401:  # RFC 9110: a 401 says how to authenticate
        extra["www-authenticate"] = 'Bearer realm="promptpilot"'
    wait_s = _DEFAULT_RETRY_S.get(status) if error.retry_after_s is None else error.retry_after_s
    if wait_s is not None:
        extra["retry-after"] = str(max(1, math.ceil(wait_s)))
    return Response(orjson.dumps(body), status, extra, media_type)


def of_validation(errors: Sequence[Any]) -> InvalidArgument:
    """Turn pydantic's faults into ours.

    The place as a path, the message without the input itself.
    """
    violations = [FieldViolation(_path(fault["loc"]), str(fault["msg"])) for fault in errors]
    places = ", ".join(dict.fromkeys(fault.field or "body" for fault in violations))
    return InvalidArgument(f"not valid: {places}", violations=violations)


def withheld(error: BaseException, *, request_id: str) -> Internal:
    """Log a bug once and build the error that hides it."""
    _log.error("unexpected error", exc_info=error, extra={"request_id": request_id})
    return Internal("Something went wrong on our side; it is logged under the request id.")


def handlers() -> dict[Any, Any]:
    """Return the exception handlers of the application."""
    return {AppError: _on_app_error, RequestValidationError: _on_validation}


def request_id_of(request: Request) -> str:
    """Return the id that the outermost layer gave the request."""
    return str(request.scope.get("request_id", ""))


async def _on_app_error(request: Request, error: AppError) -> Response:
    return respond(error, path=request.scope["path"], request_id=request_id_of(request))


async def _on_validation(request: Request, error: RequestValidationError) -> Response:
    return await _on_app_error(request, of_validation(error.errors()))


def _path(location: Sequence[int | str]) -> str:
    """`("body", "content", "variables", 2, "name")` -> `content.variables[2].name`."""
    parts = [part for part in location[1:] if part != "body"] if location else []
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _as_in_json(fault: FieldViolation) -> FieldViolation:
    """Name a field as our JSON has it.

    Services speak of `variables_json`, callers sent `variables`.
    """
    return FieldViolation(_PROTO_JSON.sub("", fault.field), fault.description)


def _pointer(field: str) -> str:
    parts = field.replace("]", "").replace("[", ".").split(".")
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts if part)
