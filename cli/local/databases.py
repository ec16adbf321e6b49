"""A database and a role for each service: no service can read another's tables."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import asyncpg
from sqlalchemy import make_url

SERVICES: Final = ("identity", "prompts", "pipelines", "execution", "billing")

# Made here, as the administrator: pgvector is not for a database's owner to make. A server that
# does not have one goes without, and what needs it says so.
_EXTENSIONS: Final = {"prompts": ("vector",)}

# Set on the role, not on the session, so that they hold behind a transaction pooler as well.
_ROLE_SETTINGS: Final = {
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",
    "timezone": "UTC",
}


async def create_databases(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Make the role and database of each service where they are missing, and set its password.

    Extensions that a service uses are made in its database, where the server has them.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        for service, password in passwords.items():
            await _create(connection, f"pp_{service}", password)
    finally:
        await connection.close()
    for service in passwords:
        if service in _EXTENSIONS:
            await _create_extensions(admin_url, service)


def service_url(admin_url: str, service: str, password: str) -> str:
    """Return the address of a service's database for its own role."""
    name = f"pp_{service}"
    url = make_url(admin_url).set(username=name, password=password, database=name)
    return url.render_as_string(hide_password=False)


async def _create(connection: asyncpg.Connection, name: str, password: str) -> None:
    if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name) is None:
        await connection.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
    quoted = await connection.fetchval("SELECT quote_literal($1)", password)
    await connection.execute(f"ALTER ROLE {name} PASSWORD {quoted}")
    for key, value in _ROLE_SETTINGS.items():
        await connection.execute(f"ALTER ROLE {name} SET {key} = '{value}'")
    if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name) is None:
        await connection.execute(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0")
        await connection.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")


async def _create_extensions(admin_url: str, service: str) -> None:
    database = make_url(admin_url).set(database=f"pp_{service}")
    connection = await asyncpg.connect(database.render_as_string(hide_password=False))
    try:
        for name in _EXTENSIONS[service]:
            known = "SELECT 1 FROM pg_available_extensions WHERE name = $1"
            if await connection.fetchval(known, name) is not None:
                # An administrator who may not make it: somebody else will, or it is gone without.
                with suppress(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {name} SCHEMA public")
    finally:
        await connection.close()
