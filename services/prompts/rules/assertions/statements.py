"""Which tables and columns parsed SQL touches, in promptfoo's notation `action::owner::name`."""

from collections.abc import Iterator
from typing import Any, Final

_ACTIONS: Final = {"Insert": "insert", "Update": "update", "Delete": "delete"}
_TARGETS: Final = {"Insert": ("table",), "Update": ("table",), "Delete": ("from", "tables")}

Node = Any


def tables_of(statements: list[Node]) -> list[str]:
    """Return `select::null::orders` and so on, each once, in order."""
    found: dict[str, None] = {}
    for statement in statements:
        (kind, body), *_ = statement.items() if isinstance(statement, dict) else [("", statement)]
        action = _ACTIONS.get(kind, "select")
        for key in _TARGETS.get(kind, ()):
            for name in _table_names(body.get(key)):
                found[f"{action}::{name}"] = None
        rest = body
        if kind in _TARGETS and isinstance(body, dict):
            rest = {key: value for key, value in body.items() if key not in _TARGETS[kind]}
        for name in _table_names(rest):
            found[f"select::{name}"] = None
    return list(found)


def columns_of(statements: list[Node]) -> list[str]:
    """Return `select::null::name`, `select::orders::id`, `select::null::(.*)` and so on."""
    found: dict[str, None] = {}
    for statement in statements:
        (kind, body), *_ = statement.items() if isinstance(statement, dict) else [("", statement)]
        aliases = dict(_aliases(body))
        for owner, name in _columns(body):
            found[f"{_ACTIONS.get(kind, 'select')}::{aliases.get(owner, owner)}::{name}"] = None
    return list(found)


def _walk(node: Node) -> Iterator[dict[str, Any]]:
    """Return every object of a tree, outermost first."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting += reversed(list(here.values()))
        elif isinstance(here, list | tuple):
            waiting += reversed(here)


def _table_names(node: Node) -> Iterator[str]:
    for here in _walk(node):
        for key in ("Table", "TableName"):
            table = here.get(key)
            name = table.get("name") if isinstance(table, dict) else table
            if isinstance(name, list) and name:
                parts = [_identifier(part) for part in name]
                yield f"{parts[-2] if len(parts) > 1 else 'null'}::{parts[-1]}"


def _aliases(node: Node) -> Iterator[tuple[str, str]]:
    for here in _walk(node):
        table = here.get("Table")
        if isinstance(table, dict) and table.get("alias") and table.get("name"):
            yield table["alias"]["name"]["value"], _identifier(table["name"][-1])


def _columns(node: Node) -> Iterator[tuple[str, str]]:
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list | tuple):
            waiting += reversed(here)
        if not isinstance(here, dict):
            continue
        for key, value in reversed(list(here.items())):
            if key == "Identifier" and isinstance(value, dict):
                yield "null", value["value"]
            elif key == "CompoundIdentifier":
                yield value[-2]["value"], value[-1]["value"]
            elif key in ("Wildcard", "QualifiedWildcard"):
                yield "null", "(.*)"
            elif key != "name":
                waiting.append(value)


def _identifier(part: Node) -> str:
    return str(part.get("Identifier", part).get("value", "")) if isinstance(part, dict) else ""
