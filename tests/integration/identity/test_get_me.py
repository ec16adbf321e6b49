"""GetMe: who calls, as a person and as an API key."""

import pytest

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.rules.roles import Role, mask_of, permission_names
from services.kit.caller import Caller
from services.kit.errors import NotFound, Unauthenticated
from tests.support.identity import Door, gateway, key_caller, member


async def me(door: Door, caller: Caller) -> pb.GetMeResponse:
    answer: pb.GetMeResponse = await door.call("GetMe", pb.GetMeRequest(), caller)
    return answer


async def test_a_person_is_told_user_tenant_role_and_permissions(identity: Door) -> None:
    signed_up = await identity.sign_up()
    answer = await me(identity, member(signed_up))
    assert answer.user == signed_up.user
    assert answer.tenant == signed_up.tenant
    assert answer.role == pb.ROLE_OWNER
    assert list(answer.permissions) == permission_names(mask_of(Role.OWNER))
    assert "api_keys.manage" in answer.permissions
    assert answer.environment == pb.ENVIRONMENT_UNSPECIFIED


async def test_a_key_is_told_its_own_role_and_environment_and_no_user(identity: Door) -> None:
    signed_up = await identity.sign_up()
    created = await identity.new_key(
        member(signed_up), role=pb.ROLE_VIEWER, environment=pb.ENVIRONMENT_LIVE
    )
    answer = await me(identity, key_caller(created, signed_up.tenant.id))
    assert not answer.HasField("user")
    assert answer.tenant == signed_up.tenant
    assert answer.role == pb.ROLE_VIEWER
    assert list(answer.permissions) == permission_names(mask_of(Role.VIEWER))
    assert answer.environment == pb.ENVIRONMENT_LIVE


async def test_a_member_or_key_of_the_other_tenant_is_not_found_in_this_one(
    identity: Door,
) -> None:
    signed_up, other = await identity.sign_up(), await identity.sign_up()
    stranger = Caller(tenant=member(other).tenant, actor=member(signed_up).actor, kind="user")
    with pytest.raises(NotFound) as caught:
        await me(identity, stranger)
    assert caught.value.reason == "USER_NOT_FOUND"
    created = await identity.new_key(member(signed_up))
    with pytest.raises(NotFound) as caught:
        await me(identity, key_caller(created, other.tenant.id))
    assert caught.value.reason == "API_KEY_NOT_FOUND"


async def test_nobody_is_asked_to_log_in(identity: Door) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await me(identity, Caller.anonymous())
    assert caught.value.reason == "LOGIN_REQUIRED"


async def test_a_service_is_nobody_in_particular(identity: Door) -> None:
    with pytest.raises(Exception, match="authenticated"):
        await me(identity, gateway())
