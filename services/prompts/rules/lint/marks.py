"""Marks of other template languages: written here, they mean something else or nothing."""

import re
from collections.abc import Iterator
from typing import Final

from services.prompts.rules.lint.findings import Code, Finding, Fix
from services.prompts.rules.lint.subject import Subject
from services.prompts.rules.mustache import Value

_SINGLE: Final = re.compile(r"(?<!\{)\$?\{([A-Za-z_][A-Za-z0-9_]{0,63})\}(?!\})")


def escape_marks(subject: Subject) -> Iterator[Finding]:
    """Find `{{{a}}}` and `{{&a}}`, which elsewhere turn an escaping off that is not here."""
    for message in subject.messages:
        for visit in subject.visits(message):
            tag = visit.tag
            if not isinstance(tag, Value) or not tag.mark:
                continue
            start, end = visit.part
            plain = "{{" + (".".join(tag.path) or ".") + "}}"
            is_usual = message.template.startswith("{{", start) and "{{=" not in message.template
            yield message.finding(
                Code.ESCAPE_MARKS,
                "nothing is escaped here, so this means the same as two braces: write those",
                (start, end),
                variable=visit.name,
                fix=Fix(f"Write {plain}", plain) if is_usual else None,
            )


def single_braces(subject: Subject) -> Iterator[Finding]:
    """Find `{name}` and `${name}` of a variable: sent to the model as they stand."""
    for message in subject.messages:
        for found in _SINGLE.finditer(message.template):
            name = found[1]
            if name not in subject.declared:
                continue
            right = "{{" + name + "}}"
            yield message.finding(
                Code.SINGLE_BRACES,
                f"{found[0]} is sent as it stands: write {right} to print the variable",
                found.span(),
                variable=name,
                fix=Fix(f"Write {right}", right) if "{{=" not in message.template else None,
            )
