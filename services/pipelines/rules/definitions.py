"""Checking a definition: everything that is wrong with it, at once.

Two parts, because prompts live elsewhere: `read` finds what the text alone tells, and which prompts
the definition uses; `checked` adds what these prompts tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from services.kit.errors import FieldViolation
from services.pipelines.errors import DefinitionInvalid
from services.pipelines.rules.documents import Document, parse
from services.pipelines.rules.expressions import Found, find_expressions, reference_faults
from services.pipelines.rules.faults import Fault, written
from services.pipelines.rules.graph import cycle_faults, dependencies
from services.pipelines.rules.input_schemas import input_schema_faults
from services.pipelines.rules.prompt_uses import (
    PromptReference,
    Resolved,
    label_and_version_faults,
    prompt_faults,
    prompt_reference,
)
from services.pipelines.rules.schema import schema_faults
from services.pipelines.rules.steps import (
    StepView,
    branch_faults,
    by_id,
    duplicate_faults,
    named_step_faults,
    steps_of,
)
from services.pipelines.rules.values import UNKNOWN, Samples, TypeMismatch

# Words of the expression language: steps.in.output cannot be written.
_RESERVED_IDS: Final = frozenset({"in", "true", "false", "null"})
# Of each kind of check: nobody reads such a list to its end, and each fault has its price.
MAX_FAULTS: Final = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """What the text of a definition tells.

    The document (None when it is not JSON) and its faults.
    """

    document: Document | None
    faults: list[Fault]
    steps: list[StepView] = field(default_factory=list)
    found: Found = field(default_factory=Found)

    def prompts(self) -> list[PromptReference]:
        """Return the prompts that it uses, each once."""
        references = (prompt_reference(step) for step in self.steps)
        return list(dict.fromkeys(reference for reference in references if reference))


@dataclass(frozen=True, slots=True)
class CheckedDefinition:
    """A definition and all its faults; without faults there is a document."""

    document: Document | None
    faults: list[Fault]

    def require_valid(self) -> Document:
        """Return the document. Raises DefinitionInvalid with a violation for each fault."""
        if self.faults or self.document is None:
            raise DefinitionInvalid.of(
                [FieldViolation(one.path or "definition", one.message) for one in self.faults]
            )
        return self.document


def read(text: str) -> Reading:
    """Check all that the text alone tells."""
    document, faults = parse(text)
    if document is None:
        return Reading(None, faults)
    definition = document.value
    steps = steps_of(definition)
    found = find_expressions(definition, steps)
    faults += islice(schema_faults(definition), MAX_FAULTS + 1)
    faults += islice(_semantic_faults(definition, steps, found), MAX_FAULTS + 1)
    return Reading(document, faults, steps, found)


def checked(reading: Reading, resolved: Resolved) -> CheckedDefinition:
    """Add the faults that the prompts of a definition tell; all in the order of the document."""
    faults = list(reading.faults)
    if reading.document is not None:
        samples = Samples(reading.document.value, by_id(reading.steps))
        of_prompts = prompt_faults(reading.steps, resolved, reading.found.uses, samples)
        faults += islice(of_prompts, MAX_FAULTS + 1)
    return CheckedDefinition(reading.document, _bounded(_in_order(faults)))


def _semantic_faults(definition: Any, steps: list[StepView], found: Found) -> Iterator[Fault]:
    known = by_id(steps)
    yield from input_schema_faults(definition)
    yield from duplicate_faults(steps)
    yield from _reserved_id_faults(steps)
    yield from named_step_faults(steps)
    yield from branch_faults(steps)
    yield from label_and_version_faults(steps)
    yield from found.faults
    yield from reference_faults(definition, known, found.uses)
    yield from cycle_faults(known, dependencies(known, found.references()))
    yield from _type_faults(definition, known, found)


def _reserved_id_faults(steps: list[StepView]) -> Iterator[Fault]:
    for step in steps:
        if step.id in _RESERVED_IDS:
            message = f"'{step.id}' is a word of the expression language: choose another id"
            yield step.fault(("id",), "wrong_type", message)


def _type_faults(definition: Any, steps: dict[str, StepView], found: Found) -> Iterator[Fault]:
    samples = Samples(definition, steps)
    for use in found.uses:
        step_id = use.step.id if use.step else ""
        try:
            value = samples.value(use.expression)
        except TypeMismatch as mismatch:
            message = f"`{use.expression.source[:80]}` cannot be computed: {mismatch}"
            yield Fault(written(use.path), step_id, "wrong_type", message)
            continue
        is_condition = use.step is not None and use.step.type == "condition"
        if is_condition and value is not UNKNOWN and not isinstance(value, bool):
            message = (
                f"gives {_kind(value)}, and a condition needs true or false: "
                "compare it with something, as in input.language == 'German'"
            )
            yield Fault(written(use.path), step_id, "wrong_type", message)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
    return "an object"


def _in_order(faults: list[Fault]) -> list[Fault]:
    """Sort faults of steps by step; those of the document come first, those of its end last."""
    unique = list(dict.fromkeys(faults))
    return sorted(unique, key=lambda fault: _step_index(fault.path))


def _step_index(path: str) -> int:
    if path.startswith("steps["):
        return int(path[len("steps[") : path.index("]")])
    return MAX_FAULTS + 1 if path.startswith("output") else -1


def _bounded(faults: list[Fault]) -> list[Fault]:
    if len(faults) <= MAX_FAULTS:
        return faults
    more = Fault("", "", "limit", f"more than {MAX_FAULTS} faults: mend those that are told first")
    return [more, *faults[:MAX_FAULTS]]
