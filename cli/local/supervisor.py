"""The supervisor of a local stack.

Starts every part in order, starts again what dies, stops all in reverse.

`promptpilot up` starts it as a process of its own, detached from the terminal; `promptpilot down`
sends it SIGTERM.
It owns all children: on Linux they are told to stop when it dies.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import Final

from cli.local.children import end, spawn
from cli.local.databases import SERVICES, create_databases
from cli.local.home import REPOSITORY, Home, State
from cli.local.nats import EmbeddedNats
from cli.local.parts import Part, choose_ports, gateway_part, service_part
from cli.local.postgres import EmbeddedPostgres

_WATCH_S: Final = 0.2
_BACKOFF_S: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
_STEADY_S: Final = 20.0
_PATIENCE_S: Final = 30.0


class Supervisor:
    """Runs one stack until it is told to stop."""

    def __init__(self, home: Home, http_port: int) -> None:
        self._home = home
        self._secrets = home.secrets()
        self._state = State(supervisor_pid=os.getpid(), http_port=http_port)
        self._state.ports = choose_ports(http_port)
        self._postgres = EmbeddedPostgres(home.postgres, self._secrets.postgres_password)
        self._nats = EmbeddedNats(home.nats, self._state.ports["nats"], self._secrets.nats_token)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._parts: dict[str, Part] = {}
        self._started: dict[str, float] = {}
        self._deaths: dict[str, int] = {}
        self._again_at: dict[str, float] = {}
        self._is_stopping = False

    def run(self) -> int:
        """Start everything, watch it, and stop it at SIGTERM; returns the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        try:
            self._start_all()
            while not self._is_stopping:
                self._watch()
                time.sleep(_WATCH_S)
        except Exception as error:  # noqa: BLE001 # the state file carries it to whoever waits for us
            traceback.print_exc()
            self._state.error = str(error)
            self._say("failed")
            self._stop_all()
            return 1
        self._stop_all()
        self._state = State(phase="stopped")
        self._home.write_state(self._state)
        return 0

    def _on_signal(self, *_: object) -> None:
        self._is_stopping = True

    def _say(self, phase: str) -> None:
        self._state.phase = phase
        self._state.pids = {name: child.pid for name, child in self._children.items()}
        self._state.pids |= {"postgres": self._postgres.pid, "nats": self._nats.pid}
        self._state.restarts = {name: count for name, count in self._deaths.items() if count}
        self._home.write_state(self._state)

    def _start_all(self) -> None:
        self._say("starting PostgreSQL and NATS")
        self._postgres.start()
        self._nats.start()
        self._say("preparing databases")
        admin_url = self._postgres.url("postgres")
        asyncio.run(create_databases(admin_url, self._secrets.role_passwords))
        self._say("migrating")
        self._migrate()
        self._say("starting services")
        for service in SERVICES:
            self._launch(
                service_part(service, self._home, self._secrets, self._state.ports, admin_url)
            )
        self._launch(gateway_part(self._home, self._secrets, self._state.ports))
        self._say("running")

    def _migrate(self) -> None:
        # In a process of its own: what migrations load need not stay in this one's memory.
        command = [sys.executable, "-m", "cli", "migrate"]
        # Whatever other server the operator's shell knows: these are this stack's own databases.
        env = {key: value for key, value in os.environ.items() if key != "PP_ADMIN_DATABASE_URL"}
        done = subprocess.run(
            command, capture_output=True, check=False, cwd=REPOSITORY, text=True, env=env
        )
        print(done.stdout, done.stderr, flush=True)
        if done.returncode != 0:
            raise RuntimeError(f"migration failed:\n{done.stderr[-2000:]}")

    def _launch(self, part: Part) -> None:
        self._parts[part.name] = part
        log = self._home.logs / f"{part.name}.log"
        self._children[part.name] = spawn(part.command, log=log, env=part.env)
        self._started[part.name] = time.monotonic()

    def _watch(self) -> None:
        now = time.monotonic()
        changed = False
        for name, child in list(self._children.items()):
            if child.poll() is None:
                continue
            changed |= self._revive(name, now, partial(self._launch, self._parts[name]))
        for name, server in (("postgres", self._postgres), ("nats", self._nats)):
            if server.pid == 0:
                changed |= self._revive(name, now, server.start)
        if changed:
            self._say("running")

    def _revive(self, name: str, now: float, start: Callable[[], None]) -> bool:
        """Start a dead part again: at once the first time, later and later when it keeps dying."""
        due = self._again_at.get(name)
        if due is None:
            if now - self._started.get(name, 0.0) > _STEADY_S:
                self._deaths[name] = 0
            wait = _BACKOFF_S[min(self._deaths.get(name, 0), len(_BACKOFF_S) - 1)]
            self._deaths[name] = self._deaths.get(name, 0) + 1
            self._again_at[name] = now + wait
            print(f"{name} died; starting it again in {wait} s", flush=True)
            return False
        if now < due:
            return False
        del self._again_at[name]
        self._started[name] = now
        with contextlib.suppress(RuntimeError):
            start()
        return True

    def _stop_all(self) -> None:
        self._state.phase = "stopping"
        self._home.write_state(self._state)
        gateway = self._children.pop("gateway", None)
        if gateway is not None:
            end(gateway, signal.SIGTERM, _PATIENCE_S)
        for child in self._children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self._children.values():
            end(child, signal.SIGTERM, _PATIENCE_S)
        self._nats.stop()
        self._postgres.stop()


def main() -> None:
    """Run the stack of PP_HOME on PP_HTTP_PORT."""
    home = Home.from_environment()
    if not home.hold():
        sys.exit(f"another supervisor runs the stack in {home.root}")
    sys.exit(Supervisor(home, int(os.environ["PP_HTTP_PORT"])).run())


if __name__ == "__main__":
    main()
