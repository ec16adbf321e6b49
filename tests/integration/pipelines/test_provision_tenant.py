"""TenantCreated: the tenant's tables, made once, by the event itself."""

from functools import partial

from promptpilot.identity.v1.events_pb2 import TenantCreated
from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from services.kit.errors import Unavailable
from services.pipelines.commands.provision_tenant import provision_tenant
from tests.support.events import publish, until
from tests.support.pipelines import Door
from tests.support.rpc import member
from tests.support.stack import Stack


async def test_a_new_tenant_can_work_soon_whatever_is_delivered_twice(
    door: Door, stack: Stack
) -> None:
    caller = member()
    assert caller.tenant is not None
    event = TenantCreated(tenant_id=caller.tenant, database="main")
    # Two events about one tenant, as after a restore of identity: both are new to the inbox.
    await publish(stack, "identity", caller.tenant, event, event)
    newcomer = door.as_caller(caller)
    await until(partial(_is_ready, newcomer))
    await newcomer.create(name="first")
    assert (await newcomer.get("first")).latest_version == 1


async def test_provisioning_twice_keeps_what_is_there(door: Door, stack: Stack) -> None:
    made = await door.create()
    async with door.work.begin_control() as tx:
        await provision_tenant(tx, door.tenant)
    assert await door.get(made.pipeline.id) == made.pipeline
    rows = await stack.query(
        "pipelines", "SELECT state FROM control.tenants WHERE tenant_id = $1", door.tenant
    )
    assert [row["state"] for row in rows] == ["live"]


async def _is_ready(door: Door) -> bool:
    try:
        await door.rpc.ListPipelines(pb.ListPipelinesRequest())
    except Unavailable:
        return False
    return True
