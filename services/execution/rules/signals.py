"""What goes into the machine and comes out of it: events that happened, effects to carry out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.execution.rules.states import Answer, Failure, RunState


@dataclass(frozen=True, slots=True)
class Claimed:
    """A worker took the run; `is_fresh` when no other had begun it."""

    worker: str
    epoch: int
    losses: int
    is_fresh: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class AttemptBegan:
    """The input of an attempt is resolved; it may call out once this is committed."""

    step_id: str
    input_json: str
    now: datetime


@dataclass(frozen=True, slots=True)
class AttemptSucceeded:
    """An attempt gave its answer."""

    step_id: str
    answer: Answer
    now: datetime


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """An attempt failed; `random` in 0..1 spreads the retries."""

    step_id: str
    failure: Failure
    now: datetime
    random: float


@dataclass(frozen=True, slots=True)
class RetryDue:
    """The pause before the next attempt is over."""

    step_id: str


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """Somebody wants the run to stop."""

    now: datetime


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """The run took longer than it may."""

    now: datetime


@dataclass(frozen=True, slots=True)
class OutputRendered:
    """The run's output is known, or why it cannot be made."""

    output_json: str
    failure: Failure | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Broken:
    """The run cannot go on, by no fault of a step: its definition is not understood, or a bug."""

    failure: Failure
    now: datetime


Event = (
    Claimed
    | Broken
    | AttemptBegan
    | AttemptSucceeded
    | AttemptFailed
    | RetryDue
    | CancelRequested
    | DeadlinePassed
    | OutputRendered
)


@dataclass(frozen=True, slots=True)
class Record:
    """Append a numbered event to the run's log."""

    type: str
    step_id: str
    attempt: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Save:
    """Write the step's checkpoint."""

    step_id: str


@dataclass(frozen=True, slots=True)
class Meter:
    """Say what a model used in this attempt."""

    step_id: str
    attempt: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Finish:
    """Write the terminal state of the run."""

    state: RunState
    output_json: str
    error: Failure | None


@dataclass(frozen=True, slots=True)
class Begin:
    """Resolve the step's input; evaluate it if it is pure. Answer with AttemptBegan."""

    step_id: str


@dataclass(frozen=True, slots=True)
class Perform:
    """Make the attempt's call out."""

    step_id: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Sleep:
    """Send RetryDue at this time."""

    step_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Abort:
    """Stop the attempt in flight; what it gives is ignored."""

    step_id: str


@dataclass(frozen=True, slots=True)
class RenderOutput:
    """Make the run's output; answer with OutputRendered."""


Effect = Record | Save | Meter | Finish | Begin | Perform | Sleep | Abort | RenderOutput
