"""DeletePromptLabel: the label is gone, the version stays."""

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import Conflict, InvalidArgument, NotFound
from tests.integration.prompts.conftest import Tenant


async def test_a_label_is_removed_and_can_be_set_again(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.set_label(prompt, "production", 1)
    await tenant.remove_label(prompt, "production")
    assert [one.label for one in (await tenant.get(prompt.id)).labels] == ["latest"]
    assert await tenant.events(events_pb2.PromptLabelDeleted) == [
        {"prompt_id": prompt.id, "label": "production", "previous_version": 1, "sequence": 2}
    ]
    await tenant.set_label(prompt, "production", 1)
    assert "previous_version" not in (await tenant.events(events_pb2.PromptLabelSet))[-1]


async def test_a_label_that_is_not_there_is_not_found(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound) as raised:
        await tenant.remove_label(prompt, "staging")
    assert raised.value.reason == "LABEL_NOT_FOUND"
    assert raised.value.metadata == {"prompt": prompt.name, "label": "staging"}


async def test_latest_cannot_be_removed(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(InvalidArgument) as raised:
        await tenant.remove_label(prompt, "latest")
    assert raised.value.reason == "LABEL_RESERVED"


async def test_an_other_tenant_cannot_remove_it(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.set_label(prompt, "production", 1)
    with pytest.raises(NotFound):
        await other.remove_label(prompt, "production")
    assert [one.label for one in (await tenant.get(prompt.id)).labels] == ["latest", "production"]


async def test_a_label_that_stands_elsewhere_than_believed_is_not_removed(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.set_label(prompt, "production", 1)
    with pytest.raises(Conflict) as raised:
        await tenant.remove_label(prompt, "production", expected_version=2)
    assert (raised.value.reason, raised.value.metadata["version"]) == ("LABEL_MOVED", "1")
    await tenant.remove_label(prompt, "production", expected_version=1, reason="not used")
    (removed, _) = await tenant.history(prompt)
    assert (removed.change, removed.reason) == (pb.LABEL_CHANGE_REMOVED, "not used")
