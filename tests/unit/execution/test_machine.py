"""The machine: what happens next, in every order, with crashes at every commit."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.execution.rules.machine import MOST_LOSSES, RunProgress, step
from services.execution.rules.signals import (
    Abort,
    AttemptBegan,
    AttemptFailed,
    AttemptSucceeded,
    Begin,
    CancelRequested,
    Claimed,
    DeadlinePassed,
    Effect,
    Event,
    Finish,
    Meter,
    Perform,
    Record,
    RenderOutput,
    RetryDue,
    Sleep,
)
from services.execution.rules.states import (
    TERMINAL_STEP,
    Answer,
    Failure,
    RunState,
    StepProgress,
    StepState,
    Usage,
)
from tests.unit.execution.runs_simulated import (
    START,
    Simulated,
    called,
    condition,
    plan_of,
    transform,
)

CLAIMED = Claimed("w", 1, 0, is_fresh=True, now=START)
ANSWER = Answer(1, "1", Usage(2, 3), "m", "p")
PASSING = Failure("PROVIDER_UNAVAILABLE", "away", is_retryable=True)

DIAMOND = plan_of(
    transform("a"),
    called("b", "a"),
    called("c", "a"),
    condition("good", ["publish"], ["improve"], "b", "c"),
    transform("publish"),
    called("improve"),
    transform("polish", "improve"),
    transform("join", "publish", "polish", run_if="any"),
    called("last", "join"),
)


def feed(progress: RunProgress, *events: Event) -> tuple[RunProgress, list[Effect]]:
    effects: list[Effect] = []
    for event in events:
        progress, more = step(progress, event)
        effects += more
    return progress, effects


def begun(*steps: str) -> list[Event]:
    return [AttemptBegan(each, "{}", START) for each in steps]


def types(effects: list[Effect]) -> list[str]:
    return [effect.type for effect in effects if isinstance(effect, Record)]


def of_kind(effects: list[Effect], kind: type[Effect]) -> list[str]:
    return [effect.step_id for effect in effects if isinstance(effect, kind)]  # type: ignore[union-attr]


def fresh(plan: object = None) -> RunProgress:
    return RunProgress(plan or DIAMOND, START, {})  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(60))
def test_whatever_the_order_and_wherever_it_crashes_a_run_ends_once_and_whole(seed: int) -> None:
    store = Simulated(DIAMOND, seed, crashes=0.15).run()
    assert store.state is RunState.SUCCEEDED
    assert store.finishes == 1
    assert all(each.state in TERMINAL_STEP for each in store.steps.values())
    assert set(store.steps) == set(DIAMOND.steps)
    ended = [each[1] for each in store.log if each[0] in ("step.succeeded", "step.skipped")]
    assert sorted(ended) == sorted(DIAMOND.steps)
    chosen = store.steps["good"].output["result"]
    assert store.steps["improve" if chosen else "publish"].state is StepState.SKIPPED
    assert store.steps["join"].state is StepState.SUCCEEDED


@pytest.mark.parametrize("seed", range(60))
def test_no_step_begins_before_what_it_needs_is_committed(seed: int) -> None:
    store = Simulated(DIAMOND, seed, crashes=0.1).run()
    done: set[str] = set()
    for type_, step_id, _ in store.log:
        if type_ == "step.started":
            needs = {need.step_id for need in DIAMOND.steps[step_id].needs}
            assert needs <= done
        if type_ in ("step.succeeded", "step.skipped"):
            done.add(step_id)


@pytest.mark.parametrize("seed", range(60))
def test_usage_is_metered_exactly_once_for_each_answer(seed: int) -> None:
    store = Simulated(DIAMOND, seed, failures=0.2, crashes=0.15).run()
    answered = [
        (each[1], each[2])
        for each in store.log
        if each[0] == "step.succeeded" and DIAMOND.steps[each[1]].type == "http"
    ]
    assert sorted(store.usage) == sorted(answered)
    assert len(set(store.usage)) == len(store.usage)


@pytest.mark.parametrize("seed", range(60))
def test_attempts_count_up_by_one_and_stay_within_the_policy(seed: int) -> None:
    store = Simulated(DIAMOND, seed, failures=0.3).run()
    assert store.finishes == 1
    for step_id in DIAMOND.steps:
        attempts = [each[2] for each in store.log if each[:2] == ("step.started", step_id)]
        assert attempts == list(range(1, len(attempts) + 1))
        assert len(attempts) <= 3


def test_a_fresh_run_starts_and_begins_what_needs_nothing() -> None:
    progress, effects = feed(fresh(), CLAIMED)
    assert types(effects) == ["run.started"]
    assert of_kind(effects, Begin) == ["a"]
    assert progress.state is RunState.RUNNING


def test_an_answer_is_recorded_saved_and_metered_and_frees_its_successors() -> None:
    plan = plan_of(called("a"), transform("b", "a"), transform("c", "a", "b"))
    progress, effects = feed(
        fresh(plan), CLAIMED, *begun("a"), AttemptSucceeded("a", ANSWER, START)
    )
    assert types(effects) == ["run.started", "step.started", "step.succeeded"]
    assert of_kind(effects, Meter) == ["a"]
    assert of_kind(effects, Begin) == ["a", "b"]
    assert progress.usage == Usage(2, 3)


def test_a_failed_attempt_waits_and_is_tried_again() -> None:
    plan = plan_of(called("a"))
    failed = AttemptFailed("a", replace(PASSING, retry_after_s=7), START, 0.0)
    progress, effects = feed(fresh(plan), CLAIMED, *begun("a"), failed)
    (sleep,) = [each for each in effects if isinstance(each, Sleep)]
    assert sleep.until == START + timedelta(seconds=7)
    assert progress.of("a").state is StepState.RUNNING
    progress, effects = feed(progress, RetryDue("a"), *begun("a"))
    assert [each for each in effects if isinstance(each, Perform)] == [Perform("a", 2)]


def test_a_failure_that_does_not_pass_ends_the_run_and_stops_the_others() -> None:
    plan = plan_of(called("a"), called("b"), transform("c", "a"))
    failed = AttemptFailed("a", Failure("PROVIDER_REFUSED", "no"), START, 0.0)
    progress, effects = feed(fresh(plan), CLAIMED, *begun("a", "b"), failed)
    assert progress.state is RunState.FAILED
    assert types(effects)[-3:] == ["step.failed", "step.cancelled", "run.failed"]
    assert of_kind(effects, Abort) == ["b"]
    (finish,) = [each for each in effects if isinstance(each, Finish)]
    assert finish.error == Failure("PROVIDER_REFUSED", "no", "a")


@pytest.mark.parametrize(
    ("event", "state", "reason"),
    [
        (CancelRequested(START), RunState.CANCELLED, ""),
        (DeadlinePassed(START), RunState.FAILED, "RUN_TIMEOUT"),
    ],
)
def test_a_stop_ends_what_is_in_flight_and_nothing_changes_afterwards(
    event: Event, state: RunState, reason: str
) -> None:
    progress, effects = feed(fresh(plan_of(called("a"))), CLAIMED, *begun("a"), event)
    assert progress.state is state
    (finish,) = [each for each in effects if isinstance(each, Finish)]
    assert (finish.error.reason if finish.error else "") == reason
    late = AttemptSucceeded("a", ANSWER, START)
    assert feed(progress, late, event, RetryDue("a"), CLAIMED) == (progress, [])


def test_a_run_taken_over_says_that_the_outcome_of_an_attempt_is_unknown() -> None:
    kept = {"a": StepProgress(state=StepState.RUNNING, attempt=2)}
    before = RunProgress(plan_of(called("a")), START, kept, state=RunState.RUNNING)
    claimed = replace(CLAIMED, epoch=2, losses=1, is_fresh=False)
    progress, effects = feed(before, claimed)
    assert types(effects) == ["run.taken_over", "step.retrying"]
    assert of_kind(effects, Begin) == ["a"]
    progress, effects = feed(progress, *begun("a"))
    assert progress.of("a").attempt == 3


def test_a_run_taken_over_while_a_step_waits_goes_on_waiting() -> None:
    until = START + timedelta(seconds=30)
    kept = {"a": StepProgress(state=StepState.RUNNING, attempt=1, retry_at=until)}
    before = RunProgress(plan_of(called("a")), START, kept, state=RunState.RUNNING)
    _, effects = feed(before, replace(CLAIMED, epoch=2, is_fresh=False))
    assert [each for each in effects if isinstance(each, Sleep)] == [Sleep("a", until)]


@pytest.mark.parametrize(
    ("retries_s", "timeout_ms", "due_s"),
    [
        ((30, 20), 3_600_000, 20),
        ((30, 20), 10_000, 10),  # the deadline is earlier
        ((30, None), 3_600_000, None),  # one is at work
        ((), 3_600_000, None),
    ],
)
def test_when_a_run_that_waits_for_retries_only_is_next_due(
    retries_s: tuple[int | None, ...], timeout_ms: int, due_s: int | None
) -> None:
    def after(seconds: int | None) -> datetime | None:
        return None if seconds is None else START + timedelta(seconds=seconds)

    kept = {
        str(number): StepProgress(state=StepState.RUNNING, retry_at=after(seconds))
        for number, seconds in enumerate(retries_s)
    }
    plan = replace(plan_of(called("a")), timeout_ms=timeout_ms)
    done = {"done": StepProgress(state=StepState.SUCCEEDED)}
    assert RunProgress(plan, START, kept | done).next_due == after(due_s)


def test_a_run_that_was_taken_over_after_its_last_step_only_needs_its_output() -> None:
    kept = {"a": StepProgress(state=StepState.SUCCEEDED, attempt=1, output=1, output_json="1")}
    before = RunProgress(plan_of(transform("a")), START, kept, state=RunState.RUNNING)
    _, effects = feed(before, replace(CLAIMED, epoch=2, is_fresh=False))
    assert RenderOutput() in effects


def test_a_run_that_cost_too_many_workers_is_not_tried_again() -> None:
    claimed = replace(CLAIMED, losses=MOST_LOSSES + 1, is_fresh=False)
    progress, effects = feed(fresh(), claimed)
    assert progress.state is RunState.FAILED
    assert not of_kind(effects, Begin)
