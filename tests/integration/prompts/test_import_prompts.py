"""ImportPrompts: a file becomes prompts, once; what cannot be taken is told and stops nothing."""

import json
from typing import Any

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.identity.rules.roles import Role
from services.kit.caller import acting_as
from services.kit.errors import InvalidArgument, PermissionDenied
from tests.integration.prompts.conftest import Tenant
from tests.unit.prompts.archives import PROMPT, zipped

_ARCHIVE = zipped(PROMPT)


async def imported(
    tenant: Tenant, file: bytes = _ARCHIVE, **fields: Any
) -> tuple[list[pb.ImportItem], pb.ImportEnded]:
    """Import a file to its end; return what became of each prompt, and the counts."""
    events = await told(tenant, file, **fields)
    assert [event.WhichOneof("event") for event in events] == [
        "started", *["item"] * (len(events) - 2), "ended"
    ]  # fmt: skip
    assert events[0].started.total == len(events) - 2
    items = [event.item for event in events[1:-1]]
    assert [item.index for item in items] == list(range(len(items)))
    return items, events[-1].ended


async def told(tenant: Tenant, file: bytes, **fields: Any) -> list[pb.ImportPromptsResponse]:
    with acting_as(tenant.caller):
        request = pb.ImportPromptsRequest(file=file, file_name="up.zip", **fields)
        stream: Any = tenant.service.stub.ImportPrompts(request, timeout=60)
        return [event async for event in stream]


def outcomes(items: list[pb.ImportItem]) -> list[str]:
    return [pb.ImportOutcome.Name(item.outcome).removeprefix("IMPORT_OUTCOME_") for item in items]


async def test_an_archive_becomes_prompts_with_versions_and_labels(tenant: Tenant) -> None:
    (item,), ended = await imported(tenant, name_prefix="from/")
    assert (item.name, item.version_count, list(item.new_versions)) == ("from/a/b", 2, [1, 2])
    assert outcomes([item]) == ["CREATED"]
    assert (ended.created, ended.refused) == (1, 0)
    prompt = await tenant.get("from/a/b")
    assert prompt.id == item.prompt_id
    assert {one.label: one.version for one in prompt.labels} == {"latest": 2, "production": 2}
    request = pb.GetPromptVersionRequest(prompt_id=prompt.id, number=2)
    version = (await tenant.call("GetPromptVersion", request)).version
    assert (version.content.text, version.note) == ("Hello {{who}}", "kinder")
    assert version.creator_id == tenant.caller.actor
    (event,) = await tenant.events(events_pb2.PromptLabelSet)
    assert (event["prompt_id"], event["label"]) == (prompt.id, "production")
    assert len(await tenant.events(events_pb2.PromptVersionCreated)) == 2


async def test_the_same_file_again_changes_nothing(tenant: Tenant) -> None:
    await imported(tenant)
    before = await tenant.get("a/b")
    items, ended = await imported(tenant)
    assert outcomes(items) == ["UNCHANGED"]
    assert ended.unchanged == 1
    assert await tenant.get("a/b") == before


