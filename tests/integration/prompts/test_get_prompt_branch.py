"""GetPromptBranch: every prompt has `main`; a head is the newest version of its branch."""

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import NotFound
from tests.integration.prompts.branching import commit, get_branch, new_branch
from tests.integration.prompts.conftest import Tenant


async def test_every_prompt_has_main_those_of_the_library_too(tenant: Tenant) -> None:
    for prompt in (await tenant.new_prompt(), await tenant.get("text-summarization")):
        main = await get_branch(tenant, prompt, "main")
        assert (main.base_version, main.head_version, main.state) == (0, 1, pb.BRANCH_STATE_OPEN)
        assert main.create_time == prompt.create_time


async def test_a_head_is_the_newest_version_of_its_branch(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await new_branch(tenant, prompt)
    await commit(tenant, prompt, "On main")
    first = await commit(tenant, prompt, "On the branch", "shorter")
    second = await commit(tenant, prompt, "On the branch again", "shorter")
    assert (first.number, first.branch, list(first.parents)) == (3, "shorter", [1])
    assert (second.number, second.branch, list(second.parents)) == (4, "shorter", [3])
    assert (await get_branch(tenant, prompt, "shorter")).head_version == 4
    assert (await get_branch(tenant, prompt, "main")).head_version == 2


@pytest.mark.parametrize("name", ["none", "", "Main", "a\0b", "x" * 1000])
async def test_a_branch_that_is_not_there_is_not_found(tenant: Tenant, name: str) -> None:
    with pytest.raises(NotFound) as raised:
        await get_branch(tenant, await tenant.new_prompt(), name)
    assert raised.value.reason == "BRANCH_NOT_FOUND"


async def test_an_other_tenant_finds_none(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await new_branch(tenant, prompt)
    for name in ("main", "shorter"):
        with pytest.raises(NotFound) as raised:
            await get_branch(other, prompt, name)
        assert raised.value.reason == "PROMPT_NOT_FOUND"


async def test_a_branch_of_an_other_tenant_is_not_found(tenant: Tenant, other: Tenant) -> None:
    await new_branch(other, await other.get("text-summarization"))
    with pytest.raises(NotFound) as raised:
        await get_branch(tenant, await tenant.get("text-summarization"), "shorter")
    assert raised.value.reason == "BRANCH_NOT_FOUND"
