"""Texts as vectors, so that near ones can be found: the port, and the embedder that ships with us.

`local-hashing` is no language model: it counts words and parts of words by hash. It finds prompts
that share wording, across inflections and small differences, in any language. It knows no meaning:
`refund` and `money back` are strangers to it. It is deterministic, needs no network, and costs
nothing.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Protocol
from zlib import crc32

from services.prompts.rules.search.documents import PromptTexts
from services.prompts.rules.search.words import words

# Of each prompt: what it is about is said by then.
_MOST_WORDS: Final = 2_000
_DIMENSIONS: Final = 256
_PART: Final = 4
# Longer words tell more: articles and pronouns of most languages are short.
_FULL_LENGTH: Final = 7
_PART_WEIGHT: Final = 0.3


class Embedder(Protocol):
    """Turns prompts into vectors. Those of different embedders are never compared."""

    name: str

    def embed(self, prompt: PromptTexts) -> list[float]:
        """Return the prompt's vector, of length 1; always of the same dimensions."""
        ...


class LocalHashing:
    """Counts words and parts of words by hash, in 256 dimensions."""

    name = "local-hashing"

    def embed(self, prompt: PromptTexts) -> list[float]:
        """Return the prompt's vector, of length 1."""
        vector = [0.0] * _DIMENSIONS
        for code, weight in _features(prompt).items():
            sign = 1.0 if code & 1 else -1.0
            # Dampened: a word said a hundred times does not drown the others.
            vector[(code >> 1) % _DIMENSIONS] += sign * math.log1p(weight)
        length = math.sqrt(sum(value * value for value in vector))
        return [value / length for value in vector] if length else vector


def _features(prompt: PromptTexts) -> dict[int, float]:
    """Weigh words and parts of words, by their codes, of what says what the prompt is about."""
    features: defaultdict[int, float] = defaultdict(float)
    left = _MOST_WORDS
    for text, weight in _weighted(prompt):
        for word in words(text):
            if left == 0:
                return features
            left -= 1
            told = weight * min(1.0, len(word.text) / _FULL_LENGTH) ** 2
            whole, *parts = _codes(word.text)
            features[whole] += told
            for part in parts:
                features[part] += told * _PART_WEIGHT
    return features


@lru_cache(maxsize=16_384)
def _codes(word: str) -> tuple[int, ...]:
    """Return the hash of a word and of each of its parts of four characters, ends marked."""
    padded = f"^{word}$"
    parts = (padded[at : at + _PART] for at in range(len(padded) - _PART + 1))
    return tuple(crc32(feature.encode()) for feature in (f"={word}", *parts))


def _weighted(prompt: PromptTexts) -> Iterator[tuple[str, float]]:
    yield prompt.name, 2.0
    yield prompt.description, 1.5
    for tag in prompt.tags:
        yield tag, 1.5
    for version in prompt.versions[:1]:
        for text in version.messages:
            yield text, 1.0
