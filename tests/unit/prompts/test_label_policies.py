"""Which labels a policy covers, and whom it lets pass."""

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptpilot.options.v1.options_pb2 import Permission
from services.identity.rules.roles import Role, mask_of
from services.prompts.errors import LabelFrozen, LabelProtected, PromptInvalid, ReasonRequired
from services.prompts.models import LabelPolicy
from services.prompts.rules.label_policies import (
    Holds,
    LabelRole,
    check_change,
    check_move,
    check_policy,
    matches,
    may_move,
    protection_of,
)
from services.prompts.rules.violations import Violations


def policy(pattern: str = "production", prefix: str = "", **asks: object) -> LabelPolicy:
    fields = {"minimum_role": "editor", "is_reason_required": False, "is_frozen": False}
    fields |= {"freeze_reason": "now" if asks.get("is_frozen") else ""} | asks
    return LabelPolicy(id="lpo_1", label_pattern=pattern, prompt_prefix=prefix, **fields)


def holding(role: Role) -> Holds:
    return lambda number: bool(mask_of(role) >> number & 1)


@pytest.mark.parametrize(
    ("pattern", "label", "fits"),
    [
        ("production", "production", True),
        ("production", "production-eu", False),
        ("prod*", "production", True),
        ("*", "anything", True),
        ("*-eu", "production-eu", True),
        ("p*-*-1", "p--1", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("a*b*a", "aba", True),
        ("a*b*ba", "aba", False),
    ],
)
def test_a_star_stands_for_any_characters(pattern: str, label: str, fits: bool) -> None:
    assert matches(pattern, label) is fits


@given(st.text("ab*", max_size=12), st.text("ab", max_size=12))
def test_patterns_mean_what_they_mean_to_a_shell(pattern: str, label: str) -> None:
    assert matches(pattern, label) == fnmatch.fnmatchcase(label, pattern)


def test_no_pattern_takes_long() -> None:
    assert not matches("*a" * 18, "a" * 17 + "b" * 19)


def test_a_prefix_names_the_prompts_and_latest_is_never_covered() -> None:
    policies = [policy("*", "support/")]
    assert protection_of(policies, "support/hello", "production")
    assert protection_of(policies, "sales/hello", "production") is None
    assert protection_of(policies, "support/hello", "latest") is None


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("minimum", list(LabelRole))
def test_a_minimum_role_lets_pass_that_role_and_those_above(minimum: LabelRole, role: Role) -> None:
    """The roles are identity's: what they hold and what is asked here must fit each other."""
    order = [Role.EDITOR, Role.ADMIN, Role.OWNER]
    expected = role in order and order.index(role) >= order.index(Role(minimum))
    rule = policy(minimum_role=minimum)
    assert may_move(protection_of([rule], "a", "production"), holding(role)) is expected
    try:
        check_move([rule], holding(role), prompt="a", label="production")
        check_change(rule, holding(role))
    except LabelProtected:
        assert not expected
    else:
        assert expected


def test_the_highest_of_several_minimum_roles_counts() -> None:
    rules = [policy(minimum_role="owner"), policy("prod*", minimum_role="admin")]
    with pytest.raises(LabelProtected) as raised:
        check_move(rules, holding(Role.ADMIN), prompt="a", label="production")
    assert raised.value.metadata["minimum_role"] == "owner"


def test_a_frozen_label_moves_for_nobody_and_says_why() -> None:
    rule = policy(is_frozen=True, freeze_reason="until Monday")
    with pytest.raises(LabelFrozen, match="until Monday"):
        check_move([rule], holding(Role.OWNER), prompt="a", label="production", reason="x")
    assert not may_move(protection_of([rule], "a", "production"), holding(Role.OWNER))


def test_a_reason_is_asked_for_moves_and_not_for_new_names_of_prompts() -> None:
    rule = policy(is_reason_required=True)
    with pytest.raises(ReasonRequired) as raised:
        check_move([rule], holding(Role.OWNER), prompt="a", label="production", reason=" ")
    assert [one.field for one in raised.value.violations] == ["reason"]
    check_move([rule], holding(Role.OWNER), prompt="a", label="production", reason="x")
    check_move([rule], holding(Role.OWNER), prompt="a", label="production", is_rename=True)


def test_a_label_that_nothing_covers_asks_for_the_permission_to_label_alone() -> None:
    assert may_move(None, lambda number: number == Permission.PERMISSION_PROMPTS_LABEL)
    assert not may_move(None, holding(Role.VIEWER))


def test_every_field_at_fault_is_named() -> None:
    violations = Violations()
    check_policy(policy("Bad", "/x", is_frozen=True, freeze_reason=""), violations)
    with pytest.raises(PromptInvalid) as raised:
        violations.raise_as(PromptInvalid)
    assert [one.field for one in raised.value.violations] == [
        "label_pattern",
        "prompt_prefix",
        "freeze_reason",
    ]
