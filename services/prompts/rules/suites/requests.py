"""Reads what a request gives to check: each document JSON of the right form, within bounds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.prompts.errors import AssertionsInvalid, SuiteInvalid
from services.prompts.rules.assertions.case import (
    MOST_OUTPUT_CHARACTERS,
    NO_GUARDRAILS,
    Guardrails,
    Outcome,
)
from services.prompts.rules.assertions.documents import NotJson, parse_json
from services.prompts.rules.assertions.model import Assertion, AssertionSet
from services.prompts.rules.assertions.words import as_text
from services.prompts.rules.suites.assertion_fields import Known, read_assertions
from services.prompts.rules.suites.fields import Fields, Problems
from services.prompts.rules.suites.suite import MOST_CHARACTERS
from services.prompts.rules.suites.tables import node_of
from services.prompts.rules.violations import Violations

MOST_ASSERTIONS: Final = 100
MOST_LOG_PROBABILITIES: Final = 100_000
MOST_FILES: Final = 20
_MOST_DOCUMENT: Final = 200_000
_MOST_NAME: Final = 200
# JSON of a text is longer than the text: every character may be escaped.
_ESCAPED: Final = 6
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")
_NANO: Final = 1_000_000_000


@dataclass(frozen=True)
class CheckDraft:
    """A request to check, unread: JSON as text, "" where nothing was given."""

    output_json: str
    assertions_json: Sequence[str]
    variables_json: str = ""
    threshold: float | None = None
    latency_ms: int | None = None
    cost_nano_usd: int | None = None
    finish_reason: str = ""
    log_probabilities: Sequence[float] = ()
    guardrails: Guardrails = NO_GUARDRAILS
    tools_json: str = ""
    functions_json: str = ""


@dataclass(frozen=True)
class Checkable:
    """A request that can be checked."""

    assertions: tuple[Assertion | AssertionSet, ...]
    outcome: Outcome
    threshold: float | None


def read_check(draft: CheckDraft) -> Checkable:
    """Read a request; raise AssertionsInvalid with everything that is wrong with it."""
    violations = Violations()
    output = _output(draft.output_json, violations)
    outcome = Outcome(
        output,
        _document(draft.variables_json, "variables", dict, violations) or {},
        draft.latency_ms,
        None if draft.cost_nano_usd is None else draft.cost_nano_usd / _NANO,
        draft.finish_reason,
        draft.log_probabilities,
        draft.guardrails,
        _document(draft.tools_json, "tools", list, violations),
        _document(draft.functions_json, "functions", list, violations),
    )
    if len(draft.log_probabilities) > MOST_LOG_PROBABILITIES:
        message = f"must have at most {MOST_LOG_PROBABILITIES:,} items"
        violations.add("log_probabilities", message)
    assertions = _assertions(draft.assertions_json, violations)
    violations.raise_as(AssertionsInvalid)
    return Checkable(assertions, outcome, draft.threshold)


def check_files(text: str, files: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """Return the files of a suite by name; raise SuiteInvalid for what is out of bounds."""
    violations = Violations()
    violations.add_text("text", text, most=MOST_CHARACTERS)
    if len(files) > MOST_FILES:
        violations.add("files", f"must have at most {MOST_FILES} items")
    total = len(text)
    for index, (name, content) in enumerate(files[:MOST_FILES]):
        violations.add_text(f"files[{index}].name", name, most=_MOST_NAME, least=1)
        total += len(content)
        if name in dict(files[:index]):
            violations.add(f"files[{index}].name", "is given twice")
    if len(text) <= MOST_CHARACTERS < total:
        violations.add(
            "files", f"must have, with the suite, at most {MOST_CHARACTERS:,} characters"
        )
    violations.raise_as(SuiteInvalid)
    return {name.removeprefix("./"): content for name, content in files}


def _output(text: str, violations: Violations) -> Any:
    if len(text) > _ESCAPED * MOST_OUTPUT_CHARACTERS:
        output, length = None, len(text)
    else:
        try:
            output = _parsed(text)
        except NotJson:
            violations.add("output", "must be JSON: a text is a JSON string")
            return None
        length = len(output) if isinstance(output, str) else len(text)
    if length > MOST_OUTPUT_CHARACTERS:
        message = f"must have at most {MOST_OUTPUT_CHARACTERS:,} characters, has {length:,}"
        violations.add("output", message)
    return output


def _parsed(text: str) -> Any:
    """Parse JSON whose texts can be sent on: half a surrogate pair cannot. Raise NotJson."""
    document = parse_json(text)
    if _HALF.search(text):
        try:
            as_text(document).encode()
        except UnicodeEncodeError:
            raise NotJson("has half a surrogate pair") from None
    return document


def _document(text: str, name: str, form: type, violations: Violations) -> Any:
    if not text:
        return None
    if len(text) > _MOST_DOCUMENT:
        message = f"must have at most {_MOST_DOCUMENT:,} characters as JSON, has {len(text):,}"
        violations.add(name, message)
        return None
    try:
        document = _parsed(text)
    except NotJson:
        document = None
    if not isinstance(document, form):
        violations.add(name, f"must be JSON: {'a list' if form is list else 'an object'}")
        return None
    return document


def _assertions(
    texts: Sequence[str], violations: Violations
) -> tuple[Assertion | AssertionSet, ...]:
    total = sum(map(len, texts))
    if total > _MOST_DOCUMENT:
        message = f"must have at most {_MOST_DOCUMENT:,} characters as JSON, has {total:,}"
        violations.add("assertions", message)
        return ()
    problems = Problems()
    try:
        given = [_parsed(text) for text in texts]
        fields = Fields(node_of({"assertions": given}, 1), "", problems)
        found = read_assertions(fields, problems, Known(), name="assertions")
    except (NotJson, RecursionError):
        violations.add("assertions", "must be JSON objects, not nested too deep")
        return ()
    for problem in problems.found:
        if not problem.is_warning:
            violations.add(problem.field, problem.message)
    count = sum(len(one.assertions) if isinstance(one, AssertionSet) else 1 for one in found)
    if not given or count > MOST_ASSERTIONS:
        violations.add("assertions", f"must have 1 to {MOST_ASSERTIONS} items, has {count}")
    return found
