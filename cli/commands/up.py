"""`promptpilot up`.

The whole platform on this machine, and its main job run once for you to see.
"""

import asyncio
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Annotated, Final

import aiohttp
import typer

from cli.client import Api
from cli.follow import follow, print_bill
from cli.local.children import tail
from cli.local.demo import PIPELINE, ensure_demo, start_main_job
from cli.local.home import REPOSITORY, Home, State
from cli.screen import Failure, explained, out

_PATIENCE_S: Final = 120
_ENDING_S: Final = 25


def up(
    demo: Annotated[bool, typer.Option(help="Run the demo pipeline once it is up.")] = True,
) -> None:
    """Start PostgreSQL, NATS, every service, the gateway and the console.

    Then run the demo pipeline.

    PP_HTTP_PORT (8080) is the only fixed port; PP_HOME (var/) holds all data, so that two stacks
    run side by side. Running it again changes nothing but the demo run.
    """
    with explained():
        began = time.monotonic()
        home = Home.from_environment()
        state = home.running()
        if state is None:
            state = _start(home, _chosen_port())
        url = f"http://127.0.0.1:{state.http_port}"
        with out.status("waiting until everything is ready") as status:
            _wait(home, url, status.update)
        out.print(f"✓ ready in {time.monotonic() - began:.1f} s")
        asyncio.run(_introduce(home, url, demo))


def _chosen_port() -> int:
    text = os.environ.get("PP_HTTP_PORT") or "8080"
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 2**16):
        raise Failure(f"PP_HTTP_PORT is {text!r}\nit must be a port number, such as 8080")
    return int(text)


def _require_free(home: Home, port: int) -> None:
    left = home.state()
    # A gateway whose supervisor was killed still ends its requests in flight.
    is_ending = left.supervisor_pid != 0 and left.http_port == port
    deadline = time.monotonic() + (_ENDING_S if is_ending else 0)
    while not _is_free(port):
        if time.monotonic() >= deadline:
            raise Failure(
                f"port {port} is in use by another program\n"
                f"choose another: PP_HTTP_PORT={port % 65535 + 1} promptpilot up"
            )
        time.sleep(0.1)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Failure(f"port {port} is not yours to use\nchoose one above 1023") from error
        except OSError:
            return False
    return True


def _start(home: Home, port: int) -> State:
    """Start the supervisor, or find the one that somebody else starts at this moment."""
    _require_free(home, port)
    home.secrets()
    home.write_state(State(phase="starting"))
    home.logs.mkdir(parents=True, exist_ok=True)
    log = home.logs / "supervisor.log"
    with log.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "cli.local.supervisor"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=REPOSITORY,
            env={**os.environ, "PP_HOME": str(home.root), "PP_HTTP_PORT": str(port)},
            start_new_session=True,
        )
    # The supervisor outlives this command; it writes its own id once it runs.
    deadline = time.monotonic() + 30
    while (state := home.running()) is None:
        if child.poll() is not None or time.monotonic() > deadline:
            raise Failure(f"the supervisor did not start\n{tail(log)}")
        time.sleep(0.05)
    return state


def _wait(home: Home, url: str, say: Callable[[str], None]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        state = home.state()
        say(state.phase)
        if state.error or home.running() is None:
            log = tail(home.logs / "supervisor.log")
            raise Failure(f"the platform did not start: {state.error}\n{log}")
        if state.phase == "running" and asyncio.run(_is_ready(url)):
            return
        if time.monotonic() > deadline:
            raise Failure(
                f"not ready after {_PATIENCE_S} s (restarts: {state.restarts})\n"
                f"`promptpilot doctor` says why; logs are in {home.logs}"
            )
        time.sleep(0.1)


async def _is_ready(url: str) -> bool:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
            session.get(f"{url}/health/ready") as response,
        ):
            return response.ok
    except (aiohttp.ClientError, TimeoutError):
        return False


async def _introduce(home: Home, url: str, demo: bool) -> None:
    values = await ensure_demo(home, url)
    if demo:
        async with Api(url, values["PP_TEST_KEY"]) as api:
            run = await start_main_job(api)
            out.print(f"\n[bold]{PIPELINE}[/] over the Declaration of Independence, live:")
            ended = await follow(api, run["id"])
            await print_bill(api, ended)
            out.print(f"[dim]look at it[/] {url}/runs/{run['id']}")
    out.print(
        f"\n[bold]Console[/]   {url}\n"
        f"[bold]Log in[/]    {values['PP_ADMIN_EMAIL']} · {values['PP_ADMIN_PASSWORD']}\n"
        f"[bold]Programs[/]  source {_short(home)}\n"
        f"          promptpilot run {PIPELINE} --input FILE\n"
        f"[bold]Stop[/]      make down"
    )


def _short(home: Home) -> str:
    try:
        return shlex.quote(str(home.dev_env.relative_to(REPOSITORY)))
    except ValueError:
        return shlex.quote(str(home.dev_env))
