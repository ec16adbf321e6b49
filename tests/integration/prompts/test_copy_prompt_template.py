"""CopyPromptTemplate: a prompt of one's own out of a template, once for each request id."""

from dataclasses import replace
from typing import Any

import pytest

from promptpilot.options.v1.options_pb2 import PERMISSION_PROMPTS_READ
from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import (
    AlreadyExists,
    Conflict,
    InvalidArgument,
    NotFound,
    PermissionDenied,
)
from tests.integration.prompts.conftest import Tenant, gather_all, new_name


async def copy(tenant: Tenant, **fields: Any) -> pb.CopyPromptTemplateResponse:
    request = pb.CopyPromptTemplateRequest(**({"template_name": "judge-rubric"} | fields))
    answer: pb.CopyPromptTemplateResponse = await tenant.call("CopyPromptTemplate", request)
    return answer


async def whole(tenant: Tenant, name: str) -> pb.GetPromptTemplateResponse:
    request = pb.GetPromptTemplateRequest(name=name)
    answer: pb.GetPromptTemplateResponse = await tenant.call("GetPromptTemplate", request)
    return answer


async def test_every_template_can_be_copied_and_the_copy_holds_the_same(tenant: Tenant) -> None:
    listed = await tenant.call("ListPromptTemplates", pb.ListPromptTemplatesRequest())
    for template in listed.templates:
        copied = await copy(tenant, template_name=template.name, name=f"copies/{template.name}")
        expected = await whole(tenant, template.name)
        assert copied.version.content == expected.content
        assert copied.version.content_hash == template.content_hash
        assert not copied.version.undeclared_variables
        assert copied.prompt.description == template.description
        assert list(copied.prompt.tags) == list(template.tags)


async def test_a_copy_remembers_where_it_is_from(tenant: Tenant) -> None:
    copied = await copy(tenant)
    template = (await whole(tenant, "judge-rubric")).template
    assert copied.version.note == (
        f"Copied from the template judge-rubric, content {template.content_hash[:12]}"
    )
    assert copied.version.creator_id == tenant.caller.actor


async def test_without_a_name_the_copy_has_the_templates(tenant: Tenant) -> None:
    copied = await copy(tenant)
    assert copied.prompt.name == "judge-rubric"
    assert [(label.label, label.version) for label in copied.prompt.labels] == [("latest", 1)]
    assert await tenant.get("judge-rubric") == copied.prompt
    assert await tenant.events(events_pb2.PromptCreated) == [{"prompt_id": copied.prompt.id}]
    assert len(await tenant.events(events_pb2.PromptVersionCreated)) == 1


async def test_a_copy_is_changed_like_any_prompt_and_the_template_stays(tenant: Tenant) -> None:
    before = await whole(tenant, "commit-message")
    copied = await copy(tenant, template_name="commit-message")
    version = await tenant.new_version(copied.prompt, "Say what {{diff}} does.")
    assert version.number == 2
    assert await whole(tenant, "commit-message") == before


async def test_a_name_is_taken_once(tenant: Tenant) -> None:
    await copy(tenant)
    for taken in (copy(tenant), copy(tenant, template_name="text-summarization")):
        with pytest.raises(AlreadyExists) as raised:
            await taken
        assert raised.value.reason == "PROMPT_NAME_TAKEN"
    again = await copy(tenant, name="judge-rubric-2")
    assert again.prompt.name == "judge-rubric-2"


async def test_a_bad_name_and_an_unknown_template_are_told(tenant: Tenant) -> None:
    with pytest.raises(InvalidArgument) as invalid:
        await copy(tenant, name="No Spaces!")
    assert [one.field for one in invalid.value.violations] == ["name"]
    with pytest.raises(NotFound) as missing:
        await copy(tenant, template_name="no-such")
    assert missing.value.reason == "PROMPT_TEMPLATE_NOT_FOUND"


async def test_the_same_request_id_gives_the_same_copy(tenant: Tenant) -> None:
    first = await copy(tenant, request_id="c-1")
    assert await copy(tenant, request_id="c-1") == first
    with pytest.raises(InvalidArgument) as raised:
        await copy(tenant, request_id="c-1", name=new_name())
    assert raised.value.reason == "REQUEST_ID_REUSED"


async def test_twenty_copies_at_once_under_one_name_make_one_prompt(tenant: Tenant) -> None:
    outcomes = await gather_all(*(copy(tenant) for _ in range(20)))
    made = [one for one in outcomes if isinstance(one, pb.CopyPromptTemplateResponse)]
    refused = [one for one in outcomes if not isinstance(one, pb.CopyPromptTemplateResponse)]
    assert len(made) == 1
    assert {type(one) for one in refused} <= {AlreadyExists, Conflict}
    assert {one.reason for one in refused} == {"PROMPT_NAME_TAKEN"}


async def test_a_copy_is_not_found_by_the_other_tenant_who_may_use_its_name(
    tenant: Tenant, other: Tenant
) -> None:
    mine = await copy(tenant, name="triage")
    for reference in (mine.prompt.id, "triage"):
        with pytest.raises(NotFound):
            await other.get(reference)
    theirs = await copy(other, name="triage")
    assert theirs.prompt.id != mine.prompt.id
    assert theirs.version.content_hash == mine.version.content_hash


async def test_a_reader_may_not_copy(tenant: Tenant) -> None:
    reader = replace(tenant.caller, permission_mask=1 << PERMISSION_PROMPTS_READ)
    request = pb.CopyPromptTemplateRequest(template_name="judge-rubric")
    with pytest.raises(PermissionDenied):
        await tenant.call("CopyPromptTemplate", request, reader)
