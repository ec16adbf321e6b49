"""Elements of XML found in any text: what is opened and closed in order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

_NAME: Final = re.compile(r"[^\W\d][\w.:·-]*|:[\w.:·-]*")
_ATTRIBUTE: Final = re.compile(r"([^\s=/\"'<>]+)(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'))?")
_SKIPPED: Final = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">"))
_DEEPEST: Final = 10_000


@dataclass(slots=True)
class Element:
    """One element: its attributes and the elements in it."""

    name: str
    attributes: frozenset[str] = frozenset()
    children: list["Element"] = field(default_factory=list)


def elements_in(text: str) -> list[Element]:
    """Return the outermost elements that are closed, in order.

    A closing tag that fits no opening one makes what was open before it text.
    """
    roots: list[Element] = []
    opened: list[Element] = []
    at = text.find("<")
    while at >= 0:
        end = _skipped(text, at)
        if not end:
            end = _tag(text, at, roots, opened)
        at = text.find("<", end)
    # What is never closed holds what was closed in it.
    for element in opened:
        roots += element.children
    return roots


def has_path(roots: Sequence[Element], path: Sequence[str]) -> bool:
    """Tell whether `order.item.@_id` leads somewhere; of several of a name, `item.0` is one."""
    found: list[Element] = [element for element in roots if element.name == path[0]]
    for step in path[1:]:
        if len(found) > 1:
            if not step.isdecimal() or str(int(step)) != step or int(step) >= len(found):
                return False
            found = [found[int(step)]]
            continue
        if not found:
            return False
        if step.startswith("@_") and step[2:] in found[0].attributes:
            return step == path[-1]
        found = [child for child in found[0].children if child.name == step]
    return bool(found)


def _skipped(text: str, at: int) -> int:
    """Return the index behind a comment, CDATA, instruction or declaration; 0 for none."""
    for start, close in _SKIPPED:
        if text.startswith(start, at):
            end = text.find(close, at + len(start))
            return end + len(close) if end >= 0 else len(text)
    return 0


def _tag(text: str, at: int, roots: list[Element], opened: list[Element]) -> int:
    """Read one tag; return the index behind it, or behind `<` when it is none."""
    closes = text.startswith("/", at + 1)
    name = _NAME.match(text, at + 1 + closes)
    end = _end(text, name.end()) if name else -1
    if not name or end < 0:
        return at + 1
    if closes:
        if opened and opened[-1].name == name[0]:
            element = opened.pop()
            (opened[-1].children if opened else roots).append(element)
        else:
            for element in opened:
                roots += element.children
            opened.clear()
        return end
    inside = text[name.end() : end - 1]
    names = frozenset(found[1] for found in _ATTRIBUTE.finditer(inside))
    element = Element(name[0], names)
    if inside.rstrip().endswith("/"):
        (opened[-1].children if opened else roots).append(element)
    elif len(opened) < _DEEPEST:
        opened.append(element)
    return end


def _end(text: str, at: int) -> int:
    """Return the index behind the > of a tag; -1 when another < comes first."""
    while at < len(text):
        character = text[at]
        if character == ">":
            return at + 1
        if character == "<":
            return -1
        if character in "\"'":
            at = text.find(character, at + 1)
            if at < 0:
                return -1
        at += 1
    return -1
