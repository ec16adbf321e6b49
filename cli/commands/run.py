"""`promptpilot run`: start a pipeline with an input, and follow it live."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.access import open_api
from cli.follow import follow, print_bill
from cli.screen import Failure, explained, out
from services.kit.ids import new_id


def run(
    pipeline: Annotated[str, typer.Argument(help="Name or id of the pipeline.")],
    input_file: Annotated[
        str, typer.Option("--input", help="JSON file with the input; - reads standard input.")
    ] = "",
    follow_it: Annotated[
        bool, typer.Option("--follow/--no-follow", help="Print steps and tokens as they come.")
    ] = True,
    label: Annotated[str, typer.Option(help="Label of the version to run.")] = "",
    version: Annotated[int, typer.Option(help="Number of the version to run.")] = 0,
) -> None:
    """Start a run and follow it. PP_URL and PP_KEY say where and as whom; default.

    The local stack.
    """
    with explained():
        body: dict[str, Any] = {"pipeline": pipeline, "input": _read(input_file)}
        if label:
            body["label"] = label
        if version:
            body["version"] = version
        raise typer.Exit(asyncio.run(_run(body, follow_it)))


async def _run(body: dict[str, Any], follow_it: bool) -> int:
    async with open_api() as api:
        started = await api.post("/v1/runs", body, idempotency_key=new_id("req"))
        out.print(f"[dim]run[/] {started['id']}  [dim]{api.url}/runs/{started['id']}[/]")
        if not follow_it:
            return 0
        ended = await follow(api, started["id"])
        await print_bill(api, ended)
        if ended["state"] == "succeeded":
            out.print_json(json.dumps(ended["output"]))
        return 0 if ended["state"] == "succeeded" else 1


def _read(name: str) -> Any:
    if not name:
        return {}
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text()
        return json.loads(text)
    except OSError as error:
        raise Failure(f"cannot read {name}: {error.strerror}") from error
    except ValueError as error:
        raise Failure(f"{name} is not JSON: {error}") from error
