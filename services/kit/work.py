"""The only road to data: a transaction that knows its tenant, and the events that leave with it.

`async with work.begin(tenant) as tx:` opens it; leaving the block without an error commits, and
nothing else does.
Events emitted on the way stand in the outbox of the same transaction.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Protocol

from google.protobuf.message import Message
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from services.kit.clock import Clock, SystemClock
from services.kit.control import Outbox
from services.kit.db import Database, translated
from services.kit.envelope import outbox_row
from services.kit.ids import TenantId
from services.kit.migrations import TenantTree
from services.kit.tenancy import TENANT_SCHEMA, Directory, schema_of


class Tx:
    """One open transaction. Made by `UnitOfWork`, never by hand."""

    def __init__(
        self, connection: AsyncConnection, now: datetime, tenant: TenantId | None, tree: TenantTree
    ) -> None:
        self.now = now
        self.tenant_tree = tree
        self.session = AsyncSession(
            bind=connection, expire_on_commit=False, join_transaction_mode="rollback_only"
        )
        self._connection = connection
        self._tenant = tenant
        self._events: list[dict[str, object]] = []
        self._after_commit: list[Callable[[], None]] = []

    @property
    def tenant(self) -> TenantId:
        """The tenant of this transaction; a control transaction has none."""
        if self._tenant is None:
            raise LookupError("a control transaction has no tenant")
        return self._tenant

    def emit(self, event: Message, *, tenant: TenantId | None = None) -> None:
        """Publish the event if, and only if, this transaction commits.

        `tenant` is needed on a control transaction only.
        """
        self._events.append(outbox_row(event, tenant or self.tenant, self.now))

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the commit is done.

        For hints that may be lost, never for effects that must happen.
        """
        self._after_commit.append(call)

    async def for_tenant(self, tenant: TenantId) -> "Tx":
        """Give the same transaction the tenant's tables too.

        For services that keep a directory of all tenants.
        """
        await self.session.flush()
        connection = await self._connection.execution_options(
            schema_translate_map={TENANT_SCHEMA: schema_of(tenant)}
        )
        inner = Tx(connection, self.now, tenant, self.tenant_tree)
        inner._events = self._events
        inner._after_commit = self._after_commit
        self._inner = inner
        return inner

    async def lock(self, name: str) -> None:
        """Wait until no other transaction holds this name; held until the end of this one."""
        await self.session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
        )

    async def try_lock(self, name: str) -> bool:
        """Take the name if it is free; held until the end of the transaction."""
        query = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
        return bool((await self.session.execute(query, {"name": name})).scalar_one())

    async def run_script(self, script: str) -> None:
        """Run several statements without parameters in one round trip.

        For DDL that this code rendered.
        """
        await self.session.flush()
        raw = await self._connection.get_raw_connection()
        driver = raw.driver_connection
        if driver is None:
            raise RuntimeError("the transaction has no connection any more")
        await driver.execute(script)

    async def _finish(self) -> None:
        inner = getattr(self, "_inner", None)
        if inner is not None:
            await inner.session.flush()
        await self.session.flush()
        if self._events:
            await self._connection.execute(insert(Outbox).values(self._events))

    def _committed(self) -> None:
        for call in self._after_commit:
            call()


class Work(Protocol):
    """What commands need: a way to begin. `UnitOfWork` is one.

    An idempotent call hands out another that joins its transaction.
    """

    def begin(self, tenant: TenantId) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction of the tenant."""
        ...

    def begin_control(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction that reaches schema `control` only."""
        ...


class UnitOfWork:
    """Begins transactions on one database."""

    def __init__(self, database: Database, tree: TenantTree, clock: Clock | None = None) -> None:
        self.database = database
        self.directory = Directory()
        self.tenant_tree = tree
        self.clock: Clock = clock or SystemClock()
        # Called after each commit that left events: wakes the outbox relay of this process.
        self.nudge: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def begin(self, tenant: TenantId) -> AsyncIterator[Tx]:
        """Open a transaction that sees this tenant's tables, and no other tenant's.

        Raises TenantNotReady, TenantNotFound.
        """
        with translated():
            async with self.database.engine.connect() as connection:
                await connection.execution_options(
                    schema_translate_map={TENANT_SCHEMA: schema_of(tenant)}
                )
                await connection.begin()
                await self.directory.require(connection, tenant)
                async with self._transaction(connection, tenant) as tx:
                    yield tx

    @asynccontextmanager
    async def begin_control(self) -> AsyncIterator[Tx]:
        """Open a transaction that reaches schema `control` only.

        Tenant tables stay out of reach.
        """
        with translated():
            async with self.database.engine.connect() as connection:
                await connection.begin()
                async with self._transaction(connection, None) as tx:
                    yield tx

    @asynccontextmanager
    async def _transaction(
        self, connection: AsyncConnection, tenant: TenantId | None
    ) -> AsyncIterator[Tx]:
        tx = Tx(connection, self.clock.now(), tenant, self.tenant_tree)
        try:
            yield tx
            await tx._finish()  # noqa: SLF001 # the transaction's own other half
            await connection.commit()
        except BaseException:
            await connection.rollback()
            raise
        finally:
            await tx.session.close()
        tx._committed()  # noqa: SLF001 # the transaction's own other half
        if tx._events:  # noqa: SLF001 # the transaction's own other half
            self.nudge()
