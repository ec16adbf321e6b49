"""The attempts at steps that one run has under way: each a task, its outcome an event to the run.

Pure steps that are cheap need no task: they give their events at once. A run makes at most
`calls_per_run` calls at the same time.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol

from services.execution.commands.evaluate_step import evaluate_step
from services.execution.commands.run_tools import Prepared, Scope, Tools
from services.execution.repository.loads import LoadedRun
from services.execution.rules.failures import INTERNAL, failure_of
from services.execution.rules.plan import ConditionWork, StepPlan, TransformWork
from services.execution.rules.signals import AttemptBegan, AttemptFailed, AttemptSucceeded, Event
from services.execution.rules.states import Failure
from services.kit.errors import AppError
from services.kit.expression_errors import ExpressionFailed
from services.kit.telemetry import get_logger

_log = get_logger()


class Send(Protocol):
    """How outcomes reach their run."""

    def __call__(self, *events: Event) -> None:
        """Hand these events to the run and wake it; also without an event."""
        ...


class Attempts:
    """Makes the attempts of one run. `scope` is what expressions see, kept up by the run."""

    def __init__(self, run: LoadedRun, tools: Tools, scope: Scope, send: Send) -> None:
        self._run = run
        self._tools = tools
        self._scope = scope
        self._send = send
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._prepared: dict[str, Prepared] = {}
        self._calls = asyncio.Semaphore(tools.calls_per_run)

    @property
    def are_under_way(self) -> bool:
        """Whether any task has not ended."""
        return bool(self._tasks)

    def begin(self, step_plan: StepPlan) -> list[Event]:
        """Evaluate a pure step, or prepare the input of one that calls out; return what is known.

        What is not known at once is sent later.
        """
        work = step_plan.work
        if isinstance(work, TransformWork | ConditionWork):
            evaluated = self._evaluate(step_plan.id, work, work.expression.evaluate_if_cheap)
            if evaluated:
                return evaluated
            self._spawn(step_plan.id, self._evaluate_slowly(step_plan.id, work))
        else:
            self._spawn(step_plan.id, self._prepare(step_plan))
        return []

    def perform(self, step_plan: StepPlan, attempt: int) -> None:
        """Make the call of a step that began; pure steps have none."""
        if not step_plan.is_pure:
            self._spawn(step_plan.id, self._perform(step_plan, attempt))

    def stop(self, step_id: str) -> None:
        """Stop the attempt at a step, if one is under way; it sends no outcome."""
        task = self._tasks.pop(step_id, None)
        if task is not None:
            task.cancel()

    def stop_all(self) -> None:
        """Stop all of them."""
        for task in self._tasks.values():
            task.cancel()

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
        evaluate, tenant = work.expression.evaluate, self._run.claim.tenant
        events = await self._tools.slow.run(tenant, lambda: self._evaluate(step_id, work, evaluate))
        self._send(*events)

    async def _prepare(self, step_plan: StepPlan) -> None:
        try:
            prepared = await self._tools.performer.prepare(self._run, step_plan, self._scope)
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
        claim = self._run.claim

        async def on_delta(text: str) -> None:
            await self._tools.live.delta(
                claim.tenant, claim.run_id, step_id=step_plan.id, attempt=attempt, text=text
            )

        try:
            async with self._calls, asyncio.timeout(step_plan.timeout_ms / 1000):
                answer = await self._tools.performer.perform(
                    self._run, step_plan, prepared, attempt=attempt, on_delta=on_delta
                )
        except AppError as error:
            self._send(self._failed(step_plan.id, failure_of(error)))
        except TimeoutError:
            self._send(self._failed(step_plan.id, _timed_out(step_plan)))
        else:
            self._send(AttemptSucceeded(step_plan.id, answer, self._now()))

    def _failed(self, step_id: str, failure: Failure) -> AttemptFailed:
        return AttemptFailed(step_id, failure, self._now(), self._tools.random())

    def _spawn(self, step_id: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks[step_id] = task
        task.add_done_callback(lambda done: self._ended(step_id, done))

    def _ended(self, step_id: str, task: "asyncio.Task[None]") -> None:
        if self._tasks.get(step_id) is task:
            del self._tasks[step_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a step's attempt fell over a bug", step=step_id, exc_info=error)
            self._send(self._failed(step_id, INTERNAL))
        self._send()

    def _now(self) -> datetime:
        return self._tools.clock.now()


def _timed_out(step_plan: StepPlan) -> Failure:
    seconds = step_plan.timeout_ms / 1000
    return Failure("STEP_TIMEOUT", f"the step took longer than {seconds:g} s", is_retryable=True)
