"""What can be known of an expression's value before a run."""

from typing import Any

import pytest

from services.kit.expressions import compile_expression
from services.pipelines.rules.steps import StepView
from services.pipelines.rules.values import UNKNOWN, Samples, TypeMismatch

DEFINITION: dict[str, Any] = {
    "input": {
        "properties": {
            "text": {"type": "string"},
            "count": {"type": "integer"},
            "share": {"type": "number"},
            "is_new": {"type": "boolean"},
            "kind": {"enum": ["a", "b"]},
            "tags": {"type": "array"},
            "any": {},
        }
    }
}
STEPS = {
    step.id: step
    for step in (
        StepView(0, "ask", "prompt", {}),
        StepView(1, "choose", "condition", {}),
        StepView(2, "call", "http", {}),
        StepView(3, "shape", "transform", {}),
    )
}
SAMPLES = Samples(DEFINITION, STEPS)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("input.text", str),
        ("input.text + '!'", str),
        ("input.count + 1", int),
        ("input.share * 2.0", float),
        ("input.is_new && input.count > 3", bool),
        ("input.kind == 'a'", bool),
        ("steps.ask.output.text", str),
        ("steps.ask.state == 'succeeded'", bool),
        ("steps.choose.output.result", bool),
        ("steps.call.output.status >= 400", bool),
        ("run.id", str),
        ("[1, 2]", list),
        ("{'a': input.text}", dict),
    ],
)
def test_the_type_is_known(source: str, kind: type) -> None:
    assert type(SAMPLES.value(compile_expression(source))) is kind


@pytest.mark.parametrize(
    "source",
    [
        "input",
        "input.any",
        "input.tags",
        "input.tags.all(tag, tag == input.any)",
        "steps.ask.output",
        "steps.ask.output.json.score",
        "steps.shape.output",
        "steps.call.output.body.id",
        "steps['ask'].output.text",
        "int(input.text)",
        "input.count / 0",
    ],
)
def test_what_only_the_run_can_tell_is_not_guessed(source: str) -> None:
    assert SAMPLES.value(compile_expression(source)) is UNKNOWN


@pytest.mark.parametrize(
    "source",
    [
        "input.text + 1",
        "input.text > 3",
        "!input.count",
        "input.share * 2",
        "steps.ask.output.text && true",
        "steps.ask.output.text.title",
    ],
)
def test_operands_that_do_not_go_together_are_told(source: str) -> None:
    with pytest.raises(TypeMismatch):
        SAMPLES.value(compile_expression(source))


def test_the_branch_that_the_sample_does_not_take_is_not_looked_at() -> None:
    assert SAMPLES.value(compile_expression("input.is_new ? 1 : 2 + 'x'")) == 1
