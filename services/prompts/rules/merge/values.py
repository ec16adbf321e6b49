"""Three-way merge of JSON values: objects key by key, everything else as a whole."""

import json
import re
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Any, Final

from services.prompts.rules.documents import canonical
from services.prompts.rules.merge.conflicts import Conflicts
from services.prompts.rules.merge.drafts import ANY, TEXT
from services.prompts.rules.variables import UNSET

# The common ancestor's, ours, theirs: JSON values, or UNSET where a side has none.
Sides = tuple[Any, Any, Any]

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class Undecided(Enum):
    """What stands for a value that only a person can choose."""

    UNDECIDED = auto()


UNDECIDED: Final = Undecided.UNDECIDED


def merge_whole(sides: Sides) -> Any:
    """Return the side that changed, either where both did the same, or UNDECIDED."""
    base, ours, theirs = sides
    if is_same(theirs, base) or is_same(theirs, ours):
        return ours
    return theirs if is_same(ours, base) else UNDECIDED


def merge_value(path: str, sides: Sides, conflicts: Conflicts) -> Any:
    """Merge JSON values; UNSET: the result has none."""
    chosen = merge_whole(sides)
    if chosen is not UNDECIDED:
        return chosen
    if not all(isinstance(side, dict) for side in sides):
        return conflicts.settle(path, sides, ANY)
    # Stored documents are sorted by key, so the order here is of no meaning.
    keys = dict.fromkeys(key for side in sides for key in side)
    merged = {key: merge_value(_inside(path, key), _at(sides, key), conflicts) for key in keys}
    return {key: value for key, value in merged.items() if value is not UNSET}


def merge_word(path: str, sides: Sides, conflicts: Conflicts) -> str:
    """Merge short texts as wholes."""
    chosen = merge_whole(sides)
    if chosen is UNDECIDED:
        chosen = conflicts.settle(path, sides, TEXT)
    return "" if chosen is UNSET else str(chosen)


def is_same(one: object, other: object) -> bool:
    """Tell whether two JSON values, either of which may be UNSET, are equal to the byte."""
    if one is UNSET or other is UNSET:
        return one is other
    return canonical(one) == canonical(other)


def _at(sides: Sequence[Mapping[str, Any]], key: str) -> Sides:
    base, ours, theirs = (side.get(key, UNSET) for side in sides)
    return base, ours, theirs


def _inside(path: str, key: str) -> str:
    return f"{path}.{key}" if _PLAIN.match(key) else f"{path}[{json.dumps(key)}]"
