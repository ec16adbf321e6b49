"""The worker: claims runs fairly, drives each to its end, takes over what others lost, drains.

It wakes by a nudge of this process, by a hint over NATS, by a run that ends, and by a jittered poll
under all of these.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from nats.aio.msg import Msg
from opentelemetry.trace import SpanKind

from services.execution.commands.execute_run import RunExecution
from services.execution.commands.run_tools import Asleep, Performer, Released, Tools
from services.execution.commands.slow_lane import SlowLane
from services.execution.jobs.heartbeat import Heartbeat
from services.execution.repository.claims import Claim, Queue
from services.execution.repository.committer import Committer, LeaseLost
from services.execution.repository.loads import LoadedRun, Loader
from services.execution.settings import WorkerSettings
from services.kit import telemetry
from services.kit.bus import Bus, BusUnavailable
from services.kit.caller import Caller, acting_as
from services.kit.cancellation import end_tasks, heed_cancellation
from services.kit.clock import Clock
from services.kit.db import Database
from services.kit.errors import Unavailable
from services.kit.ids import TenantId, new_id

WORK_HINT: Final = "hint.execution.run"
CANCEL_HINT: Final = "hint.execution.cancel"

# Sleeping runs are claimed before they are due, so that a poll between delays nobody's retry.
_EARLY_S: Final = 1.0

_log = telemetry.get_logger()


@dataclass(frozen=True, kw_only=True)
class WorkerParts:
    """What a worker is made of."""

    database: Database
    bus: Bus
    performer: Performer
    live: Any
    clock: Clock
    settings: WorkerSettings
    slow: SlowLane
    # Wakes the outbox relay of this process.
    nudge: Callable[[], None]
    name: str = field(default_factory=lambda: new_id("wrk"))


class Announcer:
    """Says that there is something to do: to the worker of this process at once, to all by NATS."""

    def __init__(self, worker: "Worker", bus: Bus) -> None:
        self._worker = worker
        self._bus = bus

    async def queued(self) -> None:
        """Say that a run waits."""
        self._worker.nudge()
        await self._bus.hint(WORK_HINT)

    async def cancel_requested(self) -> None:
        """Say that a run is to stop: to its worker, or, when it sleeps, to whoever claims it."""
        await self._bus.hint(CANCEL_HINT)
        await self.queued()


class Worker:
    """Works on runs until it is cancelled; then it drains. Run `run()` as a background task."""

    def __init__(self, parts: WorkerParts) -> None:
        self.name = parts.name
        self._parts = parts
        self._settings = parts.settings
        self._wake = asyncio.Event()
        self._look = asyncio.Event()
        self._held: dict[str, int] = {}
        self._running: dict[str, tuple[RunExecution, asyncio.Task[None]]] = {}
        self._drives: set[asyncio.Task[None]] = set()

    def nudge(self) -> None:
        """Say that there may be a run to claim."""
        self._wake.set()

    async def run(self) -> None:
        """Claim and drive runs for ever."""
        if not self._settings.slots:
            return
        parts, settings = self._parts, self._settings
        pool = await parts.database.raw_pool(settings.connections)
        self._queue = Queue(pool, self.name, settings.lease_s)
        self._loader = Loader(pool)
        self._heartbeat = Heartbeat(
            parts.database.settings, lease_s=settings.lease_s, stall_s=settings.stall_s
        )
        self._tools = Tools(
            committer=Committer(pool, writers=max(1, settings.connections - 1)),
            performer=parts.performer,
            live=parts.live,
            clock=parts.clock,
            random=random.random,
            worker=self.name,
            calls_per_run=settings.calls_per_run,
            sleep_after_s=settings.sleep_after_s,
            slow=parts.slow,
            nudge=parts.nudge,
        )
        self._heartbeat.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen())
                group.create_task(self._repeat(self._claim, self._wake, settings.poll_s))
                group.create_task(self._repeat(self._watch, self._look, settings.watch_s))
                group.create_task(self._repeat(self._take_over, asyncio.Event(), settings.poll_s))
        finally:
            await self._drain()

    async def _listen(self) -> None:
        """Wake by hints; without NATS the polls do the same, later."""
        while True:
            with suppress(BusUnavailable):
                await self._parts.bus.listen(WORK_HINT, self._hinted(self._wake))
                await self._parts.bus.listen(CANCEL_HINT, self._hinted(self._look))
                return
            await asyncio.sleep(0.2)

    @staticmethod
    def _hinted(event: asyncio.Event) -> Callable[[Msg], Awaitable[None]]:
        async def on_hint(_: Msg) -> None:
            event.set()

        return on_hint

    async def _repeat(
        self, act: Callable[[], Awaitable[bool]], wake: asyncio.Event, pause_s: float
    ) -> None:
        """Act again at once while there is more to do, else when woken or after the pause."""
        while True:
            heed_cancellation()
            wake.clear()
            try:
                goes_on = await act()
            except Unavailable as error:
                _log.warning("the queue cannot be reached", error=type(error).__name__)
                goes_on = False
            if not goes_on:
                spread = random.uniform(0.75, 1.25)  # noqa: S311 - spreads polls, guards nothing
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause_s * spread):
                        await wake.wait()

    async def _claim(self) -> bool:
        room = self._settings.slots - len(self._held)
        if room <= 0:
            return False
        claims = await self._queue.claim(room, self._settings.most_per_tenant)
        self._accept(claims)
        return bool(claims) and len(self._held) < self._settings.slots

    async def _take_over(self) -> bool:
        if await self._queue.wake():
            self._wake.set()
        room = self._settings.slots - len(self._held)
        if room > 0:
            claims = await self._queue.take_over(room)
            if claims:
                _log.warning("runs taken over", runs=len(claims))
            self._accept(claims)
        return False

    async def _watch(self) -> bool:
        """Pass on cancel requests, and let go of what is not ours any more."""
        self._heartbeat.tick()
        held = dict(self._held)
        if not held:
            return False
        known = {each.run_id: each for each in await self._queue.watch(held)}
        for run_id, epoch in held.items():
            running = self._running.get(run_id)
            if running is None or self._held.get(run_id) != epoch:
                continue
            if run_id not in known:
                running[1].cancel()
            elif known[run_id].is_cancel_requested:
                running[0].cancel()
        return False

    def _accept(self, claims: Sequence[Claim]) -> None:
        """Hold claimed runs, and start them beside the next claim."""
        for claim in claims:
            self._held[claim.run_id] = claim.epoch
            self._heartbeat.hold(claim.run_id, claim.epoch)
        if claims:
            self._spawn(self._start(claims))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._drives.add(task)
        task.add_done_callback(self._drives.discard)
        return task

    async def _start(self, claims: Sequence[Claim]) -> None:
        """Load claimed runs and start them; what cannot be loaded is left to its lease."""
        try:
            loaded = await self._loader.load(claims)
        except Unavailable as error:
            _log.warning("claimed runs cannot be read", error=type(error).__name__)
            self._let_go(*claims)
            return
        for claim, run in zip(claims, loaded, strict=True):
            if isinstance(run, Exception):
                _log.error("a run cannot be read", run=claim.run_id, exc_info=run)
                self._let_go(claim)
                continue
            execution = RunExecution(run, self._tools)
            self._running[claim.run_id] = (execution, self._spawn(self._drive(run, execution)))

    async def _drive(self, run: LoadedRun, execution: RunExecution) -> None:
        run_id = run.claim.run_id
        trace = telemetry.extract({"traceparent": run.traceparent} if run.traceparent else {})
        caller = Caller.service("execution", TenantId(run.claim.tenant))
        try:
            with (
                acting_as(caller),
                telemetry.tracer().start_as_current_span(
                    "run", trace, kind=SpanKind.CONSUMER, attributes={"run.id": run_id}
                ),
            ):
                await self._execute(run, execution)
        finally:
            self._let_go(run.claim)
            self._wake.set()

    async def _execute(self, run: LoadedRun, execution: RunExecution) -> None:
        run_id = run.claim.run_id
        try:
            await execution.execute()
        except LeaseLost:
            _log.warning("another worker has the run", run=run_id)
        except Released:
            await self._queue.release({run_id: run.claim.epoch})
        except Asleep as asleep:
            seconds = (asleep.wake_at - self._parts.clock.now()).total_seconds()
            with suppress(Unavailable):  # then its lease ends, and another takes it over
                await self._queue.sleep(run_id, run.claim.epoch, seconds - _EARLY_S)
        except Unavailable as error:
            # Its lease ends, and it goes on from its last commit.
            _log.warning("a run was abandoned", run=run_id, error=type(error).__name__)
        except Exception:  # noqa: BLE001 - a bug ends the run, not the worker
            _log.exception("a run fell over a bug", run=run_id)
            with suppress(LeaseLost, Unavailable):
                await execution.fail()

    def _let_go(self, *claims: Claim) -> None:
        """Hold these no more; a later claim of the same run stays held."""
        for claim in claims:
            if self._held.get(claim.run_id) == claim.epoch:
                self._held.pop(claim.run_id)
                self._running.pop(claim.run_id, None)
                self._heartbeat.drop(claim.run_id)

    async def _drain(self) -> None:
        """Stop runs at their next commit and give them back; what calls longer is cut."""
        for execution, _ in list(self._running.values()):
            execution.drain()
        try:
            if self._drives:
                await asyncio.wait(self._drives, timeout=self._settings.drain_s)
            await end_tasks(self._drives, timeout_s=1)
            with suppress(Unavailable):
                await self._queue.release_all()
        finally:
            await self._heartbeat.stop()
        await self._parts.bus.hint(WORK_HINT)
