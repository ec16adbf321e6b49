"""`{{ name }}` in values of assertions: what promptfoo's Nunjucks does with plain names.

Names lead into objects and lists (`user.name`, `items[0]`). What is not there gives nothing.
Filters, tags and calls are code in a language that does not run here: `problem_of` says so.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from services.prompts.rules.assertions.case import AssertionFailed
from services.prompts.rules.assertions.words import as_string

_TAG: Final = re.compile(r"\{\{-?(.*?)-?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_PATH: Final = re.compile(
    r"\s*([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\.\d+|\[\d+\]|\[\"[^\"]*\"\]|\['[^']*'\])*)\s*",
    re.ASCII,
)
_STEP: Final = re.compile(r"[\w$]+|\"[^\"]*\"|'[^']*'", re.ASCII)
MOST_FILLED: Final = 1_000_000


def problem_of(text: str) -> str:
    """Return what is wrong with the placeholders of a text, "" for nothing."""
    for tag in _TAG.finditer(text):
        if tag[1] is None or not _PATH.fullmatch(tag[1]):
            return f"{tag[0][:60]}: of Nunjucks, only names such as {{{{name}}}} are filled in"
    return ""


def fill(text: str, variables: Mapping[str, Any]) -> str:
    """Fill in every name; raise AssertionFailed when it becomes too long."""
    if "{{" not in text and "{#" not in text:
        return text
    parts: list[str] = []
    at = length = 0
    for tag in _TAG.finditer(text):
        put = _lookup(tag[1], variables) if tag[1] is not None else ""
        parts += [text[at : tag.start()], put]
        length += len(put)
        if length > MOST_FILLED:
            raise AssertionFailed(f"with its variables it has over {MOST_FILLED:,} characters")
        at = tag.end()
    return "".join(parts) + text[at:]


def fill_value(value: Any, variables: Mapping[str, Any]) -> Any:
    """Fill in a text, or the texts of a list; objects stay as they are, as in promptfoo."""
    if isinstance(value, str):
        return fill(value, variables)
    if isinstance(value, list):
        return [fill(one, variables) if isinstance(one, str) else one for one in value]
    return value


def _lookup(path: str, variables: Mapping[str, Any]) -> str:
    here: Any = variables
    for step in _STEP.findall(path):
        name = step.strip("\"'")
        if isinstance(here, Mapping):
            here = here.get(name)
        elif isinstance(here, list) and name.isdecimal() and int(name) < len(here):
            here = here[int(name)]
        else:
            return ""
    return "" if here is None else as_string(here)
