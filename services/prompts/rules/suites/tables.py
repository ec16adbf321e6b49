"""Tests written as a table (CSV): a column a variable, `__expected` an assertion."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, Final

from services.prompts.rules.assertions.lists import ListInvalid, listed
from services.prompts.rules.assertions.types import KINDS, REFUSED
from services.prompts.rules.assertions.words import trimmed
from services.prompts.rules.assertions.yaml_documents import Node
from services.prompts.rules.suites.fields import Problems

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_EXPECTED: Final = re.compile(
    rf"(not-)?({'|'.join(map(re.escape, sorted((*KINDS, *REFUSED), reverse=True)))})"
    r"(?:\((\d+(?:\.\d+)?)\))?(?::(.*))?",
    re.DOTALL | re.ASCII,
)
_ALIASES: Final = {"fn:": "javascript:", "eval:": "javascript:", "grade:": "llm-rubric:"}
_LISTS: Final = frozenset({"contains-all", "contains-any", "icontains-all", "icontains-any"})
_SCHEMAS: Final = frozenset({"contains-json", "is-json"})
# Types that have a threshold in a table even where none is written.
_THRESHOLD: Final = 0.75
_SIMILAR: Final = 0.8
_WITH_THRESHOLD: Final = frozenset(
    {
        "answer-relevance", "classifier", "context-faithfulness", "context-recall",
        "context-relevance", "cost", "latency", "levenshtein", "perplexity-score", "perplexity",
        "rouge-n", "similar", "starts-with",
    }
)  # fmt: skip
_OPTIONS: Final = {"__prefix": "prefix", "__suffix": "suffix"}
_TEXTS: Final = {"__description": "description", "__providerOutput": "providerOutput"}
_CONFIG: Final = re.compile(r"__config:__expected(\d*):threshold")
_METADATA: Final = "__metadata:"
_COMMA: Final = re.compile(r"(?<!\\),")


def read_table(text: str, path: str, problems: Problems) -> Iterator[tuple[str, Node]]:
    """Return each row as a test, with its path: `tests.csv[0]`."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        names = [trimmed(name) for name in next(rows, [])]
        for index, row in enumerate(row for row in rows if row):
            place = Node(None, rows.line_num, 1)
            if len(row) != len(names):
                message = f"has {len(row)} columns, the first line has {len(names)}"
                problems.add(f"{path}[{index}]", place, message)
                continue
            cells = list(zip(names, row, strict=True))
            yield f"{path}[{index}]", _test(cells, place.line, f"Row #{index + 1}")
    except csv.Error as error:
        problems.add(path, Node(None, rows.line_num or 1, 1), f"is no CSV: {error}")


def _test(cells: list[tuple[str, str]], line: int, name_of_row: str) -> Node:
    test: dict[str, Any] = {"vars": {}, "description": name_of_row}
    for name, cell in cells:
        if name.startswith("__expected") or name == "__metric" or _CONFIG.fullmatch(name):
            continue
        if name == "__threshold":
            test["threshold"] = _number(cell)
        elif name.startswith(_METADATA):
            _add_metadata(test, name.removeprefix(_METADATA), cell)
        elif name in _OPTIONS:
            test.setdefault("options", {})[_OPTIONS[name]] = cell
        elif name in _TEXTS:
            test[_TEXTS[name]] = cell or test.get(_TEXTS[name])
        else:
            test["vars"][name] = cell
    return node_of(test | {"assert": _assertions(cells)}, line)


def _assertions(cells: list[tuple[str, str]]) -> list[dict[str, Any]]:
    thresholds: dict[int, float] = {}
    metric = ""
    found: list[dict[str, Any]] = []
    for name, cell in cells:
        config, number = _CONFIG.fullmatch(name), _number(cell)
        if name.startswith("__expected") and trimmed(cell):
            found.append(assertion_of(trimmed(cell)))
        elif config and number is not None:
            thresholds[max(0, int(config[1] or 1) - 1)] = number
        elif name == "__metric":
            metric = cell
    for index, one in enumerate(found):
        one.update({"metric": metric} if metric else {})
        one.update({"threshold": thresholds[index]} if index in thresholds else {})
    return found


def assertion_of(text: str) -> dict[str, Any]:
    """Read a cell of `__expected`: `type(threshold):value`, or a text that the output equals."""
    for alias, name in _ALIASES.items():
        if text.startswith(alias):
            text = name + text.removeprefix(alias)
    found = _EXPECTED.fullmatch(text)
    if not found:
        return {"type": "equals", "value": text}
    assertion: dict[str, Any] = {"type": f"{found[1] or ''}{found[2]}"}
    value = found[4]
    if found[2] in _LISTS and value:
        try:
            assertion["value"] = listed(value)
        except ListInvalid:
            # The reader of assertions says what is wrong with it.
            assertion["value"] = value
    elif value is not None:
        assertion["value"] = value if found[2] in _SCHEMAS else trimmed(value)
    if found[2] in _WITH_THRESHOLD:
        usual = _SIMILAR if found[2] == "similar" else _THRESHOLD
        assertion["threshold"] = float(found[3]) if found[3] else usual
    return assertion


def node_of(value: Any, line: int) -> Node:
    """Return values as nodes that all stand in one line."""
    if isinstance(value, dict):
        return Node({key: node_of(item, line) for key, item in value.items()}, line, 1)
    if isinstance(value, list):
        return Node([node_of(item, line) for item in value], line, 1)
    return Node(value, line, 1)


def _add_metadata(test: dict[str, Any], name: str, cell: str) -> None:
    if not trimmed(cell):
        return
    metadata = test.setdefault("metadata", {})
    if name.endswith("[]"):
        parts = [trimmed(part).replace("\\,", ",") for part in _COMMA.split(cell)]
        metadata[name.removesuffix("[]")] = parts
    else:
        metadata[name] = cell


def _number(cell: str) -> float | None:
    return float(cell) if _NUMBER.fullmatch(trimmed(cell)) else None
