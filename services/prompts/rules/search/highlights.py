"""Says where in a prompt its words were found: short pieces of its texts, with the words marked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, takewhile
from typing import Final, NamedTuple

from services.prompts.rules.search.documents import PromptTexts
from services.prompts.rules.search.queries import SearchQuery
from services.prompts.rules.search.words import Word, ascii_words_like, folded, words

# Of a text; names and tags are shown whole.
MOST_SNIPPET_CHARACTERS: Final = 200
_BEFORE: Final = 40
_MOST_SHOWN: Final = 4
# Of one text: a better place further down is not worth the time.
_MOST_SPANS: Final = 100
_CUT: Final = "…"


class MatchField(StrEnum):
    """Where something was found."""

    NAME = "name"
    DESCRIPTION = "description"
    TAG = "tag"
    TEXT = "text"
    NOTE = "note"


class Part(NamedTuple):
    """A piece of a snippet: a word that was found, or what stands between two of them."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A field in which words were found. `version` is 0 unless the field belongs to one."""

    field: MatchField
    version: int
    parts: Sequence[Part]


class _Span(NamedTuple):
    start: int
    end: int
    word: str


def matches(prompt: PromptTexts, query: SearchQuery) -> list[Match]:
    """Return up to 4 fields in which words of the query stand, the most telling first."""
    found: list[Match] = []
    for field, version, text in _fields(prompt):
        if len(found) == _MOST_SHOWN:
            break
        spans = _spans(text, query)
        if spans:
            is_whole = field in (MatchField.NAME, MatchField.TAG)
            found.append(Match(field, version, snippet(text, spans, is_whole=is_whole)))
    return found


def snippet(text: str, spans: Sequence[_Span], *, is_whole: bool) -> list[Part]:
    """Cut out the part of a text that shows the most different words, around 200 characters."""
    if is_whole or len(text) <= MOST_SNIPPET_CHARACTERS:
        return list(_parts(text, spans, 0, len(text)))
    first = _best(spans)
    start = _between_words(text, max(0, spans[first].start - _BEFORE), spans[first].start)
    end = min(len(text), max(start + MOST_SNIPPET_CHARACTERS, spans[first].end))
    inside = [span for span in spans if span.start >= start and span.end <= end]
    parts = list(_parts(text, inside, start, end))
    if start > 0:
        parts.insert(0, Part(_CUT, is_match=False))
    if end < len(text):
        parts.append(Part(_CUT, is_match=False))
    return parts


def _fields(prompt: PromptTexts) -> Iterator[tuple[MatchField, int, str]]:
    yield MatchField.NAME, 0, prompt.name
    yield MatchField.DESCRIPTION, 0, prompt.description
    for tag in prompt.tags:
        yield MatchField.TAG, 0, tag
    for version in prompt.versions:
        for text in version.messages:
            yield MatchField.TEXT, version.number, text
        yield MatchField.NOTE, version.number, version.note


def _spans(text: str, query: SearchQuery) -> list[_Span]:
    """Find the words of the query; neighbours that overlap, as pairs of characters do, are one."""
    spans: list[_Span] = []
    for word in _candidates(text, query):
        known = query.matches(word.text)
        if not known:
            continue
        if spans and word.start < spans[-1].end:
            spans[-1] = spans[-1]._replace(end=max(word.end, spans[-1].end))
        else:
            spans.append(_Span(word.start, word.end, known))
        if len(spans) == _MOST_SPANS:
            break
    return spans


def _candidates(text: str, query: SearchQuery) -> Iterable[Word]:
    """Return words of a text among which all that are meant are: quicker than to look at each."""
    if text.isascii():
        return ascii_words_like(text, query.words)
    comparable = folded(text)
    return words(text) if any(word in comparable for word in query.words) else ()


def _best(spans: Sequence[_Span]) -> int:
    """Return the span at which a window shows the most different words; the first of equals."""
    reach = MOST_SNIPPET_CHARACTERS - _BEFORE

    def shown(first: int) -> int:
        end = spans[first].start + reach
        inside = takewhile(lambda span: span.end <= end, islice(spans, first, None))
        return len({span.word for span in inside})

    return max(range(len(spans)), key=lambda first: (shown(first), -first))


def _between_words(text: str, at: int, before: int) -> int:
    """Move a cut forward to the beginning of a word, if one begins before the match."""
    if at == 0:
        return 0
    space = text.find(" ", at, before)
    return at if space < 0 else space + 1


def _parts(text: str, spans: Sequence[_Span], start: int, end: int) -> Iterator[Part]:
    at = start
    for span in spans:
        if span.start > at:
            yield Part(text[at : span.start], is_match=False)
        yield Part(text[span.start : span.end], is_match=True)
        at = span.end
    if at < end:
        yield Part(text[at:end], is_match=False)
