"""SavePromptVersion: a prompt by its name, a version, labels and tags, all or nothing."""

from typing import Any

import pytest

from promptpilot.options.v1.options_pb2 import Permission
from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.caller import Caller
from services.kit.errors import (
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
)
from tests.integration.prompts.conftest import (
    Tenant,
    chat_content,
    gather_all,
    new_name,
    text_content,
)


async def save(tenant: Tenant, name: str, text: str = "Hi {{x}}", **more: Any) -> Any:
    fields: dict[str, Any] = {"name": name, "content": text_content(text), **more}
    return await tenant.call("SavePromptVersion", pb.SavePromptVersionRequest(**fields))


def labels_of(prompt: pb.Prompt) -> dict[str, int]:
    return {one.label: one.version for one in prompt.labels}


async def test_the_first_version_makes_the_prompt_and_the_next_ones_are_added(
    tenant: Tenant,
) -> None:
    name = new_name()
    first = await save(
        tenant, name, note="why", labels=["production", "eu"], tags=["a"], is_tags_set=True
    )
    assert (first.prompt.name, first.version.number, first.version.note) == (name, 1, "why")
    assert list(first.prompt.tags) == ["a"]
    assert labels_of(first.prompt) == {"latest": 1, "production": 1, "eu": 1}
    second = await save(tenant, name, "Two", labels=["production"])
    assert second.prompt.id == first.prompt.id
    assert (second.version.number, list(second.prompt.tags)) == (2, ["a"])
    assert labels_of(second.prompt) == {"latest": 2, "production": 2, "eu": 1}
    assert await tenant.get(name) == second.prompt
    assert len(await tenant.events(events_pb2.PromptCreated)) == 1
    assert len(await tenant.events(events_pb2.PromptVersionCreated)) == 2
    moves = [one["label"] for one in await tenant.events(events_pb2.PromptLabelSet)]
    assert moves == ["production", "eu", "production"]


async def test_a_version_is_added_to_main_whatever_other_branches_have(tenant: Tenant) -> None:
    name = new_name()
    first = await save(tenant, name, "One")
    assert (first.version.branch, list(first.version.parents)) == ("main", [])
    branch = pb.CreatePromptBranchRequest(prompt_id=first.prompt.id, name="work", base_version=1)
    await tenant.call("CreatePromptBranch", branch)
    aside = pb.CreatePromptVersionRequest(
        prompt_id=first.prompt.id, content=text_content("Aside"), branch="work"
    )
    assert (await tenant.call("CreatePromptVersion", aside)).version.number == 2
    third = await save(tenant, name, "Three")
    assert (third.version.branch, third.version.number) == ("main", 3)
    assert list(third.version.parents) == [1]
    assert labels_of(third.prompt) == {"latest": 3}


async def test_labels_tell_in_their_history_why_and_by_whom(tenant: Tenant) -> None:
    saved = await save(tenant, new_name(), note="shorter", labels=["production"])
    (event,) = await tenant.history(saved.prompt, "production")
    assert (event.reason, event.actor_id, event.to_version) == ("shorter", tenant.caller.actor, 1)


async def test_tags_are_replaced_only_when_they_are_given(tenant: Tenant) -> None:
    name = new_name()
    await save(tenant, name, tags=["a"], is_tags_set=True)
    assert (await save(tenant, name)).prompt.tags == ["a"]
    assert (await save(tenant, name, tags=["b"], is_tags_set=True)).prompt.tags == ["b"]
    assert len(await tenant.events(events_pb2.PromptUpdated)) == 2
    assert (await save(tenant, name, is_tags_set=True)).prompt.tags == []


async def test_declarations_of_the_version_before_stay_where_they_are_used(tenant: Tenant) -> None:
    length = pb.Variable(name="x", type=pb.VARIABLE_TYPE_INTEGER, default_json="3")
    prompt = await tenant.new_prompt(content=text_content("{{x}}", [length]))
    saved = await save(tenant, prompt.name, "Again {{x}}, {{y}}")
    assert list(saved.version.content.variables) == [length]
    assert list(saved.version.undeclared_variables) == ["y"]
    assert not (await save(tenant, prompt.name, "{{y}}")).version.content.variables


