"""Expressions of a definition.

Where they stand, what they refer to, and what their values are where that can be known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from services.kit.expression_errors import InvalidExpression
from services.kit.expression_tokens import Token, closing_brace, tokens
from services.kit.expressions import Expression, compile_expression
from services.pipelines.rules.faults import Fault, Path, suggestion, written
from services.pipelines.rules.steps import StepView

# Together with the limits of a definition's size this bounds what checking one may cost.
MAX_EXPRESSIONS: Final = 5_000

# Members of a step that are one expression, and those that are JSON with `${…}` in it.
_BARE: Final = {"condition": ("if",), "transform": ("expression",)}
_TEMPLATES: Final = {
    "prompt": ("variables", "model", "parameters"),
    "http": ("url", "headers", "body"),
}
# Members that are taken as they stand: which prompt is used is settled before a run starts.
_LITERAL: Final = {"prompt": ("prompt",)}

# What each type of step puts into `steps.<id>.output`; None: anything.
OUTPUT_MEMBERS: Final[Mapping[str, tuple[str, ...] | None]] = {
    "prompt": ("text", "json", "model", "finish_reason", "tool_calls"),
    "condition": ("result",),
    "http": ("status", "headers", "body"),
    "transform": None,
}
# Keywords by which a schema allows members that `properties` does not name.
_OPEN_KEYWORDS: Final = frozenset(
    [
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "if",
        "then",
        "else",
        "patternProperties",
        "unevaluatedProperties",
    ]
)


@dataclass(frozen=True, slots=True)
class Use:
    """An expression and where it stands; `step` is None for the pipeline's output."""

    step: StepView | None
    path: Path
    expression: Expression


class Found:
    """The expressions of a definition, and the faults of what cannot be read as one."""

    def __init__(self) -> None:
        self.uses: list[Use] = []
        self.faults: list[Fault] = []

    def references(self) -> dict[str, dict[str, Path]]:
        """Return which step refers to which, with the path inside the referring step."""
        found: dict[str, dict[str, Path]] = {}
        for use in self.uses:
            if use.step is None:
                continue
            for root, name in use.expression.references():
                if root == "steps":
                    # The path of a step's member begins with "steps" and its index.
                    found.setdefault(use.step.id, {}).setdefault(name, use.path[2:])
        return found


def find_expressions(definition: Any, steps: list[StepView]) -> Found:
    """Read every expression of the steps and of the output."""
    found = Found()
    for step in steps:
        for name in _BARE.get(step.type, ()):
            text = step.body.get(name)
            if isinstance(text, str):
                _compile(found, step, step.path(name), text)
        for name in _TEMPLATES.get(step.type, ()):
            _walk(found, step, step.path(name), step.body.get(name))
        for name in _LITERAL.get(step.type, ()):
            _refuse_templates(found, step, step.path(name), step.body.get(name))
    if isinstance(definition, dict):
        _walk(found, None, ("output",), definition.get("output"))
    if len(found.uses) > MAX_EXPRESSIONS:
        message = f"holds more than {MAX_EXPRESSIONS:,} expressions: split the pipeline"
        found.faults.append(Fault("", "", "limit", message))
        del found.uses[MAX_EXPRESSIONS:]
    return found


def reference_faults(
    definition: Any, steps: Mapping[str, StepView], uses: list[Use]
) -> Iterator[Fault]:
    """Find references to steps, inputs and members of outputs that do not exist."""
    inputs = declared_inputs(definition)
    for use in uses:
        step_id = use.step.id if use.step else ""
        for name in sorted(_unknown_steps(use, steps)):
            remedy = suggestion(name, steps, otherwise="name a step of this pipeline")
            message = f"refers to a step that does not exist, '{name}': {remedy}"
            yield Fault(written(use.path), step_id, "unknown_reference", message)
        for name in sorted(_unknown_inputs(use, inputs)):
            remedy = suggestion(name, inputs or (), otherwise="declare it under input.properties")
            message = f"refers to an input that is not declared, '{name}': {remedy}"
            yield Fault(written(use.path), step_id, "unknown_reference", message)
        yield from _member_faults(use, steps)


def declared_inputs(definition: Any) -> Mapping[str, Any] | None:
    """Return the declared inputs, each with its schema; None when any input is allowed."""
    schema = definition.get("input") if isinstance(definition, dict) else None
    if not isinstance(schema, dict) or _OPEN_KEYWORDS & schema.keys():
        return None
    properties = schema.get("properties")
    # `additionalProperties` said outright, and not as false, means: others are expected.
    if not isinstance(properties, dict) or schema.get("additionalProperties", False) is not False:
        return None
    return properties


