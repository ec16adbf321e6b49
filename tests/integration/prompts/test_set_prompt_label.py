"""SetPromptLabel: a label points at a version, and moves."""

import pytest

from promptpilot.prompts.v1 import events_pb2
from services.kit.errors import InvalidArgument, NotFound
from tests.integration.prompts.conftest import Tenant, gather_all


async def test_a_label_is_set_and_moved(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.new_version(prompt, "Two")
    label = await tenant.set_label(prompt, "production", 1)
    assert (label.label, label.version, label.actor_id) == ("production", 1, tenant.caller.actor)
    before = await tenant.get(prompt.id)
    moved = await tenant.set_label(prompt, "production", 2)
    now = await tenant.get(prompt.id)
    assert moved in now.labels
    assert now.etag != before.etag
    assert await tenant.events(events_pb2.PromptLabelSet) == [
        {"prompt_id": prompt.id, "label": "production", "version": 1},
        {"prompt_id": prompt.id, "label": "production", "version": 2, "previous_version": 1},
    ]


async def test_setting_a_label_where_it_points_changes_nothing(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    label = await tenant.set_label(prompt, "own.label", 1)
    before = await tenant.get(prompt.id)
    assert await tenant.set_label(prompt, "own.label", 1) == label
    assert await tenant.get(prompt.id) == before
    assert len(await tenant.events(events_pb2.PromptLabelSet)) == 1


async def test_a_label_set_by_many_at_once_ends_where_the_last_event_says(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    for number in range(2, 6):
        await tenant.new_version(prompt, f"Text {number}")
    moves = (tenant.set_label(prompt, "staging", 1 + number % 5) for number in range(40))
    assert not [one for one in await gather_all(*moves) if isinstance(one, BaseException)]
    events = await tenant.events(events_pb2.PromptLabelSet)
    assert [event.get("previous_version", 0) for event in events[1:]] == [
        event["version"] for event in events[:-1]
    ]
    (staging,) = [one for one in (await tenant.get(prompt.id)).labels if one.label == "staging"]
    assert staging.version == events[-1]["version"]


@pytest.mark.parametrize("version", [0, -1, 2])
async def test_a_label_cannot_point_at_nothing(tenant: Tenant, version: int) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound) as raised:
        await tenant.set_label(prompt, "production", version)
    assert raised.value.reason == "PROMPT_VERSION_NOT_FOUND"


async def test_latest_is_not_for_hands(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(InvalidArgument) as raised:
        await tenant.set_label(prompt, "latest", 1)
    assert raised.value.reason == "LABEL_RESERVED"


async def test_a_label_has_the_form_of_labels(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(InvalidArgument) as raised:
        await tenant.set_label(prompt, "Not Good", 1)
    assert [one.field for one in raised.value.violations] == ["label"]


async def test_an_other_tenant_cannot_set_one(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound):
        await other.set_label(prompt, "production", 1)
    assert await tenant.get(prompt.id) == prompt
