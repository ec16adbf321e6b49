"""MergePromptBranch: two parents, one at a time, and nothing lost."""

import json

import pytest

from promptpilot.prompts.v1 import events_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import Conflict, FailedPrecondition, InvalidArgument, NotFound
from tests.integration.prompts.branching import (
    BASE,
    commit,
    diverged,
    get_branch,
    merge,
    new_branch,
    preview,
)
from tests.integration.prompts.conftest import Tenant, gather_all, text_content

SHORTER = pb.MergeSource(branch="shorter")


async def test_a_merge_version_has_two_parents_and_latest_moves(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("One", "1"), BASE.replace("Five", "5"))
    before = await tenant.get(prompt.id)
    assert [(one.label, one.version) for one in before.labels] == [("latest", 2)]
    version = await merge(tenant, prompt, source=SHORTER)
    assert version is not None
    assert (version.number, version.branch, list(version.parents)) == (4, "main", [2, 3])
    assert version.content.text == "1\nTwo\nThree\nFour\n5"
    assert version.note == "Merged shorter into main"
    after = await tenant.get(prompt.id)
    assert [(one.label, one.version) for one in after.labels] == [("latest", 4)]
    merged = await get_branch(tenant, prompt, "shorter")
    assert (merged.state, merged.merge_version) == (pb.BRANCH_STATE_MERGED, 4)
    assert await tenant.events(events_pb2.PromptBranchMerged) == [
        {
            "prompt_id": prompt.id,
            "target": "main",
            "version": 4,
            "branch": "shorter",
            "source_version": 3,
        }
    ]


async def test_an_unsettled_conflict_writes_nothing(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("Three", "3"), BASE.replace("Three", "III"))
    before = await tenant.get(prompt.id)
    with pytest.raises(FailedPrecondition) as raised:
        await merge(tenant, prompt, source=SHORTER)
    assert raised.value.reason == "MERGE_CONFLICTED"
    assert raised.value.metadata["conflicts"] == "1"
    assert await tenant.get(prompt.id) == before
    assert (await get_branch(tenant, prompt, "shorter")).state == pb.BRANCH_STATE_OPEN


async def test_conflicts_are_settled_as_the_preview_showed(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("Three", "3"), BASE.replace("Three", "III"))
    by_hand = [pb.MergeResolution(path="text#1", value_json=json.dumps("3 or III"))]
    shown = await preview(tenant, prompt, source=SHORTER, resolutions=by_hand)
    source = pb.MergeSource(branch="shorter", version=shown.source_version)
    version = await merge(
        tenant, prompt, source=source, resolutions=by_hand, target_version=shown.target_version
    )
    assert version is not None
    assert version.content == shown.content
    assert version.content.text == BASE.replace("Three", "3 or III")


async def test_resolutions_need_the_versions_that_they_were_made_for(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("Three", "3"), BASE.replace("Three", "III"))
    ours = [pb.MergeResolution(path="text#1", side=pb.MERGE_SIDE_OURS)]
    with pytest.raises(InvalidArgument) as raised:
        await merge(tenant, prompt, source=SHORTER, resolutions=ours)
    assert [one.field for one in raised.value.violations] == ["target_version", "source.version"]
    await commit(tenant, prompt, "Moved on")
    source = pb.MergeSource(branch="shorter", version=3)
    with pytest.raises(Conflict) as conflict:
        await merge(tenant, prompt, source=source, resolutions=ours, target_version=2)
    assert conflict.value.reason == "BRANCH_MOVED"
    assert conflict.value.metadata == {"branch": "main", "head_version": "4"}


async def test_a_branch_ahead_of_its_target_gives_a_version_too(tenant: Tenant) -> None:
    """A fast-forward: the version says when it reached `main`, and who merged it."""
    prompt = await tenant.new_prompt(BASE)
    await new_branch(tenant, prompt)
    await commit(tenant, prompt, "Better", "shorter")
    version = await merge(tenant, prompt, source=SHORTER, note="Reviewed")
    assert version is not None
    assert (version.number, list(version.parents), version.note) == (3, [1, 2], "Reviewed")
    assert version.content.text == "Better"


