"""Driving one claimed run to its end: the pure machine decides, this carries out.

One task a run: it feeds the machine what happened, commits what the machine says, and begins what
comes next only when that is durable. Whatever ends the task without a terminal state (lost lease,
PostgreSQL away, kill -9) leaves the run at its last commit, for whoever claims it next.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from services.execution.commands.evaluate_step import evaluate_output, evaluate_step
from services.execution.commands.record_run import Recorder
from services.execution.commands.run_tools import Prepared, Released, Scope, Tools
from services.execution.repository.commits import Commit, RunChange
from services.execution.repository.loads import LoadedRun
from services.execution.rules.failures import INTERNAL, failure_of
from services.execution.rules.machine import step
from services.execution.rules.plan import (
    ConditionWork,
    StepPlan,
    TransformWork,
)
from services.execution.rules.signals import (
    Abort,
    AttemptBegan,
    AttemptFailed,
    AttemptSucceeded,
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
from services.execution.rules.states import (
    TERMINAL_RUN,
    TERMINAL_STEP,
    Failure,
    RunState,
)
from services.kit.errors import AppError
from services.kit.expression_errors import ExpressionFailed
from services.kit.telemetry import get_logger

_log = get_logger()


class RunExecution:
    """One run in this worker's hands. `execute` once; the other methods may be called meanwhile."""

    def __init__(self, run: LoadedRun, tools: Tools) -> None:
        self.run = run
        self._tools = tools
        self._progress = run.progress
        self._recorder = Recorder(run)
        self._mail: list[Event] = []
        self._has_mail = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._prepared: dict[str, Prepared] = {}
        self._calls = asyncio.Semaphore(tools.calls_per_run)
        self._is_draining = False
        self._scope: Scope = {"input": run.input, "steps": {}, "run": {"id": run.claim.run_id}}
        for step_id in run.progress.steps:
            self._see(step_id)

    async def execute(self) -> None:
        """Run to a terminal state. Raises LeaseLost, Released, DatabaseUnavailable."""
        try:
            await self._execute()
        finally:
            for timer in self._timers.values():
                timer.cancel()
            for task in self._tasks.values():
                task.cancel()

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
                    queue += self._begin(self._progress.plan.steps[effect.step_id])
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
                    at_once += self._begin(self._progress.plan.steps[effect.step_id])
                case Perform():
                    step_plan = self._progress.plan.steps[effect.step_id]
                    if not step_plan.is_pure:
                        self._spawn(effect.step_id, self._perform(step_plan, effect.attempt))
                case Sleep():
                    self._set_timer(effect.step_id, effect.until, self._wake(effect.step_id))
                case Abort():
                    task = self._tasks.pop(effect.step_id, None)
                    if task is not None:
                        task.cancel()
        return at_once

    async def _next(self) -> list[Event]:
        while not self._mail:
            if self._is_draining and not self._tasks:
                raise Released
            self._has_mail.clear()
            await self._has_mail.wait()
        mail, self._mail = self._mail, []
        return mail

    def _begin(self, step_plan: StepPlan) -> list[Event]:
        work = step_plan.work
        if isinstance(work, TransformWork | ConditionWork):
            evaluated = self._evaluate(step_plan.id, work, work.expression.evaluate_if_cheap)
            if evaluated:
                return evaluated
            self._spawn(step_plan.id, self._evaluate_slowly(step_plan.id, work))
        else:
            self._spawn(step_plan.id, self._prepare(step_plan))
        return []

    def _evaluate(
        self,
        step_id: str,
        work: TransformWork | ConditionWork,
        evaluate: Callable[[Scope], Any],
    ) -> list[Event]:
        """Return what the attempt gave; nothing when it is not cheap enough to be made here."""
        now = self._now()
        began = AttemptBegan(step_id, "", now)
        try:
            answer = evaluate_step(work, evaluate, self._scope)
        except ExpressionFailed as error:
            return [began, self._failed(step_id, failure_of(error))]
        return [began, AttemptSucceeded(step_id, answer, now)] if answer else []

    async def _evaluate_slowly(self, step_id: str, work: TransformWork | ConditionWork) -> None:
        evaluate, tenant = work.expression.evaluate, self.run.claim.tenant
        events = await self._tools.slow.run(tenant, lambda: self._evaluate(step_id, work, evaluate))
        self._send(*events)

    async def _prepare(self, step_plan: StepPlan) -> None:
        try:
            prepared = await self._tools.performer.prepare(self.run, step_plan, self._scope)
        except AppError as error:
            began = AttemptBegan(step_plan.id, "", self._now())
            self._send(began, self._failed(step_plan.id, failure_of(error)))
            return
        except TimeoutError:
            began = AttemptBegan(step_plan.id, "", self._now())
            self._send(began, self._failed(step_plan.id, _timed_out(step_plan)))
            return
        self._prepared[step_plan.id] = prepared
        self._send(AttemptBegan(step_plan.id, prepared.input_json, self._now()))

    async def _perform(self, step_plan: StepPlan, attempt: int) -> None:
        prepared = self._prepared.pop(step_plan.id, None)
        if prepared is None:  # its preparation failed, and that is known already
            return
        claim = self.run.claim

        async def on_delta(text: str) -> None:
            await self._tools.live.delta(
                claim.tenant, claim.run_id, step_id=step_plan.id, attempt=attempt, text=text
            )

        try:
            async with self._calls, asyncio.timeout(step_plan.timeout_ms / 1000):
                answer = await self._tools.performer.perform(
                    self.run, step_plan, prepared, attempt=attempt, on_delta=on_delta
                )
        except AppError as error:
            self._send(self._failed(step_plan.id, failure_of(error)))
        except TimeoutError:
            self._send(self._failed(step_plan.id, _timed_out(step_plan)))
        else:
            self._send(AttemptSucceeded(step_plan.id, answer, self._now()))

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

    def _failed(self, step_id: str, failure: Failure) -> AttemptFailed:
        return AttemptFailed(step_id, failure, self._now(), self._tools.random())

    def _pass_deadline(self) -> None:
        self._send(DeadlinePassed(self._now()))

    def _wake(self, step_id: str) -> Callable[[], None]:
        return lambda: self._send(RetryDue(step_id))

    def _set_timer(self, name: str, until: datetime, call: Callable[[], None]) -> None:
        delay = max(0.0, (until - self._now()).total_seconds())
        self._timers[name] = asyncio.get_running_loop().call_later(delay, call)

    def _spawn(self, step_id: str, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks[step_id] = task
        task.add_done_callback(lambda done: self._ended(step_id, done))

    def _ended(self, step_id: str, task: "asyncio.Task[None]") -> None:
        if self._tasks.get(step_id) is task:
            del self._tasks[step_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a step's attempt fell over a bug", step=step_id, exc_info=error)
            self._send(self._failed(step_id, INTERNAL))
        self._has_mail.set()

    def _send(self, *events: Event) -> None:
        self._mail += events
        self._has_mail.set()

    def _now(self) -> datetime:
        return self._tools.clock.now()


def _timed_out(step_plan: StepPlan) -> Failure:
    seconds = step_plan.timeout_ms / 1000
    return Failure("STEP_TIMEOUT", f"the step took longer than {seconds:g} s", is_retryable=True)
