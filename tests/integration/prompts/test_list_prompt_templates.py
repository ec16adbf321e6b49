"""ListPromptTemplates: the library, narrowed by category, tag and words."""

from dataclasses import replace

import pytest

from promptpilot.options.v1.options_pb2 import PERMISSION_RUNS_READ
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument, PermissionDenied
from tests.integration.prompts.conftest import Tenant


async def listed(tenant: Tenant, **only: str) -> list[pb.PromptTemplate]:
    answer = await tenant.call("ListPromptTemplates", pb.ListPromptTemplatesRequest(**only))
    return list(answer.templates)


async def test_all_twenty_come_by_category_then_title(tenant: Tenant) -> None:
    templates = await listed(tenant)
    keys = [(one.category, one.title) for one in templates]
    assert len(keys) == 20
    assert keys == sorted(keys)
    assert all(one.name and one.description and one.content_hash for one in templates)


async def test_those_that_a_tenant_starts_with_are_marked(tenant: Tenant) -> None:
    defaults = {one.name for one in await listed(tenant) if one.is_default}
    prompts = await tenant.call("ListPrompts", pb.ListPromptsRequest())
    assert defaults == {one.name for one in prompts.prompts}


async def test_filters_narrow_the_list_together(tenant: Tenant) -> None:
    assert {one.name for one in await listed(tenant, category="evaluation")} == {
        "judge-rubric",
        "translation-review",
    }
    found = await listed(tenant, category="code", query="QUESTION schema", tag="sql")
    assert [one.name for one in found] == ["sql-from-question"]
    assert await listed(tenant, category="code", tag="rag") == []


async def test_a_filter_that_is_too_long_is_named(tenant: Tenant) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await listed(tenant, query="q" * 201)
    assert [one.field for one in raised.value.violations] == ["query"]


async def test_the_other_tenant_reads_the_same_library_and_no_copy(
    tenant: Tenant, other: Tenant
) -> None:
    before = await listed(other)
    request = pb.CopyPromptTemplateRequest(template_name="ticket-triage", name="mine")
    await tenant.call("CopyPromptTemplate", request)
    assert await listed(other) == await listed(tenant) == before


async def test_who_may_not_read_prompts_may_not_read_templates(tenant: Tenant) -> None:
    caller = replace(tenant.caller, permission_mask=1 << PERMISSION_RUNS_READ)
    with pytest.raises(PermissionDenied):
        await tenant.call("ListPromptTemplates", pb.ListPromptTemplatesRequest(), caller)
