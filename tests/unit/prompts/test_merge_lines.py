"""diff3 over lines: nothing is lost, and whoever changed nothing gives way."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.merge.alignment import align
from services.prompts.rules.merge.diff3 import Clash, merge_lines

# Few different lines: so they repeat, and alignments have something to choose between.
LINES = st.lists(st.sampled_from("abcdef"), max_size=12)


def whole(parts: Sequence[Sequence[str] | Clash]) -> list[str]:
    """Return the lines of a merge that has no clash."""
    lines: list[str] = []
    for part in parts:
        assert not isinstance(part, Clash), parts
        lines += part
    return lines


def clashes(parts: Sequence[Sequence[str] | Clash]) -> list[Clash]:
    return [part for part in parts if isinstance(part, Clash)]


@given(LINES, LINES)
def test_an_alignment_pairs_equal_items_in_rising_order(one: list[str], other: list[str]) -> None:
    pairs = align(one, other)
    assert all(one[left] == other[right] for left, right in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


@given(LINES)
def test_equal_sequences_align_wholly(lines: list[str]) -> None:
    assert align(lines, lines) == [(index, index) for index in range(len(lines))]


@given(LINES, LINES)
def test_who_changed_nothing_gives_way(base: list[str], changed: list[str]) -> None:
    assert whole(merge_lines(base, changed, base)) == changed
    assert whole(merge_lines(base, base, changed)) == changed


@given(LINES, LINES)
def test_the_same_change_twice_is_one_change(base: list[str], changed: list[str]) -> None:
    assert whole(merge_lines(base, changed, changed)) == changed


@given(LINES, LINES, LINES)
def test_sides_can_be_swapped(base: list[str], ours: list[str], theirs: list[str]) -> None:
    one, other = merge_lines(base, ours, theirs), merge_lines(base, theirs, ours)
    assert [(clash.base, clash.theirs, clash.ours) for clash in clashes(one)] == [
        (clash.base, clash.ours, clash.theirs) for clash in clashes(other)
    ]
    if not clashes(one):
        assert whole(one) == whole(other)


@given(LINES, LINES, LINES)
def test_every_added_line_is_in_the_result_or_in_a_clash(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    parts = merge_lines(base, ours, theirs)
    kept = Counter[str]()
    for part in parts:
        if isinstance(part, Clash):
            kept.update(ours[part.ours.start : part.ours.end])
            kept.update(theirs[part.theirs.start : part.theirs.end])
        else:
            kept.update(part)
    for side in (ours, theirs):
        added = Counter(side) - Counter(base)
        assert not added - kept


@given(st.data(), st.integers(8, 20))
def test_edits_that_do_not_touch_are_both_in_the_result(data: st.DataObject, size: int) -> None:
    base = [f"line {number}" for number in range(size)]
    cut = data.draw(st.integers(3, size - 3))
    ours, theirs = list(base), list(base)
    ours[data.draw(st.integers(0, cut - 1))] = "ours"
    theirs[data.draw(st.integers(cut, size - 1))] = "theirs"
    merged = whole(merge_lines(base, ours, theirs))
    assert merged == [
        our if our != old else their for old, our, their in zip(base, ours, theirs, strict=True)
    ]


@given(st.permutations("abcdef"), st.permutations("abcdef"), st.permutations("abcdef"))
def test_a_line_that_everybody_has_is_in_the_result_or_in_a_clash(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    """However it was moved. Moved to two places it stands at both: a person sees it and chooses."""
    parts = merge_lines(base, ours, theirs)
    kept = {line for part in parts if not isinstance(part, Clash) for line in part}
    for clash in clashes(parts):
        kept.update(ours[clash.ours.start : clash.ours.end])
        kept.update(theirs[clash.theirs.start : clash.theirs.end])
    assert kept == set(base)


def test_a_line_that_moved_here_and_changed_there_is_a_clash_as_a_whole() -> None:
    parts = merge_lines(["a", "b", "c"], ["b", "x", "y"], ["a", "B", "c"])
    (clash,) = clashes(parts)
    assert (clash.base.start, clash.base.end) == (0, 3)


def test_edits_of_neighbouring_lines_go_together() -> None:
    parts = merge_lines(["a", "b", "c"], ["A", "b1", "c"], ["a", "b2", "C"])
    (clash,) = clashes(parts)
    assert (clash.base.start, clash.base.end) == (1, 2)
    assert [list(part) for part in parts if not isinstance(part, Clash)] == [["A"], ["C"]]


def test_a_clash_says_which_lines() -> None:
    parts = merge_lines(["a", "b", "c"], ["a", "B", "c"], ["a", "ß", "b2", "c"])
    (clash,) = clashes(parts)
    assert (clash.base.start, clash.base.end) == (1, 2)
    assert (clash.ours.start, clash.ours.end) == (1, 2)
    assert (clash.theirs.start, clash.theirs.end) == (1, 3)
    assert [list(part) for part in parts if not isinstance(part, Clash)] == [["a"], ["c"]]


def test_two_rewritten_texts_are_one_clash_not_hundreds() -> None:
    base, ours, theirs = (
        [f"{side} {at}" if at % 2 else f"same {at}" for at in range(120)] for side in "abc"
    )
    (clash,) = merge_lines(base, ours, theirs)
    assert isinstance(clash, Clash)
    assert [(part.start, part.end) for part in (clash.base, clash.ours, clash.theirs)] == [
        (0, 120)
    ] * 3


def test_long_texts_of_repeated_lines_are_aligned_in_bounded_work() -> None:
    one, other = ["x", "y"] * 50_000, ["y", "x", "x"] * 30_000
    pairs = align(one, other)
    assert all(one[left] == other[right] for left, right in pairs)
