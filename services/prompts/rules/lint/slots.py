"""Slots that take other people's text: where what they hold may be read as instructions."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from services.prompts.rules.lint.findings import Code, Finding, Fix
from services.prompts.rules.lint.subject import Message, Subject, Visit
from services.prompts.rules.mustache import Value
from services.prompts.rules.variables import Variable, VariableType

# What variables are called that hold other people's text: pages of it, or a line.
# fmt: off
_PAGES: Final = frozenset(
    [
        "article",
        "articles",
        "attachment",
        "body",
        "chat",
        "chunk",
        "chunks",
        "comment",
        "comments",
        "complaint",
        "content",
        "contents",
        "context",
        "conversation",
        "data",
        "doc",
        "docs",
        "document",
        "documents",
        "email",
        "emails",
        "excerpt",
        "feedback",
        "file",
        "files",
        "history",
        "html",
        "input",
        "inputs",
        "letter",
        "log",
        "logs",
        "mail",
        "message",
        "messages",
        "note",
        "notes",
        "page",
        "pages",
        "paragraph",
        "passage",
        "passages",
        "post",
        "reply",
        "response",
        "result",
        "results",
        "review",
        "reviews",
        "snippet",
        "snippets",
        "source_text",
        "text",
        "texts",
        "thread",
        "ticket",
        "transcript",
        "tweet",
    ]
)
_LINES: Final = frozenset({
    "ask", "issue", "prompt", "query", "queries", "question", "questions", "request", "search",
    "utterance",
})
# fmt: on
_PEOPLE: Final = "(?:user|customer|visitor|client)"
_DESCRIBED: Final = re.compile(
    rf"\b(?:written|typed|pasted|entered|sent|asked|said) by (?:the |a |an )?{_PEOPLE}"
    rf"|\b{_PEOPLE}(?:'s|s') (?:text|message|question|input|words)",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")
# So many letters of fixed text behind a slot are instructions that it may override.
_INSTRUCTIONS: Final = 40

_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9_-]{0,63})[^<>\n]{0,200}>")
_RULE: Final = re.compile(
    r"^[ \t]*(?:(`{3,}|~{3,})[\w-]*|(\"{3,}|'{3,}|-{3,}|={3,}|#{3,}|\*{3,}))[ \t]*$", re.MULTILINE
)
_QUOTES: Final = {'"': '"', "'": "'", "`": "`", "“": "”", "«": "»", "„": "“", "[": "]", "<": ">"}
# A line of its own, "Question: {{question}}".
_LABEL: Final = re.compile(r"[ \t]*[\w*#>-][^\n]{0,60}:[ \t*_]*\Z")
_MUSTACHE: Final = re.compile(r"\{\{[^{}]{0,200}\}\}")


def injection(subject: Subject) -> Iterator[Finding]:
    """Find slots for other people's text in a system message, or unfenced among instructions."""
    for message in subject.messages:
        if message.role == "assistant":
            continue
        surroundings: _Surroundings | None = None
        for visit in subject.visits(message):
            size = _size_of(visit, subject.declared)
            if not size:
                continue
            if message.role == "system":
                yield _in_system(message, visit)
                continue
            surroundings = surroundings or _Surroundings(message.template)
            if surroundings.expose(*visit.part, is_line=size == "line"):
                yield _unfenced(message, visit)


def _size_of(visit: Visit, declared: Mapping[str, Variable]) -> str:
    """Tell whether a tag prints a page or a line of other people's text; "" when it does not."""
    if not isinstance(visit.tag, Value) or not visit.tag.path:
        return ""
    name = visit.tag.path[-1]
    variable = declared.get(visit.name) if len(visit.tag.path) == 1 and not visit.items else None
    if variable is not None:
        if variable.choices or variable.type in (
            VariableType.NUMBER,
            VariableType.INTEGER,
            VariableType.BOOLEAN,
        ):
            return ""
        if _DESCRIBED.search(variable.description):
            return "page"
    words = [word.casefold() for word in _WORDS.findall(name)]
    last = words[-1] if words else ""
    return "page" if last in _PAGES else "line" if last in _LINES else ""


class _Surroundings:
    """What stands around the slots of one template: marks around them, instructions behind."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._fences = _fences(template)
        self._starts = [start for start, _ in self._fences]
        fixed = _TAG.sub(_spaces, _MUSTACHE.sub(_spaces, template))
        letters = (at for at in range(len(fixed) - 1, -1, -1) if fixed[at].isalpha())
        # Up to here, enough letters follow to be instructions.
        self._last = next(islice(letters, _INSTRUCTIONS - 1, None), -1)

    def expose(self, start: int, end: int, *, is_line: bool) -> bool:
        """Tell whether a slot's text could be taken for the instructions that follow it."""
        if end > self._last:
            return False
        fence = bisect_right(self._starts, start) - 1
        if fence >= 0 and end <= self._fences[fence][1]:
            return False
        before, after = self._template[max(0, start - 1) : start], self._template[end : end + 1]
        if before and _QUOTES.get(before) == after:
            return False
        return not (is_line and self._stands_alone(start, end))

    def _stands_alone(self, start: int, end: int) -> bool:
        """Tell whether a slot has its line to itself, but for a label before it."""
        line_end = self._template.find("\n", end)
        behind = self._template[end : line_end if line_end >= 0 else len(self._template)]
        label = self._template[max(0, start - 80) : start].rpartition("\n")[2]
        is_labelled = not label.strip() or _LABEL.match(label) is not None
        return is_labelled and not behind.strip(" \t.?!")


def _fences(template: str) -> list[tuple[int, int]]:
    """Find what stands between marks, in order: <tag>…</tag>, two lines of ``` or --- or so."""
    found: list[tuple[int, int]] = []
    opened: dict[str, int] = {}
    for tag in _TAG.finditer(template):
        if not tag[1]:
            opened.setdefault(tag[2], tag.end())
        elif tag[2] in opened:
            found.append((opened.pop(tag[2]), tag.start()))
    for rule in _RULE.finditer(template):
        mark = (rule[1] or rule[2])[0]
        if mark in opened:
            found.append((opened.pop(mark), rule.start()))
        else:
            opened[mark] = rule.end()
    outer: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not outer or end > outer[-1][1]:
            outer.append((start, end))
    return outer


def _spaces(part: re.Match[str]) -> str:
    return " " * len(part[0])


def _in_system(message: Message, visit: Visit) -> Finding:
    name = visit.tag.path[-1]
    return message.finding(
        Code.SLOT_IN_SYSTEM,
        f"{{{{{name}}}}} looks like other people's text, and in a system message it speaks with "
        "the system's authority: move it to a user message, between delimiters such as "
        f"<{name}> and </{name}>, and say here that it is material, not instructions",
        visit.part,
        variable=visit.name,
    )


def _unfenced(message: Message, visit: Visit) -> Finding:
    start, end = visit.part
    name = visit.tag.path[-1]
    return message.finding(
        Code.SLOT_UNFENCED,
        f"{{{{{name}}}}} looks like other people's text and stands unfenced before instructions, "
        "which it can imitate or revoke: put it between delimiters, or at the end",
        visit.part,
        variable=visit.name,
        fix=Fix(
            f"Put it between <{name}> and </{name}>",
            f"<{name}>\n{message.template[start:end]}\n</{name}>",
        ),
    )
