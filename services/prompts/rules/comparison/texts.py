"""Two texts, compared by word."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from services.prompts.rules.comparison.changes import Change
from services.prompts.rules.comparison.sequences import MOST_STEPS, match

# Parts of one text past which small ones are joined: nobody reads more, and answers have a bound.
MOST_PARTS: Final = 4_000
# Scripts that put no space between words: kana, Han, Thai, Lao, Khmer, Myanmar.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
# Where marks that combine with the character before them may stand, in the basic plane.
_MARKS: Final = range(0x300, 0x10000)


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is SAME, ADDED or REMOVED. Never empty."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class TextComparison:
    """Parts in order, a removed one before what was put in its place.

    `is_coarse`: the texts were too long and too different to look at every word.
    """

    parts: tuple[Part, ...]
    is_coarse: bool = False


def compare_texts(before: str, after: str, *, most_steps: int = MOST_STEPS) -> TextComparison:
    """Find the words that differ.

    Symmetric, and bounded in work: some 0.6 seconds at worst for two texts of 256 KB.
    """
    if before == after:
        return TextComparison((Part(Change.SAME, before),) if before else ())
    if after < before:
        turned = compare_texts(after, before, most_steps=most_steps)
        return TextComparison(tuple(_ordered(map(_turned, turned.parts))), turned.is_coarse)
    words_before, words_after = words(before), words(after)
    numbers: dict[str, int] = {}
    matching = match(
        [numbers.setdefault(word, len(numbers)) for word in words_before],
        [numbers.setdefault(word, len(numbers)) for word in words_after],
        most_steps=most_steps,
    )
    parts: list[Part] = []
    at = other = 0
    for block in (*matching.blocks, (len(words_before), len(words_after), 0)):
        start, after_start, length = block
        parts += _part(Change.REMOVED, words_before[at:start])
        parts += _part(Change.ADDED, words_after[other:after_start])
        at, other = start + length, after_start + length
        parts += _part(Change.SAME, words_before[start:at])
    return TextComparison(tuple(_readable(parts)), matching.is_coarse)


def words(text: str) -> list[str]:
    """Cut a text into words, {{tags}}, spaces, line breaks and marks; joined they are the text."""
    return _pattern().findall(text)


@cache
def _pattern() -> re.Pattern[str]:
    marks = "".join(
        character
        for character in map(chr, _MARKS)
        if unicodedata.category(character).startswith("M")
    )
    # Joiners, variation selectors and skin tones belong to the character before them.
    joined = f"[{marks}\u200c\u200d\U0001f3fb-\U0001f3ff]"
    return re.compile(
        rf"\{{\{{[^{{}}\n]{{1,200}}\}}\}}|[{_UNSPACED}]{joined}*|(?:[^\W{_UNSPACED}]{joined}*)+"
        rf"|\r?\n|[^\S\r\n]+|[^\w\s]{joined}*(?:(?<=\u200d)[^\w\s]{joined}*)*|\s"
    )


def _part(change: Change, found: Sequence[str]) -> Iterator[Part]:
    if found:
        yield Part(change, "".join(found))


def _turned(part: Part) -> Part:
    match part.change:
        case Change.ADDED:
            return Part(Change.REMOVED, part.text)
        case Change.REMOVED:
            return Part(Change.ADDED, part.text)
        case _:
            return part


def _ordered(parts: Iterable[Part]) -> list[Part]:
    """Put what was removed before what was added in its place."""
    ordered: list[Part] = []
    for part in parts:
        last = ordered[-1] if ordered else None
        if last and (last.change, part.change) == (Change.ADDED, Change.REMOVED):
            ordered[-1:] = [part, last]
        else:
            ordered.append(part)
    return ordered


class _Hunk:
    """What was removed and added at one place, and the same text that follows.

    Texts are gathered as lists: a change may take in very many.
    """

    def __init__(self) -> None:
        self.removed: list[str] = []
        self.added: list[str] = []
        self.same = ""
        self._removed_size = 0
        self._added_size = 0

    def add(self, change: Change, text: str) -> None:
        """Take a part that differs."""
        if change is Change.REMOVED:
            self.removed.append(text)
            self._removed_size += len(text)
        else:
            self.added.append(text)
            self._added_size += len(text)

    def take(self, following: "_Hunk") -> None:
        """Make this and the next one a single change, and what is the same between them too."""
        for text in (self.same, *following.removed):
            self.add(Change.REMOVED, text)
        for text in (self.same, *following.added):
            self.add(Change.ADDED, text)
        self.same = following.same

    @property
    def is_change(self) -> bool:
        """Tell whether anything differs: the same text that a text begins with follows nothing."""
        return self._removed_size + self._added_size > 0

    @property
    def replaced(self) -> int:
        """Return how many characters were put in the place of others."""
        return min(self._removed_size, self._added_size)


def _readable(parts: Iterable[Part]) -> list[Part]:
    """Join changes between which little is the same: `a b c` -> `x b y` reads as one change."""
    hunks, least = _absorbed(_hunks(parts), 0), 8
    while len(hunks) * 3 > MOST_PARTS:
        hunks, least = _absorbed(hunks, least), least * 2
    return [
        part
        for hunk in hunks
        for part in (
            Part(Change.REMOVED, "".join(hunk.removed)),
            Part(Change.ADDED, "".join(hunk.added)),
            Part(Change.SAME, hunk.same),
        )
        if part.text
    ]


def _hunks(parts: Iterable[Part]) -> list[_Hunk]:
    hunks = [_Hunk()]
    for part in parts:
        if part.change is Change.SAME:
            hunks[-1].same = part.text
            continue
        if hunks[-1].same:
            hunks.append(_Hunk())
        hunks[-1].add(part.change, part.text)
    return hunks


def _absorbed(hunks: Sequence[_Hunk], least: int) -> list[_Hunk]:
    """Make two changes one where what is the same between them is too little to hold on to."""
    joined = list(hunks[:1])
    for hunk in hunks[1:]:
        if joined[-1].is_change and _is_little(joined[-1], hunk, least):
            joined[-1].take(hunk)
        else:
            joined.append(hunk)
    return joined


def _is_little(last: _Hunk, following: _Hunk, least: int) -> bool:
    """Tell whether two changes are to be one.

    So they are where only spaces stand between them, or less than both replace; never across lines,
    unless there are too many parts and less than `least` characters between these.
    """
    between = last.same
    if len(between) < least:
        return True
    if "\n" in between:
        return False
    return not between.strip() or len(between) <= min(last.replaced, following.replaced)
