"""GetPromptVersion: one version by number."""

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import NotFound
from tests.integration.prompts.conftest import Tenant


async def get_version(tenant: Tenant, reference: str, number: int) -> pb.PromptVersion:
    request = pb.GetPromptVersionRequest(prompt_id=reference, number=number)
    version: pb.PromptVersion = (await tenant.call("GetPromptVersion", request)).version
    return version


async def test_each_version_stays_as_it_was_saved(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("One")
    second = await tenant.new_version(prompt, "Two")
    assert await get_version(tenant, prompt.id, 2) == second
    assert await get_version(tenant, prompt.name, 2) == second
    assert (await get_version(tenant, prompt.id, 1)).content.text == "One"


@pytest.mark.parametrize("number", [0, -1, 2, 2**31 - 1])
async def test_a_number_that_was_never_given_is_not_found(tenant: Tenant, number: int) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound) as raised:
        await get_version(tenant, prompt.id, number)
    assert raised.value.reason == "PROMPT_VERSION_NOT_FOUND"
    assert raised.value.metadata == {"prompt": prompt.name, "version": str(number)}


async def test_a_prompt_that_is_not_there_is_said_to_be_missing(tenant: Tenant) -> None:
    with pytest.raises(NotFound) as raised:
        await get_version(tenant, "nobody", 1)
    assert raised.value.reason == "PROMPT_NOT_FOUND"


async def test_an_other_tenant_does_not_find_it(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound):
        await get_version(other, prompt.id, 1)
