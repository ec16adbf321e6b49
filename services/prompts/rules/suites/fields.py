"""Reads fields of a suite and collects what is wrong with them, each with its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from services.prompts.rules.assertions.yaml_documents import Node

MOST_PROBLEMS: Final = 100
_MOST_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong (or, as a warning, left out) at one place; lines count from 1."""

    field: str
    message: str
    line: int
    column: int
    is_warning: bool = False
    # The file given beside the suite that it stands in; "" for the suite itself.
    file: str = ""


class Problems:
    """What was found so far: at most so many, and whether there were more."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.is_cut = False
        self._file = ""

    @property
    def has_error(self) -> bool:
        """Whether the suite cannot be used."""
        return any(not problem.is_warning for problem in self.found)

    def within(self, file: str) -> None:
        """Say which file the next problems stand in."""
        self._file = file

    def add(self, field: str, node: Node, message: str, *, is_warning: bool = False) -> None:
        """Note one."""
        if len(self.found) >= MOST_PROBLEMS:
            self.is_cut = True
            return
        self.found.append(Problem(field, message, node.line, node.column, is_warning, self._file))


class Fields:
    """One object of a suite: each field is read once, with its form; what is left is unknown."""

    def __init__(self, node: Node, path: str, problems: Problems) -> None:
        self.node = node
        self.path = path
        self._problems = problems
        self._left: dict[str, Node] = {}
        if isinstance(node.value, dict):
            self._left = dict(node.value)
        else:
            problems.add(path, node, "must be an object")

    def take(self, name: str) -> Node | None:
        """Return a field as it is; None when it is not there or null."""
        node = self._left.pop(name, None)
        return None if node is None or node.value is None else node

    def text(self, name: str) -> str:
        """Return a text, "" when it is not there."""
        node = self.take(name)
        if node is None:
            return ""
        if not isinstance(node.value, str):
            self.wrong(name, node, "must be a text")
            return ""
        return node.value

    def number(self, name: str, *, least: float | None = None) -> float | None:
        """Return a number, None when it is not there."""
        node = self.take(name)
        if node is None:
            return None
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(name, node, "must be a number")
            return None
        if least is not None and value < least:
            self.wrong(name, node, f"must be at least {least:g}")
            return None
        return value

    def flag(self, name: str) -> bool:
        """Return true or false; false when it is not there."""
        node = self.take(name)
        if node is None:
            return False
        if not isinstance(node.value, bool):
            self.wrong(name, node, "must be true or false")
        return node.value is True

    def items(self, name: str) -> Iterator[tuple[str, Node]]:
        """Return the items of a list with their paths."""
        node = self.take(name)
        if node is None:
            return
        if not isinstance(node.value, list):
            self.wrong(name, node, "must be a list")
            return
        for index, item in enumerate(node.value):
            yield f"{self.at(name)}[{index}]", item

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty when it is not there; one that is there must not be."""
        node = self.take(name)
        if node is None:
            return ()
        if (
            not isinstance(node.value, list)
            or not node.value
            or not all(isinstance(item.value, str) for item in node.value)
        ):
            self.wrong(name, node, "must be a list of texts that is not empty")
            return ()
        return tuple(item.value for item in node.value)

    def plain(self, name: str) -> dict[str, Any]:
        """Return an object as JSON, empty when it is not there."""
        node = self.take(name)
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            self.wrong(name, node, "must be an object")
            return {}
        return {key: value.plain() for key, value in node.value.items()}

    def refuse(self, reasons: Iterable[tuple[str, str]]) -> None:
        """Refuse fields by name, with what to use instead."""
        for name, reason in reasons:
            node = self.take(name)
            if node is not None:
                self.wrong(name, node, reason)

    def ignore(self, names: Iterable[str]) -> None:
        """Warn of fields that have no effect here."""
        for name in names:
            node = self.take(name)
            if node is not None:
                message = "has no effect here and is left out"
                self._problems.add(self.at(name), node, message, is_warning=True)

    def rest(self) -> dict[str, Node]:
        """Return the fields that nobody took."""
        left, self._left = self._left, {}
        return left

    def close(self) -> None:
        """Refuse what nobody took."""
        for name, node in self.rest().items():
            shown = name[:_MOST_SHOWN]
            self._problems.add(self.at(shown), node, "is no field of promptfoo's format here")

    def wrong(self, name: str, node: Node, message: str) -> None:
        """Note a problem of one field."""
        self._problems.add(self.at(name), node, message)

    def at(self, name: str) -> str:
        """Return the path of a field."""
        return f"{self.path}.{name}" if self.path else name
