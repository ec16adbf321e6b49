"""What a run in a worker's hands works with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.execution.commands.ports import Live
from services.execution.commands.slow_lane import SlowLane
from services.execution.repository.committer import Committer
from services.execution.repository.loads import LoadedRun
from services.execution.rules.plan import StepPlan
from services.execution.rules.states import Answer
from services.kit.clock import Clock

Scope = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The resolved input of an attempt: as JSON text for people, and as `call` makes use of it."""

    input_json: str
    call: Any


class Performer(Protocol):
    """Does the work of steps that call out."""

    async def prepare(self, run: LoadedRun, step: StepPlan, scope: Scope) -> Prepared:
        """Resolve the step's input; raise AppError."""
        ...

    async def perform(
        self,
        run: LoadedRun,
        step: StepPlan,
        prepared: Prepared,
        *,
        attempt: int,
        on_delta: Callable[[str], Awaitable[None]],
    ) -> Answer:
        """Make the attempt's call; raise AppError."""
        ...


class Released(Exception):
    """The run stopped at a commit because its worker drains: it can be given back."""


class Asleep(Exception):
    """Nothing is to be done before `wake_at`: the run can be given back until then."""

    def __init__(self, wake_at: datetime) -> None:
        super().__init__(wake_at)
        self.wake_at = wake_at


@dataclass(frozen=True, slots=True)
class Tools:
    """What all runs of a worker share."""

    committer: Committer
    performer: Performer
    live: Live
    clock: Clock
    random: Callable[[], float]
    worker: str
    calls_per_run: int
    # A run that has nothing to do for longer than this is given back until then.
    sleep_after_s: float
    slow: SlowLane
    # Wakes the outbox relay after a commit that left events.
    nudge: Callable[[], None]
