"""Variables: used and not declared, declared and not used, hidden behind a field of an item."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from services.prompts.rules.content import problem_of_use
from services.prompts.rules.lint.findings import Code, Finding, Fix
from services.prompts.rules.lint.subject import Message, Subject
from services.prompts.rules.mustache import Section
from services.prompts.rules.references import Use, uses
from services.prompts.rules.variables import is_variable_name

# How alike two names must be to be taken for a slip: one letter in five, or two letters exchanged.
_ALIKE: Final = 0.8


def undeclared(subject: Subject) -> Iterator[Finding]:
    """Find names that the templates use and nobody declared: required strings, or slips."""
    seen: set[str] = set()
    for message in subject.messages:
        for use in uses(message.nodes, subject.types):
            is_new = use.name not in subject.declared and use.name not in seen
            if is_new and not problem_of_use(use, None):
                seen.add(use.name)
                yield _undeclared(subject, message, use)


def _undeclared(subject: Subject, message: Message, use: Use) -> Finding:
    part = start, end = use.tag.offset, use.tag.end
    near = get_close_matches(use.name, subject.declared, n=1, cutoff=_ALIKE)
    if not near:
        return message.finding(
            Code.VARIABLE_UNDECLARED,
            f"{{{{{use.name}}}}} is not declared, which makes it a required text: "
            "declare it to give it a type, a default or a description",
            part,
            variable=use.name,
        )
    # A section has a closing tag too, which one replacement would not reach.
    written = message.template[start:end].replace(use.name, near[0], 1)
    return message.finding(
        Code.VARIABLE_MISSPELT,
        f"{{{{{use.name}}}}} is not declared, and {near[0]} is: write that, or declare this too",
        part,
        variable=use.name,
        fix=None if isinstance(use.tag, Section) else Fix(f"Write {near[0]}", written),
    )


def unused(subject: Subject) -> Iterator[Finding]:
    """Find variables that no template names: callers must give a value that goes nowhere."""
    if not subject.is_readable:
        return
    named = {visit.name for message in subject.messages for visit in subject.visits(message)}
    named |= subject.placeholders
    for index, variable in enumerate(subject.variables):
        if variable.name not in named and is_variable_name(variable.name):
            yield Finding(
                Code.VARIABLE_UNUSED,
                f"{variable.name} is declared and no template uses it: "
                f"write {{{{{variable.name}}}}} where it belongs, or remove it",
                f"{subject.field}.variables[{index}]",
                variable=variable.name,
            )


def shadowed(subject: Subject) -> Iterator[Finding]:
    """Find variables named inside of a section over items, which may have a field of that name."""
    for message in subject.messages:
        for visit in subject.visits(message):
            over = visit.items[-1] if visit.items else None
            if over is None or visit.name not in subject.declared:
                continue
            if over.path[:1] == (visit.name,):
                continue
            yield message.finding(
                Code.VARIABLE_SHADOWED,
                f"inside of {{{{#{'.'.join(over.path)}}}}}, {visit.name} is the item's field where "
                "it has one, and the variable otherwise: rename one of them if you mean the other",
                visit.part,
                variable=visit.name,
            )
