"""What an expression's value is, where that can be known before a run.

An expression whose references all have a known type (a declared scalar input, the text of a prompt
step, a state …) is evaluated once with sample values of these types. The type of the result, or the
complaint that types do not go together, is then known; anything that depends on more is left to the
run.
"""

from collections.abc import Mapping
from typing import Any, Final

from services.kit.expression_errors import ExpressionFailed
from services.kit.expressions import Expression, Template
from services.pipelines.rules.expressions import declared_inputs, step_members
from services.pipelines.rules.steps import StepView


class Unknown:
    """A value that only a run can tell."""


UNKNOWN: Final = Unknown()

_SAMPLES: Final[Mapping[str, Any]] = {
    "string": "text",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
}
# Members of outputs whose type does not depend on the run.
_OUTPUT_SAMPLES: Final[Mapping[tuple[str, str], Any]] = {
    ("prompt", "text"): "text",
    ("prompt", "model"): "text",
    ("prompt", "finish_reason"): "stop",
    ("condition", "result"): True,
    ("http", "status"): 200,
}
# How the library says that operands do not go together, whatever their values.
_TYPE_COMPLAINTS: Final = ("No such overload", "Unsupported operation")


class TypeMismatch(Exception):
    """An expression's operands do not go together; the text is for people."""


class Samples:
    """Sample values for the expressions of one definition."""

    def __init__(self, definition: Any, steps: Mapping[str, StepView]) -> None:
        self._steps = steps
        self._inputs = {
            name: sample
            for name, schema in (declared_inputs(definition) or {}).items()
            if (sample := _sample(schema)) is not UNKNOWN
        }

    def value(self, expression: Expression) -> Any:
        """Return a sample of its value, or UNKNOWN; raises TypeMismatch."""
        scope = self._scope(expression)
        if scope is None or not expression.is_cheap(scope):
            return UNKNOWN
        try:
            return expression.evaluate(scope)
        except ExpressionFailed as error:
            if any(complaint in error.message for complaint in _TYPE_COMPLAINTS):
                raise TypeMismatch(_told(error.message)) from None
            return UNKNOWN

    def rendered(self, node: Any, expressions: list[Expression]) -> Any:
        """Return a sample of a template that holds these expressions, or UNKNOWN."""
        scope: dict[str, dict[str, Any]] = {"input": {}, "steps": {}, "run": {"id": "run_sample"}}
        for expression in expressions:
            part = self._scope(expression)
            if part is None or not expression.is_cheap(part):
                return UNKNOWN
            for root in ("input", "steps"):
                _merge(scope[root], part[root])
        try:
            return Template.parse(node).render(scope)
        except ExpressionFailed:
            return UNKNOWN

    def _scope(self, expression: Expression) -> dict[str, Any] | None:
        """Return samples for everything that it refers to; None when some of it is not known."""
        inputs: dict[str, Any] = {}
        for root, name in expression.references():
            if root == "input":
                if name not in self._inputs:
                    return None
                inputs[name] = self._inputs[name]
        outputs: dict[str, Any] = {}
        named = {name for root, name in expression.references() if root == "steps"}
        seen: set[str] = set()
        for name, part, member in step_members(expression.source):
            seen.add(name)
            sample = self._step_sample(name, part, member)
            if sample is UNKNOWN:
                return None
            _merge(outputs.setdefault(name, {}), sample)
        # A step reached in another way than by dots is not understood here.
        if seen != named:
            return None
        return {"input": inputs, "steps": outputs, "run": {"id": "run_sample"}}

    def _step_sample(self, name: str, part: str, member: str) -> Any:
        step = self._steps.get(name)
        if step is None:
            return UNKNOWN
        if part == "state":
            return {"state": "succeeded"}
        sample = _OUTPUT_SAMPLES.get((step.type, member), UNKNOWN)
        return UNKNOWN if sample is UNKNOWN else {"output": {member: sample}}


def _sample(schema: Any) -> Any:
    """Return a value of a scalar type that the schema allows, or UNKNOWN."""
    if not isinstance(schema, dict):
        return UNKNOWN
    if "const" in schema:
        return _scalar(schema["const"])
    for listed in ("enum", "examples"):
        values = schema.get(listed)
        if isinstance(values, list) and values:
            return _scalar(values[0])
    kind = schema.get("type")
    return _SAMPLES.get(kind, UNKNOWN) if isinstance(kind, str) else UNKNOWN


def _scalar(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else UNKNOWN


def _merge(target: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            _merge(target[name], value)
        else:
            target[name] = dict(value) if isinstance(value, dict) else value


def _told(message: str) -> str:
    """Keep the library's first sentence: the rest lists causes in general."""
    complaint = message.partition(" failed: ")[2] or message
    return complaint.partition(". ")[0].rstrip(".")
