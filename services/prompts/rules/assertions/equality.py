"""The whole output or its beginning: equals, starts-with, levenshtein, regex."""

from typing import Final

from rapidfuzz.distance import Levenshtein

from services.prompts.rules.assertions.case import AssertionFailed, Case, Verdict, shown
from services.prompts.rules.assertions.documents import NotJson, parse_json
from services.prompts.rules.assertions.patterns import PatternInvalid, compiled
from services.prompts.rules.assertions.words import as_string, same, units

_MOST_EDITED: Final = 20_000
_NEAR: Final = 5
_MOST_SECONDS: Final = 0.25


def equals(case: Case) -> Verdict:
    """Tell whether the output is the text; or is JSON that equals the object or list."""
    if isinstance(case.value, dict | list) or case.value is None:
        try:
            holds = same(parse_json(case.text), case.value)
        except NotJson:
            return Verdict(holds=False, reason="the output is not JSON")
    else:
        holds = as_string(case.value) == case.text
    return Verdict(holds, f"the output {'equals' if holds else 'is not'} {shown(case.value)}")


def starts_with(case: Case) -> Verdict:
    """Tell whether the output begins with the text."""
    holds = case.text.startswith(case.value)
    does = "starts" if holds else "does not start"
    return Verdict(holds, f"the output {does} with {shown(case.value)}")


def levenshtein(case: Case) -> Verdict:
    """Tell whether at most so many characters (UTF-16 units) are put in, taken out or replaced: 5.

    Takes (length x length / 64) steps: each text has at most 20,000 characters.
    """
    if max(len(case.text), len(case.value)) > _MOST_EDITED:
        raise AssertionFailed(f"levenshtein compares at most {_MOST_EDITED:,} characters")
    most = _NEAR if case.threshold is None else case.threshold
    distance = Levenshtein.distance(units(case.text), units(case.value))
    return Verdict(distance <= most, f"the distance is {distance}, the most is {most:g}")


def matches(case: Case) -> Verdict:
    """Tell whether the JavaScript pattern matches somewhere.

    Patterns that backtrack without end are stopped after 0.25 s.
    """
    try:
        pattern = compiled(case.value)
    except PatternInvalid as error:
        raise AssertionFailed(f"the pattern is invalid: {error}") from None
    seconds = min(_MOST_SECONDS, case.budget.left())
    try:
        holds = pattern.search(units(case.text), timeout=seconds, concurrent=True) is not None
    except TimeoutError:
        raise AssertionFailed(
            f"the pattern took longer than {_MOST_SECONDS:g} s on this output: write it without "
            "repeats inside of repeats"
        ) from None
    does = "matches" if holds else "does not match"
    return Verdict(holds, f"the output {does} {shown(case.value)}")
