"""The way back of a label: its trail, found from the last event alone."""

import pytest

from services.prompts.errors import LabelMoved, NothingToRollBack
from services.prompts.rules.label_history import Step, Trail, check_expected

FIRST = Step(1, 5, None)
SECOND = Step(2, 6, 1)
REMOVED = Step(3, 0, 2)


def test_a_first_event_has_no_way_back() -> None:
    assert Trail().way_back_from(5) is None
    assert Trail().version == 0


def test_a_move_goes_back_to_the_event_before_it() -> None:
    assert Trail(FIRST).way_back_from(6) == 1
    assert Trail(SECOND, FIRST).way_back_from(7) == 2


def test_a_removal_goes_back_to_where_the_label_stood() -> None:
    assert Trail(SECOND, FIRST).way_back_from(0) == 2
    assert Trail(REMOVED, SECOND).back("production") == SECOND


def test_a_label_set_again_elsewhere_goes_back_to_where_it_was_removed_from() -> None:
    assert Trail(REMOVED, SECOND).way_back_from(5) == 2


def test_a_label_set_again_where_it_was_removed_from_stands_as_if_it_never_was_removed() -> None:
    assert Trail(REMOVED, SECOND).way_back_from(6) == 1


def test_there_is_nothing_behind_the_first_version() -> None:
    with pytest.raises(NothingToRollBack) as raised:
        Trail(FIRST).back("production")
    assert raised.value.metadata == {"label": "production"}


@pytest.mark.parametrize("expected", [None, 2])
def test_a_label_that_stands_where_it_is_believed_to_passes(expected: int | None) -> None:
    check_expected("production", 2, expected)


@pytest.mark.parametrize(
    ("version", "expected", "said"),
    [
        (2, 1, "points at version 2, and you believed it at version 1"),
        (2, 0, "points at version 2, and you believed it not set"),
        (0, 1, "is not set, and you believed it at version 1"),
    ],
)
def test_a_label_that_moved_is_named_with_where_it_stands(
    version: int, expected: int, said: str
) -> None:
    with pytest.raises(LabelMoved) as raised:
        check_expected("production", version, expected)
    assert said in raised.value.message
    assert raised.value.metadata == {"label": "production", "version": str(version)}
