"""Telling "PostgreSQL is away" from "the statement is wrong" on connections of our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg

from services.kit.db import DatabaseUnavailable

# SQLSTATE classes that pass: connection, resources, operator intervention, rollback by conflict.
_PASSING: Final = frozenset({"08", "40", "53", "57"})


@contextmanager
def reachable() -> Iterator[None]:
    """Turn a lost or refused connection into DatabaseUnavailable; let everything else through."""
    try:
        yield
    except (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        # InternalClientError: the connection was lost between two messages of one statement.
        raise DatabaseUnavailable("the database is not available", retry_after_s=1) from error
    except asyncpg.PostgresError as error:
        if (error.sqlstate or "")[:2] not in _PASSING:
            raise
        raise DatabaseUnavailable("the database is not available", retry_after_s=1) from error
