"""YAML as promptfoo reads it (1.2, core schema, merge keys), with places and with bounds.

Aliases are counted as often as they are used, so a few lines cannot become a gigabyte.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from services.prompts.rules.assertions.words import as_string

_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NO_NUMBER: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: Final = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = frozenset(f"{_TAG}{kind}" for kind in ("null", "bool", "int", "float"))
_MERGE: Final = "<<"
# JavaScript's numbers are exact up to here.
_EXACT: Final = 2**53
_MOST_DIGITS: Final = 400


class YamlInvalid(ValueError):
    """The text is no YAML, or is out of bounds; lines and columns count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read; `keeps_last` allows a key twice, as JSON does."""

    characters: int
    nodes: int
    depth: int
    keeps_last: bool = False


@dataclass(slots=True)
class Node:
    """A value: a scalar, a list of nodes or an object of nodes; and where it stands."""

    value: Any
    line: int
    column: int
    # Nodes in it and levels of it, aliases followed.
    size: int = 1
    height: int = 1

    def plain(self) -> Any:
        """Return the value as JSON has it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def load(text: str, limits: Limits) -> Any:
    """Return a document as JSON values; raise YamlInvalid."""
    return read(text, limits).plain()


def read(text: str, limits: Limits) -> Node:
    """Return a document with its places; null for an empty one. Raise YamlInvalid."""
    if len(text) > limits.characters:
        raise YamlInvalid(f"has {len(text):,} characters, the most is {limits.characters:,}")
    try:
        return _Builder(limits).build(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlInvalid(error.problem or error.context or "is no YAML", line, column) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise YamlInvalid(str(error).replace("\n", " ")[:200]) from None


@dataclass(slots=True)
class _Open:
    """A collection that is being read; in an object, the key that waits and those it had."""

    node: Node
    anchor: str | None
    key: str | None = None
    own: set[str] = field(default_factory=set)


class _Builder:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._anchors: dict[str, Node] = {}
        self._open: list[_Open] = []
        self._whole: Node | None = None

    def build(self, events: Iterator[Any]) -> Node:
        for event in events:
            if isinstance(event, yaml.AliasEvent):
                if event.anchor not in self._anchors:
                    raise self._at(event, f"*{event.anchor} is not defined above")
                self._put(self._anchors[event.anchor], event)
            elif isinstance(event, yaml.ScalarEvent):
                self._finish(self._node(self._scalar(event), event), event.anchor, event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._start(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                ended = self._open.pop()
                self._finish(ended.node, ended.anchor, event)
        return self._whole or Node(None, 1, 1)

    def _start(self, event: Any) -> None:
        if event.tag and event.tag not in (f"{_TAG}map", f"{_TAG}seq"):
            raise self._at(event, f"the tag {event.tag} is not supported")
        if len(self._open) >= self._limits.depth:
            raise self._at(event, f"is nested deeper than {self._limits.depth} levels")
        empty: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append(_Open(self._node(empty, event), event.anchor))

    def _finish(self, node: Node, anchor: str | None, event: Any) -> None:
        if anchor:
            self._anchors[anchor] = node
        self._put(node, event)

    def _put(self, node: Node, event: Any) -> None:
        if not self._open:
            if self._whole:
                raise self._at(event, "is a second document: give one")
            self._whole = node
            return
        here = self._open[-1]
        holder = here.node
        if isinstance(holder.value, list):
            holder.value.append(node)
        elif here.key is None:
            here.key = self._key(node, here.own, event)
            return
        else:
            if here.key == _MERGE:
                self._merge(holder, node)
            else:
                holder.value[here.key] = node
            here.key = None
        holder.size += node.size
        holder.height = max(holder.height, node.height + 1)
        if holder.size > self._limits.nodes:
            raise self._at(event, f"holds more than {self._limits.nodes:,} values")
        if holder.height > self._limits.depth:
            raise self._at(event, f"is nested deeper than {self._limits.depth} levels")

    def _key(self, node: Node, own: set[str], event: Any) -> str:
        if isinstance(node.value, dict | list):
            raise self._at(event, "a key must be a text")
        key = as_string(node.value)
        if key in own and not self._limits.keeps_last:
            raise self._at(event, f"the key {key[:80]} stands twice")
        own.add(key)
        return key

    def _merge(self, holder: Node, node: Node) -> None:
        for source in node.value if isinstance(node.value, list) else [node]:
            if not isinstance(source.value, dict):
                raise YamlInvalid("<< takes objects", source.line, source.column)
            holder.value = source.value | holder.value

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.tag and event.tag not in _PLAIN_TAGS and event.tag not in ("!", f"{_TAG}str"):
            raise self._at(event, f"the tag {event.tag} is not supported")
        is_plain = event.implicit[0] if event.tag is None else event.tag in _PLAIN_TAGS
        if not is_plain:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NO_NUMBER.fullmatch(text):
            raise self._at(event, f"{text} is no number that JSON has")
        if len(text) > _MOST_DIGITS:
            return text
        if _INTEGER.fullmatch(text):
            number = int(text, 0) if text[:2] in ("0o", "0x") else int(text)
            return number if abs(number) <= _EXACT else self._finite(event, text, number)
        if _FLOAT.fullmatch(text):
            return self._finite(event, text, float(text))
        return text

    def _finite(self, event: Any, text: str, number: float) -> float:
        try:
            double = float(number)
        except OverflowError:
            double = math.inf
        if math.isinf(double):
            raise self._at(event, f"{text[:40]} is too large a number")
        return double

    def _node(self, value: Any, event: Any) -> Node:
        return Node(value, event.start_mark.line + 1, event.start_mark.column + 1)

    def _at(self, event: Any, message: str) -> YamlInvalid:
        return YamlInvalid(message, event.start_mark.line + 1, event.start_mark.column + 1)
