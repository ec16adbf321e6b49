"""Engines and pools: one `Database` a process and database; nothing else opens connections.

Safe behind PgBouncer in transaction mode (`is_behind_transaction_pooler`): no state outlives a
transaction, no prepared statement does, and time-outs are set on the role (`cli migrate`), not on
the session.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

import asyncpg
import orjson
from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.kit import telemetry
from services.kit.errors import Unavailable
from services.kit.settings import DatabaseSettings

# SQLSTATE classes that mean "not now" rather than "wrong": connection, resources, operator
# intervention (shutdown, crash).
_PASSING_CLASSES: Final = ("08", "53", "57")
# Serialisation failure, deadlock, lock not available: the same transaction may well pass when tried
# again.
_PASSING_STATES: Final = ("40001", "40P01", "55P03")

_CONNECT_TIMEOUT_S: Final = 5.0
# Of one statement of a hot path: far past what any of them takes.
_RAW_TIMEOUT_S: Final = 15.0


class DatabaseUnavailable(Unavailable):
    """PostgreSQL did not answer, refused the connection or has no free one."""

    reason = "DATABASE_UNAVAILABLE"


class Database:
    """The pool of one service's database."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(settings.url.get_secret_value()),
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=settings.pool_timeout_s,
            pool_recycle=settings.connection_lifetime_s,
            hide_parameters=True,  # values, secrets among them, stay out of errors and logs
            connect_args=self._connect_args(),
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_closed)
        name = make_url(settings.url.get_secret_value()).database or ""
        telemetry.instrument_engine(self.engine, name)
        # Observes how long a transaction waits for its connection.
        self.waits = telemetry.metrics.DB_POOL_WAIT_SECONDS.labels(name)
        self._raw_pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._raw_lock = asyncio.Lock()

    async def check(self) -> None:
        """Ask PostgreSQL for an answer; raises DatabaseUnavailable."""
        with translated(), self._timed():
            async with asyncio.timeout(2), self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))

    async def raw_pool(self, size: int = 4) -> "asyncpg.Pool[asyncpg.Record]":
        """Return the pool for hot paths that write their own SQL (claims, group commits).

        Made at the first call.
        """
        async with self._raw_lock:
            if self._raw_pool is None:
                self._raw_pool = await asyncpg.create_pool(
                    asyncpg_dsn(self.settings.url.get_secret_value()),
                    connection_class=telemetry.TracedConnection,
                    # Nobody waits for ever for a server that died without a word.
                    timeout=_CONNECT_TIMEOUT_S,
                    command_timeout=_RAW_TIMEOUT_S,
                    min_size=1,
                    max_size=size,
                    max_inactive_connection_lifetime=self.settings.connection_lifetime_s,
                    reset=_keep,
                    statement_cache_size=0 if self.settings.is_behind_transaction_pooler else 256,
                )
            return self._raw_pool

    async def close(self) -> None:
        """Close every connection."""
        if self._raw_pool is not None:
            await self._raw_pool.close()
            self._raw_pool = None
        await self.engine.dispose()

    def _connect_args(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {"timeout": _CONNECT_TIMEOUT_S}
        if self.settings.is_behind_transaction_pooler:
            arguments |= {
                "statement_cache_size": 0,
                "prepared_statement_cache_size": 0,
                "prepared_statement_name_func": lambda: f"__asyncpg_{uuid4()}__",
            }
        return arguments

    @contextmanager
    def _timed(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise DatabaseUnavailable(
                "the database did not answer in time", retry_after_s=1
            ) from error


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool connect anew instead of handing out what the server has closed.

    The event loop saw the end of the stream, so this costs no round trip: after a restart of
    PostgreSQL not even the first transaction fails.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError("PostgreSQL closed the connection")


async def _keep(_connection: object) -> None:
    """Leave a returned connection as it is: hot paths set nothing that outlives a transaction.

    asyncpg's own reset costs a round trip before the answer of each statement.
    """


def sqlalchemy_url(url: str) -> URL:
    """Take a postgresql:// address for SQLAlchemy's asyncpg dialect."""
    return make_url(url).set(drivername="postgresql+asyncpg")


def asyncpg_dsn(url: str) -> str:
    """Take a postgresql:// address for asyncpg itself."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def translated(*, is_connecting: bool = True) -> Iterator[None]:
    """Turn "the database is not there" into DatabaseUnavailable.

    Let every other database error through as the bug it is. While connecting, any error of the
    operating system is the database's; later, in a block that also does other things, only a
    broken connection is.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseUnavailable("no free database connection in time", retry_after_s=1) from error
    except DBAPIError as error:
        if is_passing(error):
            raise DatabaseUnavailable("the database is not available", retry_after_s=1) from error
        raise
    except (
        OSError,
        asyncpg.PostgresConnectionError,
        asyncpg.CannotConnectNowError,
        asyncpg.InternalClientError,  # lost between two messages of one statement
    ) as error:
        if isinstance(error, OSError) and not (is_connecting or isinstance(error, ConnectionError)):
            raise
        raise DatabaseUnavailable("the database is not available", retry_after_s=1) from error


def is_passing(error: DBAPIError) -> bool:
    """Tell whether the same work may pass a moment later."""
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state[:2] in _PASSING_CLASSES or state in _PASSING_STATES
    return isinstance(error, InterfaceError | OperationalError)
