"""UpdateTenant: a new name, by those who may, without overwriting another's change."""

import asyncio

import pytest

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.caller import Caller
from services.kit.errors import AppError, Conflict, InvalidArgument, PermissionDenied
from tests.support.identity import Door, member


async def rename(door: Door, caller: Caller, name: str, etag: str = "") -> pb.Tenant:
    request = pb.UpdateTenantRequest(name=name, etag=etag)
    tenant: pb.Tenant = (await door.call("UpdateTenant", request, caller)).tenant
    return tenant


async def test_a_tenant_gets_its_new_name_and_a_new_etag(identity: Door) -> None:
    signed_up = await identity.sign_up()
    tenant = await rename(identity, member(signed_up), " New name ", signed_up.tenant.etag)
    assert tenant.name == "New name"
    assert tenant.etag != signed_up.tenant.etag
    read = await identity.call("GetTenant", pb.GetTenantRequest(), member(signed_up))
    assert read.tenant == tenant


async def test_an_old_etag_is_a_conflict_and_no_etag_wins(identity: Door) -> None:
    signed_up = await identity.sign_up()
    caller = member(signed_up)
    await rename(identity, caller, "First", signed_up.tenant.etag)
    with pytest.raises(Conflict) as caught:
        await rename(identity, caller, "Second", signed_up.tenant.etag)
    assert caught.value.reason == "ETAG_MISMATCH"
    assert (await rename(identity, caller, "Third")).name == "Third"


async def test_of_ten_at_once_with_one_etag_one_wins(identity: Door) -> None:
    signed_up = await identity.sign_up()
    results = await asyncio.gather(
        *(
            rename(identity, member(signed_up), f"Name {number}", signed_up.tenant.etag)
            for number in range(10)
        ),
        return_exceptions=True,
    )
    reasons = [one.reason for one in results if isinstance(one, AppError)]
    assert reasons == ["ETAG_MISMATCH"] * 9


async def test_the_same_name_changes_nothing(identity: Door) -> None:
    signed_up = await identity.sign_up()
    tenant = await rename(identity, member(signed_up), signed_up.tenant.name)
    assert tenant == signed_up.tenant


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "two\nlines", "nul\x00", "\u2028"])
async def test_a_bad_name_is_refused(identity: Door, name: str) -> None:
    caller = member(await identity.sign_up())
    with pytest.raises(InvalidArgument) as caught:
        await rename(identity, caller, name)
    assert [one.field for one in caught.value.violations] == ["name"]


async def test_the_other_tenant_keeps_its_name(identity: Door) -> None:
    signed_up, other = await identity.sign_up(), await identity.sign_up()
    await rename(identity, member(signed_up), "Renamed")
    read = await identity.call("GetTenant", pb.GetTenantRequest(), member(other))
    assert read.tenant == other.tenant


@pytest.mark.parametrize("role", [Role.EDITOR, Role.OPERATOR, Role.VIEWER, Role.BILLING])
async def test_other_roles_may_not(identity: Door, role: Role) -> None:
    signed_up = await identity.sign_up()
    with pytest.raises(PermissionDenied):
        await rename(identity, member(signed_up, role), "Mine now")
