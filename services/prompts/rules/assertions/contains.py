"""Texts in the output: contains, icontains, of all, of any. Linear in the output per text."""

from collections.abc import Callable
from typing import Any

from services.prompts.rules.assertions.case import Case, Verdict, shown
from services.prompts.rules.assertions.lists import listed
from services.prompts.rules.assertions.words import as_string


def contains(case: Case) -> Verdict:
    """Tell whether the text stands in the output."""
    return _one(case, _as_it_is)


def icontains(case: Case) -> Verdict:
    """Tell whether the text stands in the output, in capitals or not."""
    return _one(case, str.lower)


def contains_any(case: Case) -> Verdict:
    """Tell whether at least one of the texts stands in the output."""
    return _any(case, _as_it_is)


def icontains_any(case: Case) -> Verdict:
    """Tell whether at least one of the texts stands in the output, in capitals or not."""
    return _any(case, str.lower)


def contains_all(case: Case) -> Verdict:
    """Tell whether every text stands in the output."""
    return _all(case, _as_it_is)


def icontains_all(case: Case) -> Verdict:
    """Tell whether every text stands in the output, in capitals or not."""
    return _all(case, str.lower)


def _as_it_is(text: str) -> str:
    return text


def _one(case: Case, form: Callable[[str], str]) -> Verdict:
    holds = form(as_string(case.value)) in form(case.text)
    return Verdict(holds, f"the output {_does(holds)} {shown(as_string(case.value))}")


def _any(case: Case, form: Callable[[str], str]) -> Verdict:
    text, wanted = form(case.text), _texts(case.value)
    found = next((one for one in wanted if form(one) in text), None)
    if found is not None:
        return Verdict(holds=True, reason=f"the output contains {shown(found)}")
    return Verdict(holds=False, reason=f"the output contains none of {_list(wanted)}")


def _all(case: Case, form: Callable[[str], str]) -> Verdict:
    text, wanted = form(case.text), _texts(case.value)
    missing = [one for one in wanted if form(one) not in text]
    if missing:
        return Verdict(holds=False, reason=f"the output does not contain {_list(missing)}")
    return Verdict(holds=True, reason=f"the output contains all of {_list(wanted)}")


def _texts(value: Any) -> list[str]:
    return listed(value) if isinstance(value, str) else [as_string(one) for one in value]


def _does(holds: bool) -> str:  # noqa: FBT001 - a fact, not a switch
    return "contains" if holds else "does not contain"


def _list(texts: list[str], most: int = 5) -> str:
    rest = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(shown(text) for text in texts[:most]) + rest
