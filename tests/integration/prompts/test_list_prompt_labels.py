"""ListPromptLabels: where each label points, where it would go back to, what protects it."""

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.errors import NotFound
from tests.integration.prompts.conftest import Tenant


async def states_of(tenant: Tenant, prompt: pb.Prompt) -> dict[str, pb.PromptLabelState]:
    request = pb.ListPromptLabelsRequest(prompt_id=prompt.id)
    answer = await tenant.call("ListPromptLabels", request)
    return {one.label: one for one in answer.labels}


async def test_a_label_says_where_a_rollback_would_take_it(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.new_version(prompt, "Two")
    await tenant.set_label(prompt, "production", 1)
    await tenant.set_label(prompt, "production", 2)
    await tenant.set_label(prompt, "staging", 2)
    states = await states_of(tenant, prompt)
    shown = {name: (one.version, one.rollback_version) for name, one in states.items()}
    assert shown == {"latest": (2, 0), "production": (2, 1), "staging": (2, 0)}
    assert states["production"].actor_id == tenant.caller.actor
    await tenant.roll_back(prompt, "production")
    production = (await states_of(tenant, prompt))["production"]
    assert (production.version, production.rollback_version) == (1, 0)


async def test_a_label_says_what_its_policies_ask_together(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt(name="support/hello")
    for label in ("production", "staging"):
        await tenant.set_label(prompt, label, 1)
    wide = await tenant.protect("prod*", is_reason_required=True)
    narrow = await tenant.protect(
        "*tion", prompt_prefix="support/", minimum_role=pb.LABEL_ROLE_ADMIN
    )
    await tenant.protect("*", prompt_prefix="sales/", minimum_role=pb.LABEL_ROLE_OWNER)
    states = await states_of(tenant, prompt)
    assert [name for name, one in states.items() if one.HasField("protection")] == ["production"]
    assert states["production"].protection == pb.LabelProtection(
        policy_ids=[wide.id, narrow.id],
        minimum_role=pb.LABEL_ROLE_ADMIN,
        is_reason_required=True,
        may_move=True,
    )
    as_editor = await states_of(tenant.as_role(Role.EDITOR), prompt)
    assert not as_editor["production"].protection.may_move
    frozen = await tenant.protect("production", is_frozen=True, freeze_reason="holidays")
    protection = (await states_of(tenant, prompt))["production"].protection
    assert frozen.id in protection.policy_ids
    assert (protection.is_frozen, protection.freeze_reason) == (True, "holidays")
    assert not protection.may_move


async def test_pages_follow_each_other_without_gap(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    for number in range(4):
        await tenant.set_label(prompt, f"l{number}", 1)
    seen: list[str] = []
    token = ""
    while True:
        request = pb.ListPromptLabelsRequest(prompt_id=prompt.id, page_size=2, page_token=token)
        answer = await tenant.call("ListPromptLabels", request)
        seen += [one.label for one in answer.labels]
        token = answer.next_page_token
        if not token:
            break
    assert seen == ["l0", "l1", "l2", "l3", "latest"]


async def test_an_other_tenant_sees_none(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound) as raised:
        await states_of(other, prompt)
    assert raised.value.reason == "PROMPT_NOT_FOUND"
