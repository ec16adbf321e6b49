"""YAML read safely, with the line of each field.

Scalars are JSON's: null, true, false, numbers; all else is text, so that `no`, `1_000` and dates
stay what was written. No tags but those of JSON's types; keys are texts, each once. Aliases are
taken, but count as what they stand for: a bomb of them passes the bound of nodes at once.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import yaml

from services.prompts.rules.imports.entries import Broken

MOST_NODES: Final = 100_000
MOST_DEPTH: Final = 220

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_TEXT_TAGS: Final = ("!", "tag:yaml.org,2002:str")
_TAGS: Final = (
    None,
    *_TEXT_TAGS,
    *(f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "null", "bool", "int", "float")),
)


@dataclass(slots=True)
class Document:
    """A YAML document's value, and the line of each path in it, such as `messages[1].content`."""

    value: Any
    lines: dict[str, int] = field(default_factory=dict)

    def line_of(self, path: str) -> int:
        """Return the line of a path, or of the nearest one above it."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, 0)


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come yet."""

    value: Any
    path: str
    anchor: str | None
    nodes_before: int
    key: str | None = None
    # Where the key stands: of a block below it, the more telling line.
    key_line: int = 0


def load(file: str, text: str) -> Document:
    """Read one YAML document. Raises Broken with its line."""
    try:
        return _Reader(file).read(text)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        said = problem.problem or problem.context or "it cannot be read"
        raise Broken(
            file, f"is not valid YAML: {said}", line=mark.line + 1 if mark else 0
        ) from None
    except yaml.YAMLError as problem:
        raise Broken(file, "is not valid YAML: it holds a character that YAML forbids") from problem


class _Reader:
    """Builds values from the parser's events: without recursion, and plain data only."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._document = Document(None)
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = 0
        self._documents = 0

    def read(self, text: str) -> Document:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 0
            match event:
                case yaml.DocumentStartEvent():
                    self._documents += 1
                    if self._documents > 1:
                        raise Broken(self._file, "must be one YAML document, not more", line=line)
                case yaml.ScalarEvent():
                    self._put(self._scalar(event, line), event.anchor, line)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._open(event, line)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    ended = self._stack.pop()
                    if ended.anchor:
                        self._anchors[ended.anchor] = (
                            ended.value,
                            self._nodes - ended.nodes_before,
                        )
                case yaml.AliasEvent():
                    value, nodes = self._anchors.get(event.anchor or "", (None, 0))
                    if not nodes:
                        raise Broken(
                            self._file, f"*{event.anchor} stands for nothing before it", line=line
                        )
                    self._count(nodes, line)
                    self._put(value, None, line, nodes=0)
        return self._document

    def _open(self, event: Any, line: int) -> None:
        if event.tag not in _TAGS:
            raise Broken(self._file, f"has the tag {event.tag}: only plain data is read", line=line)
        if len(self._stack) >= MOST_DEPTH:
            raise Broken(self._file, f"nests deeper than {MOST_DEPTH} levels", line=line)
        before = self._nodes
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self._put(value, None, line)
        self._stack.append(_Open(value, path, event.anchor, before))

    def _put(self, value: Any, anchor: str | None, line: int, nodes: int = 1) -> str:
        """Put a value where the document is at; return its path."""
        self._count(nodes, line)
        if anchor:
            self._anchors[anchor] = (value, 1)
        if not self._stack:
            self._document.value = value
            self._document.lines[""] = line
            return ""
        top = self._stack[-1]
        if isinstance(top.value, list):
            path = f"{top.path}[{len(top.value)}]"
            top.value.append(value)
        elif top.key is None:
            self._take_key(top, value, line)
            return top.path
        else:
            path = f"{top.path}.{top.key}" if top.path else top.key
            top.value[top.key] = value
            top.key, line = None, top.key_line
        self._document.lines[path] = line
        return path

    def _take_key(self, top: _Open, key: Any, line: int) -> None:
        if isinstance(key, bool | int | float) or key is None:
            key = orjson.dumps(key).decode()
        if not isinstance(key, str):
            raise Broken(self._file, "has a key that is no text", line=line, field=top.path)
        if key in top.value:
            raise Broken(self._file, f"has the key {key} twice", line=line, field=top.path)
        top.key, top.key_line = key, line

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            raise Broken(
                self._file, f"holds more than {MOST_NODES:,} values, aliases counted", line=line
            )

    def _scalar(self, event: Any, line: int) -> Any:
        if event.tag not in _TAGS:
            raise Broken(self._file, f"has the tag {event.tag}: only plain data is read", line=line)
        text = event.value
        if event.style or event.tag in _TEXT_TAGS:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NUMBER.match(text):
            try:
                return orjson.loads(text)
            except orjson.JSONDecodeError:
                return text
        return text
