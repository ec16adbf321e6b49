"""What two sequences have in common, in order, within a bound of work.

Rare items come first: what stands once on either side anchors the rest (patience diff, Bram Cohen).
Between anchors the shortest edit is looked for (E. Myers, An O(ND) Difference Algorithm, 1986), as
far as the work allows; past the bound a stretch is left as wholly different, and that is told.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

# Steps of either algorithm: some 0.3 µs each.
MOST_STEPS: Final = 3_000_000
# Edits that Myers' algorithm looks for in one stretch: its memory grows with their square.
_MOST_EDITS: Final = 1_000


class Block(NamedTuple):
    """`before[before : before + length]` equals `after[after : after + length]`."""

    before: int
    after: int
    length: int


@dataclass(slots=True)
class Matching:
    """Blocks in the order of both sequences; `is_coarse` when not all was looked at."""

    blocks: list[Block] = field(default_factory=list)
    is_coarse: bool = False


def match(before: Sequence[int], after: Sequence[int], *, most_steps: int = MOST_STEPS) -> Matching:
    """Find what stands in both sequences in the same order."""
    search = _Search(before, after, most_steps)
    search.run()
    return Matching(_joined(sorted(search.found)), search.is_coarse)


class _Stretch(NamedTuple):
    """before[start:end] against after[after_start:after_end]."""

    start: int
    end: int
    after_start: int
    after_end: int


class _Search:
    def __init__(self, before: Sequence[int], after: Sequence[int], most_steps: int) -> None:
        self._before, self._after = before, after
        self._steps = most_steps
        self.found: list[Block] = []
        self.is_coarse = False

    def run(self) -> None:
        left = [_Stretch(0, len(self._before), 0, len(self._after))]
        while left:
            stretch = self._trimmed(left.pop())
            length = (stretch.end - stretch.start) + (stretch.after_end - stretch.after_start)
            if stretch.start == stretch.end or stretch.after_start == stretch.after_end:
                continue
            self._steps -= length
            if self._steps < 0:
                self.is_coarse = True
                continue
            anchors = self._anchors(stretch)
            if anchors:
                left += _between(stretch, anchors)
            elif not self._edit(stretch):
                self.is_coarse = True

    def _trimmed(self, stretch: _Stretch) -> _Stretch:
        """Take what both begin and end with."""
        start, end, after_start, after_end = stretch
        before, after = self._before, self._after
        while start < end and after_start < after_end and before[start] == after[after_start]:
            start, after_start = start + 1, after_start + 1
        if start > stretch.start:
            self.found.append(Block(stretch.start, stretch.after_start, start - stretch.start))
        while start < end and after_start < after_end and before[end - 1] == after[after_end - 1]:
            end, after_end = end - 1, after_end - 1
        if end < stretch.end:
            self.found.append(Block(end, after_end, stretch.end - end))
        return _Stretch(start, end, after_start, after_end)

    def _anchors(self, stretch: _Stretch) -> list[tuple[int, int]]:
        """Find the longest row of items that stand once on either side, in one order."""
        before = self._before[stretch.start : stretch.end]
        after = self._after[stretch.after_start : stretch.after_end]
        times_before, times_after = Counter(before), Counter(after)
        places = {
            item: index
            for index, item in enumerate(after, stretch.after_start)
            if times_after[item] == 1 and times_before[item] == 1
        }
        pairs = [
            (index, places[item])
            for index, item in enumerate(before, stretch.start)
            if item in places
        ]
        return longest_rising(pairs)

    def _edit(self, stretch: _Stretch) -> bool:
        """Find the shortest edit; False when that is past the bounds."""
        before = self._before[stretch.start : stretch.end]
        after = self._after[stretch.after_start : stretch.after_end]
        most = min(len(before) + len(after), _MOST_EDITS)
        # How far the best path has come on each diagonal, from -most - 1 on.
        reached = [0] * (2 * most + 3)
        rounds: list[_Round] = []
        for edits in range(most + 1):
            self._steps -= edits + 1
            if self._steps < 0:
                return False
            rounds.append(_Round(edits, reached[most - edits : most + edits + 3]))
            for diagonal in range(-edits, edits + 1, 2):
                at, _ = rounds[-1].start(diagonal)
                other = at - diagonal
                while at < len(before) and other < len(after) and before[at] == after[other]:
                    at, other = at + 1, other + 1
                reached[diagonal + most + 1] = at
                if at >= len(before) and other >= len(after):
                    self._walk_back(stretch, rounds, diagonal)
                    return True
        return False

    def _walk_back(self, stretch: _Stretch, rounds: Sequence["_Round"], diagonal: int) -> None:
        """Take the items that the path to the end of the stretch has in common, from its end."""
        end = stretch.end - stretch.start
        for one in reversed(rounds):
            start, is_down = one.start(diagonal)
            if end > start:
                after_start = stretch.after_start + start - diagonal
                self.found.append(Block(stretch.start + start, after_start, end - start))
            diagonal += 1 if is_down else -1
            end = start if is_down else start - 1


@dataclass(frozen=True, slots=True)
class _Round:
    """How far paths of one edit less have come, on diagonals from -edits - 1 on."""

    edits: int
    reached: Sequence[int]

    def start(self, diagonal: int) -> tuple[int, bool]:
        """Return where the next edit leads to on a diagonal, and whether it is an addition."""
        place = diagonal + self.edits + 1
        left, right = self.reached[place - 1], self.reached[place + 1]
        if diagonal == -self.edits or (diagonal != self.edits and left < right):
            return right, True
        return left + 1, False


def _between(stretch: _Stretch, anchors: Sequence[tuple[int, int]]) -> list[_Stretch]:
    """Cut a stretch at its anchors; each anchor begins a part, where trimming takes it."""
    starts = [(stretch.start, stretch.after_start), *anchors, (stretch.end, stretch.after_end)]
    return [
        _Stretch(start, end, after_start, after_end)
        for (start, after_start), (end, after_end) in pairwise(starts)
    ]


def longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of pairs, sorted by their first, whose second rise as well."""
    ends: list[int] = []
    last_of: list[int] = []
    earlier: list[int] = []
    for index, (_, value) in enumerate(pairs):
        length = bisect_left(ends, value)
        earlier.append(last_of[length - 1] if length else -1)
        if length == len(ends):
            ends.append(value)
            last_of.append(index)
        else:
            ends[length] = value
            last_of[length] = index
    chain = []
    index = last_of[-1] if last_of else -1
    while index >= 0:
        chain.append(pairs[index])
        index = earlier[index]
    return chain[::-1]


def _joined(blocks: Sequence[Block]) -> list[Block]:
    """Make blocks that follow each other on both sides one."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if last and (last.before + last.length, last.after + last.length) == block[:2]:
            joined[-1] = Block(last.before, last.after, last.length + block.length)
        else:
            joined.append(block)
    return joined
