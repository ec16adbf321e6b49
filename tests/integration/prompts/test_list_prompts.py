"""ListPrompts: last changed first, in pages, filtered by text, tag and archive."""

from typing import Any

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument
from services.kit.ids import new_id
from services.kit.paging import encode_token
from tests.integration.prompts.conftest import Tenant

LIBRARY = {
    "text-summarization",
    "code-generation",
    "creative-writing",
    "data-analysis",
    "language-translation",
}


async def names(tenant: Tenant, **filters: Any) -> list[str]:
    answer = await tenant.call("ListPrompts", pb.ListPromptsRequest(**filters))
    return [prompt.name for prompt in answer.prompts]


async def pages(tenant: Tenant, size: int, **filters: Any) -> list[list[pb.Prompt]]:
    found, token = [], ""
    while True:
        request = pb.ListPromptsRequest(page_size=size, page_token=token, **filters)
        answer = await tenant.call("ListPrompts", request)
        found.append(list(answer.prompts))
        token = answer.next_page_token
        if not token:
            return found


async def test_a_new_tenant_has_the_library(tenant: Tenant) -> None:
    assert set(await names(tenant)) == LIBRARY
    assert set(await names(tenant, tag="library")) == LIBRARY


async def test_what_changed_last_comes_first(tenant: Tenant) -> None:
    first = await tenant.new_prompt(name="first")
    await tenant.new_prompt(name="second")
    assert (await names(tenant))[:2] == ["second", "first"]
    await tenant.new_version(first, "Two")
    assert (await names(tenant))[:2] == ["first", "second"]


async def test_pages_hold_each_prompt_once_and_whole(tenant: Tenant) -> None:
    for number in range(7):
        await tenant.new_prompt(name=f"paged-{number}")
    found = await pages(tenant, 5)
    assert [len(page) for page in found] == [5, 5, 2]
    prompts = [prompt for page in found for prompt in page]
    assert len({prompt.id for prompt in prompts}) == 12
    assert prompts == sorted(
        prompts, key=lambda one: (one.update_time.ToNanoseconds(), one.id), reverse=True
    )
    assert [prompt for prompt in prompts if prompt != await tenant.get(prompt.id)] == []


async def test_a_page_that_is_just_full_is_the_last(tenant: Tenant) -> None:
    assert [len(page) for page in await pages(tenant, 5)] == [5]


async def test_a_page_stays_right_when_rows_come_between(tenant: Tenant) -> None:
    request = pb.ListPromptsRequest(page_size=3)
    first = await tenant.call("ListPrompts", request)
    await tenant.new_prompt(name="in-between")
    request.page_token = first.next_page_token
    second = await tenant.call("ListPrompts", request)
    assert {one.name for one in (*first.prompts, *second.prompts)} == LIBRARY


async def test_a_query_looks_into_names_descriptions_and_tags(tenant: Tenant) -> None:
    await tenant.new_prompt(name="zebra-name")
    await tenant.new_prompt(name="second", description="About ZEBRAS.")
    await tenant.new_prompt(name="third", tags=["Zebra crossing"])
    await tenant.new_prompt(name="fourth", tags=["ze", "bra"])
    assert await names(tenant, query="zebra") == ["third", "second", "zebra-name"]


async def test_signs_of_patterns_are_searched_as_they_stand(tenant: Tenant) -> None:
    await tenant.new_prompt(name="one", description="100% sure_thing")
    await tenant.new_prompt(name="two", description="100 x surething")
    assert await names(tenant, query="0% s") == ["one"]
    assert await names(tenant, query="sure_") == ["one"]
    assert await names(tenant, query="\\") == []


async def test_a_tag_is_matched_whole(tenant: Tenant) -> None:
    await tenant.new_prompt(name="one", tags=["ads", "short"])
    await tenant.new_prompt(name="two", tags=["ads-eu"])
    assert await names(tenant, tag="ads") == ["one"]
    assert await names(tenant, tag="ads", query="one") == ["one"]
    assert await names(tenant, tag="ads", query="two") == []


async def test_archived_prompts_are_listed_apart(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt(name="gone")
    await tenant.call("ArchivePrompt", pb.ArchivePromptRequest(prompt_id=prompt.id))
    assert "gone" not in await names(tenant)
    assert await names(tenant, is_archived=True) == ["gone"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"page_size": 201}, "page_size"),
        ({"page_size": -1}, "page_size"),
        ({"page_token": "nonsense"}, "page_token"),
        ({"page_token": "WyJhIiwiYiJd"}, "page_token"),
        ({"page_token": "WzFd"}, "page_token"),
        ({"page_token": encode_token(["soon", new_id("prm")])}, "page_token"),
        ({"query": "q" * 201}, "query"),
        ({"query": "a\0"}, "query"),
        ({"tag": "\0"}, "tag"),
    ],
)
async def test_bad_input_is_named(tenant: Tenant, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await names(tenant, **fields)
    assert [one.field for one in raised.value.violations] == [field]


async def test_an_other_tenant_sees_its_own_only(tenant: Tenant, other: Tenant) -> None:
    await tenant.new_prompt(name="mine")
    await other.new_prompt(name="theirs")
    assert set(await names(tenant)) == LIBRARY | {"mine"}
    assert set(await names(other)) == LIBRARY | {"theirs"}
