"""ListPromptBranches: `main` before all others, those newest first."""

from typing import Any

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument, NotFound
from tests.integration.prompts.branching import commit, new_branch
from tests.integration.prompts.conftest import Tenant


async def listed(tenant: Tenant, prompt: pb.Prompt, **fields: Any) -> Any:
    request = pb.ListPromptBranchesRequest(prompt_id=prompt.id, **fields)
    return await tenant.call("ListPromptBranches", request)


@pytest.mark.parametrize("size", [1, 2, 3, 200])
async def test_pages_follow_each_other_main_first(tenant: Tenant, size: int) -> None:
    prompt = await tenant.new_prompt()
    for name in ("a", "b", "c", "d"):
        await new_branch(tenant, prompt, name)
    seen, token = [], ""
    while True:
        page = await listed(tenant, prompt, page_size=size, page_token=token)
        assert len(page.branches) <= size
        seen += [one.name for one in page.branches]
        token = page.next_page_token
        if not token:
            break
    assert seen == ["main", "d", "c", "b", "a"]


async def test_heads_are_told_and_states_narrow_the_list(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await new_branch(tenant, prompt, "a")
    await new_branch(tenant, prompt, "b")
    await commit(tenant, prompt, "Changed", "a")
    close = pb.ClosePromptBranchRequest(prompt_id=prompt.id, branch="b")
    await tenant.call("ClosePromptBranch", close)
    heads = {one.name: one.head_version for one in (await listed(tenant, prompt)).branches}
    assert heads == {"main": 1, "b": 1, "a": 2}
    open_ones = await listed(tenant, prompt, state=pb.BRANCH_STATE_OPEN)
    assert [one.name for one in open_ones.branches] == ["main", "a"]
    closed = await listed(tenant, prompt, state=pb.BRANCH_STATE_CLOSED)
    assert [one.name for one in closed.branches] == ["b"]
    assert not (await listed(tenant, prompt, state=pb.BRANCH_STATE_MERGED)).branches


@pytest.mark.parametrize("token", ["x", "WyJ4IiwiYSJd", "WzEsMl0"])
async def test_a_token_of_nowhere_is_refused(tenant: Tenant, token: str) -> None:
    with pytest.raises(InvalidArgument):
        await listed(tenant, await tenant.new_prompt(), page_token=token)


async def test_an_other_tenant_finds_no_prompt_and_no_branches(
    tenant: Tenant, other: Tenant
) -> None:
    prompt = await tenant.new_prompt()
    await new_branch(tenant, prompt)
    with pytest.raises(NotFound):
        await listed(other, prompt)
    await new_branch(tenant, await tenant.get("text-summarization"), "mine")
    theirs = await listed(other, await other.get("text-summarization"))
    assert [one.name for one in theirs.branches] == ["main"]
