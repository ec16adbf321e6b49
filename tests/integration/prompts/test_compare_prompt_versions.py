"""ComparePromptVersions: what differs between two versions, or between one and a draft."""

import json
from dataclasses import replace
from typing import Any

import pytest

from promptpilot.options.v1 import options_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument, NotFound, PermissionDenied
from tests.integration.prompts.conftest import (
    Tenant,
    chat_content,
    gather_all,
    new_name,
    text_content,
)

_TOOL = {"type": "function", "function": {"name": "search", "description": "Finds"}}
BEFORE = chat_content(
    ("system", "You help people who travel."),
    ("user", "Where is {{place}}?"),
    variables=[pb.Variable(name="place"), pb.Variable(name="tone", default_json='"kind"')],
    model="gpt-4o-mini",
    parameters_json=json.dumps({"temperature": 0.2, "max_tokens": 100, "tools": [_TOOL]}),
)
AFTER = chat_content(
    ("system", "You help people who travel by train."),
    ("assistant", "Hello!"),
    ("user", "Where is {{place}}?"),
    variables=[pb.Variable(name="place"), pb.Variable(name="tone", default_json='"dry"')],
    model="claude-sonnet-4-5",
    parameters_json=json.dumps({"temperature": 0.7, "response_format": {"type": "json_object"}}),
)


def by_number(number: int) -> pb.ComparedVersion:
    return pb.ComparedVersion(version=number)


async def compare(tenant: Tenant, prompt: str, **sides: pb.ComparedVersion) -> Any:
    request = pb.ComparePromptVersionsRequest(prompt_id=prompt, **sides)
    return await tenant.call("ComparePromptVersions", request)


async def two_versions(tenant: Tenant) -> pb.Prompt:
    prompt = await tenant.new_prompt(content=BEFORE)
    request = pb.CreatePromptVersionRequest(prompt_id=prompt.id, content=AFTER, note="trains")
    await tenant.call("CreatePromptVersion", request)
    await tenant.set_label(prompt, "production", 1)
    return prompt


async def test_everything_that_differs_is_told(tenant: Tenant) -> None:
    prompt = await two_versions(tenant)
    found = await compare(tenant, prompt.name, before=by_number(1), after=by_number(2))
    assert found.prompt_id == prompt.id
    assert not found.is_same
    shown = [(one.change, one.before_index, one.after_index) for one in found.messages]
    assert shown == [(pb.CHANGE_CHANGED, 0, 0), (pb.CHANGE_ADDED, -1, 1), (pb.CHANGE_SAME, 1, 2)]
    assert [(part.change, part.text) for part in found.messages[0].parts] == [
        (pb.CHANGE_SAME, "You help people who travel"),
        (pb.CHANGE_ADDED, " by train"),
        (pb.CHANGE_SAME, "."),
    ]
    assert (found.messages[1].before_role, found.messages[1].after_role) == ("", "assistant")
    (tone,) = found.variables
    (field,) = tone.fields
    assert (tone.name, tone.change) == ("tone", pb.CHANGE_CHANGED)
    assert (field.path, field.before_json, field.after_json) == ("/default", '"kind"', '"dry"')
    assert [(one.path, one.change) for one in found.parameters] == [
        ("/max_tokens", pb.CHANGE_REMOVED),
        ("/temperature", pb.CHANGE_CHANGED),
    ]
    assert [(one.name, one.change) for one in found.tools] == [("search", pb.CHANGE_REMOVED)]
    (schema,) = found.output_schema
    assert (schema.path, schema.change, schema.before_json) == (
        "/response_format",
        pb.CHANGE_ADDED,
        "",
    )


async def test_tokens_are_counted_before_anything_is_run(tenant: Tenant) -> None:
    prompt = await two_versions(tenant)
    found = await compare(tenant, prompt.id, before=by_number(1), after=by_number(2))
    before, after = found.before.tokens, found.after.tokens
    assert before.vocabulary == "o200k_base"
    assert before.is_own_vocabulary
    assert not after.is_own_vocabulary
    assert list(before.uncounted_variables) == ["place"]
    assert (before.max_output_tokens, after.max_output_tokens) == (100, 0)
    # Counted by tiktoken itself: system 8, user 5, and 3 for each message and 3 for the answer.
    assert before.input_tokens - before.tool_and_schema_tokens == 8 + 5 + 2 * 3 + 3
    assert before.tool_and_schema_tokens > 0


