"""Spans of SQL statements, and gauges of the pool.

SQLAlchemy's statements by its engine events, those of asyncpg's own pools by their connections.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import asyncpg
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from sqlalchemy import Connection, ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from services.kit.telemetry import metrics
from services.kit.telemetry.traces import tracer

_MOST_TEXT: Final = 2_000
_SPANS: Final = "promptpilot.spans"


def instrument_engine(engine: AsyncEngine, database: str) -> None:
    """Make a span of each statement inside a recorded trace, and show the pool in the metrics.

    `database` is the metrics' label, such as `prompts`. Statements carry their text, never their
    values.
    """
    sync_engine = engine.sync_engine
    event.listen(sync_engine, "before_cursor_execute", _begin)
    event.listen(sync_engine, "after_cursor_execute", _end)
    event.listen(sync_engine, "handle_error", _fail)
    _watch_pool(sync_engine.pool, database)


class TracedConnection(asyncpg.Connection):  # type: ignore[misc] # asyncpg has no types
    """A connection of asyncpg's own pools whose statements are spans as SQLAlchemy's are.

    Inside a recorded trace only; elsewhere a statement costs one look at the current span.
    Prepared statements, cursors and COPY are not covered: nobody uses them here.
    """

    __slots__ = ()

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        """Execute a command, or several when there are no arguments."""
        with _statement(query):
            status: str = await super().execute(query, *args, **options)
        return status

    async def fetch(self, query: str, *args: Any, **options: Any) -> list[Any]:
        """Return all rows."""
        with _statement(query):
            rows: list[Any] = await super().fetch(query, *args, **options)
        return rows

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        """Return the first row, or None."""
        with _statement(query):
            return await super().fetchrow(query, *args, **options)

    async def fetchval(self, query: str, *args: Any, **options: Any) -> Any:
        """Return a value of the first row, or None."""
        with _statement(query):
            return await super().fetchval(query, *args, **options)


@contextmanager
def _statement(text: str) -> Iterator[None]:
    span = _start(text, is_batch=False)
    if span is None:
        yield
        return
    try:
        yield
    except Exception as error:
        _failed(span, error)
        raise
    finally:
        span.end()


def _watch_pool(pool: object, database: str) -> None:
    if not isinstance(pool, QueuePool):
        return
    for state, count in (
        ("in_use", pool.checkedout),
        ("idle", pool.checkedin),
        ("overflow", lambda: max(0, pool.overflow())),
    ):
        metrics.DB_POOL_CONNECTIONS.labels(database, state).set_function(count)


def _begin(
    connection: Connection,
    _cursor: Any,
    statement: str,
    _parameters: Any,
    _context: Any,
    many: bool,  # noqa: FBT001 # SQLAlchemy's own
) -> None:
    span = _start(statement, is_batch=many)
    if span is not None:
        connection.info.setdefault(_SPANS, []).append(span)


def _start(statement: str, *, is_batch: bool) -> Span | None:
    """Start the span of a statement; None outside a recorded trace."""
    if not trace.get_current_span().is_recording():
        return None
    operation = statement.split(None, 1)[0].rstrip(";").upper()
    return tracer().start_span(
        f"sql {operation}",
        kind=SpanKind.CLIENT,
        attributes={
            "db.system.name": "postgresql",
            "db.operation.name": operation,
            "db.query.text": statement[:_MOST_TEXT],
            "db.operation.is_batch": is_batch,
        },
    )


def _failed(span: Span, error: BaseException) -> None:
    span.set_status(Status(StatusCode.ERROR, type(error).__name__))


def _end(connection: Connection, *_: Any) -> None:
    span = _take(connection)
    if span is not None:
        span.end()


def _fail(context: ExceptionContext) -> None:
    span = _take(context.connection) if context.connection is not None else None
    if span is not None:
        _failed(span, context.original_exception)
        span.end()


def _take(connection: Connection) -> Span | None:
    # Begin and end pair up on one connection, whose statements never overlap.
    spans: list[Span] | None = connection.info.get(_SPANS)
    return spans.pop() if spans else None
