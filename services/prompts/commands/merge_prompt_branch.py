"""MergePromptBranch."""

from collections.abc import Sequence

from services.kit.ids import ActorId, TenantId
from services.kit.work import Tx, Work
from services.prompts import events
from services.prompts.commands.create_prompt_version import (
    add_version,
    check_not_archived,
    check_open,
)
from services.prompts.errors import MergeConflicted, PromptInvalid
from services.prompts.models import PromptVersion
from services.prompts.queries.merges import Outcome, Source, Trio, merge, read_trio
from services.prompts.repository.prompts import Prompts
from services.prompts.rules import prompts as rules
from services.prompts.rules.branches import MAIN, BranchState
from services.prompts.rules.merge.conflicts import Resolution
from services.prompts.rules.violations import Violations


async def merge_prompt_branch(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    *,
    reference: str,
    target: str,
    source: Source,
    resolutions: Sequence[Resolution],
    target_version: int,
    note: str,
    is_source_kept: bool,
) -> PromptVersion | None:
    """Add the merge version; None: the target descends from the source, nothing is written.

    Raises PromptInvalid, PromptNotFound, PromptArchived, BranchNotFound, PromptVersionNotFound,
    BranchMoved, BranchNotOpen, MergeConflicted.
    """
    _check_request(note, source, resolutions, target_version)
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference, lock=True)
        check_not_archived(prompt)
        trio = await read_trio(tx, prompt, target, source, target_version)
        check_open(trio.target)
        outcome = await merge(trio, resolutions)
        if outcome.is_unchanged:
            return None
        _check_outcome(outcome)
        version = await add_version(
            tx,
            actor,
            prompt,
            outcome.content,
            note or _note(source, trio),
            branch=trio.target.name,
            parents=[trio.target.head, trio.source_version],
        )
        if not is_source_kept:
            _end_source(tx, trio, version)
        tx.emit(events.prompt_version_created(version))
        tx.emit(
            events.prompt_branch_merged(
                version, branch=source.branch, source_version=trio.source_version
            )
        )
    return version


def _check_request(
    note: str, source: Source, resolutions: Sequence[Resolution], target_version: int
) -> None:
    violations = Violations()
    rules.check_note(note, "note", violations)
    if source.draft is not None:
        violations.add("source.draft", "cannot be merged: save it as a version")
    # Paths name conflicts of three versions: of others they would settle something unseen.
    for field, number in (("target_version", target_version), ("source.version", source.version)):
        if resolutions and not number:
            violations.add(field, "must be that of the preview when there are resolutions")
    violations.raise_as(PromptInvalid)


def _note(source: Source, trio: Trio) -> str:
    return f"Merged {source.branch or f'version {source.version}'} into {trio.target.name}"


def _check_outcome(outcome: Outcome) -> None:
    open_ones = [one for one in outcome.merged.conflicts if not one.is_settled]
    if open_ones:
        raise MergeConflicted(
            f"both sides changed {', '.join(one.path for one in open_ones[:5])}: "
            "preview the merge and settle each conflict",
            conflicts=len(open_ones),
        )
    violations = Violations()
    for fault in outcome.faults:
        violations.add(fault.field, fault.description)
    violations.raise_as(PromptInvalid)


def _end_source(tx: Tx, trio: Trio, version: PromptVersion) -> None:
    """Mark the source branch as merged; `main` stays open, and what has ended stays as it is."""
    if trio.source is None or trio.source.name == MAIN or not trio.source.is_open:
        return
    trio.source.row.state = BranchState.MERGED
    trio.source.row.end_time = tx.now
    trio.source.row.merge_version = version.number
