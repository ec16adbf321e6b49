"""Three-way merge of declared variables, by name.

A description merges by itself; type, default and allowed values only make sense together.
"""

from collections.abc import Sequence
from typing import Any, Final

from services.prompts.rules.merge.conflicts import Conflicts
from services.prompts.rules.merge.drafts import VARIABLE
from services.prompts.rules.merge.values import UNDECIDED, Sides, merge_whole, merge_word
from services.prompts.rules.variables import UNSET

Document = dict[str, Any]

_VALUES: Final = ("type", "default", "enum")


def merge_variables(
    base: Sequence[Document],
    ours: Sequence[Document],
    theirs: Sequence[Document],
    conflicts: Conflicts,
) -> list[Document]:
    """Merge declarations as versions store them."""
    old, our, their = ({one["name"]: one for one in side} for side in (base, ours, theirs))
    merged: list[Document] = []
    for name in _order(list(old), list(our), list(their)):
        sides = (old.get(name, UNSET), our.get(name, UNSET), their.get(name, UNSET))
        chosen = _merge_variable(f"variables.{name}", sides, conflicts)
        if chosen is not UNSET:
            merged.append({**chosen, "name": name})
    return merged


def _merge_variable(path: str, sides: Sides, conflicts: Conflicts) -> Any:
    chosen = merge_whole(sides)
    if chosen is not UNDECIDED:
        return chosen
    if UNSET in sides:
        return conflicts.settle(path, _each(sides, _without_name), VARIABLE)
    values = _each(sides, lambda side: {key: side[key] for key in _VALUES if key in side})
    chosen = merge_whole(values)
    if chosen is UNDECIDED:
        chosen = conflicts.settle(f"{path}.values", values, VARIABLE)
    descriptions = _each(sides, lambda side: side["description"])
    description = merge_word(f"{path}.description", descriptions, conflicts)
    return chosen if chosen is UNSET else {**chosen, "description": description}


def _order(base: list[str], ours: list[str], theirs: list[str]) -> list[str]:
    """Return all names, in the order of the side that changed them.

    Where both did: those of the base as they stand there, then new ones by the alphabet.
    """
    if theirs in (base, ours):
        order = ours
    elif ours == base:
        order = theirs
    else:
        order = [*base, *sorted({*ours, *theirs} - set(base))]
    return list(dict.fromkeys([*order, *base]))


def _each(sides: Sides, part: Any) -> Sides:
    base, ours, theirs = (side if side is UNSET else part(side) for side in sides)
    return base, ours, theirs


def _without_name(variable: Document) -> Document:
    return {key: value for key, value in variable.items() if key != "name"}
