"""TenantCreated: the tenant's tables, its library and TenantProvisioned, once and whole."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from promptpilot.identity.v1.events_pb2 import TenantCreated
from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.bus import Bus
from services.kit.db import Database
from services.kit.errors import Unavailable
from services.kit.ids import TenantId, new_id
from services.kit.migrations import tenant_tree
from services.kit.outbox import Relay
from services.kit.tenancy import schema_of
from services.kit.work import UnitOfWork
from services.prompts.adapters import read_library
from services.prompts.commands.provision_tenant import provision_tenant
from services.prompts.rules.content import Content, content_hash
from tests.integration.prompts.conftest import Service, Tenant, tenant_of
from tests.support.stack import Stack


async def prompts_of(tenant: Tenant) -> list[pb.Prompt]:
    return list((await tenant.call("ListPrompts", pb.ListPromptsRequest())).prompts)


async def test_a_new_tenant_has_five_prompts_in_production(tenant: Tenant) -> None:
    prompts = await prompts_of(tenant)
    assert len(prompts) == 5
    for prompt in prompts:
        assert [(one.label, one.version) for one in prompt.labels] == [
            ("latest", 1),
            ("production", 1),
        ]
        assert prompt.tags[0] == "library"
    assert await tenant.events(events_pb2.TenantProvisioned) == [{"tenant_id": tenant.id}]


async def test_what_is_seeded_is_what_ships(tenant: Tenant) -> None:
    rows = await tenant.query(
        "SELECT name, content, content_hash FROM {schema}.prompts p"
        " JOIN {schema}.prompt_versions v ON v.prompt_id = p.id ORDER BY name"
    )
    shipped = {prompt.name: prompt.content for prompt in read_library() if prompt.is_default}
    assert {row["name"]: Content.from_document(row["content"]) for row in rows} == shipped
    assert all(content_hash(row["content"].encode()) == row["content_hash"] for row in rows)


async def test_the_same_event_again_changes_nothing(service: Service) -> None:
    tenant, event_id = TenantId(new_id("ten")), new_id("evt")
    outcomes = await asyncio.gather(
        *(service.deliver_tenant_created(tenant, event_id) for _ in range(10))
    )
    assert sorted(outcomes) == [False] * 9 + [True]
    held = tenant_of(service, tenant)
    assert len(await prompts_of(held)) == 5
    assert len(await held.events(events_pb2.TenantProvisioned)) == 1


async def test_another_event_for_a_tenant_at_work_leaves_its_prompts_alone(tenant: Tenant) -> None:
    mine = await tenant.new_prompt()
    await tenant.service.deliver_tenant_created(tenant.id, new_id("evt"))
    prompts = await prompts_of(tenant)
    assert len(prompts) == 6
    assert prompts[0] == mine
    assert len(await tenant.events(events_pb2.TenantProvisioned)) == 2


async def test_a_provisioning_that_fails_leaves_nothing(service: Service, stack: Stack) -> None:
    tenant = TenantId(new_id("ten"))
    database = Database(await stack.database_for("prompts"))
    work = UnitOfWork(database, tenant_tree("prompts"))
    with pytest.raises(ZeroDivisionError):
        async with work.begin_control() as tx:
            await provision_tenant(tx, tenant, read_library())
            raise ZeroDivisionError
    await database.close()
    schemas = "SELECT 1 FROM information_schema.schemata WHERE schema_name = $1"
    assert await stack.query("prompts", schemas, schema_of(tenant)) == []
    with pytest.raises(Unavailable) as raised:
        await prompts_of(tenant_of(service, tenant))
    assert raised.value.reason == "TENANT_NOT_READY"
    await service.deliver_tenant_created(tenant, new_id("evt"))
    assert len(await prompts_of(tenant_of(service, tenant))) == 5


@asynccontextmanager
async def identity_publishing(stack: Stack) -> AsyncIterator[UnitOfWork]:
    """Run what identity publishes with: its own outbox, and a relay to the broker."""
    database = Database(await stack.database_for("identity"))
    bus = Bus(stack.bus(), "identity")
    await bus.connect()
    work = UnitOfWork(database, tenant_tree("identity"))
    relay = asyncio.create_task(Relay("identity", work, bus).run())
    try:
        yield work
    finally:
        relay.cancel()
        await asyncio.wait([relay])
        await bus.close()
        await database.close()


async def test_the_event_comes_over_the_bus_and_its_answer_is_published(
    service: Service, stack: Stack
) -> None:
    tenant = TenantId(new_id("ten"))
    async with identity_publishing(stack) as identity:
        async with identity.begin_control() as tx:
            tx.emit(TenantCreated(tenant_id=tenant, database="main"), tenant=tenant)
        async with asyncio.timeout(20):
            while not await stack.query(
                "prompts",
                "SELECT 1 FROM control.outbox WHERE tenant_id = $1 AND publish_time IS NOT NULL",
                tenant,
            ):
                await asyncio.sleep(0.05)
    held = tenant_of(service, tenant)
    assert len(await prompts_of(held)) == 5
    assert await held.events(events_pb2.TenantProvisioned) == [{"tenant_id": tenant}]
