"""RenderPrompt: a version or a draft filled with variables; every fault is named."""

import json
from typing import Any

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument, NotFound
from tests.integration.prompts.conftest import Tenant, chat_content, new_name, text_content


async def render(tenant: Tenant, variables: Any = None, **fields: Any) -> pb.RenderPromptResponse:
    request = pb.RenderPromptRequest(variables_json=json.dumps(variables or {}), **fields)
    answer: pb.RenderPromptResponse = await tenant.call("RenderPrompt", request)
    return answer


async def test_a_version_is_filled_by_reference(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt(
        name=new_name(),
        content=chat_content(
            ("system", "Answer in {{language}}."),
            ("user", "{{#points}}- {{.}}\n{{/points}}"),
            variables=[
                pb.Variable(name="language", default_json='"German"'),
                pb.Variable(name="points", type=pb.VARIABLE_TYPE_LIST),
            ],
            model="sim-text",
            parameters_json='{"seed":7}',
        ),
    )
    reference = pb.PromptReference(prompt=prompt.name, version=1)
    answer = await render(tenant, {"points": ["a", "<b>"]}, reference=reference)
    assert [(one.role, one.content) for one in answer.messages] == [
        ("system", "Answer in German."),
        ("user", "- a\n- <b>\n"),
    ]
    assert (answer.model, answer.parameters_json) == ("sim-text", '{"seed":7}')
    assert (answer.prompt_id, answer.version) == (prompt.id, 1)


async def test_a_draft_is_filled_without_being_saved(tenant: Tenant) -> None:
    answer = await render(tenant, {"name": "Ann"}, draft=text_content("Hello {{name}}"))
    assert [(one.role, one.content) for one in answer.messages] == [("user", "Hello Ann")]
    assert (answer.prompt_id, answer.version) == ("", 0)
    assert await tenant.query("SELECT id FROM {schema}.prompts WHERE description = ''") == []


async def test_every_missing_unknown_or_wrong_variable_is_named(tenant: Tenant) -> None:
    reference = pb.PromptReference(prompt="text-summarization")
    with pytest.raises(InvalidArgument) as raised:
        await render(tenant, {"length": 3, "lenght": "3 words"}, reference=reference)
    assert raised.value.reason == "VARIABLES_INVALID"
    described = {one.field: one.description for one in raised.value.violations}
    assert described.keys() == {"variables.text", "variables.length", "variables.lenght"}
    assert described["variables.length"] == "must be a string, not a number"


async def test_a_draft_that_could_not_be_saved_is_refused(tenant: Tenant) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await render(tenant, draft=text_content("line one\n{{#open}}"))
    assert raised.value.reason == "PROMPT_INVALID"
    (violation,) = raised.value.violations
    assert violation.field == "draft.text"
    assert violation.description.startswith("line 2, column 1: ")


async def test_output_is_bounded(tenant: Tenant) -> None:
    draft = text_content("{{a}}" * 100)
    with pytest.raises(InvalidArgument) as raised:
        await render(tenant, {"a": "x" * 100_000}, draft=draft)
    assert raised.value.reason == "RENDER_TOO_LARGE"


@pytest.mark.parametrize("text", ["[]", "{", '"x"', '{"topic": 1e999}'])
async def test_variables_are_a_json_object(tenant: Tenant, text: str) -> None:
    request = pb.RenderPromptRequest(draft=text_content("{{topic}}"), variables_json=text)
    with pytest.raises(InvalidArgument) as raised:
        await tenant.call("RenderPrompt", request)
    assert [one.field for one in raised.value.violations] == ["variables"]


async def test_neither_reference_nor_draft_finds_nothing(tenant: Tenant) -> None:
    with pytest.raises(NotFound):
        await render(tenant)


async def test_an_other_tenant_cannot_render_it(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt("Secret")
    reference = pb.PromptReference(prompt=prompt.id, version=1)
    assert (await render(tenant, reference=reference)).messages[0].content == "Secret"
    with pytest.raises(NotFound):
        await render(other, reference=reference)
