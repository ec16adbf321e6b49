"""ArchivePrompt: hidden, closed for new versions, still served."""

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import FailedPrecondition, NotFound
from tests.integration.prompts.conftest import Tenant


async def archive(tenant: Tenant, reference: str) -> pb.Prompt:
    request = pb.ArchivePromptRequest(prompt_id=reference)
    prompt: pb.Prompt = (await tenant.call("ArchivePrompt", request)).prompt
    return prompt


async def test_archiving_twice_is_archiving_once(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    archived = await archive(tenant, prompt.name)
    assert archived.HasField("archive_time")
    assert archived.etag != prompt.etag
    assert await archive(tenant, prompt.id) == archived
    assert await tenant.get(prompt.id) == archived
    assert await tenant.events(events_pb2.PromptArchived) == [{"prompt_id": prompt.id}]


async def test_an_archived_prompt_takes_no_versions(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await archive(tenant, prompt.id)
    with pytest.raises(FailedPrecondition) as raised:
        await tenant.new_version(prompt, "Two")
    assert raised.value.reason == "PROMPT_ARCHIVED"
    assert (await tenant.get(prompt.id)).latest_version == 1


async def test_what_is_labelled_is_still_served(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.set_label(prompt, "production", 1)
    await archive(tenant, prompt.id)
    request = pb.ResolvePromptsRequest(references=[pb.PromptReference(prompt=prompt.name)])
    answer = await tenant.call("ResolvePrompts", request)
    assert answer.prompts[0].version.number == 1


async def test_an_other_tenant_cannot_archive_it(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound):
        await archive(other, prompt.id)
    assert await tenant.get(prompt.id) == prompt
