"""Messages of two versions: which stand for the same, and how their texts differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from services.prompts.rules.comparison.changes import Change
from services.prompts.rules.comparison.sequences import MOST_STEPS, longest_rising
from services.prompts.rules.comparison.texts import (
    Part,
    TextComparison,
    compare_texts,
    words,
)
from services.prompts.rules.content import Message

# Messages of one role that share so much of their words stand for each other.
_LEAST_ALIKE: Final = 0.3
# A message is looked at by so many of its words, chosen by their checksum (bottom-k sketch).
_MOST_SAMPLED: Final = 256

# Of a short text even when it stands beside very long ones.
_LEAST_STEPS: Final = 2_000

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class MessageComparison:
    """A message of either side, or of both; an index or role is None where it is not there.

    `is_moved`: it stands at another place among those that are in both. It may be SAME all the
    same.
    """

    change: Change
    is_moved: bool
    before_index: int | None
    after_index: int | None
    before_role: str | None
    after_role: str | None
    text: TextComparison


def compare_messages(
    before: Sequence[Message], after: Sequence[Message], *, most_steps: int = MOST_STEPS
) -> tuple[MessageComparison, ...]:
    """Compare messages, in the later order; removed ones stand where they stood.

    Each text gets that share of the work that it is of all texts.
    """
    steady, moved = align(before, after)
    moved_to = {index_after: index_before for index_before, index_after in moved}
    moved_from = {index_before for index_before, _ in moved}
    found: list[MessageComparison] = []
    next_before = next_after = 0
    size = sum(len(message.content) for message in (*before, *after))
    steps_each = most_steps / max(size, 1)
    for index_before, index_after in (*steady, (len(before), len(after))):
        found.extend(
            _on_one_side(Change.REMOVED, index, before[index])
            for index in range(next_before, index_before)
            if index not in moved_from
        )
        for index in range(next_after, index_after):
            if index in moved_to:
                pair = (moved_to[index], index)
                found.append(_on_both(before, after, pair, steps_each, is_moved=True))
            else:
                found.append(_on_one_side(Change.ADDED, index, after[index]))
        if index_after < len(after):
            pair = (index_before, index_after)
            found.append(_on_both(before, after, pair, steps_each, is_moved=False))
        next_before, next_after = index_before + 1, index_after + 1
    return tuple(found)


def align(before: Sequence[Message], after: Sequence[Message]) -> tuple[list[Pair], list[Pair]]:
    """Pair messages that stand for each other: those in the same order, and those that moved.

    Equal ones first, then the ones most alike, then what is left of one role at one place.
    Symmetric.
    """
    if [*map(_key, after)] < [*map(_key, before)]:
        steady, moved = align(after, before)
        return [*map(_turned, steady)], sorted(map(_turned, moved))
    pairs = _most_alike(before, after)
    steady = longest_rising(sorted(pairs))
    moved = sorted(set(pairs) - set(steady))
    return sorted(steady + _left_over(before, after, steady, moved)), moved


def _key(message: Message) -> tuple[str, str]:
    return message.role, message.content


def _turned(pair: Pair) -> Pair:
    return pair[1], pair[0]


def _most_alike(before: Sequence[Message], after: Sequence[Message]) -> list[Pair]:
    samples_before = [_sample(message.content) for message in before]
    samples_after = [_sample(message.content) for message in after]
    ranked = []
    for index_before, one in enumerate(before):
        for index_after, other in enumerate(after):
            samples = samples_before[index_before], samples_after[index_after]
            alike = _likeness(one, other, *samples)
            if alike:
                apart, along = abs(index_before - index_after), index_before + index_after
                ranked.append((-alike, apart, along, (index_before, index_after)))
    taken_before: set[int] = set()
    taken_after: set[int] = set()
    pairs = []
    for *_, (index_before, index_after) in sorted(ranked):
        if index_before not in taken_before and index_after not in taken_after:
            pairs.append((index_before, index_after))
            taken_before.add(index_before)
            taken_after.add(index_after)
    return pairs


def _likeness(
    one: Message, other: Message, sample: frozenset[int], other_sample: frozenset[int]
) -> float:
    """Return how alike messages are: 0 for too little, 1 for equal words, more for equal texts."""
    if one.content == other.content:
        return 3.0 if one.role == other.role else 2.0
    if one.role != other.role:
        return 0.0
    together = len(sample | other_sample)
    alike = len(sample & other_sample) / together if together else 0.0
    return alike if alike >= _LEAST_ALIKE else 0.0


def _sample(text: str) -> frozenset[int]:
    sums = {crc32(word.encode()) for word in set(words(text)) if not word.isspace()}
    return frozenset(sorted(sums)[:_MOST_SAMPLED])


def _left_over(
    before: Sequence[Message],
    after: Sequence[Message],
    steady: Sequence[Pair],
    moved: Sequence[Pair],
) -> list[Pair]:
    """Pair messages of one role, however different, that stand between the same neighbours."""
    moved_before = {index for index, _ in moved}
    moved_after = {index for _, index in moved}
    pairs = []
    next_before = next_after = 0
    for index_before, index_after in (*steady, (len(before), len(after))):
        for one in range(next_before, index_before):
            for other in range(next_after, index_after):
                is_free = one not in moved_before and other not in moved_after
                if is_free and before[one].role == after[other].role:
                    pairs.append((one, other))
                    next_after = other + 1
                    break
        next_before, next_after = index_before + 1, index_after + 1
    return pairs


def _on_both(
    before: Sequence[Message],
    after: Sequence[Message],
    pair: Pair,
    steps_each: float,
    *,
    is_moved: bool,
) -> MessageComparison:
    """Compare two messages, with `steps_each` steps of work for each character."""
    one, other = before[pair[0]], after[pair[1]]
    steps = int((len(one.content) + len(other.content)) * steps_each)
    return MessageComparison(
        change=Change.SAME if one == other else Change.CHANGED,
        is_moved=is_moved,
        before_index=pair[0],
        after_index=pair[1],
        before_role=one.role,
        after_role=other.role,
        text=compare_texts(one.content, other.content, most_steps=_LEAST_STEPS + steps),
    )


def _on_one_side(change: Change, index: int, message: Message) -> MessageComparison:
    is_added = change is Change.ADDED
    return MessageComparison(
        change=change,
        is_moved=False,
        before_index=None if is_added else index,
        after_index=index if is_added else None,
        before_role=None if is_added else message.role,
        after_role=message.role if is_added else None,
        text=TextComparison((Part(change, message.content),)),
    )
