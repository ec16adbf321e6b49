"""ListLabelPolicies: oldest first, page by page."""

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument
from tests.integration.prompts.conftest import Tenant


async def test_pages_follow_each_other_without_gap(tenant: Tenant) -> None:
    made = [await tenant.protect(f"l{number}") for number in range(5)]
    seen: list[pb.LabelPolicy] = []
    token = ""
    while True:
        request = pb.ListLabelPoliciesRequest(page_size=2, page_token=token)
        answer = await tenant.call("ListLabelPolicies", request)
        seen += answer.policies
        token = answer.next_page_token
        if not token:
            break
    assert seen == made


@pytest.mark.parametrize("token", ["x", "WyJhIl0", "WzFd"])
async def test_a_token_that_was_never_given_out_is_refused(tenant: Tenant, token: str) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await tenant.call("ListLabelPolicies", pb.ListLabelPoliciesRequest(page_token=token))
    assert [one.field for one in raised.value.violations] == ["page_token"]


async def test_an_other_tenant_sees_none(tenant: Tenant, other: Tenant) -> None:
    await tenant.protect("production")
    answer = await other.call("ListLabelPolicies", pb.ListLabelPoliciesRequest())
    assert not answer.policies
