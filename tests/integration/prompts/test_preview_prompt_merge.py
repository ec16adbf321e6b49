"""PreviewPromptMerge: what a merge would give, and what a person has to decide."""

import json

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import Conflict, InvalidArgument, NotFound
from tests.integration.prompts.branching import BASE, commit, diverged, new_branch, preview
from tests.integration.prompts.conftest import Tenant, chat_content, text_content

SHORTER = pb.MergeSource(branch="shorter")


async def test_changes_of_both_sides_are_in_the_result(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("One", "1"), BASE.replace("Five", "5"))
    shown = await preview(tenant, prompt, source=SHORTER)
    assert (shown.base_version, shown.target_version, shown.source_version) == (1, 2, 3)
    assert shown.content.text == "1\nTwo\nThree\nFour\n5"
    assert (list(shown.conflicts), shown.is_settled, shown.is_unchanged) == ([], True, False)
    assert (await tenant.get(prompt.id)).latest_version == 3


async def test_a_conflict_says_what_each_side_has_and_on_which_lines(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("Three", "3"), BASE.replace("Three", "III\nIIIb"))
    shown = await preview(tenant, prompt, source=SHORTER)
    (conflict,) = shown.conflicts
    assert conflict.path == "text#1"
    values = [conflict.base_json, conflict.ours_json, conflict.theirs_json]
    assert [json.loads(value) for value in values] == ["Three", "3", "III\nIIIb"]
    assert (conflict.lines.base.start, conflict.lines.base.count) == (3, 1)
    assert (conflict.lines.theirs.start, conflict.lines.theirs.count) == (3, 2)
    assert not shown.is_settled
    assert shown.content.text == BASE.replace("Three", "3")


async def test_resolutions_are_tried_out(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("Three", "3"), BASE.replace("Three", "III"))
    by_side = {pb.MERGE_SIDE_BASE: "Three", pb.MERGE_SIDE_OURS: "3", pb.MERGE_SIDE_THEIRS: "III"}
    for side, text in by_side.items():
        settled = pb.MergeResolution(path="text#1", side=side)
        shown = await preview(tenant, prompt, source=SHORTER, resolutions=[settled])
        assert shown.content.text == BASE.replace("Three", text)
        assert shown.is_settled
        assert [one.is_settled for one in shown.conflicts] == [True]
    by_hand = pb.MergeResolution(path="text#1", value_json=json.dumps("3\nIII"))
    shown = await preview(tenant, prompt, source=SHORTER, resolutions=[by_hand])
    assert shown.content.text == BASE.replace("Three", "3\nIII")
    left_out = pb.MergeResolution(path="text#1")
    shown = await preview(tenant, prompt, source=SHORTER, resolutions=[left_out])
    assert shown.content.text == "One\nTwo\nFour\nFive"


