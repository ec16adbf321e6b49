"""SetPromptLabel: a label points at a version, and moves."""

import pytest

from promptpilot.prompts.v1 import events_pb2
from services.kit.errors import Conflict, InvalidArgument, NotFound
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
        {"prompt_id": prompt.id, "label": "production", "version": 1, "sequence": 1},
        {
            "prompt_id": prompt.id,
            "label": "production",
            "version": 2,
            "previous_version": 1,
            "sequence": 2,
        },
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


async def test_of_two_who_move_a_label_at_once_one_is_told_where_it_stands(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    for text in ("Two", "Three"):
        await tenant.new_version(prompt, text)
    await tenant.set_label(prompt, "production", 1, expected_version=0)
    moves = (
        tenant.set_label(prompt, "production", version, expected_version=1) for version in (2, 3)
    )
    answers = await gather_all(*moves)
    (moved,) = [one for one in answers if not isinstance(one, BaseException)]
    (refused,) = [one for one in answers if isinstance(one, Conflict)]
    assert refused.reason == "LABEL_MOVED"
    assert refused.metadata == {"label": "production", "version": str(moved.version)}
    assert len(await tenant.history(prompt)) == 2


async def test_a_move_that_is_made_again_is_no_error_whatever_was_expected(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    first = await tenant.set_label(prompt, "production", 1, expected_version=0)
    again = await tenant.set_label(prompt, "production", 1, expected_version=0)
    assert first == again
    assert len(await tenant.history(prompt)) == 1


async def test_a_reason_has_a_bound(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.set_label(prompt, "production", 1, reason="x" * 500)
    with pytest.raises(InvalidArgument) as raised:
        await tenant.set_label(prompt, "staging", 1, reason="x" * 501)
    assert [one.field for one in raised.value.violations] == ["reason"]


async def test_an_other_tenant_cannot_set_one(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound):
        await other.set_label(prompt, "production", 1)
    assert await tenant.get(prompt.id) == prompt
