"""PostgreSQL and nats-server as child processes, with a database and a role for each service."""

import asyncio
import secrets
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from cli.local.databases import SERVICES, create_databases, service_url
from cli.local.nats import EmbeddedNats, free_port
from cli.local.postgres import EmbeddedPostgres
from services.kit.fanout import migrate
from services.kit.settings import BusSettings, DatabaseSettings


class Stack:
    """What integration tests stand on. Databases keep their data for the session.

    Each test makes tenants of its own.
    """

    def __init__(self, folder: Path, *, is_durable: bool = False) -> None:
        self.password = secrets.token_hex(16)
        self.nats_token = secrets.token_hex(16)
        self.postgres = EmbeddedPostgres(
            folder / "postgres", self.password, is_durable=is_durable, max_connections=300
        )
        self.nats = EmbeddedNats(folder / "nats", free_port(), self.nats_token)
        self._migrated: set[str] = set()

    def start(self) -> None:
        """Start both servers and make the databases."""
        self.postgres.start()
        self.nats.start()
        # In a thread of its own, so that it can be called where an event loop runs already.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, self._create_databases()).result()

    def stop(self) -> None:
        """Stop both servers."""
        self.nats.stop()
        self.postgres.stop()

    async def _create_databases(self) -> None:
        passwords = dict.fromkeys(SERVICES, self.password)
        await create_databases(self.postgres.url("postgres"), passwords)

    async def database_for(self, service: str, *, pool_size: int = 8) -> DatabaseSettings:
        """Return the settings of a service's database, migrated to the newest revision."""
        url = self.service_url(service)
        if service not in self._migrated:
            await migrate(service, url)
            self._migrated.add(service)
        # Two hundred writers at once wait for long on a busy machine; how long is no fault.
        return DatabaseSettings(url=SecretStr(url), pool_size=pool_size, pool_timeout_s=60)

    def service_url(self, service: str) -> str:
        """Return the address of a service's database for its own role."""
        return service_url(self.postgres.url("postgres"), service, self.password)

    def bus(self) -> BusSettings:
        """Return how to reach NATS."""
        return BusSettings(url=self.nats.url, token=SecretStr(self.nats_token))

    async def query(self, service: str, sql: str, *values: object) -> list[asyncpg.Record]:
        """Ask a service's database from outside: for what a test wants to see with its own eyes."""
        connection = await asyncpg.connect(self.service_url(service))
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()


@contextmanager
def running_stack(*, is_durable: bool = False) -> Iterator[Stack]:
    """Run a stack in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="pp-test-", ignore_cleanup_errors=True) as folder:
        stack = Stack(Path(folder), is_durable=is_durable)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
