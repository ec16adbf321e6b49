"""Langfuse's public API, as far as we serve it: its errors, and what it has and we have not.

Everything below `PREFIX` speaks Langfuse's language, so that its SDKs work unchanged. Which paths
are served stands in `routes/langfuse`; this is what the border needs to know.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.kit.errors import AppError

PREFIX: Final = "/api/public/"
MEDIA_TYPE: Final = "application/json"

# Where Langfuse's status is not the one that the rest of the API answers.
STATUS: Final[Mapping[str, int]] = {"INVALID_ARGUMENT": 400, "NOT_IMPLEMENTED": 501}
# What Langfuse's `error` says, by status: names of its classes. Its SDKs decide by the status.
_NAMES: Final[Mapping[int, str]] = {
    400: "InvalidRequestError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "LangfuseNotFoundError",
    405: "MethodNotAllowedError",
    409: "LangfuseConflictError",
    413: "PayloadTooLargeError",
    501: "NotImplementedError",
    415: "UnsupportedMediaTypeError",
    503: "ServiceUnavailableError",
}
_OTHER: Final = "InternalServerError"
# How our fields begin, and what Langfuse calls them.
_FIELDS: Final = (
    ("content.messages", "prompt"),
    ("content.text", "prompt"),
    ("content.parameters_json", "config"),
    ("content.parameters", "config"),
    ("content.model", "config.model"),
    ("content.type", "type"),
    ("note", "commitMessage"),
)
_MOST_SHOWN: Final = 5
_LATER: Final = "is not served yet: this door has prompts"
_TRACING: Final = (
    "is not served: PromptPilot keeps no Langfuse traces. Switch tracing off in the SDK "
    "(LANGFUSE_TRACING_ENABLED=false), or send traces where you keep them"
)
# The first part of a path, its version left out -> why it is not served.
_NOT_SERVED: Final[Mapping[str, str]] = {
    "datasets": _LATER,
    "dataset-items": _LATER,
    "dataset-run-items": _LATER,
    "scores": _LATER,
    "score-configs": _LATER,
    "ingestion": _TRACING,
    "media": _TRACING,
    "metrics": _TRACING,
    "observations": _TRACING,
    "otel": _TRACING,
    "sessions": _TRACING,
    "traces": _TRACING,
}


class NotServed(AppError):
    """Langfuse has this operation, and we have it not, or not yet: 501."""

    code = "NOT_IMPLEMENTED"
    reason = "NOT_SERVED"


def document_of(error: AppError, status: int, *, request_id: str) -> dict[str, Any]:
    """Build the body of an error: Langfuse's `message` and `error`, and our `reason` beside them.

    For fields at fault `error` is a list of issues, as Langfuse has it: `code`, `path`, `message`.
    """
    faults = [(_field(fault.field), fault.description) for fault in error.violations]
    issues = [
        {"code": "custom", "path": _path(field), "message": description}
        for field, description in faults
    ]
    told = "; ".join(f"{field}: {description}" for field, description in faults[:_MOST_SHOWN])
    return {
        "message": told or error.message,
        "error": issues or _NAMES.get(status, _OTHER),
        "reason": error.reason,
        "request_id": request_id,
    }


def not_served(path: str) -> NotServed | None:
    """Say why nothing answers at a path that Langfuse has; None for one that nobody has."""
    parts = path.removeprefix(PREFIX).split("/")
    family = next((part for part in parts if part not in ("v1", "v2", "v3")), "")
    if family not in _NOT_SERVED:
        return None
    return NotServed(f"{family} {_NOT_SERVED[family]}.", family=family)


def why_not(method: str, path: str) -> str:
    """Say more about a method that a path of ours has not; "" where there is no more to say."""
    if method == "DELETE" and "/prompts/" in path:
        return (
            " Versions are never deleted: archive the prompt, or remove a label, in the console or "
            "at /v1/prompts."
        )
    return ""


def _field(field: str) -> str:
    for ours, theirs in _FIELDS:
        if field.startswith(ours):
            return theirs + field.removeprefix(ours)
    return field


def _path(field: str) -> Sequence[str | int]:
    """`prompt[0].role` -> `["prompt", 0, "role"]`."""
    parts = field.replace("]", "").replace("[", ".").split(".")
    return [int(part) if part.isdecimal() else part for part in parts if part]
