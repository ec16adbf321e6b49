"""The command line, from the commands themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from cli.__main__ import app


def page(root: Path) -> str:
    """Write every command with its arguments and options."""
    del root  # the commands are imported, not read
    lines = [
        "# Command line",
        "",
        "`promptpilot <command>`; `--help` says the same in the terminal.",
    ]
    lines += _command(typer.main.get_command(app), "promptpilot")
    return "\n".join(lines) + "\n"


def _command(command: Any, name: str) -> Iterator[str]:
    for child in getattr(command, "commands", {}).values():
        yield from _command(child, f"{name} {child.name}")
    if hasattr(command, "commands"):
        return
    yield from ("", f"## {name}", "", command.help or "", "")
    parameters = [each for each in command.params if each.name != "help"]
    if parameters:
        yield from ("| parameter | meaning |", "|---|---|")
        for each in parameters:
            forms = ", ".join(f"`{form}`" for form in (*each.opts, *each.secondary_opts))
            yield f"| {forms} | {getattr(each, 'help', '') or ''} |"
