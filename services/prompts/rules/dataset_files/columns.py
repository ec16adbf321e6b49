"""Where columns of a CSV file, or keys of JSON objects, go in an item."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from services.prompts.rules.violations import Violations

MOST_COLUMNS: Final = 200
MOST_COLUMN_NAME: Final = 200

# Names that say by themselves where they go.
_KNOWN: Final[Mapping[str, str]] = {
    "id": "id",
    "input": "input",
    "expected": "expected",
    "expected_output": "expected",
    "expectedOutput": "expected",
    "metadata": "metadata",
}
PARTS: Final = ("input", "expected", "metadata")
_TARGET: Final = re.compile(r"(?:id|(?:input|expected|metadata)(?:\..{1,200})?)?\Z", re.DOTALL)


def check_columns(columns: Iterable[tuple[str, str]], violations: Violations) -> dict[str, str]:
    """Return name → target of columns that a caller has placed; note each field at fault."""
    placed: dict[str, str] = {}
    for index, (name, target) in enumerate(columns):
        at = f"columns[{index}]"
        violations.add_text(f"{at}.name", name, least=1, most=MOST_COLUMN_NAME)
        if _TARGET.match(target) is None or "\0" in target:
            violations.add(
                f"{at}.target",
                "must be id, input, expected or metadata, a key of one of the last three such as "
                "input.question, or empty to leave the column out",
            )
        if name in placed:
            violations.add(f"{at}.name", f"is placed twice: {name[:50]}")
        placed[name] = target
    for target in ("id", *PARTS):
        if list(placed.values()).count(target) > 1:
            violations.add("columns", f"{target} has room for one column: use keys, {target}.…")
    if len(placed) > MOST_COLUMNS:
        violations.add("columns", f"at most {MOST_COLUMNS} columns, not {len(placed)}")
    return placed


def has_input(names: Iterable[str], placed: Mapping[str, str]) -> bool:
    """Tell whether one of the columns is the input itself."""
    return any(placed.get(name, _KNOWN.get(name)) == "input" for name in names)


def target_of(name: str, placed: Mapping[str, str], *, is_input_given: bool) -> str:
    """Return where a column goes: as placed, as its name says, or as a key of what is free."""
    if name in placed:
        return placed[name]
    part, _, key = name.partition(".")
    if part in PARTS and key:
        return name
    return _KNOWN.get(name) or f"{'metadata' if is_input_given else 'input'}.{name}"


def assembled(cells: Iterable[tuple[str, str, object]]) -> tuple[dict[str, object], str, str]:
    """Put a record's (column, target, value) together: by part of the item, and its id.

    Returns the parts, and a fault with the column it is about, both "" when there is none.
    """
    parts: dict[str, object] = {}
    keyed: dict[str, dict[str, object]] = {}
    for name, target, value in cells:
        part, _, key = target.partition(".")
        if not part:
            continue
        if key:
            keyed.setdefault(part, {})[key] = value
        elif parts.get(part) is not None and value is not None:
            return parts, name, f"another column is the {part} already"
        elif value is not None or part not in parts:
            parts[part] = value
    for part, values in keyed.items():
        whole = parts.get(part)
        if whole is None:
            parts[part] = values
        elif isinstance(whole, dict):
            parts[part] = {**values, **whole}
        else:
            fault = f"is no JSON object, so it has no room for {', '.join(values)[:100]}"
            return parts, part, fault
    return parts, "", ""
