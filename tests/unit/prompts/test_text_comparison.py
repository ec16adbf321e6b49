"""Texts compared by word: what is told makes up both texts, either way round, within a bound."""

import random
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.prompts.rules.comparison.changes import Change
from services.prompts.rules.comparison.sequences import Block, match
from services.prompts.rules.comparison.texts import (
    MOST_PARTS,
    Part,
    TextComparison,
    compare_texts,
    words,
)

SAME, ADDED, REMOVED = Change.SAME, Change.ADDED, Change.REMOVED
_WORDS = st.sampled_from(
    ["the", "cat", "sat", " ", " ", "\n", "\r\n", "{{name}}", "{{#a}}", ",", ".", "日本", "é",
     "e\u0301", "👍🏽", "👩\u200d💻", "\u0301", "\r", "  "]
)  # fmt: skip
TEXTS = st.lists(_WORDS, max_size=40).map("".join) | st.text(max_size=40)


def side(comparison: TextComparison, change: Change) -> str:
    return "".join(part.text for part in comparison.parts if part.change in (SAME, change))


def turned(comparison: TextComparison) -> list[Part]:
    """Swap added and removed; what stands in one place has no order of its own."""
    swap = {SAME: SAME, ADDED: REMOVED, REMOVED: ADDED}
    return [Part(swap[part.change], part.text) for part in comparison.parts]


def places(parts: list[Part]) -> list[set[Part]]:
    """Gather the parts of one place: of two neighbours one is removed and one added."""
    gathered: list[set[Part]] = []
    for part in parts:
        if part.change is not SAME and gathered and SAME not in {p.change for p in gathered[-1]}:
            gathered[-1].add(part)
        else:
            gathered.append({part})
    return gathered


@given(TEXTS)
def test_words_joined_are_the_text(text: str) -> None:
    assert "".join(words(text)) == text


@given(TEXTS, TEXTS)
@example("\u0301", "a\u0301")
def test_the_parts_make_up_both_texts(before: str, after: str) -> None:
    comparison = compare_texts(before, after)
    assert side(comparison, REMOVED) == before
    assert side(comparison, ADDED) == after
    assert not comparison.is_coarse


@given(TEXTS, TEXTS)
def test_the_other_way_round_what_was_added_is_removed(before: str, after: str) -> None:
    forth, back = compare_texts(before, after), compare_texts(after, before)
    assert places(turned(forth)) == places(list(back.parts))


@given(TEXTS, TEXTS)
def test_no_part_is_empty_and_none_could_be_joined_to_the_one_before(
    before: str, after: str
) -> None:
    parts = compare_texts(before, after).parts
    assert all(part.text for part in parts)
    assert all(one.change is not other.change for one, other in pairwise(parts))
    for one, other in pairwise(parts):
        assert (one.change, other.change) != (ADDED, REMOVED)


@given(TEXTS)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert all(part.change is SAME for part in compare_texts(text, text).parts)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("You are kind.", "You are very kind.",
         [(SAME, "You are "), (ADDED, "very "), (SAME, "kind.")]),
        ("Say {{name}} hello", "Say {{who}} hello",
         [(SAME, "Say "), (REMOVED, "{{name}}"), (ADDED, "{{who}}"), (SAME, " hello")]),
        ("the quick brown fox", "the slow brown dog",
         [(SAME, "the "), (REMOVED, "quick"), (ADDED, "slow"), (SAME, " brown "),
          (REMOVED, "fox"), (ADDED, "dog")]),
        ("one two three", "eins zwei drei",
         [(REMOVED, "one two three"), (ADDED, "eins zwei drei")]),
        ("", "new", [(ADDED, "new")]),
        ("日本語を話す", "日本語を書く",
         [(SAME, "日本語を"), (REMOVED, "話す"), (ADDED, "書く")]),
        ("line one\nline two\n", "line one\nline three\n",
         [(SAME, "line one\nline "), (REMOVED, "two"), (ADDED, "three"), (SAME, "\n")]),
        ("Thumb 👍 up", "Thumb 👍🏽 up",
         [(SAME, "Thumb "), (REMOVED, "👍"), (ADDED, "👍🏽"), (SAME, " up")]),
    ],
)  # fmt: skip
def test_differences_read_as_people_would_mark_them(
    before: str, after: str, expected: list[tuple[Change, str]]
) -> None:
    found = [(part.change, part.text) for part in compare_texts(before, after).parts]
    assert found == expected


