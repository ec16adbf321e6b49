"""What of a prompt is indexed: words with their weight and place, as PostgreSQL's tsvector.

A tsvector holds 1 MB, places up to 16,383 and 255 of them for each word: what is indexed stays
below all three, whatever the prompt holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from services.prompts.rules.search.words import words

MOST_WORDS: Final = 16_000
_MOST_BYTES: Final = 600_000
_MOST_PLACES: Final = 255
# Between two fields, so that no phrase runs from one into the next.
_GAP: Final = 10

# Grows when the same prompt would be indexed otherwise: then all are indexed anew.
INDEX_VERSION: Final = 1


class Weight(StrEnum):
    """What a match counts: A most. PostgreSQL's own names."""

    NAME = "A"
    ABOUT = "B"
    NEWEST = "C"
    OTHER = "D"


@dataclass(frozen=True, slots=True)
class VersionText:
    """The texts of a version that can be found: the newest one, or one that a label points at."""

    number: int
    messages: tuple[str, ...]
    note: str
    model: str


@dataclass(frozen=True, slots=True)
class PromptTexts:
    """All texts of a prompt that can be found. The first version is the one `latest` is at."""

    name: str
    description: str
    tags: tuple[str, ...]
    versions: tuple[VersionText, ...]

    @property
    def models(self) -> list[str]:
        """The models that its versions name, each once."""
        return sorted({version.model for version in self.versions if version.model})


def document(prompt: PromptTexts) -> str:
    """Write the tsvector of a prompt. Past 16,000 words the rest of its texts is left out."""
    places: dict[str, list[str]] = {}
    place, size = 0, 0
    for weight, text in _fields(prompt):
        letter = "" if weight is Weight.OTHER else weight
        for word in words(text):
            place += 1
            if place > MOST_WORDS or size > _MOST_BYTES:
                return _written(places)
            known = places.get(word.text)
            if known is None:
                places[word.text] = [f"{place}{letter}"]
                size += len(word.text.encode())
            elif len(known) < _MOST_PLACES:
                known.append(f"{place}{letter}")
        place += _GAP
    return _written(places)


def _fields(prompt: PromptTexts) -> Iterable[tuple[Weight, str]]:
    newest, others = prompt.versions[:1], prompt.versions[1:]
    return chain(
        [(Weight.NAME, prompt.name), (Weight.ABOUT, prompt.description)],
        ((Weight.ABOUT, tag) for tag in prompt.tags),
        ((Weight.NEWEST, text) for version in newest for text in version.messages),
        ((Weight.OTHER, version.note) for version in prompt.versions),
        ((Weight.OTHER, text) for version in others for text in version.messages),
    )


def _written(places: dict[str, list[str]]) -> str:
    return " ".join(f"{quoted(word)}:{','.join(at)}" for word, at in places.items() if word)


def quoted(word: str) -> str:
    """Write a word so that a tsvector or tsquery takes it as it stands."""
    doubled = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