@lru_cache(maxsize=MAX_EXPRESSIONS)
def step_members(source: str) -> tuple[tuple[str, str, str], ...]:
    """Return (step id, "output" or "state", member or "") of each `steps.<id>.output.<member>`."""
    return tuple(_step_members(list(tokens(source))))


def _step_members(parts: list[Token]) -> Iterator[tuple[str, str, str]]:
    for at, token in enumerate(parts):
        if token.text != "steps" or token.kind != "name" or (at and parts[at - 1].text == "."):
            continue
        names = list(_names_after(parts, at + 1))
        if len(names) >= 2:
            yield names[0], names[1], names[2] if len(names) > 2 else ""


def _names_after(parts: list[Token], at: int) -> Iterator[str]:
    while at + 1 < len(parts) and parts[at].text == "." and parts[at + 1].kind == "name":
        # A name before a bracket is that of a function: steps.a.output.size().
        if at + 2 < len(parts) and parts[at + 2].text == "(":
            return
        yield parts[at + 1].text
        at += 2


def _unknown_steps(use: Use, steps: Mapping[str, StepView]) -> set[str]:
    return {
        name for root, name in use.expression.references() if root == "steps" and name not in steps
    }


def _unknown_inputs(use: Use, inputs: Mapping[str, Any] | None) -> set[str]:
    if inputs is None:
        return set()
    return {
        name
        for root, name in use.expression.references()
        if root == "input" and name and name not in inputs
    }


def _member_faults(use: Use, steps: Mapping[str, StepView]) -> Iterator[Fault]:
    told: set[tuple[str, str]] = set()
    for name, part, member in step_members(use.expression.source):
        step = steps.get(name)
        members = OUTPUT_MEMBERS.get(step.type) if step else None
        if part != "output" or not member or members is None or member in members:
            continue
        if (name, member) not in told:
            told.add((name, member))
            kind = step.type if step else ""
            message = f"the output of '{name}', a {kind} step, has no '{member}': " + suggestion(
                member, members
            )
            step_id = use.step.id if use.step else ""
            yield Fault(written(use.path), step_id, "unknown_reference", message)


def _walk(found: Found, step: StepView | None, path: Path, node: Any) -> None:
    if isinstance(node, str):
        for source in _sources(found, step, path, node):
            _compile(found, step, path, source)
    elif isinstance(node, dict):
        for name, member in node.items():
            _walk(found, step, (*path, name), member)
    elif isinstance(node, list):
        for index, member in enumerate(node):
            _walk(found, step, (*path, index), member)


def _sources(found: Found, step: StepView | None, path: Path, text: str) -> Iterator[str]:
    """Yield the text inside each `${…}`."""
    at = 0
    while (start := text.find("${", at)) >= 0:
        if start > at and text[start - 1] == "$":
            at = start + 2
            continue
        end = closing_brace(text, start + 2)
        if end < 0:
            message = "`${` is never closed: add `}`, or write `$${` for a literal `${`"
            found.faults.append(_fault(step, path, "expression_invalid", message))
            return
        yield text[start + 2 : end].strip()
        at = end + 1


def _compile(found: Found, step: StepView | None, path: Path, source: str) -> None:
    try:
        found.uses.append(Use(step, path, compile_expression(source)))
    except InvalidExpression as error:
        message = f"{error.detail}, at character {error.position + 1} of `{_short(source)}`"
        if source.startswith("${"):
            message = "is an expression by itself: write it without ${ }"
        found.faults.append(_fault(step, path, "expression_invalid", message))


def _refuse_templates(found: Found, step: StepView, path: Path, node: Any) -> None:
    if isinstance(node, str):
        if "${" in node.replace("$${", ""):
            message = "takes no expression: the prompt is looked up before the run starts"
            found.faults.append(_fault(step, path, "expression_invalid", message))
    elif isinstance(node, dict):
        for name, member in node.items():
            _refuse_templates(found, step, (*path, name), member)
    elif isinstance(node, list):
        for index, member in enumerate(node):
            _refuse_templates(found, step, (*path, index), member)


def _fault(step: StepView | None, path: Path, code: str, message: str) -> Fault:
    return Fault(written(path), step.id if step else "", code, message)


def _short(source: str) -> str:
    return source if len(source) <= 60 else source[:57] + "..."
