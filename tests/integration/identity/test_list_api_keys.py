"""ListApiKeys: the tenant's keys, newest first, page by page."""

import pytest

from promptpilot.identity.v1 import identity_pb2 as pb
from services.kit.caller import Caller
from services.kit.errors import InvalidArgument
from services.kit.paging import encode_token
from tests.support.identity import Door, member


async def page(
    door: Door, caller: Caller, size: int = 0, token: str = ""
) -> pb.ListApiKeysResponse:
    request = pb.ListApiKeysRequest(page_size=size, page_token=token)
    answer: pb.ListApiKeysResponse = await door.call("ListApiKeys", request, caller)
    return answer


async def test_keys_come_newest_first_in_pages_revoked_ones_included(identity: Door) -> None:
    caller = member(await identity.sign_up())
    made = [(await identity.new_key(caller)).api_key.id for _ in range(5)]
    await identity.call("RevokeApiKey", pb.RevokeApiKeyRequest(api_key_id=made[2]), caller)
    seen: list[pb.ApiKey] = []
    token, pages = "", 0
    while pages == 0 or token:
        answer = await page(identity, caller, 2, token)
        assert len(answer.api_keys) <= 2
        seen.extend(answer.api_keys)
        token, pages = answer.next_page_token, pages + 1
    assert pages == 3
    assert [key.id for key in seen] == sorted(made, reverse=True)
    assert [key.HasField("revoke_time") for key in seen].count(True) == 1


async def test_a_new_key_does_not_disturb_pages_that_are_being_read(identity: Door) -> None:
    caller = member(await identity.sign_up())
    made = sorted([(await identity.new_key(caller)).api_key.id for _ in range(3)], reverse=True)
    first = await page(identity, caller, 2)
    await identity.new_key(caller)
    second = await page(identity, caller, 2, first.next_page_token)
    assert [key.id for key in (*first.api_keys, *second.api_keys)] == made


async def test_the_other_tenant_lists_its_own_keys_also_with_this_ones_page_token(
    identity: Door,
) -> None:
    caller, other = member(await identity.sign_up()), member(await identity.sign_up())
    mine = {(await identity.new_key(caller)).api_key.id for _ in range(3)}
    theirs = {(await identity.new_key(other)).api_key.id}
    assert {key.id for key in (await page(identity, other)).api_keys} == theirs
    token = (await page(identity, caller, 1)).next_page_token
    assert not mine & {key.id for key in (await page(identity, other, 50, token)).api_keys}


@pytest.mark.parametrize(
    ("size", "token", "field"),
    [
        (-1, "", "page_size"),
        (201, "", "page_size"),
        (1, "x", "page_token"),
        (1, "null", "page_token"),
        (1, encode_token([7]), "page_token"),
        (1, encode_token(["key_\x00"]), "page_token"),
        (1, encode_token(["a", "b"]), "page_token"),
    ],
)
async def test_a_bad_page_is_refused_by_name(
    identity: Door, size: int, token: str, field: str
) -> None:
    caller = member(await identity.sign_up())
    with pytest.raises(InvalidArgument) as caught:
        await page(identity, caller, size, token)
    assert [one.field for one in caught.value.violations] == [field]
