"""Driving one claimed run to its end: the pure machine decides, this carries out.

One task a run: it feeds the machine what happened, commits what the machine says, and begins what
comes next only when that is durable. Whatever ends the task without a terminal state (lost lease,
PostgreSQL away, kill -9) leaves the run at its last commit, for whoever claims it next.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime

from services.execution.commands.attempt_steps import Attempts
from services.execution.commands.evaluate_step import evaluate_output
from services.execution.commands.record_run import Recorder
from services.execution.commands.run_tools import Asleep, Released, Scope, Tools
from services.execution.repository.commits import Commit, RunChange
from services.execution.repository.loads import LoadedRun
from services.execution.rules.failures import INTERNAL, failure_of
from services.execution.rules.machine import step
from services.execution.rules.plan import StepPlan
from services.execution.rules.signals import (
    Abort,
    Begin,
    Broken,
    CancelRequested,
    Claimed,
    DeadlinePassed,
    Effect,
    Event,
    Finish,
    Meter,
    OutputRendered,
    Perform,
    Record,
    RenderOutput,
    RetryDue,
    Save,
    Sleep,
)
from services.execution.rules.states import TERMINAL_RUN, TERMINAL_STEP, RunState
from services.kit.expression_errors import ExpressionFailed


class RunExecution:
    """One run in this worker's hands. `execute` once; the other methods may be called meanwhile."""

    def __init__(self, run: LoadedRun, tools: Tools) -> None:
        self.run = run
        self._tools = tools
        self._progress = run.progress
        self._recorder = Recorder(run)
        self._mail: list[Event] = []
        self._has_mail = asyncio.Event()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._is_draining = False
        self._scope: Scope = {"input": run.input, "steps": {}, "run": {"id": run.claim.run_id}}
        self._attempts = Attempts(run, tools, self._scope, self._send)
        for step_id in run.progress.steps:
            self._see(step_id)

    async def execute(self) -> None:
        """Run to a terminal state. Raises LeaseLost, Released, Asleep, DatabaseUnavailable."""
        try:
            await self._execute()
        finally:
            for timer in self._timers.values():
                timer.cancel()
            self._attempts.stop_all()

    async def fail(self) -> None:
        """End the run as failed, after `execute` fell over a bug."""
        await self._turn([Broken(INTERNAL, self._now())])

    def cancel(self) -> None:
        """Ask the run to stop."""
        self._send(CancelRequested(self._now()))

    def drain(self) -> None:
        """Ask the run to stop at its next commit without beginning anything new."""
        self._is_draining = True
        self._has_mail.set()

    async def _execute(self) -> None:
        claim, now = self.run.claim, self._now()
        is_fresh = self._progress.state is RunState.QUEUED
        events: list[Event] = [
            Claimed(self._tools.worker, claim.epoch, claim.losses, is_fresh, now)
        ]
        if self.run.fault is not None:
            events.append(Broken(self.run.fault, now))
        if claim.is_cancel_requested:
            events.append(CancelRequested(now))
        self._set_timer("", self._progress.deadline, self._pass_deadline)
        change: RunChange | None = RunChange(state=RunState.RUNNING, start_time=now)
        while True:
            effects = await self._turn(events, change)
            if self._progress.state in TERMINAL_RUN:
                return
            change = None
            events = self._carry_out(effects) or await self._next()

    async def _turn(self, events: list[Event], change: RunChange | None = None) -> list[Effect]:
        """Feed the events to the machine, commit what it says, and return what is to be done."""
        run, now = self.run, self._now()
        commit = Commit(
            run.claim.tenant, run.claim.run_id, run.claim.epoch, self._tools.worker, change=change
        )
        later: list[Effect] = []
        queue = deque(events)
        while queue:
            event = queue.popleft()
            self._progress, effects = step(self._progress, event)
            for effect in effects:
                if isinstance(effect, RenderOutput):
                    queue.append(await self._render_output())
                elif isinstance(effect, Begin) and isinstance(event, Claimed):
                    # These wait for no step before them: their first commit is that of the claim.
                    queue += self._attempts.begin(self._step(effect))
                elif not self._put(commit, effect, now):
                    later.append(effect)
        if commit.events or commit.steps:
            await self._tools.committer.submit(commit)
            if commit.outbox:
                self._tools.nudge()
            await self._tools.live.events(run.claim.tenant, run.claim.run_id)
        return later

    def _put(self, commit: Commit, effect: Effect, now: datetime) -> bool:
        """Put the effect into the commit; False when it is one to carry out after it."""
        match effect:
            case Record():
                commit.events.append(self._recorder.event(effect, now))
            case Save():
                commit.steps[effect.step_id] = self._progress.of(effect.step_id)
                self._see(effect.step_id)
            case Meter():
                commit.outbox.append(self._recorder.usage(effect, now))
                if commit.change is None:
                    commit.change = RunChange(usage=self._progress.usage)
            case Finish():
                self._recorder.finish(commit, effect, self._progress.usage, now)
            case _:
                return False
        return True

    def _carry_out(self, effects: list[Effect]) -> list[Event]:
        """Begin, perform, sleep, abort; return what pure steps gave at once."""
        at_once: list[Event] = []
        for effect in effects:
            match effect:
                case Begin() if not self._is_draining:
                    at_once += self._attempts.begin(self._step(effect))
                case Perform():
                    self._attempts.perform(self._step(effect), effect.attempt)
                case Sleep():
                    self._set_timer(effect.step_id, effect.until, self._wake(effect.step_id))
                case Abort():
                    self._attempts.stop(effect.step_id)
        return at_once

    async def _next(self) -> list[Event]:
        while not self._mail:
            if not self._attempts.are_under_way:
                self._give_back()
            self._has_mail.clear()
            await self._has_mail.wait()
        mail, self._mail = self._mail, []
        return mail

    def _give_back(self) -> None:
        """Stop here when nothing is in flight, and nothing is to be begun for a long time."""
        if self._is_draining:
            raise Released
        due = self._progress.next_due
        if due is not None and (due - self._now()).total_seconds() > self._tools.sleep_after_s:
            raise Asleep(due)

    async def _render_output(self) -> OutputRendered:
        try:
            output = await evaluate_output(
                self._progress, self._scope, self._tools.slow, self.run.claim.tenant
            )
        except ExpressionFailed as error:
            return OutputRendered("", failure_of(error), self._now())
        return OutputRendered(output, None, self._now())

    def _see(self, step_id: str) -> None:
        """Put a settled step into the scope of expressions."""
        known = self._progress.of(step_id)
        if known.state in TERMINAL_STEP:
            self._scope["steps"][step_id] = {"output": known.output, "state": known.state.value}

    def _step(self, effect: Begin | Perform) -> StepPlan:
        return self._progress.plan.steps[effect.step_id]

    def _pass_deadline(self) -> None:
        self._send(DeadlinePassed(self._now()))

    def _wake(self, step_id: str) -> Callable[[], None]:
        return lambda: self._send(RetryDue(step_id))

    def _set_timer(self, name: str, until: datetime, call: Callable[[], None]) -> None:
        delay = max(0.0, (until - self._now()).total_seconds())
        self._timers[name] = asyncio.get_running_loop().call_later(delay, call)

    def _send(self, *events: Event) -> None:
        self._mail += events
        self._has_mail.set()

    def _now(self) -> datetime:
        return self._tools.clock.now()
