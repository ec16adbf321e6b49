"""Following a run in the terminal: its steps as they change, and the tokens as they come."""

import asyncio
from typing import Any, Final

from rich.markup import escape

from cli.client import Api, ServerEvent
from cli.screen import Failure, dollars, out

_TERMINAL: Final = ("run.succeeded", "run.failed", "run.cancelled")
_MOST_RECONNECTS: Final = 40
_COST_PATIENCE_S: Final = 10.0


async def follow(api: Api, run_id: str) -> dict[str, Any]:
    """Print a run live until it ends, over reconnects; returns the run as it ended."""
    printer, after, tries = _Printer(), "", 0
    while True:
        try:
            async for event in api.events(f"/v1/runs/{run_id}/events", after):
                after, tries = event.id or after, 0
                if printer.show(event):
                    return await _ended(api, run_id)
        except ConnectionError:
            pass
        tries += 1
        if tries > _MOST_RECONNECTS:
            raise Failure(
                f"the stream of {run_id} cannot be had any more\nsee `promptpilot status`"
            )
        await asyncio.sleep(min(0.25 * tries, 2.0))


async def _ended(api: Api, run_id: str) -> dict[str, Any]:
    run: dict[str, Any] = await api.get(f"/v1/runs/{run_id}")
    return run


async def print_bill(api: Api, run: dict[str, Any]) -> None:
    """Print a run's tokens and its cost, once every use of a model is booked."""
    calls = sum(1 for step in run["steps"] if (step.get("usage") or {}).get("output_tokens"))
    cost = await _cost(api, run["id"], calls)
    usage = run["usage"]
    mode = " (test mode: the simulator is free)" if run["mode"] == "test" else ""
    out.print(
        f"[dim]tokens[/] {usage['input_tokens']:,} in · {usage['output_tokens']:,} out   "
        f"[dim]cost[/] {dollars(cost['cost_nano_usd'])}{mode}"
    )


async def _cost(api: Api, run_id: str, calls: int) -> dict[str, Any]:
    waited = 0.0
    while True:
        cost: dict[str, Any] = await api.get(f"/v1/runs/{run_id}/cost")
        if len(cost["records"]) >= calls or waited > _COST_PATIENCE_S:
            return cost
        await asyncio.sleep(0.1)
        waited += 0.1


class _Printer:
    """Prints events as lines.

    The tokens of one step at a time, so that parallel steps stay readable.
    """

    def __init__(self) -> None:
        self._speaking = ""

    def show(self, event: ServerEvent) -> bool:
        """Print one event; True when it was the last."""
        if event.type == "delta":
            self._tokens(event.data)
            return False
        if event.type not in ("reconnect", "message"):
            self._line(event.type, event.data)
        return event.type in _TERMINAL

    def _tokens(self, delta: dict[str, Any]) -> None:
        step = delta["step_id"]
        if self._speaking not in ("", step):
            return
        if not self._speaking:
            out.print(f"  [cyan]{step}[/] ", end="")
            self._speaking = step
        out.print(delta["text"], end="", markup=False, soft_wrap=True)

    def _line(self, kind: str, data: dict[str, Any]) -> None:
        if self._speaking:
            out.print()
            self._speaking = ""
        step = data.get("step_id") or ""
        details = data.get("data") or {}
        if kind in ("step.failed", "step.retrying", "run.failed"):
            error = details.get("error") or {}
            out.print(
                f"[red]{kind}[/] {step} "
                + escape(f"{error.get('reason', '')}: {error.get('message', '')}")
            )
        else:
            out.print(f"[dim]{kind}[/] {step}")
