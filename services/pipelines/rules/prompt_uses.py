"""Prompts that a definition uses: which ones, and whether what it gives them fits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.kit.expressions import Expression
from services.pipelines.rules.expressions import Use
from services.pipelines.rules.faults import Fault, one_of, suggestion
from services.pipelines.rules.steps import StepView
from services.pipelines.rules.values import UNKNOWN, Samples

DEFAULT_LABEL: Final = "production"


@dataclass(frozen=True, slots=True)
class PromptReference:
    """A version of a prompt: by name or id, and by number, else by label."""

    name: str
    label: str
    version: int

    def __str__(self) -> str:
        """Write it as people read it."""
        return f"'{self.name}' " + (
            f"version {self.version}" if self.version else f"at label '{self.label}'"
        )


@dataclass(frozen=True, slots=True)
class PromptVariable:
    """A variable of a prompt version.

    `type` is string, number, integer, boolean, list or object; `choices` are the JSON values that
    it may have, empty for any of its type.
    """

    name: str
    type: str
    is_required: bool
    choices: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingPrompt:
    """A reference that stands for nothing.

    Why, as told by prompts, and a reason such as PROMPT_NOT_FOUND.
    """

    reason: str
    message: str


# What references stand for: the variables of the version, or why there is none.
Resolved = Mapping[PromptReference, tuple[PromptVariable, ...] | MissingPrompt]

_PYTHON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "list": (list,),
    "object": (dict,),
}
_WRITTEN_TYPES: Final = {
    "string": "text",
    "number": "a number",
    "integer": "an integer",
    "boolean": "true or false",
    "list": "a list",
    "object": "an object",
}


def prompt_reference(step: StepView) -> PromptReference | None:
    """Return the prompt that a step uses; None when it names none that could be looked up."""
    named = step.body.get("prompt")
    if step.type != "prompt" or not isinstance(named, dict):
        return None
    name, label = named.get("name"), named.get("label", DEFAULT_LABEL)
    version = named.get("version", 0)
    if not isinstance(name, str) or not name or "${" in name:
        return None
    if not isinstance(label, str) or not isinstance(version, int) or isinstance(version, bool):
        return None
    return PromptReference(name, "" if version else label, version)


def label_and_version_faults(steps: list[StepView]) -> Iterator[Fault]:
    """Find references that name both a label and a version."""
    for step in steps:
        named = step.body.get("prompt")
        if isinstance(named, dict) and "label" in named and "version" in named:
            message = "names a label and a version: keep the one that is meant"
            yield step.fault(("prompt", "version"), "wrong_type", message)


def prompt_faults(
    steps: list[StepView], resolved: Resolved, uses: list[Use], samples: Samples
) -> Iterator[Fault]:
    """Find prompts that are missing, and variables that are missing, unknown or of another type."""
    for step in steps:
        reference = prompt_reference(step)
        found = resolved.get(reference) if reference else None
        if reference is None or found is None:
            continue
        if isinstance(found, MissingPrompt):
            yield step.fault(("prompt",), "missing_prompt", _missing(reference, found))
        else:
            yield from _variable_faults(step, reference, found, _by_variable(step, uses), samples)


def _missing(reference: PromptReference, found: MissingPrompt) -> str:
    match found.reason:
        case "PROMPT_NOT_FOUND":
            return f"there is no prompt '{reference.name}': create it, or name another"
        case "LABEL_NOT_FOUND":
            remedy = "set the label, or name another label or a version"
            return f"the prompt '{reference.name}' has no label '{reference.label}': {remedy}"
        case "PROMPT_VERSION_NOT_FOUND":
            remedy = "name a version that exists, or a label"
            return f"the prompt '{reference.name}' has no version {reference.version}: {remedy}"
    return f"the prompt {reference} cannot be used: {found.message}"


def _by_variable(step: StepView, uses: list[Use]) -> dict[str, list[Expression]]:
    found: dict[str, list[Expression]] = {}
    for use in uses:
        if use.step is step and len(use.path) > 3 and use.path[2] == "variables":
            found.setdefault(str(use.path[3]), []).append(use.expression)
    return found


def _variable_faults(
    step: StepView,
    reference: PromptReference,
    variables: tuple[PromptVariable, ...],
    expressions: Mapping[str, list[Expression]],
    samples: Samples,
) -> Iterator[Fault]:
    given = step.body.get("variables", {})
    if not isinstance(given, dict):
        return
    known = {variable.name: variable for variable in variables}
    for name, value in given.items():
        variable = known.get(name)
        if variable is None:
            remedy = suggestion(name, known, otherwise="remove it")
            message = f"is not a variable of the prompt {reference}: {remedy}"
            yield step.fault(("variables", name), "unknown_field", message)
        elif fault := _type_fault(value, variable, expressions.get(name, []), samples):
            yield step.fault(("variables", name), "wrong_type", fault)
    for variable in variables:
        # Null counts as not given, as it does when the prompt is filled.
        if variable.is_required and given.get(variable.name) is None:
            message = (
                f"is missing: the prompt {reference} needs {_WRITTEN_TYPES[variable.type]} for it"
            )
            yield step.fault(("variables", variable.name), "missing_field", message)


def _type_fault(
    value: Any, variable: PromptVariable, expressions: list[Expression], samples: Samples
) -> str:
    sample = samples.rendered(value, expressions)
    if sample is UNKNOWN or sample is None:
        return ""
    allowed = _PYTHON_TYPES[variable.type]
    is_bool_as_number = isinstance(sample, bool) and bool not in allowed
    is_whole = variable.type == "integer" and isinstance(sample, float) and sample.is_integer()
    if (isinstance(sample, allowed) and not is_bool_as_number) or is_whole:
        return "" if expressions else _choice_fault(sample, variable)
    remedy = "; write it as string(…)" if variable.type == "string" and expressions else ""
    return f"must be {_WRITTEN_TYPES[variable.type]}, as the prompt declares it{remedy}"


def _choice_fault(value: Any, variable: PromptVariable) -> str:
    if not variable.choices or value in variable.choices:
        return ""
    if not isinstance(value, str):
        return f"must be one of {', '.join(map(str, variable.choices))}"
    names = [choice for choice in variable.choices if isinstance(choice, str)]
    remedy = suggestion(value, names)
    hint = f"; {remedy}" if remedy.startswith("did you mean") else ""
    return f"must be {one_of(names)}, as the prompt declares it{hint}"
