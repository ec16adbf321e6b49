"""`transform`: an expression (CEL) that makes of an output what an assertion looks at.

In scope: `output` (text, or what the provider gave), `json` (the output parsed; null when it is no
JSON) and `vars`. promptfoo's transforms are JavaScript, which does not run here.
"""

from typing import Any

from services.kit.expression_errors import ExpressionFailed, InvalidExpression
from services.kit.expression_tokens import tokens
from services.kit.expressions import compile_expression
from services.prompts.rules.assertions.case import Outcome
from services.prompts.rules.assertions.documents import NotJson, parse_json

_NAMES = frozenset({"output", "json", "vars"})


class TransformFailed(Exception):
    """The expression failed on this output; the message says how."""


def problem_of_transform(source: str) -> str:
    """Return what is wrong with an expression, "" for nothing."""
    try:
        compile_expression(_scoped(source))
    except InvalidExpression as error:
        return f"is no expression (CEL, not JavaScript) of output, json and vars: {error}"
    return ""


def transformed(source: str, outcome: Outcome) -> Any:
    """Evaluate an expression that `problem_of_transform` found nothing wrong with."""
    try:
        parsed = parse_json(outcome.text)
    except NotJson:
        parsed = None
    scope = {"output": outcome.output, "json": parsed, "vars": dict(outcome.variables)}
    try:
        return compile_expression(_scoped(source)).evaluate({"input": scope})
    except (ExpressionFailed, InvalidExpression) as error:
        raise TransformFailed(f"the transform failed: {error}") from None


def _scoped(source: str) -> str:
    """Write the names as members of `input`, which is what the platform's expressions read."""
    parts, at, before = [], 0, ""
    for token in tokens(source):
        if token.kind == "name" and token.text in _NAMES and before != ".":
            parts += [source[at : token.start], "input."]
            at = token.start
        before = token.text
    return "".join(parts) + source[at:]
