"""Errors: what saving would refuse, found by the same checks that refuse it."""

import re
from collections.abc import Iterator
from typing import Final

from services.kit.errors import FieldViolation
from services.prompts.rules.content import ContentDraft, problem_of_use
from services.prompts.rules.lint.findings import Code, Finding
from services.prompts.rules.lint.subject import Subject
from services.prompts.rules.references import uses

_VARIABLE: Final = re.compile(r"variables\[(\d+)\]\.(name|default|enum|description)")


def refused(violation: FieldViolation, draft: ContentDraft, field: str) -> Finding:
    """Make a finding of what a check of saving noted."""
    inside = violation.field.removeprefix(f"{field}.")
    about = _VARIABLE.match(inside)
    name = draft.variables[int(about[1])].name if about else ""
    code = _code(inside, violation.description, about)
    shown = violation.description
    if code is Code.MESSAGE_EMPTY:
        shown = "the message is empty: write it, or remove it"
    return Finding(code, shown, violation.field, variable=name)


def _code(inside: str, description: str, about: re.Match[str] | None) -> Code:
    if about:
        if about[2] in ("default", "enum"):
            return Code.VALUE_INVALID
        is_twice = description.endswith("is declared twice")
        return Code.VARIABLE_DECLARED_TWICE if is_twice else Code.VARIABLE_INVALID
    if inside.startswith("variables"):
        return Code.VARIABLE_INVALID
    if inside.startswith("parameters"):
        return Code.PARAMETER_INVALID
    is_text = inside == "text" or inside.endswith(".content")
    if is_text and description == "must not be empty":
        return Code.MESSAGE_EMPTY
    return Code.CONTENT_INVALID


def broken_templates(subject: Subject) -> Iterator[Finding]:
    """Tags that cannot be read: unbalanced, unknown, malformed."""
    for message in subject.messages:
        for fault in message.faults:
            yield message.finding(
                Code.TEMPLATE_INVALID, fault.description, (fault.offset, fault.end)
            )


def misused_variables(subject: Subject) -> Iterator[Finding]:
    """Names that no variable can have, and fields read of what has none."""
    for message in subject.messages:
        for use in uses(message.nodes, subject.types):
            wrong = problem_of_use(use, subject.types.get(use.name))
            if wrong:
                part = (use.tag.offset, use.tag.end)
                yield message.finding(Code.VARIABLE_MISUSED, wrong, part, variable=use.name)