async def test_fifty_that_make_the_same_prompt_at_once_make_fifty_versions(tenant: Tenant) -> None:
    name = new_name()
    calls = (save(tenant, name, f"Text {n}", labels=["production"]) for n in range(50))
    saved = await gather_all(*calls)
    assert [one for one in saved if not isinstance(one, pb.SavePromptVersionResponse)] == []
    assert sorted(one.version.number for one in saved) == list(range(1, 51))
    assert len({one.prompt.id for one in saved}) == 1
    # Each label was set by the version that came with it: the last one stands.
    assert labels_of(await tenant.get(name)) == {"latest": 50, "production": 50}
    assert len(await tenant.history(await tenant.get(name), "production")) == 50


async def test_a_protected_label_refuses_all_of_it(tenant: Tenant) -> None:
    name = new_name()
    await tenant.protect("production", minimum_role=pb.LABEL_ROLE_ADMIN)
    editor = tenant.as_role(Role.EDITOR)
    with pytest.raises(PermissionDenied) as raised:
        await save(editor, name, labels=["eu", "production"])
    assert raised.value.reason == "LABEL_PROTECTED"
    with pytest.raises(NotFound):
        await tenant.get(name)
    assert await tenant.events(events_pb2.PromptCreated) == []
    assert (await save(editor, name, labels=["eu"])).version.number == 1
    assert (await save(tenant, name, labels=["production"])).version.number == 2


async def test_a_policy_that_asks_why_takes_the_note(tenant: Tenant) -> None:
    await tenant.protect("production", is_reason_required=True)
    with pytest.raises(InvalidArgument) as raised:
        await save(tenant, new_name(), labels=["production"])
    assert raised.value.reason == "REASON_REQUIRED"
    await save(tenant, new_name(), labels=["production"], note="because")


async def test_who_may_write_and_not_label_saves_without_labels(tenant: Tenant) -> None:
    mask = 1 << Permission.PERMISSION_PROMPTS_WRITE
    writer = Caller(tenant.id, tenant.caller.actor, "user", mask)
    name = new_name()
    request = pb.SavePromptVersionRequest(name=name, content=text_content("x"), labels=["eu"])
    with pytest.raises(PermissionDenied, match=r"prompts\.label"):
        await tenant.call("SavePromptVersion", request, writer)
    request.ClearField("labels")
    assert (await tenant.call("SavePromptVersion", request, writer)).version.number == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": "Not A Name"}, "name"),
        ({"labels": ["eu", "Ümlaut"]}, "labels[1]"),
        ({"labels": ["latest"]}, "labels[0]"),
        ({"labels": [f"l{n}" for n in range(51)]}, "labels"),
        ({"tags": ["", "b"], "is_tags_set": True}, "tags[0]"),
        ({"note": "x" * 501}, "note"),
        ({"content": text_content("{{open")}, "content.text"),
    ],
)
async def test_what_is_at_fault_is_named_and_nothing_is_saved(
    tenant: Tenant, more: dict[str, Any], field: str
) -> None:
    name = new_name()
    with pytest.raises(InvalidArgument) as raised:
        await save(tenant, **{"name": name, **more})
    assert [one.field for one in raised.value.violations] == [field]
    with pytest.raises(NotFound):
        await tenant.get(name)


async def test_the_form_of_a_prompt_does_not_change(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(InvalidArgument) as raised:
        await save(tenant, prompt.name, content=chat_content(("user", "x")))
    assert [one.field for one in raised.value.violations] == ["content.type"]


async def test_an_archived_prompt_takes_no_version(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.call("ArchivePrompt", pb.ArchivePromptRequest(prompt_id=prompt.id))
    with pytest.raises(FailedPrecondition) as raised:
        await save(tenant, prompt.name)
    assert raised.value.reason == "PROMPT_ARCHIVED"


async def test_the_same_request_id_saves_one_version(tenant: Tenant) -> None:
    name = new_name()
    first = await save(tenant, name, request_id="once", labels=["eu"])
    assert await save(tenant, name, request_id="once", labels=["eu"]) == first
    assert (await tenant.get(name)).latest_version == 1


async def test_an_other_tenant_makes_a_prompt_of_its_own(tenant: Tenant, other: Tenant) -> None:
    name = new_name()
    mine = await save(tenant, name, labels=["production"])
    theirs = await save(other, name)
    assert theirs.prompt.id != mine.prompt.id
    assert await tenant.get(name) == mine.prompt
