"""GetApiKey: everything but the secret."""

import pytest

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.errors import InvalidArgument, NotFound, PermissionDenied
from services.kit.ids import new_id
from tests.support.identity import Door, member


async def test_a_key_is_read_without_its_secret(identity: Door) -> None:
    signed_up = await identity.sign_up()
    created = await identity.new_key(member(signed_up))
    request = pb.GetApiKeyRequest(api_key_id=created.api_key.id)
    answer = await identity.call("GetApiKey", request, member(signed_up, Role.EDITOR))
    assert answer.api_key == created.api_key
    assert created.secret[16:-6] not in str(answer)


async def test_a_key_of_the_other_tenant_is_not_found(identity: Door) -> None:
    created = await identity.new_key(member(await identity.sign_up()))
    request = pb.GetApiKeyRequest(api_key_id=created.api_key.id)
    other = member(await identity.sign_up())
    with pytest.raises(NotFound) as theirs:
        await identity.call("GetApiKey", request, other)
    with pytest.raises(NotFound) as nobodys:
        await identity.call("GetApiKey", pb.GetApiKeyRequest(api_key_id=new_id("key")), other)
    assert theirs.value.reason == nobodys.value.reason == "API_KEY_NOT_FOUND"
    assert theirs.value.message == nobodys.value.message


async def test_what_is_no_id_is_refused_by_name(identity: Door) -> None:
    caller = member(await identity.sign_up())
    with pytest.raises(InvalidArgument) as caught:
        await identity.call("GetApiKey", pb.GetApiKeyRequest(api_key_id="key_1"), caller)
    assert [one.field for one in caught.value.violations] == ["api_key_id"]


async def test_a_viewer_may_not_look_at_keys(identity: Door) -> None:
    signed_up = await identity.sign_up()
    created = await identity.new_key(member(signed_up))
    request = pb.GetApiKeyRequest(api_key_id=created.api_key.id)
    with pytest.raises(PermissionDenied):
        await identity.call("GetApiKey", request, member(signed_up, Role.VIEWER))
