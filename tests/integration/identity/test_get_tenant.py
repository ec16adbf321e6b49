"""GetTenant: the caller's own."""

import pytest

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.caller import Caller
from services.kit.errors import NotFound, PermissionDenied
from services.kit.ids import ActorId, TenantId, new_id
from tests.support.identity import Door, gateway, member


@pytest.mark.parametrize("role", list(Role))
async def test_every_role_sees_its_tenant(identity: Door, role: Role) -> None:
    signed_up = await identity.sign_up()
    answer = await identity.call("GetTenant", pb.GetTenantRequest(), member(signed_up, role))
    assert answer.tenant == signed_up.tenant
    assert answer.tenant.etag


async def test_a_member_of_the_other_tenant_sees_the_other_tenant(identity: Door) -> None:
    signed_up, other = await identity.sign_up(), await identity.sign_up()
    answer = await identity.call("GetTenant", pb.GetTenantRequest(), member(other))
    assert answer.tenant.id == other.tenant.id != signed_up.tenant.id


async def test_a_tenant_that_is_not_there_is_not_found(identity: Door) -> None:
    caller = Caller.service("execution", TenantId(new_id("ten")))
    with pytest.raises(PermissionDenied):
        await identity.call("GetTenant", pb.GetTenantRequest(), gateway())
    as_user = Caller(
        tenant=caller.tenant,
        actor=ActorId(new_id("usr")),
        kind="user",
        permission_mask=caller.permission_mask,
    )
    with pytest.raises(NotFound) as caught:
        await identity.call("GetTenant", pb.GetTenantRequest(), as_user)
    assert caught.value.reason == "TENANT_NOT_FOUND"
