"""Small decisions: needs, pauses, plans, modes, inputs, providers, failures."""

import json
from datetime import timedelta
from typing import Any

import pytest

from services.execution.errors import (
    DefinitionUnusable,
    InputInvalid,
    ModeMismatch,
    ProviderRateLimited,
    ProviderRefused,
)
from services.execution.rules.failures import failure_of
from services.execution.rules.inputs import check_faults, parse_input
from services.execution.rules.modes import choose_mode
from services.execution.rules.plan import Need, PinnedPrompt, RetryPolicy, parse_plan
from services.execution.rules.providers import (
    choose_provider,
    etag,
    is_same_host,
    last_four,
    price_book_name,
)
from services.execution.rules.readiness import Decision, decide
from services.execution.rules.retries import MOST_RETRY_AFTER_S, next_attempt_at
from services.execution.rules.states import Failure, StepProgress, StepState
from services.kit.errors import FieldViolation, InvalidArgument
from services.kit.json_schemas import SchemaFault
from tests.unit.execution.runs_simulated import START, called, condition, plan_of, transform

DONE = StepProgress(state=StepState.SUCCEEDED)
SKIPPED = StepProgress(state=StepState.SKIPPED)
RUNNING = StepProgress(state=StepState.RUNNING)
CHOSE_THEN = StepProgress(state=StepState.SUCCEEDED, output={"result": True})
PASSING = Failure("X", "x", is_retryable=True)


@pytest.mark.parametrize(
    ("run_if", "a", "b", "decision"),
    [
        ("all", DONE, DONE, Decision.RUN),
        ("all", DONE, RUNNING, Decision.WAIT),
        ("all", DONE, SKIPPED, Decision.SKIP),
        ("all", RUNNING, SKIPPED, Decision.SKIP),
        ("any", DONE, SKIPPED, Decision.RUN),
        ("any", DONE, RUNNING, Decision.WAIT),
        ("any", SKIPPED, SKIPPED, Decision.SKIP),
    ],
)
def test_needs_decide_whether_a_step_runs(
    run_if: str, a: StepProgress, b: StepProgress, decision: Decision
) -> None:
    plan = plan_of(transform("a"), transform("b"), transform("c", "a", "b", run_if=run_if))
    assert decide(plan.steps["c"], {"a": a, "b": b}) is decision


def test_a_condition_is_met_only_by_the_branch_that_lists_the_step() -> None:
    plan = plan_of(condition("c", ["yes"], ["no"]), transform("yes"), transform("no"))
    assert decide(plan.steps["yes"], {"c": CHOSE_THEN}) is Decision.RUN
    assert decide(plan.steps["no"], {"c": CHOSE_THEN}) is Decision.SKIP
    assert decide(plan.steps["no"], {"c": SKIPPED}) is Decision.SKIP


def test_pauses_grow_with_jitter_up_to_their_bound() -> None:
    policy = RetryPolicy(max_attempts=9, initial_backoff_ms=100, max_backoff_ms=500)
    full = [
        next_attempt_at(policy, attempt=n, failure=PASSING, now=START, random=1.0)
        for n in range(1, 6)
    ]
    pauses = [round((each - START).total_seconds(), 3) for each in full if each]
    assert pauses == [0.1, 0.2, 0.4, 0.5, 0.5]
    half = next_attempt_at(policy, attempt=1, failure=PASSING, now=START, random=0.0)
    assert half == START + timedelta(seconds=0.05)


def test_no_attempt_comes_after_the_last_or_after_a_failure_that_stays() -> None:
    policy = RetryPolicy(max_attempts=2)
    stays = Failure("X", "x")
    for attempt, failure in ((2, PASSING), (1, stays)):
        assert (
            next_attempt_at(policy, attempt=attempt, failure=failure, now=START, random=0.5) is None
        )


def test_patience_that_is_asked_for_is_kept_but_bounded() -> None:
    for asked, kept in ((42.0, 42.0), (1e9, MOST_RETRY_AFTER_S)):
        failure = Failure("X", "x", is_retryable=True, retry_after_s=asked)
        at = next_attempt_at(RetryPolicy(), attempt=1, failure=failure, now=START, random=0)
        assert at == START + timedelta(seconds=kept)


