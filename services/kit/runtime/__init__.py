"""The life of a process.

It starts in order, says how it is, and drains on SIGTERM without failing a request: database -> bus
-> background -> gRPC listening -> ready; on SIGTERM not ready -> calls in flight end -> background
stops -> what the service opened closes -> bus -> database.
"""

import asyncio
import gc
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

import uvloop

from services.kit import telemetry
from services.kit.errors import AppError
from services.kit.rpc.server import Registration, RpcServer
from services.kit.runtime.background import Background, BackgroundTasks
from services.kit.runtime.health import Check, HealthServer, Readiness
from services.kit.settings import ServiceSettings

_FIRST_RETRY_S: Final = 0.1
_MOST_RETRY_S: Final = 2.0

log = telemetry.get_logger()


class Database(Protocol):
    """What the runtime needs of `db.Database`."""

    async def check(self) -> None:
        """Raise when PostgreSQL does not answer."""

    async def close(self) -> None:
        """Close all connections."""


class Bus(Protocol):
    """What the runtime needs of `bus.Bus`."""

    async def connect(self) -> None:
        """Connect to NATS; raise when it is not there."""

    async def check(self) -> None:
        """Raise when NATS does not answer."""

    async def close(self) -> None:
        """Disconnect."""


@dataclass(frozen=True, kw_only=True)
class App:
    """Everything a service is made of, put together by its `app.build(settings)`.

    `background` functions run until they return; those that crash are started again. `checks` are
    asked by /ready beside PostgreSQL and NATS. `on_close` runs in reverse order of the list.
    """

    name: str
    settings: ServiceSettings
    servicers: Sequence[Registration]
    database: Database
    bus: Bus
    background: Sequence[Background] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    on_close: Sequence[Callable[[], Awaitable[None]]] = ()


class Process:
    """A running app. `rpc_port` and `health_port` are bound once `start` has returned."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._background = BackgroundTasks(app.background)
        self._readiness = Readiness(
            {"postgresql": app.database.check, "nats": app.bus.check, **app.checks}
        )
        self._health = HealthServer(self._readiness)
        self._rpc: RpcServer | None = None

    @property
    def rpc_port(self) -> int:
        """Where gRPC listens."""
        return self._rpc.port if self._rpc is not None else 0

    @property
    def health_port(self) -> int:
        """Where /live, /ready and /metrics are."""
        return self._health.port

    async def start(self) -> None:
        """Bring everything up in order.

        What is not there yet, PostgreSQL or NATS, is waited for.
        """
        app = self._app
        await self._health.start(app.settings.telemetry.listen)
        await _until_there("postgresql", app.database.check)
        await _until_there("nats", app.bus.connect)
        self._background.start()
        self._rpc = RpcServer(app.settings.rpc, app.servicers)
        await self._rpc.start()
        self._readiness.is_open = True
        await self._rpc.set_serving()
        log.info("serving", rpc_port=self.rpc_port, health_port=self.health_port)

    async def stop(self, *, pre_drain_s: float) -> None:
        """Take everything down in order.

        An error of one part does not keep the next from closing.
        """
        self._readiness.is_draining = True
        steps: list[tuple[str, Callable[[], Awaitable[None]]]] = []
        if self._rpc is not None:
            rpc = self._rpc
            steps.append(("drain", lambda: rpc.drain(pre_drain_s=pre_drain_s)))
        steps.append(("background", self._background.stop))
        steps.extend(("on_close", close) for close in reversed(self._app.on_close))
        steps.append(("bus", self._app.bus.close))
        steps.append(("database", self._app.database.close))
        steps.append(("health", self._health.close))
        for step, act in steps:
            try:
                await act()
            except Exception:
                log.exception("closing failed", step=step)
        log.info("stopped")


def spare_the_collector() -> None:
    """Take what a started process keeps for ever out of the garbage collector's sight.

    A full collection walks everything that was imported: 80 ms during which no request is answered.
    """
    gc.collect()
    gc.freeze()


def run(app: App) -> None:
    """Run a service until SIGTERM or SIGINT."""
    telemetry.setup(app.name, app.settings.telemetry)
    try:
        uvloop.run(_run(app))
    finally:
        telemetry.shutdown()


async def _run(app: App) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    # Asked twice, it still drains: Ctrl-C reaches a child both from the terminal and from its
    # parent.
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    process = Process(app)
    starting = asyncio.create_task(process.start())
    stopped = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            spare_the_collector()
            await stopped
    finally:
        starting.cancel()
        await process.stop(pre_drain_s=app.settings.rpc.pre_drain_s)


@asynccontextmanager
async def running(app: App) -> AsyncIterator[Process]:
    """Serve an app inside this process, on real sockets: for tests."""
    process = Process(app)
    try:
        await process.start()
        yield process
    finally:
        await process.stop(pre_drain_s=0)


async def _until_there(name: str, ask: Callable[[], Awaitable[None]]) -> None:
    """Wait until something we depend on answers, for ever.

    The order in which parts start is free.
    """
    wait_s = _FIRST_RETRY_S
    while True:
        try:
            await ask()
        except (AppError, OSError, TimeoutError) as error:
            log.warning("waiting for it to come up", dependency=name, error=str(error))
            await asyncio.sleep(random.uniform(wait_s / 2, wait_s))  # noqa: S311 # no secret
            wait_s = min(_MOST_RETRY_S, wait_s * 2)
        else:
            return
