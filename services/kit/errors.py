"""One taxonomy of errors, translated at two borders only.

The borders are `rpc.interceptors` (gRPC) and `gateway.problems` (HTTP). A class for each *code* is
here; each service subclasses them for its *reasons*. `message` is for the caller and names no
internals. Anything that is not an AppError is a bug: it becomes INTERNAL, its text withheld.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field of the input at fault.

    `field` is its path in the request, such as `variables[2].name`; `description` says why.
    """

    field: str
    description: str


class AppError(Exception):
    """An error that the caller may see.

    `reason` is stable and in UPPER_SNAKE: programs decide by it. `metadata` holds short facts as
    text, such as the id that was not found. `retry_after_s` says when trying again makes sense.
    """

    code: ClassVar[str] = "INTERNAL"
    reason: str = "INTERNAL"

    def __init__(
        self,
        message: str,
        *,
        violations: Sequence[FieldViolation] = (),
        retry_after_s: float | None = None,
        **metadata: object,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.violations = tuple(violations)
        self.retry_after_s = retry_after_s
        self.metadata: Mapping[str, str] = {key: str(value) for key, value in metadata.items()}

    @classmethod
    def of_field(cls, field: str, description: str) -> Self:
        """Build the error for a single field at fault."""
        return cls(f"{field}: {description}", violations=[FieldViolation(field, description)])


class InvalidArgument(AppError):
    """The input is wrong by itself, whatever the state: 422."""

    code = "INVALID_ARGUMENT"
    reason = "INVALID_ARGUMENT"


class Unauthenticated(AppError):
    """Nobody knows who is calling: 401."""

    code = "UNAUTHENTICATED"
    reason = "UNAUTHENTICATED"


class PermissionDenied(AppError):
    """The caller is known and may not: 403."""

    code = "PERMISSION_DENIED"
    reason = "PERMISSION_DENIED"


class NotFound(AppError):
    """No such thing for this tenant, also when another tenant has it: 404."""

    code = "NOT_FOUND"
    reason = "NOT_FOUND"


class AlreadyExists(AppError):
    """The name is taken: 409."""

    code = "ALREADY_EXISTS"
    reason = "ALREADY_EXISTS"


class Conflict(AppError):
    """Somebody was faster, an etag is old or the same request is in flight: read and retry: 409."""

    code = "ABORTED"
    reason = "CONFLICT"


class FailedPrecondition(AppError):
    """The state does not allow it, and retrying alone will not help: 409."""

    code = "FAILED_PRECONDITION"
    reason = "FAILED_PRECONDITION"


class ResourceExhausted(AppError):
    """A limit is reached: 429."""

    code = "RESOURCE_EXHAUSTED"
    reason = "RESOURCE_EXHAUSTED"


class DeadlineExceeded(AppError):
    """It took longer than the caller allowed: 504."""

    code = "DEADLINE_EXCEEDED"
    reason = "DEADLINE_EXCEEDED"


class Unavailable(AppError):
    """Something we depend on is down; retry with backoff: 503."""

    code = "UNAVAILABLE"
    reason = "UNAVAILABLE"


class Internal(AppError):
    """A bug of ours, its text withheld: 500."""

    code = "INTERNAL"
    reason = "INTERNAL"


BY_CODE: Mapping[str, type[AppError]] = {
    error.code: error
    for error in (
        InvalidArgument,
        Unauthenticated,
        PermissionDenied,
        NotFound,
        AlreadyExists,
        Conflict,
        FailedPrecondition,
        ResourceExhausted,
        DeadlineExceeded,
        Unavailable,
        Internal,
    )
}


def rebuild(
    code: str,
    reason: str,
    message: str,
    *,
    violations: Sequence[FieldViolation] = (),
    retry_after_s: float | None = None,
    metadata: Mapping[str, str] | None = None,
) -> AppError:
    """Make the error again on the other side of a border: its code's class, with its own reason.

    An unknown code gives Internal.
    """
    error = BY_CODE.get(code, Internal)(message, violations=violations, retry_after_s=retry_after_s)
    error.reason = reason
    error.metadata = dict(metadata or {})
    return error
