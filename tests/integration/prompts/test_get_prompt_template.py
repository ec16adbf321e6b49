"""GetPromptTemplate: content and examples of one template."""

import json

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import NotFound
from tests.integration.prompts.conftest import Tenant


async def get(tenant: Tenant, name: str) -> pb.GetPromptTemplateResponse:
    request = pb.GetPromptTemplateRequest(name=name)
    answer: pb.GetPromptTemplateResponse = await tenant.call("GetPromptTemplate", request)
    return answer


async def test_a_template_is_told_whole(tenant: Tenant) -> None:
    whole = await get(tenant, "ticket-triage")
    assert (whole.template.name, whole.template.category) == ("ticket-triage", "support")
    assert [one.role for one in whole.content.messages] == ["system", "user"]
    variables = {one.name: one for one in whole.content.variables}
    assert variables.keys() == {"ticket", "categories", "product"}
    assert variables["ticket"].default_json == ""
    assert len(json.loads(variables["categories"].default_json)) == 6
    assert json.loads(whole.content.parameters_json)["temperature"] == 0


async def test_a_template_of_one_text_is_told_as_text(tenant: Tenant) -> None:
    whole = await get(tenant, "commit-message")
    assert whole.template.type == whole.content.type == pb.PROMPT_TYPE_TEXT
    assert "{{diff}}" in whole.content.text
    assert not whole.content.messages


async def test_every_example_shows_what_rendering_its_values_gives(tenant: Tenant) -> None:
    listed = await tenant.call("ListPromptTemplates", pb.ListPromptTemplatesRequest())
    for template in listed.templates:
        whole = await get(tenant, template.name)
        assert len(whole.examples) in (2, 3)
        for example in whole.examples:
            request = pb.RenderPromptRequest(
                draft=whole.content, variables_json=example.variables_json
            )
            rendered = await tenant.call("RenderPrompt", request)
            assert list(rendered.messages) == list(example.messages), template.name


async def test_a_name_that_no_template_has_is_not_found(tenant: Tenant) -> None:
    with pytest.raises(NotFound) as raised:
        await get(tenant, "no-such")
    assert raised.value.reason == "PROMPT_TEMPLATE_NOT_FOUND"
    assert raised.value.metadata["template"] == "no-such"


async def test_a_prompt_of_the_other_tenant_is_no_template(tenant: Tenant, other: Tenant) -> None:
    for owner in (tenant, other):
        prompt = await owner.new_prompt()
        for reference in (prompt.id, prompt.name):
            with pytest.raises(NotFound):
                await get(tenant, reference)
