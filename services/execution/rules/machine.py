"""What happens next in a run: `step(progress, event) -> (progress, effects)`, without I/O or clock.

The worker feeds events, writes what the effects `Record`, `Save`, `Meter` and `Finish` say in one
commit, and only then carries out the others. A crash at any point loses at most what was not
committed: feeding `Claimed` to the progress read back goes on from there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.execution.rules.plan import Plan
from services.execution.rules.readiness import Decision, decide
from services.execution.rules.retries import next_attempt_at
from services.execution.rules.signals import (
    Abort,
    AttemptBegan,
    AttemptFailed,
    AttemptSucceeded,
    Begin,
    Broken,
    CancelRequested,
    Claimed,
    DeadlinePassed,
    Effect,
    Event,
    Finish,
    Meter,
    OutputRendered,
    Perform,
    Record,
    RenderOutput,
    RetryDue,
    Save,
    Sleep,
)
from services.execution.rules.states import (
    NO_USAGE,
    PENDING,
    TERMINAL_RUN,
    TERMINAL_STEP,
    Failure,
    RunState,
    StepProgress,
    StepState,
    Usage,
)

# A run that has cost so many workers their life is not given to another one.
MOST_LOSSES: Final = 20

UNKNOWN_OUTCOME: Final = Failure(
    "OUTCOME_UNKNOWN",
    "the worker was lost during this attempt: whether the other side answered is not known",
)


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is. Steps without an entry are pending."""

    plan: Plan
    create_time: datetime
    steps: Mapping[str, StepProgress]
    state: RunState = RunState.QUEUED
    usage: Usage = NO_USAGE

    @property
    def deadline(self) -> datetime:
        """When the run has taken longer than it may."""
        return self.create_time + timedelta(milliseconds=self.plan.timeout_ms)

    @property
    def next_due(self) -> datetime | None:
        """When the first retry or the deadline comes, if nothing else is waited for."""
        live = [known for known in self.steps.values() if known.state is StepState.RUNNING]
        times = [known.retry_at for known in live if known.retry_at is not None]
        if not live or len(times) < len(live):
            return None
        return min(*times, self.deadline)

    def of(self, step_id: str) -> StepProgress:
        """Return how far a step is."""
        return self.steps.get(step_id, PENDING)


def step(progress: RunProgress, event: Event) -> tuple[RunProgress, list[Effect]]:
    """Take one event: the only way in which a run goes on. Ended runs ignore everything."""
    if progress.state in TERMINAL_RUN:
        return progress, []
    turn = _Turn(progress)
    match event:
        case Claimed():
            turn.claimed(event)
        case AttemptBegan():
            turn.attempt_began(event)
        case AttemptSucceeded():
            turn.attempt_succeeded(event)
        case AttemptFailed():
            turn.attempt_failed(event)
        case RetryDue():
            turn.retry_due(event)
        case CancelRequested() | DeadlinePassed() | Broken():
            turn.stopped(event)
        case OutputRendered():
            turn.output_rendered(event)
    return turn.progress(), turn.effects


