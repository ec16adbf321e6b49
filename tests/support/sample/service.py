"""The sample service as a whole: its database, its unit of work, its bus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from cli.local.databases import create_databases, service_url
from services.kit import provisioning
from services.kit.bus import Bus
from services.kit.clock import SystemClock
from services.kit.db import Database
from services.kit.fanout import Progress, migrate_trees
from services.kit.ids import TenantId, new_id
from services.kit.migrations import ControlTree, TenantTree
from services.kit.settings import BusSettings, DatabaseSettings
from services.kit.tenancy import TENANT_SCHEMA
from services.kit.work import UnitOfWork
from tests.support.stack import Stack

HERE = Path(__file__).parent


class Base(DeclarativeBase):
    """Base of the sample's tables."""


class Notes(Base):
    """The sample's one table."""

    __tablename__ = "notes"
    __table_args__ = ({"schema": TENANT_SCHEMA},)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    body: Mapped[str] = mapped_column(Text)


@dataclass
class Sample:
    """A running sample service."""

    name: str
    url: str
    database: Database
    work: UnitOfWork
    bus: Bus

    async def tenant(self) -> TenantId:
        """Make a tenant and its schema."""
        tenant = TenantId(new_id("ten"))
        async with self.work.begin_control() as tx:
            await provisioning.provision(tx, tenant)
        return tenant


@asynccontextmanager
async def sample_service(
    stack: Stack, name: str, broker: BusSettings | None = None
) -> AsyncIterator[Sample]:
    """Run the sample on a database of its own: `name` is also the service's name on the bus."""
    await create_databases(stack.postgres.url("postgres"), {name: stack.password})
    url = service_url(stack.postgres.url("postgres"), name, stack.password)
    await migrate(name, url)
    database = Database(DatabaseSettings(url=SecretStr(url)))
    bus = Bus(broker or stack.bus(), name)
    await bus.connect()
    try:
        work = UnitOfWork(database, TenantTree(HERE / "tenant"))
        yield Sample(name, url, database, work, bus)
    finally:
        await bus.close()
        await database.close()


async def migrate(name: str, url: str, tenant: TenantTree | None = None) -> list[Progress]:
    """Migrate the sample's database; returns what was reported on the way."""
    steps: list[Progress] = []
    await migrate_trees(
        name,
        url,
        ControlTree(HERE / "control"),
        tenant or TenantTree(HERE / "tenant"),
        report=steps.append,
        clock=SystemClock(),
    )
    return steps
