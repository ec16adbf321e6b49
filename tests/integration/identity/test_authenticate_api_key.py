"""AuthenticateApiKey: whose key this is; nothing about a key that is refused."""

from datetime import timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.rules.api_keys import BASE62, checksum
from services.identity.rules.roles import Role, mask_of
from services.kit.errors import AppError, PermissionDenied
from tests.support.clock import HeldClock
from tests.support.identity import Door, gateway, identity_running, member, settings_for
from tests.support.stack import Stack


async def authenticate(door: Door, key: str) -> pb.AuthenticateApiKeyResponse:
    request = pb.AuthenticateApiKeyRequest(key=key)
    answer: pb.AuthenticateApiKeyResponse = await door.call(
        "AuthenticateApiKey", request, gateway()
    )
    return answer


async def refusal(door: Door, key: str) -> AppError:
    with pytest.raises(AppError) as caught:
        await authenticate(door, key)
    return caught.value


async def test_a_key_gives_its_tenant_role_and_environment(identity: Door) -> None:
    signed_up = await identity.sign_up()
    created = await identity.new_key(
        member(signed_up), environment=pb.ENVIRONMENT_LIVE, role=pb.ROLE_OPERATOR
    )
    answer = await authenticate(identity, created.secret)
    principal = answer.principal
    assert answer.key_id == principal.actor_id == created.api_key.id
    assert principal.tenant_id == signed_up.tenant.id
    assert principal.permission_mask == mask_of(Role.OPERATOR)
    assert principal.environment == pb.ENVIRONMENT_LIVE
    assert not principal.session_id
    assert not principal.HasField("expire_time")


async def test_every_changed_character_is_refused(identity: Door) -> None:
    key = (await identity.new_key(member(await identity.sign_up()))).secret
    for position in range(8, len(key)):
        other = "a" if key[position] != "a" else "b"
        error = await refusal(identity, key[:position] + other + key[position + 1 :])
        assert error.reason == "API_KEY_INVALID"


async def test_a_known_public_id_with_another_secret_and_a_right_checksum_is_refused(
    identity: Door,
) -> None:
    key = (await identity.new_key(member(await identity.sign_up()))).secret
    other = "a" if key[20] != "a" else "b"
    body = key[:20] + other + key[21:-6]
    assert (await refusal(identity, body + checksum(body))).reason == "API_KEY_INVALID"
    live = "pp_live_" + key[8:-6]
    assert (await refusal(identity, live + checksum(live))).reason == "API_KEY_INVALID"


@pytest.mark.parametrize(
    "key",
    ["", "null", "pp_test_", "pp_test_" + BASE62[:46], "sk-123", "\x00", "pp_test_" + "é" * 46],
)
async def test_what_is_no_key_is_refused(identity: Door, key: str) -> None:
    assert (await refusal(identity, key)).reason == "API_KEY_INVALID"


async def test_an_unknown_key_in_good_form_is_refused_in_the_same_words(identity: Door) -> None:
    body = "pp_test_" + BASE62[:40]
    unknown = await refusal(identity, body + checksum(body))
    malformed = await refusal(identity, "pp_test_x")
    assert (unknown.message, unknown.metadata) == (malformed.message, malformed.metadata)


async def test_a_key_ends_at_its_expiry(stack: Stack) -> None:
    clock = HeldClock()
    async with identity_running(await settings_for(stack), clock) as door:
        end = Timestamp()
        end.FromDatetime(clock.now() + timedelta(seconds=60))
        key = await door.new_key(member(await door.sign_up()), expire_time=end)
        clock.advance(timedelta(seconds=59))
        assert (await authenticate(door, key.secret)).principal.expire_time == end
        clock.advance(timedelta(seconds=1))
        assert (await refusal(door, key.secret)).reason == "API_KEY_INVALID"


async def test_a_key_of_a_tenant_that_is_removed_is_refused(identity: Door, stack: Stack) -> None:
    signed_up = await identity.sign_up()
    key = (await identity.new_key(member(signed_up))).secret
    await stack.query(
        "identity",
        "UPDATE control.tenant_directory SET state = 'offboarding' WHERE id = $1",
        signed_up.tenant.id,
    )
    assert (await refusal(identity, key)).reason == "API_KEY_INVALID"


async def test_only_the_platforms_own_parts_may_ask(identity: Door) -> None:
    caller = member(await identity.sign_up())
    request = pb.AuthenticateApiKeyRequest(key=(await identity.new_key(caller)).secret)
    with pytest.raises(PermissionDenied):
        await identity.call("AuthenticateApiKey", request, caller)
