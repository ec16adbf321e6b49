"""CreateApiKey: shown once, no wider than its creator."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.rules.roles import Role, mask_of
from services.kit.caller import Caller
from services.kit.errors import AppError, Conflict, InvalidArgument, PermissionDenied
from services.kit.ids import new_id
from tests.support.identity import Door, gateway, key_caller, member
from tests.support.stack import Stack


def in_seconds(seconds: float) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(datetime.now(UTC) + timedelta(seconds=seconds))
    return stamp


async def refusal(door: Door, caller: Caller, **changes: Any) -> AppError:
    with pytest.raises(AppError) as caught:
        await door.new_key(caller, **changes)
    return caught.value


async def test_a_key_is_shown_once_and_works(identity: Door) -> None:
    signed_up = await identity.sign_up()
    created = await identity.new_key(member(signed_up), name=" CI ")
    assert re.fullmatch(r"pp_test_[0-9A-Za-z]{46}", created.secret)
    key = created.api_key
    assert (key.name, key.role, key.environment) == ("CI", pb.ROLE_EDITOR, pb.ENVIRONMENT_TEST)
    assert created.secret.startswith(key.prefix)
    assert created.secret.endswith(key.last_four)
    assert key.creator_id == signed_up.user.id
    assert not key.HasField("expire_time")
    request = pb.AuthenticateApiKeyRequest(key=created.secret)
    found = await identity.call("AuthenticateApiKey", request, gateway())
    assert found.key_id == key.id
    again = await identity.call(
        "GetApiKey", pb.GetApiKeyRequest(api_key_id=key.id), member(signed_up)
    )
    assert again.api_key == key
    assert created.secret not in str(again)


async def test_a_live_key_says_so(identity: Door) -> None:
    caller = member(await identity.sign_up())
    created = await identity.new_key(caller, environment=pb.ENVIRONMENT_LIVE)
    assert created.secret.startswith("pp_live_")
    assert created.api_key.environment == pb.ENVIRONMENT_LIVE


async def test_the_secret_is_nowhere_in_the_database_also_not_in_the_stored_answer(
    identity: Door, stack: Stack
) -> None:
    signed_up = await identity.sign_up()
    created = await identity.new_key(member(signed_up), request_id=new_id("req"))
    schema = signed_up.tenant.id.replace("ten_", "t_")
    tables = ("control.api_key_secrets", f"{schema}.api_keys", f"{schema}.requests")
    for table in tables:
        rows = await stack.query("identity", f"SELECT x::text AS line FROM {table} x")
        assert rows
        for row in rows:
            assert created.secret not in row["line"]
            assert created.secret[16:].encode().hex() not in row["line"]


async def test_a_repeated_request_gives_the_same_key(identity: Door) -> None:
    caller, request_id = member(await identity.sign_up()), new_id("req")
    first = await identity.new_key(caller, request_id=request_id)
    assert await identity.new_key(caller, request_id=request_id) == first
    error = await refusal(identity, caller, request_id=request_id, name="Another")
    assert error.reason == "REQUEST_ID_REUSED"
    listed = await identity.call("ListApiKeys", pb.ListApiKeysRequest(), caller)
    assert [key.id for key in listed.api_keys] == [first.api_key.id]


async def test_twenty_at_once_with_one_request_id_make_one_key(identity: Door) -> None:
    caller, request_id = member(await identity.sign_up()), new_id("req")
    results = await asyncio.gather(
        *(identity.new_key(caller, request_id=request_id) for _ in range(20)),
        return_exceptions=True,
    )
    secrets = {one.secret for one in results if isinstance(one, pb.CreateApiKeyResponse)}
    assert len(secrets) == 1
    assert all(isinstance(one, pb.CreateApiKeyResponse | Conflict) for one in results)


async def test_another_tenants_request_id_is_another_request(identity: Door) -> None:
    request_id = new_id("req")
    one = await identity.new_key(member(await identity.sign_up()), request_id=request_id)
    other = await identity.new_key(member(await identity.sign_up()), request_id=request_id)
    assert one.secret != other.secret


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"environment": 0}, "environment"),
        ({"environment": 7}, "environment"),
        ({"role": 0}, "role"),
        ({"role": 99}, "role"),
        ({"expire_time": in_seconds(-5)}, "expire_time"),
        ({"expire_time": Timestamp(seconds=10**15)}, "expire_time"),
        ({"expire_time": Timestamp(seconds=10**10, nanos=-1)}, "expire_time"),
        ({"request_id": "x" * 129}, "request_id"),
    ],
)
async def test_a_bad_field_is_refused_by_name(
    identity: Door, changes: dict[str, Any], field: str
) -> None:
    error = await refusal(identity, member(await identity.sign_up()), **changes)
    assert isinstance(error, InvalidArgument)
    assert [one.field for one in error.violations] == [field]


async def test_all_fields_at_fault_are_named_together(identity: Door) -> None:
    caller = member(await identity.sign_up())
    error = await refusal(identity, caller, name="", environment=0, role=0)
    assert {one.field for one in error.violations} == {"name", "environment", "role"}


async def test_an_admin_cannot_make_an_owners_key(identity: Door) -> None:
    admin = member(await identity.sign_up(), Role.ADMIN)
    await identity.new_key(admin, role=pb.ROLE_ADMIN)
    assert (await refusal(identity, admin, role=pb.ROLE_OWNER)).reason == "ROLE_TOO_WIDE"


async def test_a_key_makes_no_wider_key_and_none_of_the_other_environment(identity: Door) -> None:
    signed_up = await identity.sign_up()
    first = await identity.new_key(member(signed_up), role=pb.ROLE_ADMIN)
    caller = key_caller(first, signed_up.tenant.id)
    second = await identity.new_key(caller, role=pb.ROLE_VIEWER)
    assert second.api_key.creator_id == first.api_key.id
    assert (await refusal(identity, caller, role=pb.ROLE_OWNER)).reason == "ROLE_TOO_WIDE"
    error = await refusal(identity, caller, environment=pb.ENVIRONMENT_LIVE)
    assert error.reason == "ENVIRONMENT_NOT_HELD"


async def test_a_key_cannot_outlive_the_key_that_makes_it(identity: Door) -> None:
    signed_up = await identity.sign_up()
    first = await identity.new_key(
        member(signed_up), role=pb.ROLE_ADMIN, expire_time=in_seconds(1000)
    )
    caller = key_caller(first, signed_up.tenant.id)
    assert (await refusal(identity, caller)).reason == "EXPIRY_TOO_LATE"
    error = await refusal(identity, caller, expire_time=in_seconds(1001))
    assert error.reason == "EXPIRY_TOO_LATE"
    second = await identity.new_key(caller, expire_time=in_seconds(900))
    assert second.api_key.HasField("expire_time")


@pytest.mark.parametrize("role", list(Role))
async def test_only_owner_and_admin_may_make_keys(identity: Door, role: Role) -> None:
    caller = member(await identity.sign_up(), role)
    if role in {Role.OWNER, Role.ADMIN}:
        assert (await identity.new_key(caller, role=pb.ROLE_VIEWER)).secret
    else:
        assert isinstance(await refusal(identity, caller, role=pb.ROLE_VIEWER), PermissionDenied)


async def test_a_key_holds_the_permissions_of_its_role(identity: Door) -> None:
    caller = member(await identity.sign_up())
    for role in Role:
        number = pb.Role.Value(f"ROLE_{role.name}")
        created = await identity.new_key(caller, role=number)
        request = pb.AuthenticateApiKeyRequest(key=created.secret)
        found = await identity.call("AuthenticateApiKey", request, gateway())
        assert found.principal.permission_mask == mask_of(role)


async def test_the_other_tenant_does_not_see_the_key(identity: Door) -> None:
    created = await identity.new_key(member(await identity.sign_up()))
    other = member(await identity.sign_up())
    listed = await identity.call("ListApiKeys", pb.ListApiKeysRequest(), other)
    assert created.api_key.id not in {key.id for key in listed.api_keys}
