"""Cuts text of any language into the words that are indexed and looked for.

Both sides come through here, so nothing depends on the dictionaries, the parser or the extensions
of the PostgreSQL that runs. Case, accents and width do not matter: Straße = STRASSE, café = cafe.
Scripts written without spaces (Chinese, Japanese, Thai …) are cut into overlapping pairs of
characters. Emoji are words of their own.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

# Longer ones, such as encoded files, are known by their beginning.
MOST_WORD_CHARACTERS: Final = 40

_SPACELESS: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # kana and signs that go with it
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"  # Han, narrow kana
)
_EMOJI: Final = "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
# Accents of Latin, Greek and Cyrillic; points of Hebrew and Arabic: left out when writing quickly.
_DROPPED: Final = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
_SPACELESS_END: Final = re.compile(f"[{_SPACELESS}]{{1,2}}\\Z")
_ASCII_WORD: Final = re.compile(r"[^\W_]+")


class Word(NamedTuple):
    """A word as it is compared, and where it stands: characters [start, end) of the text."""

    text: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text in its order.

    A run of a script without spaces gives each pair of neighbours, then its last character alone:
    so every character of it begins a word.
    """
    if text.isascii():
        for found in _ASCII_WORD.finditer(text):
            yield Word(found[0][:MOST_WORD_CHARACTERS].lower(), found.start(), found.end())
        return
    for found in _any_word().finditer(text):
        start, end = found.span()
        if found.lastgroup != "run":
            yield Word(fold(found[0][:MOST_WORD_CHARACTERS]), start, end)
            continue
        for at in range(start, end):
            pair = text[at : min(at + 2, end)]
            yield Word(fold(pair), at, at + len(pair))


def ascii_words_like(text: str, wanted: tuple[str, ...]) -> Iterator[Word]:
    """Yield the words of an ASCII text that begin as one of these."""
    beginnings = _beginnings(wanted)
    at = 0
    while found := beginnings.search(text, at):
        whole = _ASCII_WORD.match(text, found.start())
        if whole is None:
            return
        start, at = whole.span()
        yield Word(whole[0][:MOST_WORD_CHARACTERS].lower(), start, at)


@lru_cache(maxsize=256)
def _beginnings(of_words: tuple[str, ...]) -> re.Pattern[str]:
    choices = "|".join(re.escape(word) for word in of_words)
    return re.compile(f"(?<![A-Za-z0-9])(?:{choices})", re.IGNORECASE | re.ASCII)


def spaceless_end(text: str) -> int:
    """Count the characters of a script without spaces that the text ends in: 0, 1, or 2 for more.

    With 2 its last word is only the rest of a pair.
    """
    end = _SPACELESS_END.search(text)
    return len(end[0]) if end else 0


@lru_cache(maxsize=16_384)
def fold(word: str) -> str:
    """Return the form in which words are compared."""
    # Cut again: one character may be written out as many.
    return word.lower() if word.isascii() else folded(word)[:MOST_WORD_CHARACTERS]


def folded(text: str) -> str:
    """Return a text in the form in which words are compared."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return _DROPPED.sub("", apart)


@lru_cache(maxsize=1)
def _any_word() -> re.Pattern[str]:
    """Return the pattern of words of all scripts; to Python vowel signs are no letters."""
    marks = "".join(
        chr(code)
        for code in range(0x300, min(0x1E950, sys.maxunicode))
        if unicodedata.category(chr(code)).startswith("M")
    )
    letter = f"(?![{_SPACELESS}])[^\\W_]"
    return re.compile(
        f"(?P<run>[{_SPACELESS}]+)|(?P<word>{letter}(?:{letter}|[{marks}])*)|(?P<sign>[{_EMOJI}])"
    )
