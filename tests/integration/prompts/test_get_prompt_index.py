"""GetPromptIndex: prompts by name, each with the versions that pass the filters."""

from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument
from tests.integration.prompts.conftest import Tenant, chat_content, text_content


async def index(tenant: Tenant, **asked: Any) -> pb.GetPromptIndexResponse:
    answer: pb.GetPromptIndexResponse = await tenant.call(
        "GetPromptIndex", pb.GetPromptIndexRequest(**asked)
    )
    return answer


async def make_some(tenant: Tenant) -> pb.Prompt:
    """Make b/two with two versions and a/one with one; archive every prompt of the library."""
    for prompt in (await tenant.call("ListPrompts", pb.ListPromptsRequest())).prompts:
        await tenant.call("ArchivePrompt", pb.ArchivePromptRequest(prompt_id=prompt.id))
    settings: dict[str, Any] = {"model": "sim-text", "parameters_json": '{"seed":1}'}
    prompt = await tenant.new_prompt(name="b/two", content=text_content("x", **settings))
    settings = {"model": "sim-slow", "parameters_json": '{"seed":9007199254740993}'}
    request = pb.CreatePromptVersionRequest(
        prompt_id=prompt.id, content=text_content("y", **settings)
    )
    await tenant.call("CreatePromptVersion", request)
    await tenant.set_label(prompt, "production", 1)
    await tenant.new_prompt(name="a/one", tags=["eu"], content=chat_content(("user", "z")))
    return await tenant.get(prompt.id)


async def test_prompts_come_by_name_with_versions_labels_and_the_newest_settings(
    tenant: Tenant,
) -> None:
    prompt = await make_some(tenant)
    found = await index(tenant)
    assert found.total == 2
    one, two = found.entries
    assert (one.name, one.type, list(one.tags)) == ("a/one", pb.PROMPT_TYPE_CHAT, ["eu"])
    assert (list(one.versions), list(one.labels)) == ([1], ["latest"])
    assert (one.model, one.parameters_json) == ("", "")
    assert (two.name, two.type, list(two.tags)) == ("b/two", pb.PROMPT_TYPE_TEXT, [])
    assert (list(two.versions), list(two.labels)) == ([1, 2], ["latest", "production"])
    assert (two.model, two.parameters_json) == ("sim-slow", '{"seed":9007199254740993}')
    assert two.update_time == prompt.update_time


async def test_filters_are_about_versions(tenant: Tenant) -> None:
    await make_some(tenant)
    (two,) = (await index(tenant, label="production")).entries
    assert (list(two.versions), list(two.labels)) == ([1], ["production"])
    assert (two.model, two.parameters_json) == ("sim-text", '{"seed":1}')
    assert [one.name for one in (await index(tenant, name="b/two")).entries] == ["b/two"]
    assert [one.name for one in (await index(tenant, tag="eu")).entries] == ["a/one"]
    for nothing in ({"name": "b"}, {"tag": "e"}, {"label": "prod"}, {"tag": "eu", "name": "b/two"}):
        found = await index(tenant, **nothing)
        assert (list(found.entries), found.total) == ([], 0)


async def test_a_versions_time_is_its_making_or_its_last_label(tenant: Tenant) -> None:
    prompt = await make_some(tenant)
    moved = {one.label: one.update_time for one in prompt.labels}
    (two,) = (await index(tenant, name="b/two", from_time=moved["production"])).entries
    assert list(two.versions) == [1]
    (two,) = (await index(tenant, name="b/two", to_time=moved["production"])).entries
    assert list(two.versions) == [2]
    later = Timestamp()
    later.FromDatetime(moved["production"].ToDatetime() + timedelta(days=1))
    assert (await index(tenant, name="b/two", from_time=later)).total == 0


async def test_every_page_is_there_without_the_ones_before(tenant: Tenant) -> None:
    await make_some(tenant)
    second = await index(tenant, page_size=1, page_number=2)
    assert ([one.name for one in second.entries], second.total) == (["b/two"], 2)
    third = await index(tenant, page_size=1, page_number=3)
    assert (list(third.entries), third.total) == ([], 2)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"page_size": 101}, "page_size"),
        ({"page_number": -1}, "page_number"),
        ({"page_number": 1_000_001}, "page_number"),
        ({"name": "x" * 201}, "name"),
        ({"label": "\0"}, "label"),
    ],
)
async def test_what_is_out_of_bounds_is_named(
    tenant: Tenant, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await index(tenant, **asked)
    assert [one.field for one in raised.value.violations] == [field]


async def test_an_other_tenant_sees_its_own(tenant: Tenant, other: Tenant) -> None:
    await make_some(tenant)
    names = {one.name for one in (await index(other)).entries}
    assert names.isdisjoint({"a/one", "b/two"})
    assert names
