"""ClosePromptBranch: the branch takes nothing more, and stays to be read."""

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import FailedPrecondition, InvalidArgument, NotFound
from tests.integration.prompts.branching import commit, get_branch, merge, new_branch
from tests.integration.prompts.conftest import Tenant


async def close(tenant: Tenant, prompt: pb.Prompt, branch: str = "shorter") -> pb.PromptBranch:
    request = pb.ClosePromptBranchRequest(prompt_id=prompt.id, branch=branch)
    closed: pb.PromptBranch = (await tenant.call("ClosePromptBranch", request)).branch
    return closed


async def test_a_closed_branch_takes_no_version_and_is_read_as_before(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await new_branch(tenant, prompt)
    await commit(tenant, prompt, "Kept", "shorter")
    closed = await close(tenant, prompt)
    assert closed.state == pb.BRANCH_STATE_CLOSED
    assert closed.HasField("end_time")
    with pytest.raises(FailedPrecondition) as raised:
        await commit(tenant, prompt, "Too late", "shorter")
    assert raised.value.reason == "BRANCH_NOT_OPEN"
    assert await get_branch(tenant, prompt, "shorter") == closed
    assert closed.head_version == 2
    closings = await tenant.events(events_pb2.PromptBranchClosed)
    assert closings == [{"prompt_id": prompt.id, "branch": "shorter"}]


async def test_closing_twice_changes_nothing(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await new_branch(tenant, prompt)
    assert await close(tenant, prompt) == await close(tenant, prompt)
    assert len(await tenant.events(events_pb2.PromptBranchClosed)) == 1


async def test_a_merged_branch_stays_merged(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await new_branch(tenant, prompt)
    await commit(tenant, prompt, "Better", "shorter")
    await merge(tenant, prompt, source=pb.MergeSource(branch="shorter"))
    assert (await close(tenant, prompt)).state == pb.BRANCH_STATE_MERGED


async def test_main_is_never_closed(tenant: Tenant) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await close(tenant, await tenant.new_prompt(), "main")
    assert raised.value.reason == "BRANCH_RESERVED"


async def test_an_other_tenant_cannot_close_one(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    made = await new_branch(tenant, prompt)
    with pytest.raises(NotFound) as raised:
        await close(other, prompt)
    assert raised.value.reason == "PROMPT_NOT_FOUND"
    assert await get_branch(tenant, prompt, "shorter") == made
