"""What a run has to write: its events, checkpoints, outbox rows and the change of its own row."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opentelemetry.trace import Span, get_current_span

from services.execution.rules.states import Failure, RunState, StepProgress, Usage


@dataclass(frozen=True, slots=True)
class EventRow:
    """A numbered event, `data` being JSON text."""

    sequence: int
    type: str
    step_id: str
    attempt: int
    data: str
    create_time: datetime


@dataclass(frozen=True, slots=True)
class RunChange:
    """What changes in the run's own row; unset parts stay."""

    state: RunState | None = None
    output: str = ""
    error: Failure | None = None
    usage: Usage | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None


@dataclass(slots=True)
class Commit:
    """What one run did since its last commit: written whole, or not at all."""

    tenant: str
    run_id: str
    epoch: int
    worker: str
    events: list[EventRow] = field(default_factory=list)
    steps: dict[str, StepProgress] = field(default_factory=dict)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    change: RunChange | None = None
    # Where the run's trace shows the write.
    span: Span = field(default_factory=get_current_span)

    @property
    def is_final(self) -> bool:
        """Whether the run ends with this."""
        return self.change is not None and self.change.end_time is not None