async def test_a_draft_is_merged_with_the_head_that_came_in_between(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt(BASE)
    await commit(tenant, prompt, BASE.replace("One", "1"))
    draft = pb.MergeSource(
        draft=text_content(BASE.replace("Five", "5"), model="sim-text"), draft_base_version=1
    )
    shown = await preview(tenant, prompt, source=draft)
    assert (shown.base_version, shown.target_version, shown.source_version) == (1, 2, 0)
    assert shown.content.text == "1\nTwo\nThree\nFour\n5"
    assert shown.content.model == "sim-text"


async def test_a_draft_that_the_head_holds_already_changes_nothing(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt(BASE)
    await commit(tenant, prompt, "Another")
    draft = pb.MergeSource(draft=text_content("Another"), draft_base_version=1)
    assert (await preview(tenant, prompt, source=draft)).is_unchanged
    draft = pb.MergeSource(draft=text_content("Mine"), draft_base_version=1)
    shown = await preview(tenant, prompt, source=draft)
    assert (len(shown.conflicts), shown.is_unchanged) == (1, False)
    ours = [pb.MergeResolution(path="text#1", side=pb.MERGE_SIDE_OURS)]
    assert (await preview(tenant, prompt, source=draft, resolutions=ours)).is_unchanged


async def test_a_merge_of_an_ancestor_changes_nothing(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt(BASE)
    await new_branch(tenant, prompt)
    await commit(tenant, prompt, "Another")
    shown = await preview(tenant, prompt, source=SHORTER)
    assert shown.is_unchanged
    assert shown.content.text == "Another"


async def test_a_result_that_could_not_be_saved_says_why(tenant: Tenant) -> None:
    """One side moves the end of a section up, the other its beginning: each fine by itself."""
    open_all = "{{#a}}\nOne\nTwo\nThree\nFour\n{{/a}}\nFive"
    prompt = await tenant.new_prompt(open_all)
    await new_branch(tenant, prompt)
    await commit(tenant, prompt, open_all.replace("{{#a}}\n", "").replace("\n{{/a}}", ""))
    await commit(tenant, prompt, open_all.replace("Two", "{{/a}}Two{{#a}}"), "shorter")
    shown = await preview(tenant, prompt, source=SHORTER)
    assert shown.is_settled
    assert [fault.field for fault in shown.faults] == ["content.text"]
    assert not shown.is_unchanged


@pytest.mark.parametrize(
    ("source", "field"),
    [
        (pb.MergeSource(), "source"),
        (pb.MergeSource(branch="main"), "source.branch"),
        (pb.MergeSource(draft=text_content("x")), "source.draft_base_version"),
        (pb.MergeSource(draft=text_content("{{open"), draft_base_version=1), "source.draft.text"),
        (
            pb.MergeSource(draft=chat_content(("user", "x")), draft_base_version=1),
            "content.type",
        ),
    ],
)
async def test_a_source_that_is_none_is_named(
    tenant: Tenant, source: pb.MergeSource, field: str
) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await preview(tenant, await tenant.new_prompt(), source=source)
    assert [one.field for one in raised.value.violations] == [field]


@pytest.mark.parametrize(
    ("resolution", "field"),
    [
        (pb.MergeResolution(path="text#2", side=pb.MERGE_SIDE_OURS), "resolutions[0].path"),
        (pb.MergeResolution(path="text#1", value_json="{"), "resolutions[0].value"),
        (pb.MergeResolution(path="text#1", value_json="7"), "resolutions[0].value"),
    ],
)
async def test_a_resolution_at_fault_is_named(
    tenant: Tenant, resolution: pb.MergeResolution, field: str
) -> None:
    prompt = await diverged(tenant, BASE.replace("Three", "3"), BASE.replace("Three", "III"))
    with pytest.raises(InvalidArgument) as raised:
        await preview(tenant, prompt, source=SHORTER, resolutions=[resolution])
    assert [one.field for one in raised.value.violations] == [field]


async def test_heads_that_moved_are_told(tenant: Tenant) -> None:
    prompt = await diverged(tenant, "Ours", "Theirs")
    with pytest.raises(Conflict) as raised:
        await preview(tenant, prompt, source=SHORTER, target_version=1)
    assert raised.value.reason == "BRANCH_MOVED"
    assert raised.value.metadata["head_version"] == "2"
    with pytest.raises(Conflict) as raised:
        await preview(tenant, prompt, source=pb.MergeSource(branch="shorter", version=1))
    assert raised.value.metadata == {"branch": "shorter", "head_version": "3"}


async def test_what_is_not_there_is_not_found(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    draft = text_content("x")
    for source, reason in (
        (pb.MergeSource(branch="none"), "BRANCH_NOT_FOUND"),
        (pb.MergeSource(version=9), "PROMPT_VERSION_NOT_FOUND"),
        (pb.MergeSource(draft=draft, draft_base_version=9), "PROMPT_VERSION_NOT_FOUND"),
    ):
        with pytest.raises(NotFound) as raised:
            await preview(tenant, prompt, source=source)
        assert raised.value.reason == reason
    with pytest.raises(NotFound) as raised:
        await preview(tenant, prompt, source=pb.MergeSource(version=1), target="none")
    assert raised.value.reason == "BRANCH_NOT_FOUND"


async def test_an_other_tenant_finds_nothing_to_merge(tenant: Tenant, other: Tenant) -> None:
    prompt = await diverged(tenant, "Ours", "Theirs")
    with pytest.raises(NotFound) as raised:
        await preview(other, prompt, source=SHORTER)
    assert raised.value.reason == "PROMPT_NOT_FOUND"
