"""How a route is declared: which RPC stands behind it, and what it may answer beside success.

The RPC gives the operation its name (`CreatePrompt` -> `createPrompt`) and its permission, read
from the method option of the contract: the same word that the service checks.
"""

from collections.abc import Iterable
from typing import Any, Final, cast

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from gateway.answers import JSON
from gateway.problems import MEDIA_TYPE, TITLES, Problem
from gateway.schema import ServerSentEvent
from promptpilot.billing.v1 import billing_pb2
from promptpilot.execution.v1 import execution_pb2
from promptpilot.identity.v1 import identity_pb2
from promptpilot.options.v1 import options_pb2
from promptpilot.pipelines.v1 import pipelines_pb2
from promptpilot.prompts.v1 import datasets_pb2, prompts_pb2

IDENTITY: Final = identity_pb2.DESCRIPTOR.services_by_name["IdentityService"]
PROMPTS: Final = prompts_pb2.DESCRIPTOR.services_by_name["PromptsService"]
DATASETS: Final = datasets_pb2.DESCRIPTOR.services_by_name["DatasetsService"]
PIPELINES: Final = pipelines_pb2.DESCRIPTOR.services_by_name["PipelinesService"]
EXECUTION: Final = execution_pb2.DESCRIPTOR.services_by_name["ExecutionService"]
BILLING: Final = billing_pb2.DESCRIPTOR.services_by_name["BillingService"]

PERMISSION_KEY: Final = "x-permission"
ANONYMOUS: Final = "anonymous"
AUTHENTICATED: Final = "authenticated"
_PREFIX: Final = "PERMISSION_"
# Every operation may answer these.
_ALWAYS: Final = (422, 429, 431, 500, 503, 504)
_WITH_BODY: Final = (400, 413, 415)
_WITH_FILE: Final = (413, 415)
_ENTERED: Final = (401, 403)
_RETRYABLE: Final = (429, 503)


def operation(
    service: ServiceDescriptor,
    rpc: str,
    *,
    errors: Iterable[int] = (),
    name: str = "",
    body: bool = False,
    headers: dict[str, str] | None = None,
    permission: str = "",
    streams: bool = False,
    cached: bool = False,
    openapi: dict[str, Any] | None = None,
    uploads: Iterable[str] = (),
    downloads: Iterable[str] = (),
    **route: Any,
) -> dict[str, Any]:
    """Return the keyword arguments of a route.

    `errors` are statuses beside those that every operation has; `body` says that it reads one;
    `headers` are those of a success, name -> description; `permission` overrides the RPC's word,
    where the door itself decides; `streams` says that it answers server-sent events, or can;
    `cached` that it answers 304 to If-None-Match; `openapi` is what the document says beside;
    `uploads` and `downloads` are media types of a file that it takes or gives: its handler reads or
    writes it part by part.
    """
    word = permission or permission_word(service.methods_by_name[rpc])
    statuses = sorted(
        {
            *_ALWAYS,
            *errors,
            *(_WITH_BODY if body else ()),
            *(_WITH_FILE if uploads else ()),
            *(() if word == ANONYMOUS else _ENTERED),
        }
    )
    responses: dict[int, dict[str, Any]] = {
        status: {"$ref": f"#/components/responses/{response_name(status)}"} for status in statuses
    }
    success = responses.setdefault(route.setdefault("status_code", 200), {})
    if headers:
        success["headers"] = {
            header: {"description": text, "schema": {"type": "string"}}
            for header, text in headers.items()
        }
    if cached:
        responses[304] = {"description": "Not modified: the caller holds it already."}
    if streams:
        reference = f"#/components/schemas/{ServerSentEvent.__name__}"
        success["content"] = {"text/event-stream": {"schema": {"$ref": reference}}}
    if downloads:
        success["content"] = _files(downloads)
    extra: dict[str, Any] = {PERMISSION_KEY: word, **(openapi or {})}
    if uploads:
        extra["requestBody"] = {"required": True, "content": _files(uploads)}
    return {
        "operation_id": name or rpc[0].lower() + rpc[1:],
        "responses": responses,
        "openapi_extra": extra,
        **route,
    }


def compatible_operation(
    service: ServiceDescriptor, rpc: str, *, name: str, permission: str = "", **route: Any
) -> dict[str, Any]:
    """Return the keyword arguments of a route whose contract is another vendor's.

    `name` is how metrics and traces know it; our OpenAPI document does not.
    """
    word = permission or permission_word(service.methods_by_name[rpc])
    return {
        "operation_id": name,
        "openapi_extra": {PERMISSION_KEY: word},
        "include_in_schema": False,
        "response_model": None,
        **route,
    }


def _files(kinds: Iterable[str]) -> dict[str, Any]:
    whole = {"type": "string", "format": "binary"}
    objects = {"type": "array", "items": {"type": "object"}}
    return {kind: {"schema": objects if kind == JSON else whole} for kind in kinds}


def permission_word(method: MethodDescriptor) -> str:
    """Return an RPC's permission as the API names it.

    `prompts.read`, `anonymous`, `authenticated`.
    """
    option = cast("int", method.GetOptions().Extensions[options_pb2.permission])
    word = options_pb2.Permission.Name(cast("Any", option)).removeprefix(_PREFIX).lower()
    area, _, verb = word.rpartition("_")
    return f"{area}.{verb}" if area else word


def response_name(status: int) -> str:
    """Return the name of a problem among the document's shared responses."""
    return f"Problem{status}"


def problem_response(status: int) -> dict[str, Any]:
    """Document a problem as an answer."""
    response: dict[str, Any] = {
        "description": TITLES[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}},
    }
    if status in _RETRYABLE:
        retry = {
            "description": "Seconds to wait before the next try.",
            "schema": {"type": "integer", "minimum": 1},
        }
        response["headers"] = {"Retry-After": retry}
    return response
