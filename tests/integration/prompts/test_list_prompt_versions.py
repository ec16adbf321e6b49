"""ListPromptVersions: newest first, in pages."""

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument, NotFound
from tests.integration.prompts.conftest import Tenant, chat_content


async def list_versions(
    tenant: Tenant, reference: str, size: int = 0, token: str = ""
) -> pb.ListPromptVersionsResponse:
    request = pb.ListPromptVersionsRequest(prompt_id=reference, page_size=size, page_token=token)
    answer: pb.ListPromptVersionsResponse = await tenant.call("ListPromptVersions", request)
    return answer


async def test_versions_come_newest_first_in_pages(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("Text 1")
    for number in range(2, 6):
        await tenant.new_version(prompt, f"Text {number}")
    first = await list_versions(tenant, prompt.id, 2)
    second = await list_versions(tenant, prompt.name, 2, first.next_page_token)
    third = await list_versions(tenant, prompt.id, 2, second.next_page_token)
    assert [one.number for page in (first, second, third) for one in page.versions] == [
        5,
        4,
        3,
        2,
        1,
    ]
    assert third.next_page_token == ""
    assert [one.content.text for one in first.versions] == ["Text 5", "Text 4"]


async def test_a_page_has_a_bound_in_bytes_too_and_none_is_lost(tenant: Tenant) -> None:
    content = chat_content(*[("user", "x" * 199_999)] * 5)
    prompt = await tenant.new_prompt(content=content)
    request = pb.CreatePromptVersionRequest(prompt_id=prompt.id, content=content)
    for _ in range(11):
        await tenant.call("CreatePromptVersion", request)
    first = await list_versions(tenant, prompt.id, 200)
    assert 8_000_000 <= first.ByteSize() < 10_000_000
    second = await list_versions(tenant, prompt.id, 200, first.next_page_token)
    numbers = [one.number for page in (first, second) for one in page.versions]
    assert numbers == list(range(12, 0, -1))
    assert second.next_page_token == ""


@pytest.mark.parametrize("token", ["x", "WzBd", "Wy0xXQ", "WyJhIl0", "Wzk5OTk5OTk5OTk5XQ"])
async def test_a_token_that_was_never_given_is_refused(tenant: Tenant, token: str) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(InvalidArgument) as raised:
        await list_versions(tenant, prompt.id, token=token)
    assert [one.field for one in raised.value.violations] == ["page_token"]


async def test_a_prompt_that_is_not_there_has_no_list(tenant: Tenant) -> None:
    with pytest.raises(NotFound) as raised:
        await list_versions(tenant, "nobody")
    assert raised.value.reason == "PROMPT_NOT_FOUND"


async def test_an_other_tenant_gets_no_list(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound):
        await list_versions(other, prompt.id)
