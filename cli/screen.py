"""What the command line prints: progress, results, and errors that say what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape

# The terminal wraps lines, so that paths and addresses can be copied whole.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Failure(Exception):
    """Something that the person at the terminal must know: what is wrong, and what to do."""


def fail(message: str, remedy: str = "") -> NoReturn:
    """Print what is wrong and what to do, and end with exit code 1."""
    err.print(f"[bold red]✗[/] {escape(message)}")
    if remedy:
        err.print(f"  {escape(remedy)}")
    raise typer.Exit(1)


@contextmanager
def explained() -> Iterator[None]:
    """Turn a Failure, and what the machine refuses, into a message and exit code 1."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise  # RuntimeErrors too, but typer's own: the exit code stands
    except (Failure, RuntimeError, OSError) as failure:
        message, _, remedy = str(failure).partition("\n")
        fail(message, remedy)


def dollars(nano: int) -> str:
    """Write integer nano-dollars as dollars, to the last digit that is not zero.

    1250 -> $0.00000125.
    """
    sign = "-" if nano < 0 else ""
    whole, part = divmod(abs(nano), 1_000_000_000)
    digits = f"{part:09d}".rstrip("0")
    return f"{sign}${whole}.{digits.ljust(2, '0')}"
