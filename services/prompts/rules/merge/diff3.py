"""diff3: cuts three sequences where all of them agree, and merges what lies between the cuts.

Between two cuts, a side that changed nothing gives way to the other; equal changes are one change;
anything else is a clash. So nothing that a side added is ever dropped: it is in the result or in a
clash. Where all three have equally many lines and none moved, these are taken one by one: edits of
neighbouring lines go together, which git calls a conflict.

Source: Khanna, Kunal, Pierce, "A Formal Investigation of Diff3", 2007.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from services.prompts.rules.merge.alignment import Pair, align

# Texts with more clashes than a person would settle one by one are one clash from end to end.
_MOST_CLASHES: Final = 50


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a sequence: from index `start` to before `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Parts of the three sequences that stand for each other.

    `is_agreed`: a single item each, which the alignments hold for the same.
    """

    base: Span
    ours: Span
    theirs: Span
    is_agreed: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """Lines that both sides changed, each in its own way."""

    base: Span
    ours: Span
    theirs: Span


def chunks(
    lengths: tuple[int, int, int], to_ours: Sequence[Pair], to_theirs: Sequence[Pair]
) -> Iterator[Chunk]:
    """Cut three sequences of these lengths wherever a base item has a partner on both sides.

    The chunks together are the whole sequences, in order.
    """
    ours, theirs = dict(to_ours), dict(to_theirs)
    at = (0, 0, 0)
    for index in range(lengths[0]):
        if index in ours and index in theirs:
            here = (index, ours[index], theirs[index])
            if here != at:
                yield _between(at, here)
            at = (here[0] + 1, here[1] + 1, here[2] + 1)
            yield Chunk(
                Span(here[0], at[0]), Span(here[1], at[1]), Span(here[2], at[2]), is_agreed=True
            )
    if lengths != at:
        yield _between(at, lengths)


def merge_lines(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> list[Sequence[str] | Clash]:
    """Merge two changes of `base`; the result is merged lines and clashes, in order."""
    merged: list[Sequence[str] | Clash] = []
    lengths = (len(base), len(ours), len(theirs))
    to_ours, to_theirs = align(base, ours), align(base, theirs)
    in_ours, in_theirs = dict(to_ours), dict(to_theirs)
    for chunk in chunks(lengths, to_ours, to_theirs):
        old, our, their = (
            lines[span.start : span.end]
            for lines, span in ((base, chunk.base), (ours, chunk.ours), (theirs, chunk.theirs))
        )
        if their in (old, our):
            merged.append(our)
        elif our == old:
            merged.append(their)
        elif (
            len(old) == len(our) == len(their)
            and _is_in_place(chunk.base, chunk.ours, in_ours)
            and _is_in_place(chunk.base, chunk.theirs, in_theirs)
        ):
            merged += _line_by_line(chunk, old, our, their)
        else:
            merged.append(Clash(chunk.base, chunk.ours, chunk.theirs))
    if sum(isinstance(part, Clash) for part in merged) > _MOST_CLASHES:
        return [Clash(*(Span(0, length) for length in lengths))]
    return merged


def _is_in_place(base: Span, side: Span, partners: Mapping[int, int]) -> bool:
    """Tell whether every line of a part that a side kept stands where it stood, counted inside."""
    return all(
        partners.get(index, side.start + index - base.start) == side.start + index - base.start
        for index in range(base.start, base.end)
    )


def _line_by_line(
    chunk: Chunk, old: Sequence[str], our: Sequence[str], their: Sequence[str]
) -> Iterator[Sequence[str] | Clash]:
    """Merge parts of equal length; neighbouring lines that clash are one clash."""

    def is_clash(index: int) -> bool:
        return len({old[index], our[index], their[index]}) == 3

    for clashes, run in groupby(range(len(old)), is_clash):
        part = list(run)
        if clashes:
            start, end = part[0], part[-1] + 1
            yield Clash(
                *(
                    Span(span.start + start, span.start + end)
                    for span in (chunk.base, chunk.ours, chunk.theirs)
                )
            )
        else:
            yield [their[at] if our[at] == old[at] else our[at] for at in part]


def _between(start: tuple[int, int, int], end: tuple[int, int, int]) -> Chunk:
    return Chunk(Span(start[0], end[0]), Span(start[1], end[1]), Span(start[2], end[2]))
