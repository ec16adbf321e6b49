"""GetLabelPolicy: one policy by its id."""

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.errors import NotFound
from services.kit.ids import new_id
from tests.integration.prompts.conftest import Tenant


async def read(tenant: Tenant, policy_id: str) -> pb.LabelPolicy:
    answer = await tenant.call("GetLabelPolicy", pb.GetLabelPolicyRequest(policy_id=policy_id))
    policy: pb.LabelPolicy = answer.policy
    return policy


async def test_whoever_reads_prompts_reads_what_protects_them(tenant: Tenant) -> None:
    policy = await tenant.protect("prod*", is_frozen=True, freeze_reason="holidays")
    assert await read(tenant.as_role(Role.VIEWER), policy.id) == policy


@pytest.mark.parametrize("policy_id", ["", "x", "a\0b", new_id("lpo"), new_id("prm")])
async def test_what_is_not_there_is_not_found(tenant: Tenant, policy_id: str) -> None:
    with pytest.raises(NotFound) as raised:
        await read(tenant, policy_id)
    assert raised.value.reason == "LABEL_POLICY_NOT_FOUND"


async def test_an_other_tenant_does_not_find_it(tenant: Tenant, other: Tenant) -> None:
    policy = await tenant.protect("production")
    with pytest.raises(NotFound):
        await read(other, policy.id)
