"""Spans of SQL statements and gauges of the pool, by SQLAlchemy's engine events."""

from typing import Any, Final

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
    if not trace.get_current_span().is_recording():
        return
    operation = statement.split(None, 1)[0].upper()
    span = tracer().start_span(
        f"sql {operation}",
        kind=SpanKind.CLIENT,
        attributes={
            "db.system.name": "postgresql",
            "db.operation.name": operation,
            "db.query.text": statement[:_MOST_TEXT],
            "db.operation.is_batch": many,
        },
    )
    connection.info.setdefault(_SPANS, []).append(span)


def _end(connection: Connection, *_: Any) -> None:
    span = _take(connection)
    if span is not None:
        span.end()


def _fail(context: ExceptionContext) -> None:
    span = _take(context.connection) if context.connection is not None else None
    if span is not None:
        span.set_status(Status(StatusCode.ERROR, type(context.original_exception).__name__))
        span.end()


def _take(connection: Connection) -> Span | None:
    # Begin and end pair up on one connection, whose statements never overlap.
    spans: list[Span] | None = connection.info.get(_SPANS)
    return spans.pop() if spans else None
