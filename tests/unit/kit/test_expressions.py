"""CEL expressions: what they give, what they depend on, and where they are wrong."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.expression_errors import ExpressionFailed, InvalidExpression
from services.kit.expressions import MAX_LENGTH, Expression, compile_expression

SCOPE = {
    "input": {"text": "héllo", "numbers": [1, 2, 3], "score": 8.0, "a b": 1},
    "steps": {"draft": {"output": {"text": "abc", "json": None}, "state": "succeeded"}},
    "run": {"id": "run_1"},
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 + 2", 3),
        ("input.score >= 8", True),
        ("steps.draft.output.text", "abc"),
        ("steps['draft'].output.text.size()", 3),
        ("input['a b']", 1),
        ("run.id", "run_1"),
        ("{'words': input.text, 'n': [1, 2.5, null]}", {"words": "héllo", "n": [1, 2.5, None]}),
        ("steps.draft.output.json == null ? 'none' : 'some'", "none"),
        ("has(input.nothing)", False),
        ("timestamp('2026-01-02T03:04:05Z')", "2026-01-02T03:04:05Z"),
        ("duration('90s')", "90s"),
        ("input.text // the text", "héllo"),
    ],
)
def test_an_expression_gives_its_value(source: str, value: object) -> None:
    assert compile_expression(source).evaluate(SCOPE) == value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("input.text + steps.draft.output.text", {("input", "text"), ("steps", "draft")}),
        ("steps['draft'].state == 'skipped'", {("steps", "draft")}),
        ("input", {("input", "")}),
        ("input.size()", {("input", "")}),
        ("'steps.other.output'", set()),
        ("input.steps", {("input", "steps")}),
        ("1 // steps.other.output", set()),
        ("input.list.map(x, x.steps)", {("input", "list")}),
        ("run.id", {("run", "id")}),
    ],
)
def test_references_are_those_that_are_meant(source: str, expected: set[tuple[str, str]]) -> None:
    assert compile_expression(source).references() == expected


@pytest.mark.parametrize(
    ("source", "position", "part"),
    [
        ("", 0, "empty"),
        ("1 +* 2", 3, "Syntax error"),
        ("input.a\n +* 2", 10, "Syntax error"),
        ("input.a + nope", 10, "unknown name `nope`"),
        ("1 + shout(input.a)", 4, "unknown function `shout`"),
        ("true || steps.size() > 1", 8, "step's id"),
        ("steps[input.x].output", 0, "step's id"),
        ("steps.draft", 0, "steps.draft.output"),
        ("steps.draft.cost", 0, "steps.draft.output"),
        ("run.tenant", 0, "only run.id"),
        ("[1].map(input, input)", 8, "macro's variable"),
        (".steps.draft.output", 1, "unknown name"),
        ("1 + " * 1024 + "1", 0, "longer than 4,096"),
        ("(" * 200 + "1" + ")" * 200, 0, "ecursion"),
        ("'\\ud800'", 0, "invalid string"),
    ],
)
def test_a_wrong_expression_is_refused_with_its_position(
    source: str, position: int, part: str
) -> None:
    with pytest.raises(InvalidExpression, match=part) as caught:
        compile_expression(source)
    if len(source) < 200:
        assert caught.value.position == position
    assert caught.value.violations


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("input.nothing", "there is no 'nothing'"),
        ("1 / 0", "division by zero"),
        ("9223372036854775807 + 1", "overflow"),
        ("input.text + 1", "string"),
        ("b'bytes'", "bytes"),
        ("{1: 2}", "keys of a map"),
        ("0.0 / 0.0", "finite"),
        ("steps.gone.output", "there is no 'gone'"),
    ],
)
def test_a_failing_expression_says_why_and_which_it_is(source: str, part: str) -> None:
    with pytest.raises(ExpressionFailed, match=part) as caught:
        compile_expression(source).evaluate(SCOPE)
    assert source in caught.value.message


def test_the_longest_chains_do_not_overflow_the_stack() -> None:
    half = MAX_LENGTH // 2 - 1
    assert compile_expression("1" + "+1" * half).evaluate({}) == half + 1
    assert compile_expression("!" * 4_000 + "true").evaluate({}) is True
    with pytest.raises(ExpressionFailed):
        compile_expression("input" + ".a" * 2_000).evaluate({"input": {"a": 1}})


_PIECES = st.sampled_from(
    (  # noqa: SIM905 - pieces read best side by side
        "input.a input.l steps.s.output steps . ( ) [ ] { } , ? : + - * / % ! == < && || 'a' 1 2.5 "
        "null true x size( .size() .map(x, .filter(x, .all(x, has( matches( in \\ ' \" // ${"
    ).split()
)


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=14).map("".join)))
def test_any_text_is_either_refused_or_evaluated_within_bounds(source: str) -> None:
    try:
        expression = Expression(source)
    except InvalidExpression as refused:
        position = refused.position
    else:
        position = 0
        _evaluate_within_bounds(expression)
    assert 0 <= position <= len(source)


def _evaluate_within_bounds(expression: Expression) -> None:
    if not expression.is_bounded:
        return  # tests/integration/kit/test_expression_sandbox.py is theirs
    scope = {"input": {"a": 1, "l": [1, "b"]}, "steps": {"s": {"output": {}}}}
    with contextlib.suppress(ExpressionFailed):
        expression.evaluate(scope)
