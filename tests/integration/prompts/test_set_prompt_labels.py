"""SetPromptLabels: several labels at one version, all or none."""

from collections.abc import Sequence
from typing import Any

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.errors import InvalidArgument, NotFound, PermissionDenied
from tests.integration.prompts.conftest import Tenant


async def relabel(
    tenant: Tenant, prompt: pb.Prompt, version: int, labels: Sequence[str], **more: Any
) -> Any:
    request = pb.SetPromptLabelsRequest(prompt_id=prompt.id, version=version, labels=labels, **more)
    return await tenant.call("SetPromptLabels", request)


async def two_versions(tenant: Tenant) -> pb.Prompt:
    prompt = await tenant.new_prompt("One")
    await tenant.new_version(prompt, "Two")
    await tenant.set_label(prompt, "eu", 1)
    return prompt


async def test_labels_move_together_and_those_that_are_there_stay(tenant: Tenant) -> None:
    prompt = await two_versions(tenant)
    answer = await relabel(tenant, prompt, 2, ["production", "eu", "production"], reason="why")
    found = {one.label: one.version for one in answer.prompt.labels}
    assert found == {"latest": 2, "production": 2, "eu": 2}
    assert (answer.version.number, answer.version.content.text) == (2, "Two")
    assert await tenant.get(prompt.id) == answer.prompt
    (event,) = await tenant.history(prompt, "production")
    assert event.reason == "why"
    again = await relabel(tenant, prompt, 2, ["production", "eu"])
    assert again.prompt == answer.prompt
    assert (await relabel(tenant, prompt, 2, [])).prompt == answer.prompt
    assert (await tenant.roll_back(prompt, "eu")).version == 1


async def test_a_protected_label_keeps_all_where_they_are(tenant: Tenant) -> None:
    prompt = await two_versions(tenant)
    await tenant.protect("production", minimum_role=pb.LABEL_ROLE_ADMIN)
    before = await tenant.get(prompt.id)
    with pytest.raises(PermissionDenied) as raised:
        await relabel(tenant.as_role(Role.EDITOR), prompt, 2, ["eu", "production"])
    assert raised.value.reason == "LABEL_PROTECTED"
    assert await tenant.get(prompt.id) == before


@pytest.mark.parametrize(
    ("labels", "field"),
    [(["eu", "latest"], "labels[1]"), (["No"], "labels[0]"), ([""], "labels[0]")],
)
async def test_a_label_at_fault_is_named(tenant: Tenant, labels: list[str], field: str) -> None:
    prompt = await two_versions(tenant)
    with pytest.raises(InvalidArgument) as raised:
        await relabel(tenant, prompt, 2, labels)
    assert [one.field for one in raised.value.violations] == [field]


@pytest.mark.parametrize("version", [0, 3])
async def test_a_version_that_is_not_there_is_not_found(tenant: Tenant, version: int) -> None:
    prompt = await two_versions(tenant)
    with pytest.raises(NotFound) as raised:
        await relabel(tenant, prompt, version, ["eu"])
    assert raised.value.reason == "PROMPT_VERSION_NOT_FOUND"


async def test_an_other_tenant_cannot_move_them(tenant: Tenant, other: Tenant) -> None:
    prompt = await two_versions(tenant)
    before = await tenant.get(prompt.id)
    with pytest.raises(NotFound):
        await relabel(other, prompt, 1, ["production"])
    assert await tenant.get(prompt.id) == before
