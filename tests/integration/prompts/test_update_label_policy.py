"""UpdateLabelPolicy: a policy asks for something else, or freezes."""

import asyncio
from typing import Any

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.errors import (
    AlreadyExists,
    Conflict,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
)
from tests.integration.prompts.conftest import Tenant


async def update(tenant: Tenant, policy: pb.LabelPolicy, **changes: Any) -> pb.LabelPolicy:
    request = pb.UpdateLabelPolicyRequest(policy_id=policy.id, **changes)
    answer: pb.LabelPolicy = (await tenant.call("UpdateLabelPolicy", request)).policy
    return answer


async def test_what_is_left_out_stays(tenant: Tenant) -> None:
    policy = await tenant.protect("production", prompt_prefix="support/", is_reason_required=True)
    changed = await update(tenant, policy, minimum_role=pb.LABEL_ROLE_ADMIN, etag=policy.etag)
    assert changed.minimum_role == pb.LABEL_ROLE_ADMIN
    assert changed.etag != policy.etag
    assert (changed.label_pattern, changed.prompt_prefix) == ("production", "support/")
    assert changed.is_reason_required
    assert await tenant.events(events_pb2.LabelPolicyUpdated) == [{"policy_id": policy.id}]
    wider = await update(tenant, changed, prompt_prefix="", is_reason_required=False)
    assert (wider.prompt_prefix, wider.is_reason_required) == ("", False)


async def test_a_freeze_is_lifted_and_its_reason_with_it(tenant: Tenant) -> None:
    policy = await tenant.protect("production")
    frozen = await update(tenant, policy, is_frozen=True, freeze_reason="holidays")
    assert (frozen.is_frozen, frozen.freeze_reason) == (True, "holidays")
    lifted = await update(tenant, frozen, is_frozen=False)
    assert (lifted.is_frozen, lifted.freeze_reason) == (False, "")
    with pytest.raises(InvalidArgument) as raised:
        await update(tenant, policy, is_frozen=True)
    assert [one.field for one in raised.value.violations] == ["freeze_reason"]


async def test_once_a_freeze_is_answered_no_move_comes_after_it(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    for number in range(2, 5):
        await tenant.new_version(prompt, f"Text {number}")
    policy = await tenant.protect("production")
    frozen = asyncio.Event()

    async def move_until_frozen(start: int) -> None:
        for number in range(200):
            was_frozen = frozen.is_set()
            try:
                await tenant.set_label(prompt, "production", 1 + (start + number) % 4)
            except FailedPrecondition:
                return
            assert not was_frozen

    async def freeze() -> list[pb.PromptLabelEvent]:
        await asyncio.sleep(0.1)
        await update(tenant, policy, is_frozen=True, freeze_reason="now")
        frozen.set()
        return await tenant.history(prompt, page_size=1)

    at_freeze, *_ = await asyncio.gather(freeze(), *map(move_until_frozen, range(4)))
    assert at_freeze
    assert await tenant.history(prompt, page_size=1) == at_freeze


async def test_who_has_less_than_the_policy_asks_for_cannot_soften_it(tenant: Tenant) -> None:
    policy = await tenant.protect("production", minimum_role=pb.LABEL_ROLE_OWNER)
    with pytest.raises(PermissionDenied) as raised:
        await update(tenant.as_role(Role.ADMIN), policy, minimum_role=pb.LABEL_ROLE_ADMIN)
    assert raised.value.reason == "LABEL_PROTECTED"
    assert raised.value.metadata == {"policy": policy.id, "minimum_role": "owner"}
    with pytest.raises(PermissionDenied) as raised:
        await update(tenant.as_role(Role.EDITOR), policy, is_reason_required=True)
    assert raised.value.metadata == {"permission": "prompts.protect"}


async def test_two_changes_of_one_state_do_not_overwrite_each_other(tenant: Tenant) -> None:
    policy = await tenant.protect("production")
    await update(tenant, policy, is_reason_required=True, etag=policy.etag)
    with pytest.raises(Conflict) as raised:
        await update(tenant, policy, is_reason_required=False, etag=policy.etag)
    assert raised.value.reason == "ETAG_MISMATCH"


async def test_it_cannot_take_what_another_covers(tenant: Tenant) -> None:
    policy = await tenant.protect("production")
    await tenant.protect("staging")
    with pytest.raises(AlreadyExists) as raised:
        await update(tenant, policy, label_pattern="staging")
    assert raised.value.reason == "LABEL_POLICY_EXISTS"


async def test_an_other_tenant_does_not_find_it(tenant: Tenant, other: Tenant) -> None:
    policy = await tenant.protect("production")
    with pytest.raises(NotFound) as raised:
        await update(other, policy, is_reason_required=True)
    assert raised.value.reason == "LABEL_POLICY_NOT_FOUND"
