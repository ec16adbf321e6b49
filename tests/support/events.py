"""Events of services that a test does not run: published for real, from their own outbox."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from google.protobuf.message import Message
from sqlalchemy import func, select

from services.kit.bus import Bus
from services.kit.control import Outbox
from services.kit.db import Database
from services.kit.ids import TenantId
from services.kit.migrations import tenant_tree
from services.kit.outbox import Relay
from services.kit.work import UnitOfWork
from tests.support.stack import Stack


async def publish(stack: Stack, producer: str, tenant: TenantId, *events: Message) -> None:
    """Publish events in the name of a service, and wait until the broker has them."""
    database = Database(await stack.database_for(producer))
    bus = Bus(stack.bus(), f"{producer} in a test")
    work = UnitOfWork(database, tenant_tree(producer))
    await bus.connect()
    relay = asyncio.create_task(Relay(producer, work, bus).run())
    try:
        async with work.begin_control() as tx:
            for event in events:
                tx.emit(event, tenant=tenant)
        await until(partial(_is_empty, work, tenant))
    finally:
        relay.cancel()
        with suppress(asyncio.CancelledError):
            await relay
        await bus.close()
        await database.close()


async def until(holds: Callable[[], Awaitable[bool]], *, timeout_s: float = 20) -> None:
    """Ask again and again until something holds; TimeoutError when it does not in time."""
    async with asyncio.timeout(timeout_s):
        while not await holds():  # asks another process
            await asyncio.sleep(0.02)


async def _is_empty(work: UnitOfWork, tenant: TenantId) -> bool:
    query = select(func.count()).where(Outbox.tenant_id == tenant, Outbox.publish_time.is_(None))
    async with work.begin_control() as tx:
        return (await tx.session.execute(query)).scalar_one() == 0
