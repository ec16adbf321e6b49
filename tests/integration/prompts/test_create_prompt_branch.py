"""CreatePromptBranch: a name that is used once, a version to begin at."""

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound
from services.kit.ids import new_id
from tests.integration.prompts.branching import commit, get_branch, new_branch
from tests.integration.prompts.conftest import Tenant, gather_all


async def test_a_branch_begins_at_the_head_of_main(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.new_version(prompt, "Two")
    made = await new_branch(tenant, prompt, "team/shorter_2.b")
    assert (made.name, made.base_version, made.head_version) == ("team/shorter_2.b", 2, 2)
    assert (made.state, made.creator_id) == (pb.BRANCH_STATE_OPEN, tenant.caller.actor)
    assert not made.HasField("end_time")
    assert await get_branch(tenant, prompt, made.name) == made
    assert {"prompt_id": prompt.id, "branch": made.name, "base_version": 2} in [
        {**event, "base_version": int(event["base_version"])}
        for event in await tenant.events(events_pb2.PromptBranchCreated)
    ]


async def test_a_branch_begins_at_any_version_that_is_there(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.new_version(prompt, "Two")
    assert (await new_branch(tenant, prompt, base_version=1)).head_version == 1
    for missing in (3, -1, 2**31 - 1):
        with pytest.raises(NotFound) as raised:
            await new_branch(tenant, prompt, f"at{missing}", base_version=missing)
        assert raised.value.reason == "PROMPT_VERSION_NOT_FOUND"


@pytest.mark.parametrize("name", ["", "a b", "/a", "a/", "a..b", "-a", "a.lock", ".a", "a" * 101])
async def test_names_that_git_would_not_take_are_refused(tenant: Tenant, name: str) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(InvalidArgument) as raised:
        await new_branch(tenant, prompt, name)
    assert [one.field for one in raised.value.violations] == ["name"]


async def test_a_name_is_used_once_even_when_many_ask_at_the_same_time(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    answers = await gather_all(*(new_branch(tenant, prompt) for _ in range(10)))
    assert len([one for one in answers if isinstance(one, pb.PromptBranch)]) == 1
    refusals = [one for one in answers if not isinstance(one, pb.PromptBranch)]
    assert {one.reason for one in refusals} == {"BRANCH_NAME_TAKEN"}
    with pytest.raises(AlreadyExists):
        await new_branch(tenant, prompt, "main")


async def test_another_prompt_can_have_a_branch_of_that_name(tenant: Tenant) -> None:
    one, other = await tenant.new_prompt(), await tenant.new_prompt()
    await new_branch(tenant, one)
    await commit(tenant, one, "Changed", "shorter")
    assert (await new_branch(tenant, other)).head_version == 1


async def test_the_same_request_id_begins_one_branch(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    request = pb.CreatePromptBranchRequest(request_id="b-1", prompt_id=prompt.id, name="once")
    first = await tenant.call("CreatePromptBranch", request)
    assert await tenant.call("CreatePromptBranch", request) == first


async def test_an_archived_prompt_takes_no_branch(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.call("ArchivePrompt", pb.ArchivePromptRequest(prompt_id=prompt.id))
    with pytest.raises(FailedPrecondition) as raised:
        await new_branch(tenant, prompt)
    assert raised.value.reason == "PROMPT_ARCHIVED"


async def test_an_other_tenant_cannot_begin_one(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    for reference in (prompt, pb.Prompt(id=prompt.name), pb.Prompt(id=new_id("prm"))):
        with pytest.raises(NotFound) as raised:
            await new_branch(other, reference)
        assert raised.value.reason == "PROMPT_NOT_FOUND"
