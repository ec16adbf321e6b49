"""The metrics show how much waits in the queue, and never a number that is not known."""

import math
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from cli.local.nats import free_port
from services.execution.jobs.queue_depth import QueueDepth
from services.execution.models import QueuedRun
from services.execution.repository.queue_depth import read_depth
from services.kit.db import Database, DatabaseUnavailable
from services.kit.ids import new_id
from services.kit.migrations import tenant_tree
from services.kit.settings import DatabaseSettings
from services.kit.telemetry import metrics
from services.kit.work import Tx, UnitOfWork
from tests.support.stack import Stack


def runs(state: str) -> float:
    value = metrics.REGISTRY.get_sample_value("promptpilot_execution_runs", {"state": state})
    return math.nan if value is None else value


def oldest_s() -> float:
    value = metrics.REGISTRY.get_sample_value("promptpilot_execution_oldest_waiting_seconds")
    return math.nan if value is None else value


@pytest.fixture
async def work(stack: Stack) -> AsyncIterator[UnitOfWork]:
    """The database of execution, beside its processes."""
    database = Database(await stack.database_for("execution"))
    yield UnitOfWork(database, tenant_tree("execution"))
    await database.close()


async def test_runs_that_wait_sleep_and_run_are_told_apart(work: UnitOfWork) -> None:
    """Counted in a snapshot of its own: other tests' runs come and go meanwhile."""
    async with work.begin_control() as tx:
        await tx.session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        before = await read_depth(tx)
        await _queue(tx, "queued", queued_since=timedelta(days=2))
        await _queue(tx, "queued", queued_since=timedelta(days=3), woken_since=timedelta(hours=1))
        await _queue(tx, "sleeping", woken_since=-timedelta(hours=1))
        await _queue(tx, "running")
        after = await read_depth(tx)
        await tx.session.rollback()
    states = ("waiting", "sleeping", "running")
    added = [getattr(after, state) - getattr(before, state) for state in states]
    assert added == [2, 1, 1]
    # A run that slept waits since it woke.
    assert 2 * 86_400 <= after.oldest_waiting_s < 2 * 86_400 + 600


async def test_a_sample_is_shown_in_the_metrics(work: UnitOfWork) -> None:
    await QueueDepth(work, interval_s=1).sample()
    assert min(runs("waiting"), runs("sleeping"), runs("running"), oldest_s()) >= 0


async def test_while_the_database_is_away_the_depth_is_not_a_number() -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    database = Database(DatabaseSettings(url=SecretStr(nowhere)))
    with pytest.raises(DatabaseUnavailable):
        await QueueDepth(UnitOfWork(database, tenant_tree("execution")), interval_s=1).sample()
    assert math.isnan(runs("waiting"))
    assert math.isnan(oldest_s())
    await database.close()


async def _queue(
    tx: Tx,
    state: str,
    *,
    queued_since: timedelta = timedelta(),
    woken_since: timedelta | None = None,
) -> None:
    """Put a run into the queue that no worker ever sees: the transaction is rolled back."""
    woken = queued_since if woken_since is None else woken_since
    lease = tx.now + timedelta(minutes=1) if state == "running" else None
    row = QueuedRun(
        run_id=new_id("run"),
        tenant_id=new_id("ten"),
        state=state,
        enqueue_time=tx.now - queued_since,
        wake_at=tx.now - woken,
        lease_owner="",
        lease_epoch=0,
        lease_until=lease,
        losses=0,
        is_cancel_requested=False,
    )
    tx.session.add(row)
    await tx.session.flush()
