"""Decides assertions on one outcome: values filled in, transformed, checked, turned by `not-`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from services.prompts.rules.assertions import scores
from services.prompts.rules.assertions.case import AssertionFailed, Budget, Case, Outcome, Verdict
from services.prompts.rules.assertions.model import Assertion, AssertionSet
from services.prompts.rules.assertions.placeholders import fill, fill_value
from services.prompts.rules.assertions.transforms import TransformFailed, transformed
from services.prompts.rules.assertions.types import KINDS, Need

_NEEDS: Final = {
    Need.MODEL: "a model decides this: it needs an evaluation run",
    Need.TRACE: "this looks at the trace of an agent: it needs an evaluation run",
    Need.OUTPUTS: "this compares several outputs: it needs an evaluation run",
    Need.PERSON: "a person decides this",
}


class State(StrEnum):
    """What came of an assertion."""

    PASSED = "passed"
    FAILED = "failed"
    # It could not be decided, for what is missing or out of bounds: counts as failed, score 0.
    ERROR = "error"
    # Only an evaluation run or a person can decide it: counts for nothing here.
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Result:
    """One assertion, or one set of them followed by its members."""

    path: str
    type: str
    state: State
    score: float
    reason: str
    metric: str = ""
    weight: float = 1

    @property
    def is_decided(self) -> bool:
        """Whether it counts."""
        return self.state is not State.UNDECIDED


@dataclass(frozen=True, slots=True)
class Report:
    """All results, a set before its members, and what they come to."""

    results: tuple[Result, ...]
    state: State
    score: float
    reason: str
    named_scores: tuple[scores.NamedScore, ...]


def check(
    assertions: Sequence[Assertion | AssertionSet],
    outcome: Outcome,
    threshold: float | None,
    budget: Budget,
) -> Report:
    """Decide each assertion and what they come to, as promptfoo scores a test."""
    total = scores.Total(threshold)
    results: list[Result] = []
    for one in assertions:
        if isinstance(one, AssertionSet):
            found = list(_checked_set(one, outcome, budget, total))
        else:
            found = [_checked(one, outcome, budget)]
            _add(total, found[0])
        results += found
    return Report(
        tuple(results),
        _state(results, total),
        total.score,
        _reason(results, total),
        total.named(),
    )


def _checked_set(
    group: AssertionSet, outcome: Outcome, budget: Budget, total: scores.Total
) -> Iterator[Result]:
    inner = scores.Total(group.threshold)
    members = [_checked(one, outcome, budget) for one in group.assertions]
    for member in members:
        _add(inner, member)
    own = Result(
        group.path,
        "assert-set",
        _state(members, inner),
        inner.score,
        _reason(members, inner),
        fill(group.metric, outcome.variables),
        group.weight,
    )
    if own.is_decided:
        total.add(own.state is State.PASSED, own.score, own.weight, own.metric, own.reason)
        total.add_named(inner, own.weight, own.metric)
    yield own
    yield from members


def _checked(one: Assertion, outcome: Outcome, budget: Budget) -> Result:
    metric = fill(one.metric, outcome.variables)
    kind = KINDS[one.kind]
    if kind.check is None:
        return Result(one.path, one.type, State.UNDECIDED, 0, _NEEDS[kind.need], metric, one.weight)
    try:
        budget.left()
        seen = outcome
        if one.transform:
            seen = replace(outcome, output=transformed(one.transform, outcome))
        value = fill_value(one.value, outcome.variables)
        verdict = kind.check(Case(seen, value, one.threshold, one.config, budget))
    except (AssertionFailed, TransformFailed, RecursionError) as error:
        reason = str(error) or "it is nested too deep"
        return Result(one.path, one.type, State.ERROR, 0, reason, metric, one.weight)
    is_passed, score = _turned(verdict, is_inverse=one.is_inverse)
    state = State.PASSED if is_passed or one.weight == 0 else State.FAILED
    return Result(one.path, one.type, state, score, verdict.reason, metric, one.weight)


def _turned(verdict: Verdict, *, is_inverse: bool) -> tuple[bool, float]:
    is_passed = verdict.always_passes or verdict.holds is not is_inverse
    if verdict.score is None:
        return is_passed, float(is_passed)
    turns = is_inverse and verdict.flips
    return is_passed, 1 - verdict.score if turns else verdict.score


def _add(total: scores.Total, result: Result) -> None:
    if result.is_decided:
        passed = result.state is State.PASSED
        total.add(passed, result.score, result.weight, result.metric, result.reason)


def _state(results: Sequence[Result], total: scores.Total) -> State:
    if any(result.state is State.ERROR for result in results):
        return State.ERROR
    if not all(result.is_decided for result in results):
        # Without a threshold, one failure decides.
        sinks = total.threshold is None and not total.is_passed
        return State.FAILED if sinks else State.UNDECIDED
    return State.PASSED if total.is_passed else State.FAILED


def _reason(results: Sequence[Result], total: scores.Total) -> str:
    failed = next((one.reason for one in results if one.state is State.ERROR), "")
    return failed or total.reason
