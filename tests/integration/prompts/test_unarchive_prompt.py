"""UnarchivePrompt: back in lists, open for versions."""

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import NotFound
from tests.integration.prompts.conftest import Tenant


async def unarchive(tenant: Tenant, reference: str) -> pb.Prompt:
    request = pb.UnarchivePromptRequest(prompt_id=reference)
    prompt: pb.Prompt = (await tenant.call("UnarchivePrompt", request)).prompt
    return prompt


async def test_a_prompt_comes_back_and_takes_versions_again(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.call("ArchivePrompt", pb.ArchivePromptRequest(prompt_id=prompt.id))
    back = await unarchive(tenant, prompt.name)
    assert not back.HasField("archive_time")
    assert await unarchive(tenant, prompt.id) == back
    assert (await tenant.new_version(prompt, "Two")).number == 2
    assert await tenant.events(events_pb2.PromptUnarchived) == [{"prompt_id": prompt.id}]


async def test_an_other_tenant_cannot_bring_it_back(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.call("ArchivePrompt", pb.ArchivePromptRequest(prompt_id=prompt.id))
    with pytest.raises(NotFound):
        await unarchive(other, prompt.id)
    assert (await tenant.get(prompt.id)).HasField("archive_time")
