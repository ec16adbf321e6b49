"""Lints a draft: every rule, and the order in which findings are told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from services.prompts.rules.content import (
    MOST_CONTENT_CHARACTERS,
    MOST_MESSAGE_CHARACTERS,
    ContentDraft,
    Message,
    check_form,
    check_model,
)
from services.prompts.rules.lint import marks, parameters, saving, slots, texts, tokens, variables
from services.prompts.rules.lint.findings import Finding, Severity
from services.prompts.rules.lint.subject import CountTokens, Subject, read_message
from services.prompts.rules.parameters import check_parameters
from services.prompts.rules.placeholders import PLACEHOLDER, names
from services.prompts.rules.placeholders import check as check_placeholders
from services.prompts.rules.variables import check_variables
from services.prompts.rules.violations import Violations

MOST_OF_A_RULE: Final = 50

Rule = Callable[[Subject], Iterator[Finding]]
_RULES: Final[tuple[Rule, ...]] = (
    saving.broken_templates,
    saving.misused_variables,
    variables.undeclared,
    variables.unused,
    variables.shadowed,
    marks.single_braces,
    marks.escape_marks,
    slots.injection,
    texts.blank_messages,
    texts.prefill_whitespace,
    texts.repeated_lines,
    texts.trailing_whitespace,
    tokens.cost,
    parameters.sampling,
    parameters.limits,
    parameters.logprobs,
    parameters.stops,
    parameters.json_form,
)
_ORDER: Final = list(Severity)


@dataclass(frozen=True, slots=True)
class Report:
    """Findings, the gravest first; `is_cut` when some rule found more than its 50."""

    findings: tuple[Finding, ...]
    is_cut: bool = False


def lint(draft: ContentDraft, field: str, count_tokens: CountTokens) -> Report:
    """Find what is wrong, risky or wasteful in any draft; fields are told as `field.…`.

    There is an error exactly when the draft cannot be saved.
    """
    violations = Violations()
    declared = check_variables(draft.variables, f"{field}.variables", violations)
    given = check_parameters(draft.parameters_json, f"{field}.parameters", violations)
    check_model(draft.model, f"{field}.model", violations)
    messages = check_form(draft, field, violations)
    types = {variable.name: variable.type for variable in declared}
    check_placeholders(messages, types, violations)
    refused = [saving.refused(one, draft, field) for one in violations]
    is_cut = len(refused) > MOST_OF_A_RULE
    findings = refused[:MOST_OF_A_RULE]
    if not _is_oversized(messages):
        read = [
            read_message(at, index, message.role, _template(message))
            for index, (at, message) in enumerate(messages)
        ]
        expected = frozenset(names(message for _, message in messages))
        subject = Subject(field, read, declared, given, count_tokens, expected)
        for rule in _RULES:
            found = list(islice(rule(subject), MOST_OF_A_RULE + 1))
            is_cut = is_cut or len(found) > MOST_OF_A_RULE
            findings += found[:MOST_OF_A_RULE]
    return Report(tuple(sorted(findings, key=_rank)), is_cut)


def _template(message: Message) -> str:
    """Return what rules read of a message: of a placeholder, nothing is said yet."""
    return "" if message.role == PLACEHOLDER else message.content


def _is_oversized(messages: Sequence[tuple[str, Message]]) -> bool:
    """Tell whether texts are past what can be saved, which is an error already."""
    lengths = [len(message.content) for _, message in messages]
    return (
        max(lengths, default=0) > MOST_MESSAGE_CHARACTERS or sum(lengths) > MOST_CONTENT_CHARACTERS
    )


def _rank(finding: Finding) -> tuple[int, int, int, str]:
    place = finding.place
    where = (place.message_index, place.start) if place else (-1, 0)
    return (_ORDER.index(finding.code.severity), *where, finding.code)
