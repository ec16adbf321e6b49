"""GetPrompt: by id or by name, with labels."""

import pytest

from services.kit.errors import NotFound
from services.kit.ids import new_id
from tests.integration.prompts.conftest import Tenant


async def test_a_prompt_is_found_by_id_and_by_name(tenant: Tenant) -> None:
    created = await tenant.new_prompt(tags=["a"], description="Says hello.")
    assert await tenant.get(created.id) == created
    assert await tenant.get(created.name) == created


async def test_labels_come_with_it_in_the_order_of_their_names(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.new_version(prompt, "Two")
    await tenant.set_label(prompt, "staging", 2)
    await tenant.set_label(prompt, "eu", 1)
    labels = (await tenant.get(prompt.id)).labels
    assert [(label.label, label.version) for label in labels] == [
        ("eu", 1),
        ("latest", 2),
        ("staging", 2),
    ]
    assert all(label.actor_id == tenant.caller.actor for label in labels)


@pytest.mark.parametrize("reference", [new_id("prm"), "no-such-name", "", "a\0b", "x" * 5_000])
async def test_what_is_not_there_is_not_found(tenant: Tenant, reference: str) -> None:
    with pytest.raises(NotFound) as raised:
        await tenant.get(reference)
    assert raised.value.reason == "PROMPT_NOT_FOUND"
    assert raised.value.metadata["prompt"] == reference[:128]


async def test_an_other_tenant_does_not_find_it(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    for reference in (prompt.id, prompt.name):
        with pytest.raises(NotFound):
            await other.get(reference)