async def test_sides_are_named_by_number_or_label_and_have_defaults(tenant: Tenant) -> None:
    prompt = await two_versions(tenant)
    found = await compare(tenant, prompt.id)
    assert (found.before.label, found.before.version) == ("production", 1)
    assert (found.after.label, found.after.version) == ("latest", 2)
    assert (found.after.note, found.after.model) == ("trains", "claude-sonnet-4-5")
    assert found.after.creator_id == tenant.caller.actor
    back = await compare(tenant, prompt.id, before=pb.ComparedVersion(label="latest"),
                         after=by_number(1))  # fmt: skip
    assert (back.before.content_hash, back.after.content_hash) == (
        found.after.content_hash,
        found.before.content_hash,
    )
    assert [one.change for one in back.tools] == [pb.CHANGE_ADDED]


async def test_a_version_is_the_same_as_itself(tenant: Tenant) -> None:
    prompt = await two_versions(tenant)
    found = await compare(tenant, prompt.id, before=by_number(1), after=by_number(1))
    assert found.is_same
    assert {one.change for one in found.messages} == {pb.CHANGE_SAME}
    assert not found.variables
    assert not found.parameters


async def test_a_draft_is_compared_without_being_saved(tenant: Tenant) -> None:
    prompt = await two_versions(tenant)
    draft = pb.ComparedVersion(draft=chat_content(("user", "Where is {{place}} now?")))
    found = await compare(tenant, prompt.id, after=draft)
    assert (found.after.version, found.after.label) == (0, "")
    assert not found.after.HasField("create_time")
    assert [one.change for one in found.messages] == [pb.CHANGE_REMOVED, pb.CHANGE_CHANGED]
    assert (await tenant.get(prompt.id)).latest_version == 2


async def test_a_draft_that_could_not_be_saved_is_refused_by_its_fields(tenant: Tenant) -> None:
    prompt = await two_versions(tenant)
    for draft, field in (
        (chat_content(("user", "{{#open}}")), "after.draft.messages[0].content"),
        (text_content("Hello"), "after.draft.type"),
    ):
        with pytest.raises(InvalidArgument) as refused:
            await compare(tenant, prompt.id, after=pb.ComparedVersion(draft=draft))
        assert refused.value.reason == "PROMPT_INVALID"
        assert [one.field for one in refused.value.violations] == [field]


async def test_what_is_not_there_is_told_with_its_side(tenant: Tenant) -> None:
    prompt = await two_versions(tenant)
    with pytest.raises(NotFound) as absent:
        await compare(tenant, prompt.id, before=by_number(1), after=by_number(9))
    assert absent.value.reason == "PROMPT_VERSION_NOT_FOUND"
    assert absent.value.metadata["index"] == "1"
    with pytest.raises(NotFound) as unlabelled:
        await compare(tenant, prompt.id, before=pb.ComparedVersion(label="nope"))
    assert unlabelled.value.reason == "LABEL_NOT_FOUND"
    with pytest.raises(NotFound) as unknown:
        await compare(tenant, new_name())
    assert unknown.value.reason == "PROMPT_NOT_FOUND"


async def test_long_versions_with_little_in_common_are_compared_side_by_side_with_others(
    tenant: Tenant,
) -> None:
    short = await two_versions(tenant)
    before, after = ("".join(f"{word}{index} " for index in range(20_000)) for word in "ab")
    long = await tenant.new_prompt(before)
    await tenant.new_version(long, after)
    sides = {"before": by_number(1), "after": by_number(2)}
    answers = await gather_all(
        compare(tenant, long.id, **sides), *(compare(tenant, short.id, **sides) for _ in range(4))
    )
    parts = answers[0].messages[0].parts
    assert "".join(part.text for part in parts if part.change != pb.CHANGE_ADDED) == before
    assert "".join(part.text for part in parts if part.change != pb.CHANGE_REMOVED) == after
    assert all(answer.prompt_id == short.id for answer in answers[1:])


async def test_a_reader_may_compare(tenant: Tenant) -> None:
    prompt = await two_versions(tenant)
    request = pb.ComparePromptVersionsRequest(prompt_id=prompt.id)
    reader = replace(tenant.caller, permission_mask=1 << options_pb2.PERMISSION_PROMPTS_READ)
    assert (await tenant.call("ComparePromptVersions", request, reader)).prompt_id == prompt.id
    stranger = replace(tenant.caller, permission_mask=0)
    with pytest.raises(PermissionDenied):
        await tenant.call("ComparePromptVersions", request, stranger)


async def test_a_prompt_of_other_tenant_is_not_found(tenant: Tenant, other: Tenant) -> None:
    prompt = await two_versions(tenant)
    for reference in (prompt.id, prompt.name):
        with pytest.raises(NotFound) as absent:
            await compare(other, reference)
        assert absent.value.reason == "PROMPT_NOT_FOUND"
