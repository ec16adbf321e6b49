"""UpdatePrompt: name, description and tags; unset fields stay; an old etag is refused."""

from typing import Any

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import AlreadyExists, Conflict, InvalidArgument, NotFound
from tests.integration.prompts.conftest import Tenant, gather_all, new_name


async def update(tenant: Tenant, reference: str, **fields: Any) -> pb.Prompt:
    request = pb.UpdatePromptRequest(prompt_id=reference, **fields)
    prompt: pb.Prompt = (await tenant.call("UpdatePrompt", request)).prompt
    return prompt


async def test_given_fields_change_and_the_others_stay(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt(description="Old", tags=["a"])
    renamed = await update(tenant, prompt.id, name=new_name())
    assert (renamed.description, list(renamed.tags)) == ("Old", ["a"])
    described = await update(tenant, renamed.name, description="")
    assert (described.name, described.description) == (renamed.name, "")
    tagged = await update(tenant, prompt.id, tags=["b", "c"], is_tags_set=True)
    assert list(tagged.tags) == ["b", "c"]
    assert list((await update(tenant, prompt.id, is_tags_set=True)).tags) == []
    assert [label.label for label in tagged.labels] == ["latest"]


async def test_the_change_is_told_and_moves_etag_and_time(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    updated = await update(tenant, prompt.id, description="New")
    assert updated == await tenant.get(prompt.id)
    assert updated.etag != prompt.etag
    assert updated.update_time.ToNanoseconds() > prompt.update_time.ToNanoseconds()
    assert updated.create_time == prompt.create_time
    assert await tenant.events(events_pb2.PromptUpdated) == [{"prompt_id": prompt.id}]


async def test_an_old_etag_is_refused_and_nothing_changes(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    present = await update(tenant, prompt.id, description="First", etag=prompt.etag)
    with pytest.raises(Conflict) as raised:
        await update(tenant, prompt.id, description="Second", etag=prompt.etag)
    assert raised.value.reason == "ETAG_MISMATCH"
    assert raised.value.metadata["etag"] == present.etag
    assert await tenant.get(prompt.id) == present
    assert len(await tenant.events(events_pb2.PromptUpdated)) == 1


async def test_of_many_writers_with_one_etag_one_wins(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    outcomes = await gather_all(
        *(update(tenant, prompt.id, description=f"{n}", etag=prompt.etag) for n in range(20))
    )
    won = [one for one in outcomes if isinstance(one, pb.Prompt)]
    lost = [one for one in outcomes if isinstance(one, Conflict)]
    assert (len(won), len(lost)) == (1, 19)
    assert await tenant.get(prompt.id) == won[0]


async def test_a_taken_name_is_refused(tenant: Tenant) -> None:
    one, two = await tenant.new_prompt(), await tenant.new_prompt()
    with pytest.raises(AlreadyExists) as raised:
        await update(tenant, two.id, name=one.name)
    assert raised.value.reason == "PROMPT_NAME_TAKEN"
    assert await update(tenant, two.id, name=two.name)


async def test_every_field_at_fault_is_named(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(InvalidArgument) as raised:
        await update(
            tenant, prompt.id, name="", description="d" * 2_001, tags=["", ""], is_tags_set=True
        )
    assert {one.field for one in raised.value.violations} == {
        "name",
        "description",
        "tags[0]",
        "tags[1]",
    }


async def test_an_other_tenant_cannot_change_it(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound):
        await update(other, prompt.id, description="Mine now")
    assert await tenant.get(prompt.id) == prompt