def _long_text(seed: int, vocabulary: int, size: int = 256_000) -> str:
    chosen = random.Random(seed)  # the same text each time
    text: list[str] = []
    length = 0
    while length < size:
        word = f"w{chosen.randrange(vocabulary)}"
        text.append(word)
        length += len(word) + 1
    return " ".join(text)


@pytest.mark.parametrize("vocabulary", [2, 300])
def test_two_long_texts_that_have_nothing_to_do_with_each_other_are_compared_within_the_bound(
    vocabulary: int,
) -> None:
    before, after = _long_text(1, vocabulary), _long_text(2, vocabulary)
    comparison = compare_texts(before, after, most_steps=400_000)
    assert side(comparison, REMOVED) == before
    assert side(comparison, ADDED) == after
    assert len(comparison.parts) <= MOST_PARTS
    assert comparison.is_coarse


def test_one_word_more_in_a_long_text_is_told_alone() -> None:
    before = _long_text(1, 300)
    half = before.index(" ", len(before) // 2)
    after = before[:half] + " indeed" + before[half:]
    parts = compare_texts(before, after).parts
    assert [part.text.strip() for part in parts if part.change is not SAME] == ["indeed"]


def test_hundreds_of_changes_of_a_long_text_are_told_one_by_one() -> None:
    before = _long_text(1, 5_000)
    chosen = random.Random(3)
    written = before.split(" ")
    for index in chosen.sample(range(len(written)), 300):
        written[index] = "changed"
    comparison = compare_texts(before, " ".join(written))
    assert not comparison.is_coarse
    told = sum(part.text.count("changed") for part in comparison.parts if part.change is ADDED)
    assert told == 300
    assert sum(len(part.text) for part in comparison.parts if part.change is ADDED) < 5_000


SEQUENCES = st.lists(st.integers(0, 4), max_size=30)


@given(SEQUENCES, SEQUENCES, st.integers(0, 200))
def test_blocks_are_equal_and_rise_on_both_sides_however_little_may_be_done(
    before: list[int], after: list[int], most_steps: int
) -> None:
    at = other = 0
    for block in match(before, after, most_steps=most_steps).blocks:
        assert block.length > 0
        assert block.before >= at
        assert block.after >= other
        at, other = block.before + block.length, block.after + block.length
        assert before[block.before : at] == after[block.after : other]


def _longest_common(before: list[int], after: list[int]) -> int:
    """Work out the length of the longest common subsequence, the slow and sure way."""
    row = [0] * (len(after) + 1)
    for item in before:
        above = 0
        for index, candidate in enumerate(after, 1):
            above, row[index] = (
                row[index],
                (above + 1 if item == candidate else max(row[index], row[index - 1])),
            )
    return row[-1]


@given(SEQUENCES, SEQUENCES)
def test_where_nothing_is_rare_the_shortest_edit_is_found(
    before: list[int], after: list[int]
) -> None:
    # Each item stands twice or more, and the ends differ: nothing anchors, nothing is trimmed.
    twice_before = [9, 9, *before, *before, 9, 9]
    twice_after = [8, 8, *after, *after, 8, 8]
    found = match(twice_before, twice_after)
    in_common = sum(block.length for block in found.blocks)
    assert in_common == _longest_common(twice_before, twice_after)


def test_a_bound_that_is_met_is_told() -> None:
    found = match([1, 2, 1, 2, 3], [2, 1, 2, 1, 4], most_steps=5)
    assert found.is_coarse
    assert match([1, 2], [1, 2], most_steps=0).blocks == [Block(0, 0, 2)]