def test_a_plan_knows_needs_from_references_lists_and_branches() -> None:
    prompt: dict[str, Any] = {
        "id": "p",
        "type": "prompt",
        "prompt": {"name": "x"},
        "variables": {"t": "${steps.a.output} and ${input.b}"},
    }
    steps = [transform("a"), condition("c", ["p"], []), prompt, called("h", "p")]
    text = json.dumps({"schema_version": 1, "steps": steps, "timeout_ms": 5})
    plan = parse_plan(text, {"p": PinnedPrompt("prm_1", 4)})
    assert plan.steps["p"].needs == (Need("a"), Need("c", branch=True))
    assert plan.successors == {"a": ("p",), "c": ("p",), "p": ("h",), "h": ()}
    assert plan.timeout_ms == 5
    assert [each.is_pure for each in plan.steps.values()] == [True, True, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "{}",
        '{"schema_version": 2, "steps": []}',
        '{"schema_version": 1, "steps": [{"id": "a", "type": "spell"}]}',
        '{"schema_version": 1, "steps": [{"id": "a", "type": "transform", "expression": "1 +"}]}',
        '{"schema_version": 1, "steps": [{"id": "a", "type": "http", "url": "${steps.b.output}"}]}',
        '{"schema_version": 1, "steps": [{"id": "a", "type": "prompt", "prompt": {"name": "x"}}]}',
    ],
)
def test_a_definition_that_is_not_understood_is_unusable(text: str) -> None:
    with pytest.raises(DefinitionUnusable):
        parse_plan(text, {})


def test_modes_follow_the_key_and_people_choose() -> None:
    assert choose_mode(None, "") == "test"
    assert choose_mode("live", "") == "live"
    assert choose_mode(None, "live") == "live"
    assert choose_mode("test", "test") == "test"
    with pytest.raises(ModeMismatch):
        choose_mode("live", "test")
    with pytest.raises(ModeMismatch):
        choose_mode("test", "live")


@pytest.mark.parametrize("text", ["no", "[1]", "3", '{"a": "' + "x" * 1_048_576 + '"}'])
def test_an_input_is_a_json_object_of_a_megabyte_at_most(text: str) -> None:
    assert parse_input("") == {}
    with pytest.raises(InputInvalid):
        parse_input(text)


def test_every_fault_of_an_input_is_named() -> None:
    check_faults([])
    faults = [SchemaFault("", "a"), SchemaFault("b[0].c", "d"), SchemaFault("[1]", "e")]
    with pytest.raises(InputInvalid) as caught:
        check_faults(faults)
    assert [each.field for each in caught.value.violations] == ["input", "input.b[0].c", "input[1]"]


class Named:
    def __init__(self, *models: str) -> None:
        self.models = list(models)


def test_who_names_a_model_answers_before_who_takes_any() -> None:
    takes_any, names_it = Named("*"), Named("big", "small")
    assert choose_provider([takes_any, names_it], "small") is names_it
    assert choose_provider([takes_any, names_it], "other") is takes_any
    assert choose_provider([names_it], "other") is None
    assert choose_provider([takes_any], "") is None


def test_providers_are_known_by_host_and_shown_by_their_last_four() -> None:
    assert price_book_name("https://api.openai.com/v1", "ours") == "openai"
    assert price_book_name("http://10.0.0.5/v1", "ours") == "ours"
    assert is_same_host("https://a.example/v1", "https://A.example:443/v2")
    assert not is_same_host("https://a.example/v1", "http://a.example/v1")
    assert not is_same_host("https://a.example/v1", "https://a.example:8443/v1")
    assert (last_four("sk-0123456789"), last_four("short"), last_four("")) == ("6789", "****", "")
    assert etag("prv_1", 1) != etag("prv_1", 2)


def test_errors_become_failures_that_say_whether_to_try_again() -> None:
    limited = failure_of(ProviderRateLimited("busy", retry_after_s=3))
    assert (limited.is_retryable, limited.retry_after_s) == (True, 3)
    assert not failure_of(ProviderRefused("no")).is_retryable
    faults = InvalidArgument("two faults", violations=[FieldViolation("text", "is missing")])
    assert failure_of(faults).message == "text: is missing"
