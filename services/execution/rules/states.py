"""The states of runs and steps, and the small values that travel with them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final


class RunState(StrEnum):
    """State of a run as stored. That its owner is lost is seen from its lease."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepState(StrEnum):
    """State of a step. A pending step has no row."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


TERMINAL_RUN: Final = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED})
TERMINAL_STEP: Final = frozenset(
    {StepState.SUCCEEDED, StepState.FAILED, StepState.SKIPPED, StepState.CANCELLED}
)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of model calls. `is_estimated`: the provider said nothing (sane), so we counted."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    reasoning_tokens: int = 0
    is_estimated: bool = False

    def __add__(self, other: "Usage") -> "Usage":
        """Sum both."""
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_input_tokens + other.cached_input_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.is_estimated or other.is_estimated,
        )

    def as_json(self) -> dict[str, Any]:
        """Return what events of a run say about it."""
        said: dict[str, Any] = {
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cached_input_tokens": self.cached_input_tokens,
            "reasoning_tokens": self.reasoning_tokens,
        }
        return said | ({"is_estimated": True} if self.is_estimated else {})


NO_USAGE: Final = Usage()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt, step or run failed. `step_id` is empty for the run itself."""

    reason: str
    message: str
    step_id: str = ""
    is_retryable: bool = False
    retry_after_s: float = 0.0

    def as_json(self) -> dict[str, str]:
        """Return what events say about it."""
        said = {"reason": self.reason, "message": self.message}
        return said | ({"step_id": self.step_id} if self.step_id else {})


@dataclass(frozen=True, slots=True)
class Answer:
    """What an attempt gave: its output as JSON value and text, and what a model used for it."""

    output: Any
    output_json: str
    usage: Usage = NO_USAGE
    # Empty when no model was called.
    model: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True)
class StepProgress:
    """How far a step is: the row of its checkpoint.

    `attempt` is the last one begun. A running step with `retry_at` waits between two attempts.
    """

    state: StepState = StepState.PENDING
    attempt: int = 0
    input_json: str = ""
    output: Any = None
    output_json: str = ""
    error: Failure | None = None
    usage: Usage = NO_USAGE
    model: str = ""
    retry_at: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None


PENDING: Final = StepProgress()
