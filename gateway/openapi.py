"""The API as an OpenAPI 3.1 document.

`python -m gateway.openapi` writes the snapshot `gateway/openapi.json`.

No service needs to run. The text is deterministic and sorted, so that a change of the API is a
readable diff; `--check` writes nothing and fails when the snapshot is not what the code says.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from fastapi.openapi.utils import get_openapi

from gateway.cookies import COOKIE
from gateway.operations import ANONYMOUS, PERMISSION_KEY, problem_response, response_name
from gateway.problems import TITLES, Problem
from gateway.routes import operations
from gateway.schema import ServerSentEvent

SNAPSHOT: Final = Path(__file__).with_name("openapi.json")
VERSION: Final = "1.0.0"
_DESCRIPTION: Final = """\
Version prompts, build durable pipelines of LLM steps, watch them live, meter and bill them.

**Authentication.** `Authorization: Bearer` with an API key (`pp_test_…`, `pp_live_…`) or an access
token; or `Basic` with a key pair, which is the `prefix` of an API key and the key; the console uses
the cookie `__Host-pp_session` and echoes its CSRF token as `X-CSRF-Token` in every
request that changes something.

**Errors** are RFC 9457 problem documents. `reason` is stable; `errors` names the fields at fault.
400: the body is not JSON; 413: over 10 MB; 415: not `application/json`; 422: well-formed and wrong;
429 and 503 with `Retry-After`.

**Lists** are pages: send `next_page_token` as `page_token`. **Creates and starts** take an
`Idempotency-Key`. **Updates** take `If-Match` with the `etag` that was read.
"""
_SECURITY_SCHEMES: Final = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "API key (`pp_test_…`, `pp_live_…`) or access token.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "Browser session; state-changing requests need `X-CSRF-Token` too.",
    },
}


def document() -> dict[str, Any]:
    """Build the OpenAPI document."""
    built = get_openapi(
        title="PromptPilot",
        version=VERSION,
        summary="The REST API of PromptPilot.",
        description=_DESCRIPTION,
        routes=list(operations()),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = built["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    schemas["ServerSentEvent"] = ServerSentEvent.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    built["components"]["securitySchemes"] = _SECURITY_SCHEMES
    built["components"]["responses"] = {
        response_name(status): problem_response(status) for status in TITLES
    }
    for path in built["paths"].values():
        for operation in path.values():
            _finish(operation)
    _tidy(built)
    return built


def text() -> str:
    """Return the snapshot's text."""
    return json.dumps(document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _finish(operation: dict[str, Any]) -> None:
    """Say how to authenticate, take the docstring's first line as summary, let references alone."""
    is_open = operation[PERMISSION_KEY] == ANONYMOUS
    summary, _, rest = operation.pop("description").partition("\n")
    operation["summary"] = summary.removesuffix(".")
    if rest.strip():
        operation["description"] = rest.strip()
    for status, response in operation["responses"].items():
        if "$ref" in response:
            operation["responses"][status] = {"$ref": response["$ref"]}
        for content in response.get("content", {}).values():
            # FastAPI says of a stream that it is text, beside what we say of its events.
            if "$ref" in content.get("schema", {}):
                content["schema"] = {"$ref": content["schema"]["$ref"]}
    operation["security"] = [] if is_open else [{"bearer": []}, {"session": []}]


def _tidy(node: Any) -> None:
    """Drop what nobody reads, everywhere in the document."""
    if isinstance(node, list):
        for item in node:
            _tidy(item)
    elif isinstance(node, dict):
        _tidy_schema(node)
        if "in" in node and isinstance(node.get("schema"), dict):
            _tidy_parameter(node)
        for item in node.values():
            _tidy(item)


def _tidy_schema(node: dict[str, Any]) -> None:
    """Drop titles of fields; write whole numbers as such."""
    for field in node.get("properties", {}).values():
        if isinstance(field, dict):
            field.pop("title", None)
    for bound in ("minimum", "maximum"):
        if isinstance(node.get(bound), float) and node[bound].is_integer():
            node[bound] = int(node[bound])


def _tidy_parameter(parameter: dict[str, Any]) -> None:
    """Drop what the parameter itself says already, and defaults that only say "left out"."""
    schema = parameter["schema"]
    schema.pop("title", None)
    schema.pop("description", None)
    if schema.get("default", 0) in ("", None):
        schema.pop("default", None)


def main(arguments: list[str]) -> int:
    """Write the snapshot, or with `--check` compare it. Return the exit code."""
    if arguments == ["--check"]:
        if SNAPSHOT.read_text(encoding="utf-8") == text():
            return 0
        sys.stderr.write("gateway/openapi.json is old: run python -m gateway.openapi\n")
        return 1
    SNAPSHOT.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
