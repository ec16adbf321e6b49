"""Texts: spaces nobody sees, messages without words, lines said twice."""

import re
from collections.abc import Iterator
from typing import Final

from services.prompts.rules.lint.findings import Code, Finding, Fix
from services.prompts.rules.lint.subject import Message, Subject
from services.prompts.rules.mustache import Text

# Shorter lines are headings, labels and items, and may well stand twice.
_LEAST_LINE: Final = 24
_LEAST_WORDS: Final = 4
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_BULLET: Final = re.compile(r"[-*•·>#\d.)( \t]*")


def blank_messages(subject: Subject) -> Iterator[Finding]:
    """Find messages of spaces and comments alone: rendered, they are empty."""
    for message in subject.messages:
        is_blank = all(isinstance(node, Text) and not node.text.strip() for node in message.nodes)
        if message.template and is_blank and not message.faults:
            yield message.finding(
                Code.MESSAGE_BLANK,
                "the message renders to nothing, and providers refuse empty ones: "
                "write it, or remove it",
                (0, len(message.template)),
            )


def trailing_whitespace(subject: Subject) -> Iterator[Finding]:
    """Find spaces and tabs at the end of a line."""
    for message in subject.messages:
        for start, end in message.lines():
            line = message.template[start:end].removesuffix("\r")
            kept = line.rstrip(" \t")
            if kept == line:
                continue
            yield message.finding(
                Code.TRAILING_WHITESPACE,
                "spaces at the end of the line are tokens that nobody sees: remove them",
                (start + len(kept), start + len(line)),
                fix=Fix("Remove them", ""),
            )


def prefill_whitespace(subject: Subject) -> Iterator[Finding]:
    """Find a beginning of the answer, put in the model's mouth, that ends in white space."""
    if not subject.messages or subject.messages[-1].role != "assistant":
        return
    message = subject.messages[-1]
    kept = len(message.template.rstrip())
    if 0 < kept < len(message.template):
        yield message.finding(
            Code.PREFILL_WHITESPACE,
            "the answer is to go on from here, and some models refuse a beginning that ends in "
            "white space: remove it",
            (kept, len(message.template)),
            fix=Fix("Remove it", ""),
        )


def repeated_lines(subject: Subject) -> Iterator[Finding]:
    """Find an instruction that is given twice: in one message, or in one and a system message."""
    by_system: dict[str, tuple[Message, int]] = {}
    for message in subject.messages:
        if message.role == "assistant":
            continue
        own = by_system if message.role == "system" else dict(by_system)
        for start, end in message.lines():
            said = _said(message.template[start:end])
            if not said:
                continue
            first = own.setdefault(said, (message, start))
            if first == (message, start):
                continue
            yield message.finding(
                Code.LINE_REPEATED,
                f"the same is said on line {first[0].line(first[1])}"
                f"{_of_message(first[0], message)}: once is enough",
                (start, end),
            )


def _said(line: str) -> str:
    """Bring a line into a form that is equal for equal instructions; "" for what is none."""
    if len(line) < _LEAST_LINE:
        return ""
    plain = " ".join(_BULLET.sub("", line, count=1).casefold().split()).rstrip(" .;:!")
    is_long = len(plain) >= _LEAST_LINE and len(_WORD.findall(plain)) >= _LEAST_WORDS
    return plain if is_long else ""


def _of_message(first: Message, second: Message) -> str:
    return "" if first.index == second.index else f" of message {first.index + 1}"
