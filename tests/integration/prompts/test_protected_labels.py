"""Policies hold for every way in which what a label serves can change."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.errors import FailedPrecondition, InvalidArgument, PermissionDenied
from tests.integration.prompts.conftest import Tenant

Change = Callable[[Tenant, pb.Prompt], Awaitable[Any]]

CHANGES: dict[str, Change] = {
    "move": lambda tenant, prompt: tenant.set_label(prompt, "production", 1, reason="why"),
    "remove": lambda tenant, prompt: tenant.remove_label(prompt, "production", reason="why"),
    "roll back": lambda tenant, prompt: tenant.roll_back(prompt, "production", reason="why"),
    "rename": lambda tenant, prompt: rename(tenant, prompt, f"{prompt.name}-2"),
}


async def rename(tenant: Tenant, prompt: pb.Prompt, name: str) -> None:
    request = pb.UpdatePromptRequest(prompt_id=prompt.id, name=name)
    await tenant.call("UpdatePrompt", request)


async def labelled(tenant: Tenant, name: str = "support/hello") -> pb.Prompt:
    """Make a prompt whose label production has moved from version 1 to 2."""
    prompt = await tenant.new_prompt(name=name)
    await tenant.new_version(prompt, "Two")
    await tenant.set_label(prompt, "production", 1)
    await tenant.set_label(prompt, "production", 2)
    return prompt


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize(
    ("minimum", "below"),
    [
        (Role.EDITOR, ()),
        (Role.ADMIN, (Role.EDITOR,)),
        (Role.OWNER, (Role.EDITOR, Role.ADMIN)),
    ],
)
async def test_a_role_below_the_minimum_is_refused_and_told_which_it_needs(
    tenant: Tenant, name: str, minimum: Role, below: tuple[Role, ...]
) -> None:
    prompt = await labelled(tenant)
    policy = await tenant.protect(
        "prod*", prompt_prefix="support/", minimum_role=f"LABEL_ROLE_{minimum.name}"
    )
    for role in below:
        with pytest.raises(PermissionDenied) as raised:
            await CHANGES[name](tenant.as_role(role), prompt)
        assert raised.value.reason == "LABEL_PROTECTED"
        assert raised.value.metadata == {"policy": policy.id, "minimum_role": minimum}
        assert policy.id in raised.value.message
    await CHANGES[name](tenant.as_role(minimum), prompt)


@pytest.mark.parametrize("name", CHANGES)
async def test_what_is_frozen_moves_for_nobody(tenant: Tenant, name: str) -> None:
    prompt = await labelled(tenant)
    policy = await tenant.protect("*", is_frozen=True, freeze_reason="until Monday")
    with pytest.raises(FailedPrecondition) as raised:
        await CHANGES[name](tenant.as_role(Role.OWNER), prompt)
    assert (raised.value.reason, raised.value.metadata) == ("LABEL_FROZEN", {"policy": policy.id})
    assert "until Monday" in raised.value.message


@pytest.mark.parametrize("reason", ["", " \n"])
async def test_a_reason_that_is_asked_for_must_say_something(tenant: Tenant, reason: str) -> None:
    prompt = await labelled(tenant)
    await tenant.protect("production", is_reason_required=True)
    for change in (
        tenant.set_label(prompt, "production", 1, reason=reason),
        tenant.remove_label(prompt, "production", reason=reason),
        tenant.roll_back(prompt, "production", reason=reason),
    ):
        with pytest.raises(InvalidArgument) as raised:
            await change
        assert raised.value.reason == "REASON_REQUIRED"
        assert [one.field for one in raised.value.violations] == ["reason"]
    await tenant.roll_back(prompt, "production", reason="3 % more refusals")


async def test_other_labels_and_other_prompts_are_not_covered(tenant: Tenant) -> None:
    prompt, outside = await labelled(tenant), await labelled(tenant, "sales/hello")
    await tenant.protect("prod*", prompt_prefix="support/", minimum_role=pb.LABEL_ROLE_OWNER)
    editor = tenant.as_role(Role.EDITOR)
    assert (await editor.set_label(prompt, "staging", 1)).version == 1
    assert (await editor.set_label(outside, "production", 1)).version == 1
    added = await editor.new_version(prompt, "Three: latest moves by itself")
    assert added.number == prompt.latest_version + 2


async def test_a_new_label_is_protected_as_well(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.protect("production", minimum_role=pb.LABEL_ROLE_ADMIN)
    with pytest.raises(PermissionDenied):
        await tenant.as_role(Role.EDITOR).set_label(prompt, "production", 1)


async def test_a_prompt_cannot_be_renamed_into_the_place_of_a_protected_one(
    tenant: Tenant,
) -> None:
    outside = await labelled(tenant, "sales/hello")
    await tenant.protect("prod*", prompt_prefix="support/", minimum_role=pb.LABEL_ROLE_ADMIN)
    with pytest.raises(PermissionDenied) as raised:
        await rename(tenant.as_role(Role.EDITOR), outside, "support/hello")
    assert raised.value.reason == "LABEL_PROTECTED"
    assert (await tenant.get(outside.id)).name == "sales/hello"
    await rename(tenant.as_role(Role.EDITOR), outside, "sales/hi")


async def test_all_policies_hold_that_cover_a_label(tenant: Tenant) -> None:
    prompt = await labelled(tenant)
    await tenant.protect("prod*", is_reason_required=True)
    strict = await tenant.protect("*", minimum_role=pb.LABEL_ROLE_ADMIN)
    with pytest.raises(PermissionDenied) as refused:
        await tenant.as_role(Role.EDITOR).set_label(prompt, "production", 1, reason="why")
    assert refused.value.metadata["policy"] == strict.id
    with pytest.raises(InvalidArgument):
        await tenant.as_role(Role.ADMIN).set_label(prompt, "production", 1)


async def test_policies_of_an_other_tenant_protect_nothing_here(
    tenant: Tenant, other: Tenant
) -> None:
    await other.protect("*", is_frozen=True, freeze_reason="theirs")
    prompt = await tenant.new_prompt()
    assert (await tenant.set_label(prompt, "production", 1)).version == 1
