"""CreatePromptVersion: immutable, numbered without gaps whatever the concurrency."""

import asyncpg
import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import Conflict, InvalidArgument, NotFound
from tests.integration.prompts.branching import commit, new_branch
from tests.integration.prompts.conftest import Tenant, chat_content, gather_all, text_content


async def test_the_next_number_is_given_and_latest_moves(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("One")
    version = await tenant.new_version(prompt, "Two {{x}}")
    assert (version.number, version.content.text) == (2, "Two {{x}}")
    assert version.creator_id == tenant.caller.actor
    now = await tenant.get(prompt.id)
    assert now.latest_version == 2
    assert [(one.label, one.version) for one in now.labels] == [("latest", 2)]
    assert now.etag != prompt.etag
    assert now.update_time == version.create_time
    assert {"prompt_id": prompt.id, "version": 2, "branch": "main"} in await tenant.events(
        events_pb2.PromptVersionCreated
    )


async def test_two_hundred_writers_at_once_give_two_hundred_versions(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    versions = await gather_all(*(tenant.new_version(prompt, f"Text {n}") for n in range(200)))
    assert [one for one in versions if not isinstance(one, pb.PromptVersion)] == []
    assert sorted(version.number for version in versions) == list(range(2, 202))
    stored = await tenant.query(
        "SELECT number, content FROM {schema}.prompt_versions WHERE prompt_id = $1", prompt.id
    )
    contents = {row["number"]: row["content"] for row in stored}
    assert len(contents) == 201
    assert all(version.content.text in contents[version.number] for version in versions)
    now = await tenant.get(prompt.id)
    assert now.latest_version == 201
    assert [(one.label, one.version) for one in now.labels] == [("latest", 201)]
    assert len(await tenant.events(events_pb2.PromptVersionCreated)) == 201


async def test_equal_content_has_an_equal_hash(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("Same")
    same, other = await tenant.new_version(prompt, "Same"), await tenant.new_version(prompt, "New")
    first = await tenant.call(
        "GetPromptVersion", pb.GetPromptVersionRequest(prompt_id=prompt.id, number=1)
    )
    assert same.content_hash == first.version.content_hash != other.content_hash


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {schema}.prompt_versions SET note = 'changed'",
        "DELETE FROM {schema}.prompt_versions",
        "TRUNCATE {schema}.prompt_versions CASCADE",
    ],
)
async def test_the_database_itself_refuses_to_change_a_version(
    tenant: Tenant, statement: str
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="immutable"):
        await tenant.query(statement)


async def test_the_form_of_a_prompt_does_not_change(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    request = pb.CreatePromptVersionRequest(
        prompt_id=prompt.id, content=chat_content(("user", "x"))
    )
    with pytest.raises(InvalidArgument) as raised:
        await tenant.call("CreatePromptVersion", request)
    assert [one.field for one in raised.value.violations] == ["content.type"]
    assert (await tenant.get(prompt.id)) == prompt


async def test_a_refused_version_leaves_no_gap(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(InvalidArgument):
        await tenant.new_version(prompt, "{{open")
    assert (await tenant.new_version(prompt, "Fine")).number == 2


async def test_the_same_request_id_adds_one_version(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    request = pb.CreatePromptVersionRequest(
        request_id="v-1", prompt_id=prompt.id, content=text_content("Two"), note="why"
    )
    first = await tenant.call("CreatePromptVersion", request)
    assert await tenant.call("CreatePromptVersion", request) == first
    assert first.version.note == "why"
    assert (await tenant.get(prompt.id)).latest_version == 2


async def test_an_other_tenant_cannot_add_one(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    for reference in (prompt, pb.Prompt(id=prompt.name)):
        with pytest.raises(NotFound):
            await other.new_version(reference, "Mine")
    assert await tenant.get(prompt.id) == prompt


async def test_a_save_based_on_an_old_head_is_told_the_present_one(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("One")
    assert (await commit(tenant, prompt, "Two", base_version=1)).number == 2
    with pytest.raises(Conflict) as raised:
        await commit(tenant, prompt, "Also two", base_version=1)
    assert raised.value.reason == "BRANCH_MOVED"
    assert raised.value.metadata == {"branch": "main", "head_version": "2"}
    third = await commit(tenant, prompt, "Merged", base_version=2)
    assert (third.number, third.branch, list(third.parents)) == (3, "main", [2])


async def test_of_200_saves_based_on_one_head_one_is_taken(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("One")
    answers = await gather_all(
        *(commit(tenant, prompt, f"Text {n}", base_version=1) for n in range(200))
    )
    assert len([one for one in answers if isinstance(one, pb.PromptVersion)]) == 1
    refused = [one for one in answers if not isinstance(one, pb.PromptVersion)]
    assert {one.reason for one in refused} == {"BRANCH_MOVED"}
    assert (await tenant.get(prompt.id)).latest_version == 2


async def test_200_writers_on_two_branches_make_two_chains(tenant: Tenant) -> None:
    """None is refused for being concurrent, no number is given twice, and no parent is skipped."""
    prompt = await tenant.new_prompt("One")
    await new_branch(tenant, prompt)
    answers = await gather_all(
        *(commit(tenant, prompt, f"Text {n}", ("main", "shorter")[n % 2]) for n in range(200))
    )
    versions = {one.number: one for one in answers if isinstance(one, pb.PromptVersion)}
    assert sorted(versions) == list(range(2, 202))
    heads = {"main": 1, "shorter": 1}
    for number in sorted(versions):
        version = versions[number]
        assert list(version.parents) == [heads[version.branch]]
        heads[version.branch] = number
    labels = (await tenant.get(prompt.id)).labels
    assert [(one.label, one.version) for one in labels] == [("latest", heads["main"])]


async def test_versions_of_a_branch_leave_latest_where_it_is(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("One")
    await new_branch(tenant, prompt)
    await commit(tenant, prompt, "Two", "shorter")
    now = await tenant.get(prompt.id)
    assert now.latest_version == 2
    assert [(one.label, one.version) for one in now.labels] == [("latest", 1)]
    with pytest.raises(NotFound) as raised:
        await commit(tenant, prompt, "Three", "none")
    assert raised.value.reason == "BRANCH_NOT_FOUND"
