"""Expressions with macros or regular expressions can neither hang nor balloon the process."""

import tracemalloc
from collections.abc import Iterator

import pytest

from services.kit.expression_errors import ExpressionFailed
from services.kit.expression_sandbox import Sandbox, SandboxError
from services.kit.expressions import compile_expression

DOUBLING = "input.l" + ".map(x, [x, x])" * 60


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox(memory_bytes=256 * 1024 * 1024, deadline_s=0.3)
    yield box
    box.close()


def test_macros_work_as_cel_says() -> None:
    scope = {"input": {"items": [{"a": 1, "b": "x"}, {"a": 5, "b": "y"}]}}
    chosen = compile_expression("input.items.filter(i, i.a > 2).map(i, i.b)")
    assert chosen.evaluate(scope) == ["y"]
    assert not chosen.is_bounded
    assert compile_expression("input.items.all(i, i.a > 0)").evaluate(scope) is True
    assert (
        compile_expression("input.items.exists_one(i, i.b.matches('^x'))").evaluate(scope) is True
    )


def test_a_failure_inside_the_sandbox_reads_like_one_outside() -> None:
    with pytest.raises(ExpressionFailed, match="there is no 'nothing'"):
        compile_expression("[1].map(x, input.nothing)").evaluate({"input": {}})


def test_an_evaluation_that_would_take_minutes_ends_at_the_deadline(sandbox: Sandbox) -> None:
    scope = {"input": {"l": list(range(2_000))}}
    source = "input.l.map(x, input.l.map(y, x * y)).size()"
    with pytest.raises(SandboxError, match="longer than"):
        sandbox.evaluate(source, scope, limit_bytes=1_000_000)


def test_an_evaluation_that_doubles_its_data_sixty_times_ends(sandbox: Sandbox) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(SandboxError):
            sandbox.evaluate(DOUBLING, {"input": {"l": [1]}}, limit_bytes=1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
    finally:
        tracemalloc.stop()


def test_the_sandbox_works_again_after_a_broken_limit(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError):
        sandbox.evaluate(DOUBLING, {"input": {"l": [1]}}, limit_bytes=1_000_000)
    assert sandbox.evaluate("[1, 2].map(x, x + 1)", {}, limit_bytes=1_000_000) == [2, 3]


def test_a_large_answer_of_the_sandbox_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="larger than"):
        sandbox.evaluate("input.t", {"input": {"t": "x" * 2_000}}, limit_bytes=1_000)


def test_large_data_without_macros_is_not_cheap() -> None:
    expression = compile_expression("input.a + input.b")
    assert expression.is_cheap({"input": {"a": "x", "b": "y", "unused": "z" * 5_000_000}})
    big = {"input": {"a": "x" * 400_000, "b": "y" * 400_000}}
    assert not expression.is_cheap(big)
    assert len(expression.evaluate(big)) == 800_000


def test_a_result_larger_than_the_bound_is_refused() -> None:
    scope = {"input": {"text": "x" * 600_000}}
    with pytest.raises(ExpressionFailed, match="larger than 1 MB"):
        compile_expression("input.text + input.text").evaluate(scope)
