"""Statements are spans of their trace, by text and never by value; pools show themselves."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.kit import telemetry
from services.kit.db import Database
from services.kit.migrations import tenant_tree
from services.kit.settings import DatabaseSettings
from services.kit.telemetry import metrics
from services.kit.work import UnitOfWork
from tests.support.stack import Stack


@pytest.fixture
async def database(stack: Stack) -> AsyncIterator[Database]:
    database = Database(DatabaseSettings(url=stack.service_url("billing"), pool_size=2))
    yield database
    await database.close()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    with telemetry.recording(exporter):
        yield exporter


async def test_each_statement_is_a_span_without_its_values(
    database: Database, spans: InMemorySpanExporter
) -> None:
    with telemetry.tracer().start_as_current_span("rpc") as parent:
        async with database.engine.connect() as connection:
            await connection.execute(text("SELECT :secret || 'x'"), {"secret": "hunter2"})
            with pytest.raises(DBAPIError):
                await connection.execute(text("SELECT * FROM nowhere_at_all"))
    good, bad = [span for span in spans.get_finished_spans() if span.name.startswith("sql ")]
    assert good.name == bad.name == "sql SELECT"
    assert good.parent is not None
    assert good.parent.span_id == parent.get_span_context().span_id
    assert (good.status.status_code, bad.status.status_code) == (StatusCode.UNSET, StatusCode.ERROR)
    assert "hunter2" not in str(good.attributes)
    assert "|| 'x'" in str((good.attributes or {})["db.query.text"])


async def test_the_error_of_a_statement_does_not_tell_its_values(database: Database) -> None:
    async with database.engine.connect() as connection:
        with pytest.raises(DBAPIError) as raised:
            await connection.execute(text("SELECT :secret FROM nowhere"), {"secret": "hunter2"})
    assert "nowhere" in str(raised.value)
    assert "hunter2" not in str(raised.value)


async def test_outside_a_recorded_trace_there_are_no_spans(
    database: Database, spans: InMemorySpanExporter
) -> None:
    async with database.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
    await (await database.raw_pool(1)).execute("SELECT 1")
    assert spans.get_finished_spans() == ()


async def test_statements_of_the_raw_pool_are_spans_of_the_same_shape(
    database: Database, spans: InMemorySpanExporter
) -> None:
    pool = await database.raw_pool(1)
    with telemetry.tracer().start_as_current_span("rpc") as parent:
        assert await pool.fetchval("SELECT $1 || 'x'", "hunter2") == "hunter2x"
        assert len(await pool.fetch("SELECT $1 || 'y'", "hunter2")) == 1
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT 1")
            assert (await connection.fetchrow("SELECT 2 AS two"))["two"] == 2
        with pytest.raises(asyncpg.UndefinedTableError):
            await pool.execute("SELECT * FROM nowhere_at_all")
    made = [span for span in spans.get_finished_spans() if span.name.startswith("sql ")]
    assert [span.name.removeprefix("sql ") for span in made] == [
        *("SELECT", "SELECT"),
        *("BEGIN", "SELECT", "SELECT", "COMMIT"),
        "SELECT",
    ]
    here = parent.get_span_context().span_id
    assert all(span.parent is not None and span.parent.span_id == here for span in made)
    assert [span.status.status_code for span in made[:-1]] == [StatusCode.UNSET] * 6
    assert made[-1].status.status_code is StatusCode.ERROR
    assert made[-1].status.description == "UndefinedTableError"
    assert (made[0].attributes or {})["db.query.text"] == "SELECT $1 || 'x'"
    assert not any("hunter2" in str(span.attributes) for span in made)


async def test_the_pool_shows_what_is_in_use(database: Database) -> None:
    def in_use() -> float | None:
        return metrics.REGISTRY.get_sample_value(
            "promptpilot_db_pool_connections", {"database": "pp_billing", "state": "in_use"}
        )

    assert in_use() == 0
    async with database.engine.connect() as one, database.engine.connect() as other:
        await one.execute(text("SELECT 1"))
        await other.execute(text("SELECT 1"))
        assert in_use() == 2
    assert in_use() == 0


async def test_each_wait_of_a_transaction_for_its_connection_is_measured(
    database: Database,
) -> None:
    def waits() -> tuple[float, float]:
        name = "promptpilot_db_pool_wait_seconds"
        both = (
            metrics.REGISTRY.get_sample_value(f"{name}_{part}", {"database": "pp_billing"})
            for part in ("count", "sum")
        )
        count, total = (value or 0.0 for value in both)
        return count, total

    work = UnitOfWork(database, tenant_tree("billing"))
    count, total = waits()
    async with asyncio.TaskGroup() as group, work.begin_control(), work.begin_control():
        third = group.create_task(_begin(work))
        await asyncio.sleep(0.2)
        assert not third.done()
    assert waits()[0] == count + 3
    assert waits()[1] >= total + 0.15


async def _begin(work: UnitOfWork) -> None:
    async with work.begin_control():
        pass
