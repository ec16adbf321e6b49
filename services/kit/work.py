"""The only road to data: a transaction that knows its tenant, and the events that leave with it.

`async with work.begin(tenant) as tx:` opens it; leaving the block without an error commits, and
nothing else does. Events emitted on the way stand in the outbox of the same transaction.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Protocol

import structlog
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

_log = structlog.get_logger("kit.work")


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
        self._inner: Tx | None = None
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

        `tenant` is needed on a control transaction only; on a tenant's, another one is a
        LookupError.
        """
        if tenant is not None and self._tenant not in (None, tenant):
            raise LookupError("a tenant's transaction emits events of this tenant only")
        self._events.append(outbox_row(event, tenant or self.tenant, self.now))

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the commit is done.

        For hints that may be lost, never for effects that must happen: an error in it is logged.
        """
        self._after_commit.append(call)

    async def for_tenant(self, tenant: TenantId) -> "Tx":
        """Give the same transaction one tenant's tables too, for provisioning and directories.

        What was put in either session is written by the commit. The map to a tenant's schema
        belongs to the connection, so a second tenant is a LookupError, never a mix-up.
        """
        if self._tenant is not None:
            if tenant != self._tenant:
                raise LookupError("a transaction reaches the tables of one tenant only")
            return self
        if self._inner is None:
            await self.session.flush()
            connection = await self._connection.execution_options(
                schema_translate_map={TENANT_SCHEMA: schema_of(tenant)}
            )
            self._inner = Tx(connection, self.now, tenant, self.tenant_tree)
            self._inner._events = self._events  # noqa: SLF001 # one transaction, one list
            self._inner._after_commit = self._after_commit  # noqa: SLF001 # likewise
        return await self._inner.for_tenant(tenant)

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
        # SQLAlchemy begins at its own first statement; the script goes past it.
        await self._connection.exec_driver_sql("SELECT 1")
        raw = await self._connection.get_raw_connection()
        driver = raw.driver_connection
        if driver is None:
            raise RuntimeError("the transaction has no connection any more")
        await driver.execute(script)

    async def _finish(self) -> None:
        if self._inner is not None:
            await self._inner.session.flush()
        await self.session.flush()
        if self._events:
            # A list of rows beside the statement: `values(rows)` would be compiled anew each time.
            await self._connection.execute(insert(Outbox), self._events)

    async def _close(self) -> None:
        if self._inner is not None:
            await self._inner.session.close()
        await self.session.close()

    def _committed(self) -> None:
        for call in self._after_commit:
            try:
                call()
            except Exception:  # noqa: BLE001 # the commit stands, whatever the hint's error is
                _log.exception("work.after_commit_failed")


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


class Joined:
    """Hands out a transaction that is open already, for commands that are parts of a larger one.

    Its owner commits it.
    """

    def __init__(self, tx: Tx, tenant: TenantId | None) -> None:
        self._tx = tx
        self._tenant = tenant

    def begin(self, tenant: TenantId) -> AbstractAsyncContextManager[Tx]:
        """Hand out the transaction, which must be this tenant's."""
        if tenant != self._tenant:
            raise LookupError("a joined command stays with its tenant")
        return self._hand_out()

    def begin_control(self) -> AbstractAsyncContextManager[Tx]:
        """Hand out the transaction, which must be a control transaction."""
        if self._tenant is not None:
            raise LookupError("a joined command of a tenant has no control transaction")
        return self._hand_out()

    @asynccontextmanager
    async def _hand_out(self) -> AsyncIterator[Tx]:
        yield self._tx
        await self._tx.session.flush()


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

        Raises TenantNotReady, TenantNotFound, DatabaseUnavailable.
        """
        schema = schema_of(tenant)
        async with self._connected() as connection:
            with translated():
                await connection.execution_options(schema_translate_map={TENANT_SCHEMA: schema})
                await self.directory.require(connection, tenant)
            async with self._transaction(connection, tenant) as tx:
                yield tx

    @asynccontextmanager
    async def begin_control(self) -> AsyncIterator[Tx]:
        """Open a transaction that reaches schema `control` only; raises DatabaseUnavailable.

        Tenant tables stay out of reach.
        """
        async with self._connected() as connection, self._transaction(connection, None) as tx:
            yield tx

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            with translated():
                with self.database.waits.time():
                    connection = await stack.enter_async_context(self.database.engine.connect())
                await connection.begin()
            yield connection

    @asynccontextmanager
    async def _transaction(
        self, connection: AsyncConnection, tenant: TenantId | None
    ) -> AsyncIterator[Tx]:
        tx = Tx(connection, self.clock.now(), tenant, self.tenant_tree)
        with translated(is_connecting=False):
            try:
                yield tx
                await tx._finish()  # noqa: SLF001 # the transaction's own other half
                await connection.commit()
            except BaseException:
                await connection.rollback()
                raise
            finally:
                await tx._close()  # noqa: SLF001 # the transaction's own other half
        tx._committed()  # noqa: SLF001 # the transaction's own other half
        if tx._events:  # noqa: SLF001 # the transaction's own other half
            self.nudge()
