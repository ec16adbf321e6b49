"""Reads mustache templates: variables, dotted names, sections, comments, set delimiters.

As in the mustache specification (github.com/mustache/spec 1.4), but for four choices that prompts
ask for: nothing is escaped for HTML, so `{{a}}`, `{{{a}}}` and `{{&a}}` mean the same; partials,
blocks and lambdas do not exist; nesting is bounded; and whatever cannot be read is an error at a
line and column, never silently text. `{{=<% %>=}}` changes the delimiters, for texts that must
contain two braces.
"""

import re
from dataclasses import dataclass, field
from typing import Final

MOST_NESTED_SECTIONS: Final = 32
MOST_NAME_CHARACTERS: Final = 200
_MOST_SHOWN: Final = 40

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\Z")
_REST_OF_BLANK_LINE: Final = re.compile(r"[ \t]*(?:\r?\n|\Z)")
_DELIMITERS: Final = re.compile(r"([^\s=]+)\s+([^\s=]+)\Z")
# Tags that print nothing: alone on a line, they take the line with them.
_SILENT: Final = frozenset("#^/!=")
_KINDS: Final = frozenset("#^/!=&{<>$")
_UNSUPPORTED: Final = {">": "partials", "<": "parents", "$": "blocks"}


class TemplateError(Exception):
    """The template cannot be read. `line` and `column` count from 1, in characters.

    The tag at fault is `template[offset:end]`.
    """

    def __init__(self, template: str, offset: int, end: int, description: str) -> None:
        self.offset, self.end = offset, end
        self.line = template.count("\n", 0, offset) + 1
        self.column = offset - (template.rfind("\n", 0, offset) + 1) + 1
        self.description = description
        super().__init__(f"line {self.line}, column {self.column}: {description}")


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that stand as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """`{{a.b}}`: what the path leads to. The empty path is `{{.}}`, the current item."""

    path: tuple[str, ...]
    offset: int
    # Where the tag ends, and what it is written with: "", "{" or "&", which mean the same.
    end: int = field(default=0, compare=False)
    mark: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Section:
    """`{{#a}}…{{/a}}`, or `{{^a}}…{{/a}}` when inverted."""

    path: tuple[str, ...]
    is_inverted: bool
    body: tuple["Node", ...]
    offset: int
    # Where the tag that opens it ends.
    end: int = field(default=0, compare=False)


Node = Text | Value | Section


def parse(template: str) -> tuple[Node, ...]:
    """Read a template, in time linear in its length. Raises TemplateError at the first fault."""
    return _Parser(template).parse()


@dataclass(slots=True)
class _Open:
    """A section whose end has not been met."""

    path: tuple[str, ...]
    is_inverted: bool
    offset: int
    end: int
    body: list[Node]


class _Parser:
    def __init__(self, template: str) -> None:
        self._template = template
        self._at = 0
        self._opener, self._closer = "{{", "}}"
        self._root: list[Node] = []
        self._open: list[_Open] = []
        # Whether only spaces stand between the last line break and `_at`.
        self._is_blank_so_far = True
        # Where the tag that is being read ends.
        self._tag_end = 0

    def parse(self) -> tuple[Node, ...]:
        while (start := self._template.find(self._opener, self._at)) >= 0:
            kind, content, end = self._tag(start)
            self._tag_end = end
            before = self._template[self._at : start]
            self._see_line(before)
            if kind in _SILENT and self._is_blank_so_far:
                rest = _REST_OF_BLANK_LINE.match(self._template, end)
                if rest is not None:
                    before, end = before.rstrip(" \t"), rest.end()
                self._is_blank_so_far = rest is not None
            else:
                self._is_blank_so_far = False
            self._add_text(before)
            self._at = end
            self._take(kind, content, start)
        self._add_text(self._template[self._at :])
        if self._open:
            unclosed = self._open[-1]
            mark = "^" if unclosed.is_inverted else "#"
            name = ".".join(unclosed.path) or "."
            self._tag_end = unclosed.end
            raise self._problem(unclosed.offset, f"section {{{{{mark}{name}}}}} is never closed")
        return tuple(self._root)

    def _tag(self, start: int) -> tuple[str, str, int]:
        """Cut out the tag at `start`: its kind ("" for a variable), what stands in it, its end."""
        inside = start + len(self._opener)
        kind = self._template[inside : inside + 1]
        if kind not in _KINDS:
            kind = ""
        closer = {"{": "}", "=": "="}.get(kind, "") + self._closer
        stop = self._template.find(closer, inside + len(kind))
        if stop < 0:
            self._tag_end = inside
            raise self._problem(start, f"tag is opened here, but {closer} never follows")
        content = self._template[inside + len(kind) : stop].strip()
        return kind, content, stop + len(closer)

    def _see_line(self, before: str) -> None:
        _, line_break, last_line = before.rpartition("\n")
        is_blank = not last_line.strip(" \t")
        self._is_blank_so_far = is_blank and (bool(line_break) or self._is_blank_so_far)

    def _take(self, kind: str, content: str, start: int) -> None:
        match kind:
            case "!":
                pass
            case "=":
                self._set_delimiters(content, start)
            case "#" | "^":
                if len(self._open) >= MOST_NESTED_SECTIONS:
                    raise self._problem(start, f"sections nest deeper than {MOST_NESTED_SECTIONS}")
                path = self._path(content, start)
                self._open.append(_Open(path, kind == "^", start, self._tag_end, []))
            case "/":
                self._close(self._path(content, start), start)
            case "" | "&" | "{":
                self._add(Value(self._path(content, start), start, self._tag_end, kind))
            case _:
                raise self._problem(
                    start, f"{_UNSUPPORTED[kind]} ({{{{{kind}…}}}}) are not supported"
                )

    def _path(self, content: str, start: int) -> tuple[str, ...]:
        if content == ".":
            if not self._open:
                raise self._problem(start, "{{.}} has a meaning only inside a section")
            return ()
        if not content:
            raise self._problem(start, "tag is empty")
        if len(content) > MOST_NAME_CHARACTERS or _NAME.match(content) is None:
            shown = content if len(content) <= _MOST_SHOWN else content[:_MOST_SHOWN] + "…"
            raise self._problem(
                start,
                f"{shown!r} is not a variable's name; to write two braces as text, "
                "change the delimiters before them: {{=<% %>=}}",
            )
        return tuple(content.split("."))

    def _close(self, path: tuple[str, ...], start: int) -> None:
        name = ".".join(path) or "."
        if not self._open:
            raise self._problem(start, f"{{{{/{name}}}}} closes a section that was never opened")
        opened = self._open.pop()
        if opened.path != path:
            expected = ".".join(opened.path) or "."
            raise self._problem(
                start, f"{{{{/{name}}}}} stands where {{{{/{expected}}}}} must come first"
            )
        body = tuple(opened.body)
        self._add(Section(opened.path, opened.is_inverted, body, opened.offset, opened.end))

    def _set_delimiters(self, content: str, start: int) -> None:
        pair = _DELIMITERS.match(content)
        if pair is None:
            raise self._problem(
                start, "delimiters are set as {{=<% %>=}}: two marks without = or spaces"
            )
        self._opener, self._closer = pair.groups()

    def _add_text(self, text: str) -> None:
        if text:
            self._add(Text(text))

    def _add(self, node: Node) -> None:
        (self._open[-1].body if self._open else self._root).append(node)

    def _problem(self, offset: int, description: str) -> TemplateError:
        return TemplateError(self._template, offset, self._tag_end, description)
