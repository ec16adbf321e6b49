"""A run in the terminal: steps as lines, the tokens of one step at a time."""

from typing import Any

import pytest

from cli.client import ServerEvent
from cli.follow import _Printer


def delta(step: str, text: str) -> ServerEvent:
    return ServerEvent("delta", "", {"step_id": step, "text": text})


def event(kind: str, **data: Any) -> ServerEvent:
    return ServerEvent(kind, "1", data)


def printed(capsys: pytest.CaptureFixture[str], *events: ServerEvent) -> list[str]:
    printer = _Printer()
    for each in events:
        printer.show(each)
    return capsys.readouterr().out.splitlines()


def test_tokens_stand_in_one_line_after_their_step(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(
        capsys,
        event("step.started", step_id="a"),
        delta("a", "Hello"),
        delta("a", ", world."),
        event("step.succeeded", step_id="a"),
    )
    assert lines == ["step.started a", "  a Hello, world.", "step.succeeded a"]


def test_tokens_of_a_parallel_step_do_not_come_between(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(
        capsys,
        delta("a", "one "),
        delta("b", "NEVER"),
        delta("a", "two"),
        event("step.succeeded", step_id="a"),
        delta("b", "three"),
    )
    assert lines == ["  a one two", "step.succeeded a", "  b three"]


def test_tokens_and_errors_are_printed_as_they_came(capsys: pytest.CaptureFixture[str]) -> None:
    error = {"reason": "PROVIDER_FAILED", "message": "unexpected [/b] in [red]"}
    lines = printed(
        capsys, delta("a", "[/x] [bold]"), event("step.failed", step_id="a", data={"error": error})
    )
    assert lines == ["  a [/x] [bold]", "step.failed a PROVIDER_FAILED: unexpected [/b] in [red]"]


@pytest.mark.parametrize(
    ("kind", "is_last"),
    [
        ("run.succeeded", True),
        ("run.failed", True),
        ("run.cancelled", True),
        ("run.started", False),
        ("step.failed", False),
        ("reconnect", False),
    ],
)
def test_the_end_of_the_run_is_told(kind: str, is_last: bool) -> None:
    assert _Printer().show(event(kind)) is is_last
