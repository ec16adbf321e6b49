"""`promptpilot status`: what runs, where, and whether it is ready."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import typer
from rich.markup import escape
from rich.table import Table

from cli.local.databases import SERVICES
from cli.local.home import Home, State
from cli.screen import out


def status() -> None:
    """Print every part of the local stack with its process id, memory and readiness."""
    home = Home.from_environment()
    state = home.running()
    if state is None:
        out.print("nothing is running: `promptpilot up` starts it")
        raise typer.Exit(1)
    ready = asyncio.run(readiness(state))
    table = Table(box=None, pad_edge=False)
    for title in ("part", "pid", "memory", "restarts", "ready"):
        table.add_column(title)
    for name, pid in state.pids.items():
        problem = ready.get(name, "" if pid else "not running")
        word = f"[red]no[/] {escape(problem)}" if problem else "[green]yes[/]"
        restarts = str(state.restarts.get(name, 0))
        table.add_row(name, str(pid), f"{memory_mib(pid)} MiB", restarts, word)
    out.print(table)
    out.print(f"\n{state.phase} · console http://127.0.0.1:{state.http_port} · logs {home.logs}")


async def readiness(state: State) -> dict[str, str]:
    """Ask each part whether it is ready: "" for yes, else what is wrong."""
    names = (*SERVICES, "gateway")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
        answers = await asyncio.gather(
            *(_ask(session, state.ports.get(f"{name}.health", 0)) for name in names)
        )
    return dict(zip(names, answers, strict=True))


async def _ask(session: aiohttp.ClientSession, port: int) -> str:
    try:
        async with session.get(f"http://127.0.0.1:{port}/ready") as response:
            body: Any = await response.text()
            return "" if response.ok else body[:120]
    except (aiohttp.ClientError, TimeoutError) as error:
        return type(error).__name__


def memory_mib(pid: int) -> int:
    """Return the memory of a process and its children (PostgreSQL's backends), in MiB.

    Shared pages count once, split among those who share them (PSS); 0 where /proc does not tell.
    """
    return sum(_pss_kib(each) for each in _family(pid)) // 1024


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(each for child in children for each in _family(int(child)))]


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
