"""Likeness to a reference, counted in words: rouge-n, bleu, gleu, meteor. Linear in the words.

Each gives a score of 0..1, which `not-` makes 1 - score; several references: the best one counts.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

import snowballstemmer

from services.prompts.rules.assertions.case import AssertionFailed, Case, Verdict
from services.prompts.rules.assertions.treebank import tokenized
from services.prompts.rules.assertions.words import SPACE, split, trimmed

_ROUGE: Final = 0.75
_USUAL: Final = 0.5
_LONGEST: Final = 4
# What stands for no match at all in the mean of logarithms.
_NEARLY_NONE: Final = 1e-7
_SPACES: Final = re.compile(f"[{SPACE}]+")
_SHORTEST_STEMMED: Final = 3


def rouge_n(case: Case) -> Verdict:
    """ROUGE-1: F-score of the single words in common; at least 0.75."""
    candidate, reference = tokenized(case.text.lower()), tokenized(case.value.lower())
    common = (Counter(candidate) & Counter(reference)).total()
    score = 0.0
    if common:
        precision, recall = common / len(candidate), common / len(reference)
        score = 2 * precision * recall / (precision + recall)
    return _verdict(case, "ROUGE-N", score, _ROUGE)


def bleu(case: Case) -> Verdict:
    """BLEU-4 with a penalty for being short; at least 0.5."""
    score = _bleu(case.text, _references(case)) if trimmed(case.text) else 0.0
    return _verdict(case, "BLEU", score, _USUAL)


def gleu(case: Case) -> Verdict:
    """Google-BLEU: of the n-grams, the share in common with the longer side; at least 0.5."""
    candidate = _undotted(case.text)
    score = max(_gleu(candidate, _undotted(one)) for one in _references(case)) if candidate else 0.0
    return _verdict(case, "GLEU", score, _USUAL)


def meteor(case: Case) -> Verdict:
    """METEOR with words and their stems, without synonyms; at least 0.5."""
    if not case.text:
        raise AssertionFailed("meteor needs an output that is not empty")
    alpha, beta, gamma = (
        _parameter(case, name, usual)
        for name, usual in (("alpha", 0.9), ("beta", 3.0), ("gamma", 0.5))
    )
    candidate = _meteor_words(case.text)
    score = max(
        _meteor(candidate, _meteor_words(one), alpha, beta, gamma) for one in _references(case)
    )
    return _verdict(case, "METEOR", score, _USUAL)


def _verdict(case: Case, name: str, score: float, usual: float) -> Verdict:
    least = usual if case.threshold is None else case.threshold
    reason = f"the {name} score is {score:.4f}, the least is {least:g}"
    return Verdict(score >= least, reason, score)


def _references(case: Case) -> list[str]:
    return [case.value] if isinstance(case.value, str) else list(case.value)


def _grams(words: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[at : at + size]) for at in range(len(words) - size + 1))


def _bleu(text: str, references: list[str]) -> float:
    candidate = split(text.lower())
    others = [split(one.lower()) for one in references]
    nearest = min((abs(len(one) - len(candidate)), len(one)) for one in others)[1]
    logarithms = []
    for size in range(1, min(_LONGEST, len(candidate)) + 1):
        counts = _grams(candidate, size)
        common = max((counts & _grams(one, size)).total() for one in others)
        logarithms.append(math.log(common / counts.total() or _NEARLY_NONE))
    penalty = 1 if len(candidate) > nearest else math.exp(1 - nearest / len(candidate))
    return penalty * math.exp(sum(logarithms) / len(logarithms))


def _undotted(text: str) -> list[str]:
    """Return lower-case words without the dots at their ends; none when no letter is left."""
    words = [word.rstrip(".") for word in split(text.lower())]
    return words if any(words) else []


def _gleu(candidate: list[str], reference: list[str]) -> float:
    if candidate == reference:
        return 1.0
    common = totals = wanted = 0
    for size in range(1, _LONGEST + 1):
        mine, theirs = _grams(candidate, size), _grams(reference, size)
        common += (mine & theirs).total()
        totals += mine.total()
        wanted += theirs.total()
    return min(common / totals, common / wanted) if totals and wanted else 0.0


def _meteor_words(text: str) -> list[str]:
    return [word.rstrip(".").lower() for word in _SPACES.split(text)]


def _meteor(
    candidate: list[str], reference: list[str], alpha: float, beta: float, gamma: float
) -> float:
    pairs, mine, theirs = _paired(list(enumerate(candidate)), list(enumerate(reference)), str)
    stemmed, _, _ = _paired(mine, theirs, _stem)
    matched = sorted(pairs + stemmed)
    if not matched:
        return 0.0
    precision, recall = len(matched) / len(candidate), len(matched) / len(reference)
    weighted = alpha * precision + (1 - alpha) * recall
    if not weighted:
        return 0.0
    chunks = 1 + sum(after != (before[0] + 1, before[1] + 1) for before, after in pairwise(matched))
    return float((1 - gamma * (chunks / len(matched)) ** beta) * (precision * recall / weighted))


Numbered = list[tuple[int, str]]


def _paired(
    mine: Numbered, theirs: Numbered, form: Callable[[str], str]
) -> tuple[list[tuple[int, int]], Numbered, Numbered]:
    """Pair words of the same form, last with last; return what is left over too."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, word in theirs:
        places[form(word)].append(at)
    pairs, left = [], []
    for at, word in reversed(mine):
        free = places.get(form(word))
        if free:
            pairs.append((at, free.pop()))
        else:
            left.append((at, word))
    taken = {other for _, other in pairs}
    return pairs, left[::-1], [(at, word) for at, word in theirs if at not in taken]


@lru_cache(maxsize=10_000)
def _stem(word: str) -> str:
    # A stemmer holds the word that it is at: each thread needs its own.
    return (
        word if len(word) < _SHORTEST_STEMMED else snowballstemmer.stemmer("porter").stemWord(word)
    )


def _parameter(case: Case, name: str, usual: float) -> float:
    given = case.config.get(name, usual)
    return given if isinstance(given, int | float) else usual
