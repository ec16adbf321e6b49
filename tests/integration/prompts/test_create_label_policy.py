"""CreateLabelPolicy: labels are protected from the answer on."""

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.errors import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    PermissionDenied,
)
from services.kit.ids import new_id
from services.prompts.rules.label_policies import MOST_POLICIES
from tests.integration.prompts.conftest import Tenant, gather_all


async def test_a_policy_is_made_once_for_each_request(tenant: Tenant) -> None:
    request_id = new_id("req")
    policy = await tenant.protect("prod*", prompt_prefix="support/", request_id=request_id)
    assert policy.id.startswith("lpo_")
    assert policy.minimum_role == pb.LABEL_ROLE_EDITOR
    assert policy.actor_id == tenant.caller.actor
    assert policy.etag
    again = await tenant.protect("prod*", prompt_prefix="support/", request_id=request_id)
    assert again == policy
    assert await tenant.events(events_pb2.LabelPolicyCreated) == [{"policy_id": policy.id}]


async def test_the_same_labels_are_covered_by_one_policy(tenant: Tenant, other: Tenant) -> None:
    await tenant.protect("production", prompt_prefix="support/")
    with pytest.raises(AlreadyExists) as raised:
        await tenant.protect("production", prompt_prefix="support/")
    assert raised.value.reason == "LABEL_POLICY_EXISTS"
    await tenant.protect("production")
    await other.protect("production")  # another tenant's are none of its business


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"label_pattern": ""}, "label_pattern"),
        ({"label_pattern": "Production"}, "label_pattern"),
        ({"label_pattern": "a" * 37}, "label_pattern"),
        ({"label_pattern": "latest"}, "label_pattern"),
        ({"prompt_prefix": "/support"}, "prompt_prefix"),
        ({"prompt_prefix": "a\0"}, "prompt_prefix"),
        ({"is_frozen": True}, "freeze_reason"),
        ({"is_frozen": True, "freeze_reason": " "}, "freeze_reason"),
        ({"freeze_reason": "why"}, "freeze_reason"),
        ({"is_frozen": True, "freeze_reason": "x" * 501}, "freeze_reason"),
    ],
)
async def test_what_cannot_be_a_policy_is_said_by_field(
    tenant: Tenant, fields: dict[str, object], at_fault: str
) -> None:
    request = pb.CreateLabelPolicyRequest(**({"label_pattern": "production"} | fields))  # type: ignore[arg-type] # of the table above
    with pytest.raises(InvalidArgument) as raised:
        await tenant.call("CreateLabelPolicy", request)
    assert [one.field for one in raised.value.violations] == [at_fault]


async def test_there_are_no_more_than_two_hundred_however_many_ask_at_once(
    tenant: Tenant,
) -> None:
    for number in range(MOST_POLICIES - 3):
        await tenant.protect(f"l{number}")
    answers = await gather_all(*(tenant.protect(f"m{number}") for number in range(6)))
    refused = [one for one in answers if isinstance(one, FailedPrecondition)]
    assert [one.reason for one in refused] == ["TOO_MANY_LABEL_POLICIES"] * 3
    assert len([one for one in answers if isinstance(one, pb.LabelPolicy)]) == 3


@pytest.mark.parametrize("role", [Role.EDITOR, Role.OPERATOR, Role.VIEWER, Role.BILLING])
async def test_only_owners_and_admins_make_policies(tenant: Tenant, role: Role) -> None:
    with pytest.raises(PermissionDenied) as raised:
        await tenant.as_role(role).protect("production")
    assert raised.value.metadata == {"permission": "prompts.protect"}
    await tenant.as_role(Role.ADMIN).protect("production", minimum_role=pb.LABEL_ROLE_OWNER)
