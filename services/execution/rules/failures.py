"""What an error means for a step: its reason, its text, and whether trying again makes sense."""

from services.execution.rules.states import Failure
from services.kit.errors import AppError, DeadlineExceeded, ResourceExhausted, Unavailable

_PASSING = (Unavailable, ResourceExhausted, DeadlineExceeded)


def failure_of(error: AppError) -> Failure:
    """Turn an error into the failure of an attempt."""
    faults = "; ".join(f"{each.field}: {each.description}" for each in error.violations)
    message = error.message if not faults or faults in error.message else faults
    return Failure(
        error.reason,
        message[:2_000],
        is_retryable=isinstance(error, _PASSING),
        retry_after_s=error.retry_after_s or 0.0,
    )


INTERNAL = Failure("INTERNAL", "something went wrong on our side; the logs have the details")