async def test_a_prompt_that_is_here_gets_what_it_lacks(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("Hello {{who}}", name="a/b", description="mine")
    await tenant.set_label(prompt, "production", 1)
    (item,), _ = await imported(tenant)
    assert outcomes([item]) == ["CHANGED"]
    # Version 2 of the file is here as version 1; its version 1 is new.
    assert list(item.new_versions) == [2]
    assert not item.labels
    assert item.is_described_anew
    now = await tenant.get(prompt.id)
    assert (now.description, now.latest_version) == ("", 2)


async def test_a_dry_run_says_the_same_and_changes_nothing(tenant: Tenant) -> None:
    would, counts = await imported(tenant, is_dry_run=True)
    with pytest.raises(Exception, match="there is no prompt"):
        await tenant.get("a/b")
    did, did_counts = await imported(tenant)
    would[0].prompt_id = did[0].prompt_id
    assert (would, counts) == (did, did_counts)


async def test_a_label_that_a_policy_protects_stays_and_is_told(tenant: Tenant) -> None:
    await tenant.protect("production", minimum_role=pb.LABEL_ROLE_OWNER)
    editor = tenant.as_role(Role.EDITOR)
    for is_dry_run in (True, False):
        (item,), ended = await imported(editor, is_dry_run=is_dry_run)
        (label,) = item.labels
        assert (label.label, label.refusal) == ("production", "LABEL_PROTECTED")
        assert "needs the role owner" in label.refusal_message
        assert (ended.created, ended.refused_labels) == (1, 1)
    labels = (await tenant.get("a/b")).labels
    assert [one.label for one in labels] == ["latest"]
    (item,), ended = await imported(tenant)
    assert outcomes([item]) == ["CHANGED"]
    assert ended.refused_labels == 0
    assert "production" in [one.label for one in (await tenant.get("a/b")).labels]


async def test_a_reason_is_asked_for_and_kept(tenant: Tenant) -> None:
    await tenant.protect("production", is_reason_required=True)
    (item,), _ = await imported(tenant)
    assert item.labels[0].refusal == "REASON_REQUIRED"
    await imported(tenant, reason="moving house")
    (event,) = await tenant.history(await tenant.get("a/b"), "production")
    assert event.reason == "moving house"


@pytest.mark.parametrize(("labels", "stands"), [("MOVE", 2), ("ADD", 1), ("SKIP", 1)])
async def test_labels_are_moved_added_or_left_out(tenant: Tenant, labels: str, stands: int) -> None:
    prompt = await tenant.new_prompt("Hi {{who}}", name="a/b")
    await tenant.set_label(prompt, "production", 1)
    await imported(tenant, labels=pb.ImportLabels.Value(f"IMPORT_LABELS_{labels}"))
    now = {one.label: one.version for one in (await tenant.get("a/b")).labels}
    assert now["production"] == stands


async def test_what_is_broken_is_refused_and_the_rest_is_taken(tenant: Tenant) -> None:
    await tenant.new_prompt("Old", name="old")
    archived = await tenant.get("old")
    await tenant.call("ArchivePrompt", pb.ArchivePromptRequest(prompt_id=archived.id))
    file = zipped(
        {
            **PROMPT,
            "prompts/bad/_prompt.yaml": b"type: text\n",
            "prompts/bad/_versions/0001.yaml": b"note: x\ntext: '{{#open}}'\n",
            "prompts/old/_prompt.yaml": b"type: text\n",
            "prompts/old/_versions/0001.yaml": b"text: New\n",
            "prompts/zz/_prompt.yaml": b"type: text\narchived: true\n",
            "prompts/zz/_versions/0001.yaml": b"text: New\n",
        }
    )
    items, ended = await imported(tenant, file)
    assert outcomes(items) == ["CREATED", "REFUSED", "REFUSED", "CREATED"]
    (fault,) = items[1].faults
    assert (fault.file, fault.line, fault.field) == ("prompts/bad/_versions/0001.yaml", 2, "text")
    assert "archived" in items[2].faults[0].message
    assert (await tenant.get("zz")).HasField("archive_time")
    assert (ended.created, ended.refused) == (2, 2)


async def test_langfuse_json_is_told_by_itself(tenant: Tenant) -> None:
    def version(number: int, text: str, *labels: str) -> dict[str, Any]:
        return {
            "name": "Movie Critic", "type": "chat", "version": number, "labels": list(labels),
            "tags": ["movies"], "prompt": [{"role": "user", "content": text}],
            "config": {"model": "gpt-4o", "temperature": 0.5}, "commitMessage": text,
        }  # fmt: skip

    file = json.dumps([version(2, "Two", "latest"), version(1, "One", "production")]).encode()
    (item,), _ = await imported(tenant, file)
    assert item.name == "movie-critic"
    assert "'Movie Critic'" in item.warnings[0].message
    prompt = await tenant.get("movie-critic")
    assert {one.label: one.version for one in prompt.labels} == {"latest": 2, "production": 1}
    assert list(prompt.tags) == ["movies"]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "holds no prompts|not valid JSON"),
        (b"PK\x03\x04 no zip", "not a ZIP archive"),
        (b'[{"name": "x",\n "prompt"}]', "line 2"),
        (b"[]", "of no format"),
    ],
)
async def test_a_file_that_cannot_be_read_is_an_error(
    tenant: Tenant, file: bytes, said: str
) -> None:
    with pytest.raises(InvalidArgument, match=said) as raised:
        await told(tenant, file)
    assert raised.value.reason == "IMPORT_UNREADABLE"


async def test_options_are_checked(tenant: Tenant) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await told(tenant, _ARCHIVE, name_prefix="/x", reason="x" * 501)
    fields = [one.field for one in raised.value.violations]
    assert fields == ["name_prefix", "reason"]


async def test_who_may_not_write_may_not_import(tenant: Tenant) -> None:
    with pytest.raises(PermissionDenied):
        await told(tenant.as_role(Role.VIEWER), _ARCHIVE)


async def test_imports_stay_with_their_tenant(tenant: Tenant, other: Tenant) -> None:
    await imported(tenant)
    (item,), _ = await imported(other)
    assert outcomes([item]) == ["CREATED"]
    assert item.prompt_id != (await tenant.get("a/b")).id
