"""Finds what two sequences have in common, in order.

Patience first: items that stand once on either side are sure signs, and the longest rising run of
them cuts both sequences into gaps that are aligned by themselves. A gap without such an item is
aligned by its longest common subsequence where that is cheap, and counts as rewritten otherwise.
"""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

Pair = tuple[int, int]

# Cells of tables that one alignment may fill, beside some for each item: work grows by length.
_FREE_CELLS: Final = 2_000
_CELLS_OF_ITEM: Final = 4


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of each sequence: from the first index to before the last."""

    start: int
    end: int
    other_start: int
    other_end: int


def align(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Pair]:
    """Return index pairs of equal items; both indexes rise. Equal sequences align wholly."""
    pairs: list[Pair] = []
    cells = _FREE_CELLS + _CELLS_OF_ITEM * (len(before) + len(after))
    waiting = [Gap(0, len(before), 0, len(after))]
    while waiting:
        gap = _trim(before, after, waiting.pop(), pairs)
        size = (gap.end - gap.start) * (gap.other_end - gap.other_start)
        if not size:
            continue
        anchors = _longest_rising(_unique_in_both(before, after, gap))
        if anchors:
            pairs += anchors
            waiting += gaps_between(anchors, gap)
        elif size <= cells:
            cells -= size
            pairs += _longest_common(before, after, gap)
    return sorted(pairs)


def gaps_between(pairs: Sequence[Pair], whole: Gap) -> list[Gap]:
    """Return what lies before, between and after pairs whose indexes rise."""
    starts = [(whole.start, whole.other_start), *((one + 1, other + 1) for one, other in pairs)]
    ends = [*pairs, (whole.end, whole.other_end)]
    return [Gap(a, b, c, d) for (a, c), (b, d) in zip(starts, ends, strict=True)]


def _trim(
    before: Sequence[Hashable], after: Sequence[Hashable], gap: Gap, pairs: list[Pair]
) -> Gap:
    """Pair what the gap's beginnings and ends have in common; return what is left."""
    start, end, other_start, other_end = gap.start, gap.end, gap.other_start, gap.other_end
    while start < end and other_start < other_end and before[start] == after[other_start]:
        pairs.append((start, other_start))
        start, other_start = start + 1, other_start + 1
    while start < end and other_start < other_end and before[end - 1] == after[other_end - 1]:
        end, other_end = end - 1, other_end - 1
        pairs.append((end, other_end))
    return Gap(start, end, other_start, other_end)


def _unique_in_both(before: Sequence[Hashable], after: Sequence[Hashable], gap: Gap) -> list[Pair]:
    here = _only_ones(before, gap.start, gap.end)
    there = _only_ones(after, gap.other_start, gap.other_end)
    return [(index, there[item]) for item, index in here.items() if item in there]


def _only_ones(items: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    """Return the index of each item that stands once in a part, in order."""
    found: dict[Hashable, int] = {}
    repeated: set[Hashable] = set()
    for index in range(start, end):
        if items[index] in found:
            repeated.add(items[index])
        found[items[index]] = index
    return {item: index for item, index in found.items() if item not in repeated}


def _longest_rising(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the longest part of pairs, sorted by the first index, whose second ones rise."""
    tails: list[int] = []  # second index that the best run of each length ends with
    ends: list[int] = []  # position of that pair
    came_from: list[int] = []
    for position, (_, other) in enumerate(pairs):
        length = bisect_left(tails, other)
        came_from.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [other]
        ends[length : length + 1] = [position]
    run: list[Pair] = []
    position = ends[-1] if ends else -1
    while position >= 0:
        run.append(pairs[position])
        position = came_from[position]
    return run[::-1]


def _longest_common(before: Sequence[Hashable], after: Sequence[Hashable], gap: Gap) -> list[Pair]:
    """Return the pairs of a longest common subsequence, by a table of all lengths."""
    rows, columns = gap.end - gap.start, gap.other_end - gap.other_start
    lengths = [[0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        item, below, line = before[gap.start + row], lengths[row + 1], lengths[row]
        for column in range(columns - 1, -1, -1):
            if item == after[gap.other_start + column]:
                line[column] = below[column + 1] + 1
            else:
                line[column] = max(below[column], line[column + 1])
    pairs: list[Pair] = []
    row = column = 0
    while row < rows and column < columns:
        if before[gap.start + row] == after[gap.other_start + column]:
            pairs.append((gap.start + row, gap.other_start + column))
            row, column = row + 1, column + 1
        elif lengths[row + 1][column] >= lengths[row][column + 1]:
            row += 1
        else:
            column += 1
    return pairs
