"""Faults of a definition: where, which step, what kind, and what to do about it."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from heapq import nlargest
from operator import eq
from typing import Final

# A name that can stand after a dot in a path; any other is put in brackets: headers["x-a"].
_PLAIN_NAME: Final = re.compile(r"^[A-Za-z_$][A-Za-z0-9_$]*$")
# Suggestions below this similarity puzzle more than they help.
_SIMILARITY: Final = 0.6
# So many names are compared in earnest, which takes 50 µs each: a definition may have many faults.
_COMPARED: Final = 16
# The longest list of known names that a message spells out.
_NAMES_SHOWN: Final = 8

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a definition.

    `path` is where, such as `steps[2].variables.text`, empty for the whole document; `step_id` the
    step at fault, empty when there is none; `code` one of those in DefinitionFault of the contract;
    `message` what is wrong and the remedy.
    """

    path: str
    step_id: str
    code: str
    message: str


def written(path: Sequence[str | int]) -> str:
    """Write a path the way people read it.

    `("steps", 2, "variables", "text")` is `steps[2].variables.text`.
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_NAME.match(part):
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text


def suggestion(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return the remedy for a name that is not known.

    The nearest one, else the known ones, else `otherwise`.
    """
    names = sorted(set(known))
    if len(names) > _COMPARED:
        names = nlargest(_COMPARED, names, key=lambda name: _likeness(word, name))
    by_lower = {name.lower(): name for name in names}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=_SIMILARITY)
    if near:
        return f"did you mean '{by_lower[near[0]]}'?"
    if 0 < len(names) <= _NAMES_SHOWN:
        return "use " + one_of(names)
    return otherwise


def _likeness(word: str, name: str) -> int:
    """Return how alike two names look at a glance: letters at the same place, less what is over."""
    same: int = sum(map(eq, word, name))
    return same - abs(len(word) - len(name))


def one_of(names: Sequence[str]) -> str:
    """Write names as a choice: `'a', 'b' or 'c'`."""
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + f" or {quoted[-1]}"
