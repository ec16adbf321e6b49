"""ListMembers: who is in the tenant, oldest first."""

import pytest

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.caller import Caller
from services.kit.errors import InvalidArgument, PermissionDenied
from services.kit.paging import encode_token
from tests.support.identity import Door, member
from tests.support.stack import Stack

TIME = "2026-11-23T00:00:00+00:00"
USER = "usr_01h2xcejqtf2nbrexx3vqjhp41"


async def page(
    door: Door, caller: Caller, size: int = 0, token: str = ""
) -> pb.ListMembersResponse:
    request = pb.ListMembersRequest(page_size=size, page_token=token)
    answer: pb.ListMembersResponse = await door.call("ListMembers", request, caller)
    return answer


async def join(stack: Stack, tenant: pb.Tenant, users: list[pb.User], role: str) -> None:
    for user in users:
        await stack.query(
            "identity",
            "INSERT INTO control.memberships (tenant_id, user_id, role, create_time)"
            " VALUES ($1, $2, $3, now())",
            tenant.id,
            user.id,
            role,
        )


async def test_members_come_with_their_roles_oldest_first_in_pages(
    identity: Door, stack: Stack
) -> None:
    signed_up = await identity.sign_up()
    guests = [(await identity.sign_up()).user for _ in range(4)]
    await join(stack, signed_up.tenant, guests, "editor")
    seen: list[pb.Member] = []
    token, pages = "", 0
    while pages == 0 or token:
        answer = await page(identity, member(signed_up), 2, token)
        seen.extend(answer.members)
        token, pages = answer.next_page_token, pages + 1
    assert pages == 3
    assert [one.user for one in seen] == [signed_up.user, *guests]
    assert [one.role for one in seen] == [pb.ROLE_OWNER] + [pb.ROLE_EDITOR] * 4


async def test_the_other_tenant_lists_its_own_members_also_with_this_ones_page_token(
    identity: Door, stack: Stack
) -> None:
    signed_up, other = await identity.sign_up(), await identity.sign_up()
    await join(stack, signed_up.tenant, [other.user], "viewer")
    mine = await page(identity, member(signed_up), 1)
    theirs = await page(identity, member(other))
    assert [one.user.id for one in theirs.members] == [other.user.id]
    assert theirs.members[0].role == pb.ROLE_OWNER
    crossed = await page(identity, member(other), 50, mine.next_page_token)
    assert signed_up.user.id not in {one.user.id for one in crossed.members}


@pytest.mark.parametrize(
    ("size", "token", "field"),
    [
        (-1, "", "page_size"),
        (1, "%", "page_token"),
        (1, encode_token([TIME, "usr_\x00"]), "page_token"),
        (1, encode_token(["never", USER]), "page_token"),
        (
            1,
            encode_token(["0001-01-01T00:00:00+14:00", USER]),
            "page_token",
        ),
        (1, encode_token([None, None]), "page_token"),
    ],
)
async def test_a_bad_page_is_refused_by_name(
    identity: Door, size: int, token: str, field: str
) -> None:
    caller = member(await identity.sign_up())
    with pytest.raises(InvalidArgument) as caught:
        await page(identity, caller, size, token)
    assert [one.field for one in caught.value.violations] == [field]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BILLING])
async def test_some_roles_may_not_look(identity: Door, role: Role) -> None:
    signed_up = await identity.sign_up()
    with pytest.raises(PermissionDenied):
        await page(identity, member(signed_up, role))
