"""Names of branches, and how versions descend from each other."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.errors import BranchReserved
from services.prompts.rules.branches import (
    check_branch_name,
    check_not_main,
    nearest_ancestors,
    origin,
)
from services.prompts.rules.violations import Violations
from tests.unit.prompts.violations import found_in


def faults(name: str) -> list[str]:
    violations = Violations()
    check_branch_name(name, "name", violations)
    return list(found_in(violations))


@pytest.mark.parametrize("name", ["a", "main", "Ada/shorter_2.b", "_", "9-x", "x" * 100])
def test_names_that_git_takes_are_taken(name: str) -> None:
    assert not faults(name)


@pytest.mark.parametrize(
    "name",
    ["", "a b", "ä", "-a", ".a", "/a", "a/", "a//b", "a/-b", "a..b", "a.", "a.lock", "a.lock/b",
     "a\n", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "@", "x" * 101],
)  # fmt: skip
def test_names_that_git_or_a_url_would_misread_are_refused(name: str) -> None:
    assert faults(name) == ["name"]


def test_main_is_reserved() -> None:
    check_not_main("mainline", "branch")
    with pytest.raises(BranchReserved):
        check_not_main("main", "branch")


@st.composite
def histories(draw: st.DrawFn) -> dict[int, Sequence[int]]:
    """Make versions 1..n, each of one or two older ones."""
    history: dict[int, Sequence[int]] = {1: ()}
    for number in range(2, draw(st.integers(2, 14))):
        older = st.integers(1, number - 1)
        history[number] = draw(st.lists(older, min_size=1, max_size=2, unique=True))
    return history


def ancestors(history: Mapping[int, Sequence[int]], number: int) -> set[int]:
    """Return a version and all that it came from."""
    return {number}.union(*(ancestors(history, parent) for parent in history[number]))


@given(histories(), st.data())
def test_the_nearest_ancestors_are_common_and_no_common_one_descends_from_them(
    history: dict[int, Sequence[int]], data: st.DataObject
) -> None:
    one, other = (data.draw(st.sampled_from(sorted(history))) for _ in range(2))
    common = ancestors(history, one) & ancestors(history, other)
    behind = {older for each in common for older in ancestors(history, each) - {each}}
    assert nearest_ancestors(history, one, other) == sorted(common - behind, reverse=True)


@given(histories(), st.data())
def test_several_nearest_ancestors_are_joined_one_after_the_other(
    history: dict[int, Sequence[int]], data: st.DataObject
) -> None:
    one, other = (data.draw(st.sampled_from(sorted(history))) for _ in range(2))
    start = origin(history, one, other)
    assert start == origin(history, other, one)
    grown = dict(history)
    for joint in start.joints:
        assert joint.number not in grown
        assert joint.base in ancestors(grown, joint.newer) & ancestors(grown, joint.older)
        grown[joint.number] = (joint.newer, joint.older)
    nearest = nearest_ancestors(history, one, other)
    assert start.nearest == nearest[0]
    assert set(nearest) <= ancestors(grown, start.base)


def test_versions_without_a_common_ancestor_have_no_origin() -> None:
    assert origin({1: (), 2: ()}, 1, 2).base == 0


def test_histories_that_cross_without_end_are_joined_in_bounded_work() -> None:
    history: dict[int, Sequence[int]] = {1: (), 2: (1,), 3: (1,)}
    for number in range(4, 4_000, 2):
        history[number] = history[number + 1] = (number - 2, number - 1)
    assert len(origin(history, 3_998, 3_999).joints) == 20
