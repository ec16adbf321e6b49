"""ExportPrompts: prompts become an archive that brings them back, the same bytes each time."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.caller import acting_as
from services.kit.errors import InvalidArgument, NotFound
from tests.integration.prompts.conftest import Tenant, chat_content
from tests.integration.prompts.test_import_prompts import imported, outcomes


async def exported(tenant: Tenant, **fields: Any) -> bytes:
    """Export to the end."""
    with acting_as(tenant.caller):
        request = pb.ExportPromptsRequest(**fields)
        stream: Any = tenant.service.stub.ExportPrompts(request, timeout=60)
        return b"".join([piece.chunk async for piece in stream])


def names(archive: bytes) -> list[str]:
    """Return the names of the prompts of an archive."""
    with ZipFile(BytesIO(archive)) as zipped:
        assert zipped.testzip() is None
        return [
            path.removeprefix("prompts/").removesuffix("/_prompt.yaml")
            for path in zipped.namelist()
            if path.endswith("/_prompt.yaml")
        ]


async def grown(tenant: Tenant, name: str) -> pb.Prompt:
    """Make a prompt with 25 versions, two of them equal, and a label."""
    prompt = await tenant.new_prompt("Text 1", name=name, tags=["x"], description="a\nb: c")
    for number in range(2, 26):
        await tenant.new_version(prompt, f"Text {number % 24}\n  and more\n")
    await tenant.set_label(prompt, "production", 3)
    return prompt


async def test_what_is_exported_comes_back_elsewhere_as_the_same_bytes(
    tenant: Tenant, other: Tenant
) -> None:
    await grown(tenant, "grown")
    chat = chat_content(
        ("system", "Be {{mood}}."), ("user", "{{text}}"), parameters_json='{"n": 2}'
    )
    prompt = await tenant.new_prompt(name="chat/é".replace("é", "e"), content=chat)
    await tenant.call("ArchivePrompt", pb.ArchivePromptRequest(prompt_id=prompt.id))
    archive = await exported(tenant)
    assert await exported(tenant) == archive
    assert {"grown", "chat/e", "text-summarization"} <= set(names(archive))
    _, ended = await imported(other, archive)
    # The library's prompts are there already, and equal.
    assert (ended.created, ended.changed, ended.refused) == (2, 0, 0)
    assert await exported(other) == archive
    assert set(outcomes((await imported(tenant, archive))[0])) == {"UNCHANGED"}


async def test_one_prompt_or_a_folder_is_exported(tenant: Tenant) -> None:
    for name in ("support/a", "support/b", "supporter"):
        await tenant.new_prompt(name=name)
    assert names(await exported(tenant, name_prefix="support/")) == ["support/a", "support/b"]
    one = await tenant.get("support/b")
    assert names(await exported(tenant, prompt_id=one.id)) == ["support/b"]
    assert names(await exported(tenant, prompt_id="supporter")) == ["supporter"]
    assert names(await exported(tenant, name_prefix="nobody/")) == []


async def test_more_than_one_page_is_exported_in_the_order_of_names(tenant: Tenant) -> None:
    made = sorted(f"n{number}" for number in range(60))
    for name in reversed(made):
        await tenant.new_prompt("Same", name=name)
    assert names(await exported(tenant, name_prefix="n")) == made


async def test_a_prompt_of_another_tenant_is_not_found(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt(name="mine")
    with pytest.raises(NotFound) as raised:
        await exported(other, prompt_id=prompt.id)
    assert raised.value.reason == "PROMPT_NOT_FOUND"
    assert "mine" not in names(await exported(other))


@pytest.mark.parametrize("fields", [{"name_prefix": "/x"}, {"name_prefix": "a", "prompt_id": "b"}])
async def test_a_prefix_that_no_name_has_is_refused(tenant: Tenant, fields: Any) -> None:
    with pytest.raises(InvalidArgument):
        await exported(tenant, **fields)
