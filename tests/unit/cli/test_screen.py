"""What the command line prints: money, and errors as they came."""

import pytest
import typer

from cli.screen import Failure, dollars, explained


@pytest.mark.parametrize(
    ("nano", "text"),
    [
        (0, "$0.00"),
        (1, "$0.000000001"),
        (1250, "$0.00000125"),
        (10_000_000, "$0.01"),
        (100_000_000, "$0.10"),
        (1_000_000_000, "$1.00"),
        (1_234_567_890, "$1.23456789"),
        (123_456_789_000_000_000, "$123456789.00"),
        (-1250, "-$0.00000125"),
        (-1_000_000_000, "-$1.00"),
    ],
)
def test_dollars_are_written_to_the_last_digit_that_counts(nano: int, text: str) -> None:
    assert dollars(nano) == text


@pytest.mark.parametrize("error", [Failure, RuntimeError, OSError])
def test_what_goes_wrong_is_printed_with_what_to_do_whatever_it_holds(
    error: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as caught, explained():
        raise error("no [/such] thing [red]\nlook [there]")
    assert caught.value.exit_code == 1
    printed = capsys.readouterr().err
    assert "no [/such] thing [red]" in printed
    assert "look [there]" in printed


@pytest.mark.parametrize("code", [0, 1, 3])
def test_an_exit_code_stays_as_it_is(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught, explained():
        raise typer.Exit(code)
    assert caught.value.exit_code == code
    assert capsys.readouterr().err == ""


def test_a_bug_is_not_taken_for_a_message() -> None:
    with pytest.raises(ZeroDivisionError), explained():
        raise ZeroDivisionError
