"""CreatePrompt: a prompt with its first version, once for each request id."""

import json
from dataclasses import replace
from typing import Any

import pytest

from promptpilot.options.v1.options_pb2 import PERMISSION_PROMPTS_READ
from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import AlreadyExists, Conflict, InvalidArgument, PermissionDenied
from tests.integration.prompts.conftest import (
    Tenant,
    chat_content,
    gather_all,
    new_name,
    text_content,
)


async def create(tenant: Tenant, **fields: Any) -> pb.CreatePromptResponse:
    request = pb.CreatePromptRequest(**({"name": new_name()} | fields))
    answer: pb.CreatePromptResponse = await tenant.call("CreatePrompt", request)
    return answer


async def test_a_new_prompt_has_version_one_and_latest_points_at_it(tenant: Tenant) -> None:
    answer = await create(
        tenant,
        name="marketing/claim",
        description="Finds a claim.",
        tags=["ads", "short", "ads"],
        note="first try",
        content=text_content(
            "A claim for {{product}}, {{count}} words",
            [
                pb.Variable(name="count", type=pb.VARIABLE_TYPE_INTEGER, default_json="7"),
            ],
            model="sim-text",
            parameters_json='{"temperature":0.5,"max_tokens":50}',
        ),
    )
    assert answer.prompt.name == "marketing/claim"
    assert answer.prompt.type == pb.PROMPT_TYPE_TEXT
    assert list(answer.prompt.tags) == ["ads", "short"]
    assert answer.prompt.latest_version == 1
    assert [(label.label, label.version) for label in answer.prompt.labels] == [("latest", 1)]
    assert answer.prompt.etag
    assert not answer.prompt.HasField("archive_time")
    version = answer.version
    assert (version.prompt_id, version.number, version.note) == (answer.prompt.id, 1, "first try")
    assert version.creator_id == tenant.caller.actor
    assert version.content.text == "A claim for {{product}}, {{count}} words"
    assert version.content.model == "sim-text"
    assert json.loads(version.content.parameters_json) == {"temperature": 0.5, "max_tokens": 50}
    assert list(version.undeclared_variables) == ["product"]
    assert await tenant.get(answer.prompt.id) == answer.prompt


async def test_a_chat_prompt_keeps_its_messages_in_order(tenant: Tenant) -> None:
    content = chat_content(("system", "Be brief."), ("user", "{{question}}"), ("assistant", "Hm."))
    answer = await create(tenant, content=content)
    assert answer.prompt.type == pb.PROMPT_TYPE_CHAT
    assert answer.version.content == content


async def test_creation_is_told_to_the_others_once(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    assert await tenant.events(events_pb2.PromptCreated) == [{"prompt_id": prompt.id}]
    assert await tenant.events(events_pb2.PromptVersionCreated) == [
        {"prompt_id": prompt.id, "version": 1, "branch": "main"}
    ]


async def test_every_field_at_fault_is_named_in_one_answer(tenant: Tenant) -> None:
    content = chat_content(("boss", "Hello {{name"), ("user", "{{#list}}\n{{/other}}"))
    content.variables.append(pb.Variable(name="1st", type=pb.VARIABLE_TYPE_NUMBER))
    content.variables.append(pb.Variable(name="count", default_json='"many"', enum_json=["1"]))
    content.parameters_json = '{"temperature": 9, "top_p": true, "house_rule": 1}'
    with pytest.raises(InvalidArgument) as raised:
        await create(tenant, name="No Spaces!", tags=[""], note="n" * 501, content=content)
    assert raised.value.reason == "PROMPT_INVALID"
    assert {violation.field for violation in raised.value.violations} == {
        "name",
        "tags[0]",
        "note",
        "content.messages[0].role",
        "content.messages[0].content",
        "content.messages[1].content",
        "content.variables[0].name",
        "content.variables[1].enum[0]",
        "content.parameters.temperature",
        "content.parameters.top_p",
    }
    described = {one.field: one.description for one in raised.value.violations}
    assert described["content.messages[1].content"].startswith("line 2, column 1: ")


async def test_a_name_is_taken_once_even_by_an_archived_prompt(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.call("ArchivePrompt", pb.ArchivePromptRequest(prompt_id=prompt.id))
    with pytest.raises(AlreadyExists) as raised:
        await tenant.new_prompt(name=prompt.name)
    assert raised.value.reason == "PROMPT_NAME_TAKEN"
    assert raised.value.metadata["name"] == prompt.name


async def test_two_tenants_may_use_the_same_name(tenant: Tenant, other: Tenant) -> None:
    mine = await tenant.new_prompt(name="welcome")
    theirs = await other.new_prompt(name="welcome")
    assert mine.id != theirs.id


async def test_the_same_request_id_gives_the_same_answer(tenant: Tenant) -> None:
    fields: dict[str, Any] = {
        "request_id": "r-1",
        "name": new_name(),
        "content": text_content("Hello"),
    }
    first = await create(tenant, **fields)
    assert await create(tenant, **fields) == first
    with pytest.raises(InvalidArgument) as raised:
        await create(tenant, **(fields | {"name": new_name()}))
    assert raised.value.reason == "REQUEST_ID_REUSED"


async def test_two_hundred_creates_with_one_request_id_make_one_prompt(tenant: Tenant) -> None:
    fields: dict[str, Any] = {
        "request_id": "r-200",
        "name": new_name(),
        "content": text_content("Hello"),
    }
    outcomes = await gather_all(*(create(tenant, **fields) for _ in range(200)))
    answers = [one for one in outcomes if isinstance(one, pb.CreatePromptResponse)]
    errors = [one for one in outcomes if not isinstance(one, pb.CreatePromptResponse)]
    assert answers
    assert all(answer == answers[0] for answer in answers)
    assert all(isinstance(error, Conflict) for error in errors)
    assert {error.reason for error in errors} <= {"REQUEST_IN_FLIGHT"}
    rows = await tenant.query("SELECT id FROM {schema}.prompts WHERE name = $1", fields["name"])
    assert [row["id"] for row in rows] == [answers[0].prompt.id]
    assert len(await tenant.events(events_pb2.PromptCreated)) == 1


async def test_a_reader_may_not_create(tenant: Tenant) -> None:
    reader = replace(tenant.caller, permission_mask=1 << PERMISSION_PROMPTS_READ)
    request = pb.CreatePromptRequest(name=new_name(), content=text_content("Hello"))
    with pytest.raises(PermissionDenied):
        await tenant.call("CreatePrompt", request, reader)
