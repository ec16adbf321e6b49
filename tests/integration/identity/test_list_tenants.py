"""ListTenants: the whole platform, for the operator only."""

import pytest

from promptpilot.identity.v1 import identity_pb2 as pb
from services.kit.errors import InvalidArgument, PermissionDenied
from services.kit.paging import encode_token
from tests.support.identity import Door, gateway, member


async def test_all_tenants_come_once_oldest_first(identity: Door) -> None:
    made = [(await identity.sign_up()).tenant for _ in range(5)]
    token, seen, is_first = encode_token([made[0].id]), [], True
    while is_first or token:
        request = pb.ListTenantsRequest(page_size=2, page_token=token)
        answer = await identity.call("ListTenants", request, gateway())
        seen.extend(answer.tenants)
        token, is_first = answer.next_page_token, False
    ids = [tenant.id for tenant in seen]
    assert ids == sorted(set(ids))
    made_later = {tenant.id for tenant in made[1:] if tenant.id > made[0].id}
    assert made_later <= set(ids)


async def test_no_tenants_own_people_may_look(identity: Door) -> None:
    for caller in (member(await identity.sign_up()), None):
        with pytest.raises(PermissionDenied):
            await identity.call("ListTenants", pb.ListTenantsRequest(), caller)


@pytest.mark.parametrize(
    ("size", "token", "field"),
    [(201, "", "page_size"), (1, "!", "page_token"), (1, encode_token(["\x00"]), "page_token")],
)
async def test_a_bad_page_is_refused_by_name(
    identity: Door, size: int, token: str, field: str
) -> None:
    request = pb.ListTenantsRequest(page_size=size, page_token=token)
    with pytest.raises(InvalidArgument) as caught:
        await identity.call("ListTenants", request, gateway())
    assert [one.field for one in caught.value.violations] == [field]
