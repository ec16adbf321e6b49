"""Deadlines: inherited, shaved, never missing."""

import pytest

from services.kit.errors import DeadlineExceeded
from services.kit.rpc.deadline import SHAVE_S, allowance, time_left, within


def test_without_any_deadline_a_call_is_a_bug() -> None:
    with pytest.raises(ValueError, match="deadline"):
        allowance(None)


def test_a_time_out_alone_is_taken_as_it_is() -> None:
    assert allowance(2.0) == 2.0


def test_a_call_inherits_the_time_left_less_the_shave() -> None:
    with within(1.0):
        assert 0.9 < allowance(None) <= 1.0 - SHAVE_S


def test_the_nearer_end_wins() -> None:
    with within(10.0):
        assert allowance(0.5) == 0.5
        assert allowance(60.0) < 10.0


def test_an_inner_block_never_has_more_than_the_outer() -> None:
    with within(1.0):
        with within(5.0):
            left = time_left()
            assert left is not None
            assert left <= 1.0
        with within(0.1):
            left = time_left()
            assert left is not None
            assert left <= 0.1
    assert time_left() is None


def test_when_nothing_is_left_no_call_is_made() -> None:
    with within(SHAVE_S / 2), pytest.raises(DeadlineExceeded):
        allowance(1.0)
