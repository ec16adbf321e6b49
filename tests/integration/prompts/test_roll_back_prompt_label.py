"""RollBackPromptLabel: a label goes back the way it came."""

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import Conflict, FailedPrecondition, InvalidArgument, NotFound
from services.kit.ids import new_id
from tests.integration.prompts.conftest import Tenant


async def prompt_of_versions(tenant: Tenant, count: int) -> pb.Prompt:
    prompt = await tenant.new_prompt()
    for number in range(2, count + 1):
        await tenant.new_version(prompt, f"Text {number}")
    return prompt


async def test_twice_goes_to_the_one_before_and_not_to_and_fro(tenant: Tenant) -> None:
    prompt = await prompt_of_versions(tenant, 4)
    for version in (1, 2, 3):
        await tenant.set_label(prompt, "production", version)
    back = await tenant.roll_back(prompt, "production", reason="3 is worse")
    assert (back.version, back.actor_id) == (2, tenant.caller.actor)
    assert (await tenant.roll_back(prompt, "production")).version == 1
    # What was rolled back is not on the way of a later move.
    await tenant.set_label(prompt, "production", 4)
    assert (await tenant.roll_back(prompt, "production")).version == 1
    with pytest.raises(FailedPrecondition) as raised:
        await tenant.roll_back(prompt, "production")
    assert raised.value.reason == "NOTHING_TO_ROLL_BACK"
    moves = [(one.from_version, one.to_version) for one in await tenant.history(prompt)]
    assert moves == [(4, 1), (1, 4), (2, 1), (3, 2), (2, 3), (1, 2), (0, 1)]
    assert (await tenant.history(prompt))[3].reason == "3 is worse"


async def test_it_is_an_event_like_any_move(tenant: Tenant) -> None:
    prompt = await prompt_of_versions(tenant, 2)
    await tenant.set_label(prompt, "production", 1)
    await tenant.set_label(prompt, "production", 2)
    before = await tenant.get(prompt.id)
    await tenant.roll_back(prompt, "production")
    assert (await tenant.events(events_pb2.PromptLabelSet))[-1] == {
        "prompt_id": prompt.id,
        "label": "production",
        "version": 1,
        "previous_version": 2,
        "sequence": 3,
    }
    assert (await tenant.get(prompt.id)).etag != before.etag


async def test_a_removed_label_comes_back_to_where_it_stood(tenant: Tenant) -> None:
    prompt = await prompt_of_versions(tenant, 2)
    await tenant.set_label(prompt, "production", 1)
    await tenant.set_label(prompt, "production", 2)
    await tenant.remove_label(prompt, "production")
    assert (await tenant.roll_back(prompt, "production", expected_version=0)).version == 2
    assert (await tenant.roll_back(prompt, "production")).version == 1


async def test_where_it_is_set_again_a_removal_is_no_step_of_the_way_back(tenant: Tenant) -> None:
    prompt = await prompt_of_versions(tenant, 2)
    await tenant.set_label(prompt, "production", 1)
    await tenant.set_label(prompt, "production", 2)
    await tenant.remove_label(prompt, "production")
    await tenant.set_label(prompt, "production", 2)
    assert (await tenant.roll_back(prompt, "production")).version == 1


async def test_a_repeated_request_rolls_back_once(tenant: Tenant) -> None:
    prompt = await prompt_of_versions(tenant, 3)
    for version in (1, 2, 3):
        await tenant.set_label(prompt, "production", version)
    request_id = new_id("req")
    first = await tenant.roll_back(prompt, "production", request_id=request_id)
    assert await tenant.roll_back(prompt, "production", request_id=request_id) == first
    assert len(await tenant.history(prompt)) == 4


async def test_it_is_refused_when_the_label_moved_meanwhile(tenant: Tenant) -> None:
    prompt = await prompt_of_versions(tenant, 2)
    await tenant.set_label(prompt, "production", 1)
    await tenant.set_label(prompt, "production", 2)
    with pytest.raises(Conflict) as raised:
        await tenant.roll_back(prompt, "production", expected_version=1)
    assert (raised.value.reason, raised.value.metadata["version"]) == ("LABEL_MOVED", "2")


async def test_a_label_that_never_was_is_not_found(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound) as raised:
        await tenant.roll_back(prompt, "production")
    assert raised.value.reason == "LABEL_NOT_FOUND"


async def test_latest_is_not_for_hands(tenant: Tenant) -> None:
    prompt = await prompt_of_versions(tenant, 2)
    with pytest.raises(InvalidArgument) as raised:
        await tenant.roll_back(prompt, "latest")
    assert raised.value.reason == "LABEL_RESERVED"


async def test_an_other_tenant_cannot_roll_it_back(tenant: Tenant, other: Tenant) -> None:
    prompt = await prompt_of_versions(tenant, 2)
    await tenant.set_label(prompt, "production", 1)
    await tenant.set_label(prompt, "production", 2)
    before = await tenant.get(prompt.id)
    with pytest.raises(NotFound) as raised:
        await other.roll_back(prompt, "production")
    assert raised.value.reason == "PROMPT_NOT_FOUND"
    assert await tenant.get(prompt.id) == before