class _Turn:
    """One step of the machine, while its effects are gathered."""

    def __init__(self, progress: RunProgress) -> None:
        self.before = progress
        self.plan = progress.plan
        self.steps = dict(progress.steps)
        self.state = progress.state
        self.usage = progress.usage
        self.effects: list[Effect] = []

    def progress(self) -> RunProgress:
        """Return how far the run is after this step."""
        before = self.before
        return RunProgress(self.plan, before.create_time, self.steps, self.state, self.usage)

    def claimed(self, event: Claimed) -> None:
        type_ = "run.started" if event.is_fresh else "run.taken_over"
        self.record(type_, worker=event.worker, epoch=event.epoch)
        self.state = RunState.RUNNING
        if event.losses > MOST_LOSSES:
            error = Failure("INTERNAL", f"the run lost its worker {event.losses} times")
            self.end(RunState.FAILED, error, event.now)
            return
        for step_id, known in list(self.steps.items()):
            if known.state is StepState.RUNNING:
                self._resume(step_id, known, event.now)
        self._advance(self.plan.steps)

    def _resume(self, step_id: str, known: StepProgress, now: datetime) -> None:
        if known.retry_at is not None:
            self.effects.append(Sleep(step_id, known.retry_at))
            return
        self.steps[step_id] = replace(known, retry_at=now)
        said = {"error": UNKNOWN_OUTCOME.as_json(), "retry_at": _text(now)}
        self.record("step.retrying", step_id, known.attempt, **said)
        self.effects += [Save(step_id), Begin(step_id)]

    def attempt_began(self, event: AttemptBegan) -> None:
        known = self.steps.get(event.step_id, PENDING)
        if known.state is not StepState.RUNNING:
            return
        begun = replace(
            known,
            attempt=known.attempt + 1,
            input_json=event.input_json,
            retry_at=None,
            error=None,
            start_time=known.start_time or event.now,
        )
        self.steps[event.step_id] = begun
        self.record("step.started", event.step_id, begun.attempt)
        self.effects += [Save(event.step_id), Perform(event.step_id, begun.attempt)]

    def attempt_succeeded(self, event: AttemptSucceeded) -> None:
        known = self.steps.get(event.step_id, PENDING)
        if known.state is not StepState.RUNNING:
            return
        answer = event.answer
        done = replace(
            known,
            state=StepState.SUCCEEDED,
            output=answer.output,
            output_json=answer.output_json,
            usage=answer.usage,
            model=answer.model,
            end_time=event.now,
        )
        self.steps[event.step_id] = done
        said: dict[str, Any] = {}
        if answer.model:
            said = {"model": answer.model, "usage": answer.usage.as_json()}
            self.usage = self.usage + answer.usage
            self.effects.append(Meter(event.step_id, done.attempt, answer))
        self.record("step.succeeded", event.step_id, done.attempt, **said)
        self.effects.append(Save(event.step_id))
        self._advance(self.plan.successors[event.step_id])

    def attempt_failed(self, event: AttemptFailed) -> None:
        known = self.steps.get(event.step_id, PENDING)
        if known.state is not StepState.RUNNING:
            return
        failure = replace(event.failure, step_id=event.step_id)
        retry_at = next_attempt_at(
            self.plan.steps[event.step_id].retry,
            attempt=known.attempt,
            failure=failure,
            now=event.now,
            random=event.random,
        )
        if retry_at is not None:
            self.steps[event.step_id] = replace(known, retry_at=retry_at, error=failure)
            said = {"error": failure.as_json(), "retry_at": _text(retry_at)}
            self.record("step.retrying", event.step_id, known.attempt, **said)
            self.effects += [Save(event.step_id), Sleep(event.step_id, retry_at)]
            return
        failed = replace(known, state=StepState.FAILED, error=failure, end_time=event.now)
        self.steps[event.step_id] = failed
        self.record("step.failed", event.step_id, known.attempt, error=failure.as_json())
        self.effects.append(Save(event.step_id))
        self.end(RunState.FAILED, failure, event.now)

    def retry_due(self, event: RetryDue) -> None:
        known = self.steps.get(event.step_id, PENDING)
        if known.state is StepState.RUNNING and known.retry_at is not None:
            self.effects.append(Begin(event.step_id))

    def output_rendered(self, event: OutputRendered) -> None:
        if event.failure is not None:
            self.end(RunState.FAILED, event.failure, event.now)
        else:
            self.end(RunState.SUCCEEDED, None, event.now, event.output_json)

    def end(
        self, state: RunState, error: Failure | None, now: datetime, output_json: str = ""
    ) -> None:
        for step_id, known in list(self.steps.items()):
            if known.state is StepState.RUNNING:
                ended = replace(known, state=StepState.CANCELLED, retry_at=None, end_time=now)
                self.steps[step_id] = ended
                self.record("step.cancelled", step_id, known.attempt)
                self.effects += [Save(step_id), Abort(step_id)]
        self.state = state
        said: dict[str, Any] = {"usage": self.usage.as_json()}
        self.record(f"run.{state}", **said | ({"error": error.as_json()} if error else {}))
        self.effects.append(Finish(state, output_json, error))

    def stopped(self, event: CancelRequested | DeadlinePassed | Broken) -> None:
        match event:
            case CancelRequested():
                self.record("run.cancel_requested")
                self.end(RunState.CANCELLED, None, event.now)
            case DeadlinePassed():
                seconds = self.plan.timeout_ms / 1000
                error = Failure("RUN_TIMEOUT", f"the run took longer than {seconds:g} s")
                self.end(RunState.FAILED, error, event.now)
            case Broken():
                self.end(RunState.FAILED, event.failure, event.now)

    def record(self, type_: str, step_id: str = "", attempt: int = 0, **data: Any) -> None:
        self.effects.append(Record(type_, step_id, attempt, data))

    def _advance(self, candidates: Iterable[str]) -> None:
        """Begin or skip what has become ready; a skip may settle what comes after it."""
        plan = self.plan
        todo = list(candidates)
        for step_id in todo:  # grows while it is walked
            if self.steps.get(step_id, PENDING).state is not StepState.PENDING:
                continue
            match decide(plan.steps[step_id], self.steps):
                case Decision.RUN:
                    self.steps[step_id] = StepProgress(state=StepState.RUNNING)
                    self.effects.append(Begin(step_id))
                case Decision.SKIP:
                    self.steps[step_id] = StepProgress(state=StepState.SKIPPED)
                    self.record("step.skipped", step_id)
                    self.effects.append(Save(step_id))
                    todo += plan.successors[step_id]
        if len(self.steps) == len(plan.steps) and all(
            known.state in TERMINAL_STEP for known in self.steps.values()
        ):
            self.effects.append(RenderOutput())


def _text(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
