"""ResolvePrompts: what references stand for, in their order, by one statement."""

from typing import Any

import pytest
from sqlalchemy import event

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.db import Database
from services.kit.errors import InvalidArgument, NotFound
from services.kit.migrations import tenant_tree
from services.kit.work import UnitOfWork
from services.prompts.adapters import read_library
from services.prompts.queries.prompts import resolve_prompts
from services.prompts.repository.prompts import Reference
from tests.integration.prompts.conftest import Tenant
from tests.support.stack import Stack


def reference(prompt: str, label: str = "", version: int = 0) -> pb.PromptReference:
    return pb.PromptReference(prompt=prompt, label=label, version=version)


async def resolve(tenant: Tenant, *references: pb.PromptReference) -> list[pb.ResolvedPrompt]:
    request = pb.ResolvePromptsRequest(references=references)
    return list((await tenant.call("ResolvePrompts", request)).prompts)


async def test_all_ways_to_name_a_version(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("One")
    await tenant.new_version(prompt, "Two")
    await tenant.new_version(prompt, "Three")
    await tenant.set_label(prompt, "production", 1)
    await tenant.set_label(prompt, "staging", 2)
    found = await resolve(
        tenant,
        reference(prompt.name, version=2),
        reference(prompt.id),
        reference(prompt.name),
        reference(prompt.id, "staging"),
        reference(prompt.name, "latest"),
        reference(prompt.name, "staging", 3),
        reference("text-summarization"),
    )
    assert [(one.name, one.label, one.version.number) for one in found] == [
        (prompt.name, "", 2),
        (prompt.name, "production", 1),
        (prompt.name, "production", 1),
        (prompt.name, "staging", 2),
        (prompt.name, "latest", 3),
        (prompt.name, "", 3),
        ("text-summarization", "production", 1),
    ]
    assert [one.version.content.text for one in found[:5]] == ["Two", "One", "One", "Two", "Three"]
    assert {one.prompt_id for one in found[:6]} == {prompt.id}


async def test_a_hundred_references_cost_one_statement(tenant: Tenant, stack: Stack) -> None:
    database = Database(await stack.database_for("prompts"))
    work = UnitOfWork(database, tenant_tree("prompts"))
    names = [prompt.name for prompt in read_library() if prompt.is_default] * 20
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    wanted = [Reference(name) for name in names]
    try:
        await resolve_prompts(work, tenant.id, wanted[:1])  # reads the directory of tenants, once
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        found = await resolve_prompts(work, tenant.id, wanted)
    finally:
        await database.close()
    assert [one.name for one in found] == names
    assert len(statements) == 1


async def test_a_moved_label_is_seen_at_once(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("One")
    await tenant.new_version(prompt, "Two")
    for number in (1, 2, 1):
        await tenant.set_label(prompt, "production", number)
        (found,) = await resolve(tenant, reference(prompt.name))
        assert found.version.number == number


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"prompt": "nobody"}, "PROMPT_NOT_FOUND"),
        ({"prompt": ""}, "PROMPT_NOT_FOUND"),
        ({"prompt": "a\0b"}, "PROMPT_NOT_FOUND"),
        ({"prompt": "data-analysis", "label": "staging"}, "LABEL_NOT_FOUND"),
        ({"prompt": "data-analysis", "label": "a\0b"}, "LABEL_NOT_FOUND"),
        ({"prompt": "data-analysis", "version": 2}, "PROMPT_VERSION_NOT_FOUND"),
        ({"prompt": "data-analysis", "version": -1}, "PROMPT_VERSION_NOT_FOUND"),
    ],
)
async def test_the_first_that_is_not_there_is_named(
    tenant: Tenant, fields: dict[str, Any], reason: str
) -> None:
    with pytest.raises(NotFound) as raised:
        await resolve(tenant, reference("data-analysis"), reference(**fields), reference("nobody"))
    assert raised.value.reason == reason
    assert raised.value.metadata["index"] == "1"
    assert raised.value.metadata["prompt"] == fields["prompt"]


async def test_a_new_prompt_is_not_in_production_by_itself(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(NotFound) as raised:
        await resolve(tenant, reference(prompt.name))
    assert raised.value.metadata == {"index": "0", "prompt": prompt.name, "label": "production"}


@pytest.mark.parametrize("count", [0, 101])
async def test_one_to_a_hundred_references_are_taken(tenant: Tenant, count: int) -> None:
    assert len(await resolve(tenant, *[reference("data-analysis")] * 100)) == 100
    with pytest.raises(InvalidArgument):
        await resolve(tenant, *[reference("data-analysis")] * count)


async def test_an_other_tenant_resolves_its_own_only(tenant: Tenant, other: Tenant) -> None:
    mine = await tenant.new_prompt("Mine", name="shared-name")
    theirs = await other.new_prompt("Theirs", name="shared-name")
    (found,) = await resolve(other, reference("shared-name", "latest"))
    assert (found.prompt_id, found.version.content.text) == (theirs.id, "Theirs")
    with pytest.raises(NotFound):
        await resolve(other, reference(mine.id, version=1))
