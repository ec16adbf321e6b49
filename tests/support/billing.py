"""Billing on real PostgreSQL and NATS, called over real gRPC as the gateway calls it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from promptpilot.billing.v1 import billing_pb2 as pb
from promptpilot.billing.v1.billing_pb2_grpc import BillingServiceStub
from promptpilot.execution.v1.events_pb2 import UsageRecorded
from promptpilot.execution.v1.execution_pb2 import MODE_LIVE, TokenUsage
from services.billing.adapters import GenaiCatalogue
from services.billing.app import build_for_tests
from services.billing.commands.book_usage import book_usage
from services.billing.commands.provision_tenant import provision_tenant
from services.billing.consumers import use_of
from services.billing.rules.costs import Rates
from services.billing.settings import BillingSettings
from services.kit.caller import Caller, acting_as
from services.kit.db import Database
from services.kit.ids import TenantId, derived_id, new_id
from services.kit.migrations import tenant_tree
from services.kit.rpc.client import connect
from services.kit.runtime import Process, running
from services.kit.work import UnitOfWork
from tests.support.rpc import member, rpc_settings
from tests.support.stack import Stack

FALLBACK = Rates(10_000_000_000, 10_000_000_000, 30_000_000_000, 30_000_000_000)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
_CATALOGUE = GenaiCatalogue()


@dataclass(frozen=True)
class Door:
    """A running billing service, the gateway's stub of it, and a tenant to work for."""

    process: Process
    stub: BillingServiceStub
    work: UnitOfWork
    gate: asyncio.Semaphore
    caller: Caller

    @property
    def tenant(self) -> TenantId:
        """The tenant that calls are made for."""
        assert self.caller.tenant is not None
        return self.caller.tenant

    @property
    def rpc(self) -> "Rpcs":
        """The RPCs, called for the caller: `await door.rpc.GetUsage(request)`."""
        return Rpcs(self.stub, self.caller)

    async def new_tenant(self) -> "Door":
        """Return the same service for a new tenant."""
        caller = member()
        assert caller.tenant is not None
        async with self.work.begin_control() as tx:
            await provision_tenant(tx, caller.tenant)
        return replace(self, caller=caller)

    async def book(self, *events: UsageRecorded) -> list[bool]:
        """Book uses as the consumer does, each in a transaction of its own."""
        booked = []
        for event in events:
            # As many at once as there are connections: none waits for one until it gives up.
            async with self.gate, self.work.begin(self.tenant) as tx:
                booked.append(await book_usage(tx, use_of(event), _CATALOGUE, FALLBACK))
        return booked

    async def record(self, event: UsageRecorded) -> pb.UsageRecord:
        """Book a use of a run and read its record."""
        await self.book(event)
        answer: pb.GetRunCostResponse = await self.rpc.GetRunCost(
            pb.GetRunCostRequest(run_id=event.run_id)
        )
        return next(record for record in answer.records if record.id == event.usage_id)

    async def records(self) -> list[pb.UsageRecord]:
        """Read the newest usage records."""
        request = pb.ListUsageRecordsRequest(page_size=200)
        answer: pb.ListUsageRecordsResponse = await self.rpc.ListUsageRecords(request)
        return list(answer.records)


@dataclass(frozen=True)
class Rpcs:
    """A stub whose calls are made for somebody, each with a deadline."""

    _stub: BillingServiceStub
    _caller: Caller

    def __getattr__(self, name: str) -> Callable[[Any], Awaitable[Any]]:
        async def call(request: Any) -> Any:
            with acting_as(self._caller):
                return await getattr(self._stub, name)(request, timeout=20)

        return call


def usage(
    *,
    given: int = 1_000,
    answered: int = 500,
    cached: int = 0,
    reasoned: int = 0,
    at: datetime = NOON,
    **changes: Any,
) -> UsageRecorded:
    """Make what execution says of one answer of gpt-4o-mini in live mode, changed as wanted."""
    run_id = changes.get("run_id", new_id("run"))
    step_id, attempt = changes.get("step_id", "s1"), changes.get("attempt", 1)
    fields: dict[str, Any] = {
        "usage_id": derived_id("use", run_id, step_id, str(attempt)),
        "run_id": run_id,
        "step_id": step_id,
        "attempt": attempt,
        "pipeline_id": "pip_00000000000000000000000001",
        "pipeline_version": 3,
        "prompt_id": "prm_00000000000000000000000001",
        "prompt_version": 2,
        "provider": "openai",
        "model": "gpt-4o-mini",
        "mode": MODE_LIVE,
        "usage": TokenUsage(
            input_tokens=given,
            output_tokens=answered,
            cached_input_tokens=cached,
            reasoning_tokens=reasoned,
        ),
        "occur_time": timestamp(at),
    }
    return UsageRecorded(**(fields | changes))


def timestamp(moment: datetime) -> Timestamp:
    """Write a time as proto does."""
    written = Timestamp()
    written.FromDatetime(moment)
    return written


async def settings_for(stack: Stack) -> BillingSettings:
    """Make settings on the stack."""
    return BillingSettings(
        database=await stack.database_for("billing"), bus=stack.bus(), rpc=rpc_settings()
    )


@asynccontextmanager
async def billing_running(settings: BillingSettings) -> AsyncIterator[Door]:
    """Run a billing service of its own, with a tenant, until the block ends."""
    database = Database(settings.database)
    work = UnitOfWork(database, tenant_tree("billing"))
    async with running(build_for_tests(settings)) as process:
        address = f"127.0.0.1:{process.rpc_port}"
        channel = connect("billing", rpc_settings(billing=address), issuer="gateway")
        try:
            door = Door(process, BillingServiceStub(channel), work, asyncio.Semaphore(8), member())
            yield await door.new_tenant()
        finally:
            await channel.close()
            await database.close()
