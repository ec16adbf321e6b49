"""Runs, their steps and events, for the doors: all within a tenant's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import defer

from services.execution.errors import RunNotFound
from services.execution.models import QueuedRun, Run, RunEvent, RunPlan, RunStep
from services.execution.rules.states import TERMINAL_RUN, RunState
from services.kit.paging import TimeKey
from services.kit.work import Tx

_LEASE = (QueuedRun.lease_until, (QueuedRun.lease_until < func.clock_timestamp()).label("is_lost"))


@dataclass(frozen=True, slots=True)
class RunView:
    """A run, and what its lease says: `is_lost` when the worker that had it is gone."""

    run: Run
    lease_until: datetime | None
    is_lost: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """An event with the output that its step or run got; "" where there is none."""

    event: RunEvent
    output: str


class Runs:
    """The runs of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, run: Run, plan: RunPlan) -> None:
        """Store a new run with its first event, and queue it."""
        session = self._tx.session
        values = {"hash": plan.hash, "definition": plan.definition, "prompts": plan.prompts}
        await session.execute(insert(RunPlan).values(values).on_conflict_do_nothing())
        session.add(run)
        session.add(
            QueuedRun(
                run_id=run.id,
                tenant_id=self._tx.tenant,
                state="queued",
                enqueue_time=run.create_time,
                # The worker's clock is the database's: a clock of ours that is ahead delays nobody.
                wake_at=run.create_time - timedelta(hours=1),
                lease_owner="",
                lease_epoch=0,
                losses=0,
                is_cancel_requested=False,
            )
        )
        self.add_event(run.id, 1, "run.queued", "{}")
        await session.flush()

    def add_event(self, run_id: str, sequence: int, type_: str, data: str) -> None:
        """Append an event; only for who may number them: nobody works on the run."""
        self._tx.session.add(
            RunEvent(
                run_id=run_id,
                sequence=sequence,
                type=type_,
                step_id="",
                attempt=0,
                data=data,
                create_time=self._tx.now,
            )
        )

    async def get(self, run_id: str) -> RunView:
        """Return the run; raise RunNotFound."""
        query = select(Run, *_LEASE).outerjoin(QueuedRun, QueuedRun.run_id == Run.id)
        row = (await self._tx.session.execute(query.where(Run.id == run_id))).one_or_none()
        if row is None:
            raise RunNotFound("there is no such run", run_id=run_id)
        return _view(row)

    async def page(
        self, *, pipeline_id: str, state: str, after: TimeKey | None, size: int
    ) -> list[RunView]:
        """Return runs, newest first, without input and output; `state` may be owner_lost too."""
        query = select(Run, *_LEASE).outerjoin(QueuedRun, QueuedRun.run_id == Run.id)
        query = query.options(defer(Run.input, raiseload=True), defer(Run.output, raiseload=True))
        if pipeline_id:
            query = query.where(Run.pipeline_id == pipeline_id)
        if state:
            query = query.where(*_of_state(state))
        if after is not None:
            query = query.where(tuple_(Run.create_time, Run.id) < tuple_(after.time, after.id))
        query = query.order_by(Run.create_time.desc(), Run.id.desc()).limit(size)
        return [_view(row) for row in await self._tx.session.execute(query)]

    async def definition(self, plan_hash: str) -> str:
        """Return the definition that a run follows."""
        query = select(RunPlan.definition).where(RunPlan.hash == plan_hash)
        return str((await self._tx.session.execute(query)).scalar_one())

    async def steps(self, run_id: str) -> dict[str, RunStep]:
        """Return the checkpoints of a run by step id, without input and output."""
        query = select(RunStep).where(RunStep.run_id == run_id)
        query = query.options(
            defer(RunStep.input, raiseload=True), defer(RunStep.output, raiseload=True)
        )
        return {row.step_id: row for row in await self._tx.session.scalars(query)}

    async def step_documents(self, run_id: str, *, most_bytes: int) -> dict[str, tuple[str, str]]:
        """Return (input, output) of steps by step id: the smallest first, as many as fit."""
        size = func.octet_length(RunStep.input) + func.octet_length(RunStep.output)
        total = func.sum(size).over(order_by=(size, RunStep.step_id)).label("total")
        rows = (
            select(RunStep.step_id, RunStep.input, RunStep.output, total)
            .where(RunStep.run_id == run_id)
            .subquery()
        )
        query = select(rows.c.step_id, rows.c.input, rows.c.output)
        found: Any = await self._tx.session.execute(query.where(rows.c.total <= most_bytes))
        return {step_id: (input_, output) for step_id, input_, output in found}

    async def events(self, run_id: str, *, after: int, size: int) -> Sequence[EventView]:
        """Return numbered events after a number, oldest first."""
        output = (
            select(RunStep.output)
            .where(RunStep.run_id == RunEvent.run_id, RunStep.step_id == RunEvent.step_id)
            .where(RunEvent.type == "step.succeeded")
            .union_all(
                select(Run.output)
                .where(Run.id == RunEvent.run_id)
                .where(RunEvent.type == "run.succeeded")
            )
            .scalar_subquery()
        )
        query = (
            select(RunEvent, output)
            .where(RunEvent.run_id == run_id, RunEvent.sequence > after)
            .order_by(RunEvent.sequence)
            .limit(size)
        )
        rows: Any = await self._tx.session.execute(query)
        return [EventView(row[0], row[1] or "") for row in rows]

    async def lock_queued(self, run_id: str) -> QueuedRun | None:
        """Take the run's place in the queue, so that no worker claims or renews it meanwhile."""
        query = select(QueuedRun).where(QueuedRun.run_id == run_id).with_for_update()
        found: QueuedRun | None = await self._tx.session.scalar(query)
        return found

    async def leave_queue(self, run_id: str) -> None:
        """Remove an ended run from the queue."""
        await self._tx.session.execute(delete(QueuedRun).where(QueuedRun.run_id == run_id))

    async def request_cancel(self, run_id: str) -> None:
        """Mark that somebody wants the run to stop: its worker sees it in the queue.

        A run that sleeps is queued again, for a worker to end its steps.
        """
        open_run = (Run.id == run_id, Run.state.not_in(list(TERMINAL_RUN)))
        await self._tx.session.execute(
            update(Run).where(*open_run).values(is_cancel_requested=True)
        )
        await self._tx.session.execute(
            update(QueuedRun).where(QueuedRun.run_id == run_id).values(is_cancel_requested=True)
        )
        asleep = (QueuedRun.run_id == run_id, QueuedRun.state == "sleeping")
        await self._tx.session.execute(
            update(QueuedRun).where(*asleep).values(state="queued", wake_at=func.now())
        )

    async def last_sequence(self, run_id: str) -> int:
        """Return the number of the run's last event."""
        query = select(func.max(RunEvent.sequence)).where(RunEvent.run_id == run_id)
        return int((await self._tx.session.execute(query)).scalar_one() or 0)

    async def end(self, run_id: str, state: RunState) -> None:
        """Write the end of a run that no worker has."""
        values: dict[str, Any] = {"state": state.value, "end_time": self._tx.now}
        await self._tx.session.execute(
            update(Run).where(Run.id == run_id).values(**values, is_cancel_requested=True)
        )


def _view(row: Any) -> RunView:
    return RunView(row[0], row[1], bool(row[2]))


def _of_state(state: str) -> list[ColumnElement[bool]]:
    lost = QueuedRun.lease_until < func.clock_timestamp()
    if state == "owner_lost":
        return [Run.state == RunState.RUNNING.value, lost]
    if state == RunState.RUNNING:
        return [Run.state == RunState.RUNNING.value, func.coalesce(~lost, True)]
    return [Run.state == state]
