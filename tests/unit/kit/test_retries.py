"""Retries: only of what changes nothing, spread out, and within a budget."""

import pytest

from services.kit.errors import Unavailable
from services.kit.rpc.retries import RetryBudget, backoff_s, is_safe, wait_s


@pytest.mark.parametrize(
    "method",
    ["GetPrompt", "ListRuns", "ResolvePrompts", "RenderPrompt", "ValidateX", "AuthenticateApiKey"],
)
def test_what_only_reads_is_safe(method: str) -> None:
    assert is_safe(method)


@pytest.mark.parametrize(
    "method",
    ["CreatePrompt", "StartRun", "SignUp", "LogIn", "RefreshTokens", "CancelRun", "WatchRun"],
)
def test_what_changes_something_is_not_safe(method: str) -> None:
    assert not is_safe(method)


def test_waits_are_jittered_and_bounded() -> None:
    waits = {backoff_s(attempt) for attempt in range(1, 12) for _ in range(50)}
    assert len(waits) > 500
    assert all(0 <= wait <= 1.0 for wait in waits)


def test_the_other_sides_hint_is_the_least_wait() -> None:
    assert wait_s(Unavailable("x", retry_after_s=3), 1) == 3


def test_a_peer_that_is_down_stops_being_retried() -> None:
    budget = RetryBudget(tokens=10)
    allowed = [budget.failed() for _ in range(100)]
    assert allowed.count(True) == 4
    assert not any(allowed[5:])


def test_answers_fill_the_budget_again_by_a_tenth_each() -> None:
    budget = RetryBudget(tokens=10)
    for _ in range(10):
        budget.failed()
    for _ in range(61):
        budget.succeeded()
    assert budget.failed()
    for _ in range(1000):
        budget.succeeded()
    assert [budget.failed() for _ in range(6)] == [True] * 4 + [False] * 2