async def test_what_the_target_descends_from_writes_nothing(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt(BASE)
    await new_branch(tenant, prompt)
    await commit(tenant, prompt, "Ahead")
    before = await tenant.get(prompt.id)
    assert await merge(tenant, prompt, source=SHORTER) is None
    assert await merge(tenant, prompt, source=pb.MergeSource(version=1)) is None
    assert await tenant.get(prompt.id) == before
    assert (await get_branch(tenant, prompt, "shorter")).state == pb.BRANCH_STATE_OPEN


async def test_what_was_settled_once_is_not_asked_again(tenant: Tenant) -> None:
    """Also where the target wins everywhere: the merge is written down, though its text is not."""
    prompt = await diverged(tenant, BASE.replace("Three", "3"), BASE.replace("Three", "III"))
    version = await merge(
        tenant,
        prompt,
        source=pb.MergeSource(branch="shorter", version=3),
        target_version=2,
        resolutions=[pb.MergeResolution(path="text#1", side=pb.MERGE_SIDE_OURS)],
        is_source_kept=True,
    )
    assert version is not None
    assert (list(version.parents), version.content.text) == ([2, 3], BASE.replace("Three", "3"))
    await commit(tenant, prompt, BASE.replace("Three", "III").replace("One", "1"), "shorter")
    again = await merge(tenant, prompt, source=SHORTER)
    assert again is not None
    assert again.content.text == BASE.replace("Three", "3").replace("One", "1")


async def test_the_same_change_on_both_sides_ends_the_branch(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("One", "1"), BASE.replace("One", "1"))
    version = await merge(tenant, prompt, source=SHORTER)
    assert version is not None
    assert version.content.text == BASE.replace("One", "1")
    assert (await get_branch(tenant, prompt, "shorter")).state == pb.BRANCH_STATE_MERGED


async def test_merges_that_crossed_undo_no_decision(tenant: Tenant) -> None:
    """`main` and `other` both took versions 2 and 3, and settled their conflict differently."""
    prompt = await diverged(tenant, BASE.replace("Three", "3"), BASE.replace("Three", "III"))
    await new_branch(tenant, prompt, "other", 3)
    for target, source, side in (
        ("main", 3, pb.MERGE_SIDE_BASE),
        ("other", 2, pb.MERGE_SIDE_OURS),
    ):
        await merge(
            tenant,
            prompt,
            target=target,
            source=pb.MergeSource(version=source),
            target_version={"main": 2, "other": 3}[target],
            resolutions=[pb.MergeResolution(path="text#1", side=side)],
        )
    shown = await preview(tenant, prompt, source=pb.MergeSource(branch="other"))
    assert (shown.base_version, shown.target_version, shown.source_version) == (3, 4, 5)
    (conflict,) = shown.conflicts
    values = [conflict.base_json, conflict.ours_json, conflict.theirs_json]
    assert values == ["", '"Three"', '"III"']


async def test_a_branch_that_is_kept_is_merged_again_from_where_it_was(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("One", "1"), BASE.replace("Five", "5"))
    await merge(tenant, prompt, source=SHORTER, is_source_kept=True)
    theirs = BASE.replace("Five", "5").replace("Three", "3")
    await commit(tenant, prompt, theirs, "shorter")
    shown = await preview(tenant, prompt, source=SHORTER)
    assert shown.base_version == 3
    again = await merge(tenant, prompt, source=SHORTER)
    assert again is not None
    assert again.content.text == "1\nTwo\n3\nFour\n5"


async def test_main_is_merged_into_a_branch_and_stays_open(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("One", "1"), BASE.replace("Five", "5"))
    version = await merge(tenant, prompt, target="shorter", source=pb.MergeSource(branch="main"))
    assert version is not None
    assert (version.branch, list(version.parents)) == ("shorter", [3, 2])
    assert (await get_branch(tenant, prompt, "main")).state == pb.BRANCH_STATE_OPEN
    now = await tenant.get(prompt.id)
    assert [(one.label, one.version) for one in now.labels] == [("latest", 2)]


async def test_a_version_is_merged_by_its_number(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("One", "1"), BASE.replace("Five", "5"))
    await commit(tenant, prompt, "Too far", "shorter")
    version = await merge(tenant, prompt, source=pb.MergeSource(version=3))
    assert version is not None
    assert version.content.text == "1\nTwo\nThree\nFour\n5"
    assert (await get_branch(tenant, prompt, "shorter")).state == pb.BRANCH_STATE_OPEN


async def test_of_many_merges_at_once_one_writes(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("One", "1"), BASE.replace("Five", "5"))
    answers = await gather_all(*(merge(tenant, prompt, source=SHORTER) for _ in range(10)))
    assert [one for one in answers if isinstance(one, BaseException)] == []
    assert len([one for one in answers if one is not None]) == 1


async def test_the_same_request_id_merges_once(tenant: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("One", "1"), BASE.replace("Five", "5"))
    request = pb.MergePromptBranchRequest(request_id="m-1", prompt_id=prompt.id, source=SHORTER)
    first = await tenant.call("MergePromptBranch", request)
    assert await tenant.call("MergePromptBranch", request) == first
    assert first.version.number == 4


async def test_drafts_and_closed_targets_are_refused(tenant: Tenant) -> None:
    prompt = await diverged(tenant, "Ours", "Theirs")
    with pytest.raises(InvalidArgument) as raised:
        await merge(tenant, prompt, source=pb.MergeSource(draft=text_content("x")))
    assert [one.field for one in raised.value.violations] == ["source.draft"]
    close = pb.ClosePromptBranchRequest(prompt_id=prompt.id, branch="shorter")
    await tenant.call("ClosePromptBranch", close)
    with pytest.raises(FailedPrecondition) as refused:
        await merge(tenant, prompt, target="shorter", source=pb.MergeSource(branch="main"))
    assert refused.value.reason == "BRANCH_NOT_OPEN"


async def test_an_other_tenant_cannot_merge(tenant: Tenant, other: Tenant) -> None:
    prompt = await diverged(tenant, BASE.replace("One", "1"), BASE.replace("Five", "5"))
    with pytest.raises(NotFound) as raised:
        await merge(other, prompt, source=SHORTER)
    assert raised.value.reason == "PROMPT_NOT_FOUND"
    assert (await tenant.get(prompt.id)).latest_version == 3
