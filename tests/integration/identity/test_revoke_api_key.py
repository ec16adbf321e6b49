"""RevokeApiKey: refused from then on, everywhere, for good."""

import asyncio

import pytest
from nats.aio.msg import Msg

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.bus import Bus
from services.kit.errors import InvalidArgument, NotFound, PermissionDenied, Unauthenticated
from services.kit.ids import new_id
from tests.support.identity import Door, gateway, member
from tests.support.stack import Stack


async def authenticates(door: Door, key: str) -> bool:
    try:
        await door.call("AuthenticateApiKey", pb.AuthenticateApiKeyRequest(key=key), gateway())
    except Unauthenticated:
        return False
    return True


async def test_a_revoked_key_authenticates_nobody(identity: Door) -> None:
    caller = member(await identity.sign_up())
    created, kept = await identity.new_key(caller), await identity.new_key(caller)
    request = pb.RevokeApiKeyRequest(api_key_id=created.api_key.id)
    revoked = (await identity.call("RevokeApiKey", request, caller)).api_key
    assert revoked.HasField("revoke_time")
    assert not await authenticates(identity, created.secret)
    assert await authenticates(identity, kept.secret)


async def test_revoking_twice_is_no_error_and_changes_nothing(identity: Door, stack: Stack) -> None:
    signed_up = await identity.sign_up()
    created = await identity.new_key(member(signed_up))
    request = pb.RevokeApiKeyRequest(api_key_id=created.api_key.id)
    first = await identity.call("RevokeApiKey", request, member(signed_up))
    assert await identity.call("RevokeApiKey", request, member(signed_up)) == first
    events = await stack.query(
        "identity",
        "SELECT id FROM control.outbox WHERE tenant_id = $1"
        " AND type = 'dev.promptpilot.identity.api_key.revoked.v1'",
        signed_up.tenant.id,
    )
    assert len(events) == 1


async def test_a_revocation_is_pushed(identity: Door, stack: Stack) -> None:
    caller = member(await identity.sign_up())
    created = await identity.new_key(caller)
    bus = Bus(stack.bus(), "gateway")
    await bus.connect()
    heard: asyncio.Queue[None] = asyncio.Queue()

    async def hear(_message: Msg) -> None:
        # What the push says must be true when it is heard: the commit comes first.
        assert not await authenticates(identity, created.secret)
        heard.put_nowait(None)

    try:
        await bus.listen(f"inv.identity.api_key.{created.api_key.id}", hear)
        await bus.check()
        request = pb.RevokeApiKeyRequest(api_key_id=created.api_key.id)
        for _ in range(2):
            await identity.call("RevokeApiKey", request, caller)
            await heard.get()
    finally:
        await bus.close()


async def test_a_key_of_the_other_tenant_is_not_found_and_lives_on(identity: Door) -> None:
    created = await identity.new_key(member(await identity.sign_up()))
    other = member(await identity.sign_up())
    request = pb.RevokeApiKeyRequest(api_key_id=created.api_key.id)
    with pytest.raises(NotFound) as caught:
        await identity.call("RevokeApiKey", request, other)
    assert caught.value.reason == "API_KEY_NOT_FOUND"
    assert await authenticates(identity, created.secret)


async def test_an_unknown_key_is_not_found_in_the_same_words(identity: Door) -> None:
    created = await identity.new_key(member(await identity.sign_up()))
    other = member(await identity.sign_up())
    messages = set()
    for api_key_id in (created.api_key.id, new_id("key")):
        request = pb.RevokeApiKeyRequest(api_key_id=api_key_id)
        with pytest.raises(NotFound) as caught:
            await identity.call("RevokeApiKey", request, other)
        messages.add(caught.value.message)
    assert len(messages) == 1


@pytest.mark.parametrize("api_key_id", ["", "key_", "prm_00000000000000000000000000", "x\x00"])
async def test_what_is_no_id_is_refused_by_name(identity: Door, api_key_id: str) -> None:
    caller = member(await identity.sign_up())
    with pytest.raises(InvalidArgument) as caught:
        await identity.call("RevokeApiKey", pb.RevokeApiKeyRequest(api_key_id=api_key_id), caller)
    assert [one.field for one in caught.value.violations] == ["api_key_id"]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.OPERATOR, Role.VIEWER, Role.BILLING])
async def test_other_roles_may_not_revoke(identity: Door, role: Role) -> None:
    signed_up = await identity.sign_up()
    created = await identity.new_key(member(signed_up))
    request = pb.RevokeApiKeyRequest(api_key_id=created.api_key.id)
    with pytest.raises(PermissionDenied):
        await identity.call("RevokeApiKey", request, member(signed_up, role))
    assert await authenticates(identity, created.secret)
