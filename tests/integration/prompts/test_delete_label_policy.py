"""DeleteLabelPolicy: what it protected is free again."""

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.errors import FailedPrecondition, NotFound, PermissionDenied
from tests.integration.prompts.conftest import Tenant


async def remove(tenant: Tenant, policy: pb.LabelPolicy) -> None:
    await tenant.call("DeleteLabelPolicy", pb.DeleteLabelPolicyRequest(policy_id=policy.id))


async def test_labels_are_free_once_it_is_gone(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    policy = await tenant.protect("production", is_frozen=True, freeze_reason="holidays")
    with pytest.raises(FailedPrecondition):
        await tenant.set_label(prompt, "production", 1)
    await remove(tenant, policy)
    await tenant.set_label(prompt, "production", 1)
    assert await tenant.events(events_pb2.LabelPolicyDeleted) == [{"policy_id": policy.id}]
    with pytest.raises(NotFound) as raised:
        await remove(tenant, policy)
    assert raised.value.reason == "LABEL_POLICY_NOT_FOUND"


async def test_who_has_less_than_the_policy_asks_for_cannot_remove_it(tenant: Tenant) -> None:
    policy = await tenant.protect("production", minimum_role=pb.LABEL_ROLE_OWNER)
    with pytest.raises(PermissionDenied) as raised:
        await remove(tenant.as_role(Role.ADMIN), policy)
    assert raised.value.reason == "LABEL_PROTECTED"
    await remove(tenant.as_role(Role.OWNER), policy)


async def test_an_other_tenant_does_not_find_it(tenant: Tenant, other: Tenant) -> None:
    policy = await tenant.protect("production")
    with pytest.raises(NotFound):
        await remove(other, policy)
    answer = await tenant.call("ListLabelPolicies", pb.ListLabelPoliciesRequest())
    assert list(answer.policies) == [policy]
