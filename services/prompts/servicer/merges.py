"""Branches and merges, from and to the contract's messages."""

from collections.abc import Iterable
from typing import Final

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.prompts.errors import PromptInvalid
from services.prompts.queries.merges import Outcome, Source
from services.prompts.repository.branches import Branch
from services.prompts.rules.branches import BranchState
from services.prompts.rules.documents import DocumentError, canonical, parse
from services.prompts.rules.merge.conflicts import Conflict, Resolution, Side
from services.prompts.rules.merge.diff3 import Clash, Span
from services.prompts.rules.variables import UNSET
from services.prompts.rules.violations import Violations
from services.prompts.servicer import answers, inputs

STATES: Final = {
    pb.BRANCH_STATE_OPEN: BranchState.OPEN,
    pb.BRANCH_STATE_MERGED: BranchState.MERGED,
    pb.BRANCH_STATE_CLOSED: BranchState.CLOSED,
}
_STATES: Final = {state: number for number, state in STATES.items()}
_SIDES: Final = {
    pb.MERGE_SIDE_BASE: Side.BASE,
    pb.MERGE_SIDE_OURS: Side.OURS,
    pb.MERGE_SIDE_THEIRS: Side.THEIRS,
}
_MOST_RESOLUTIONS: Final = 1_000
_MOST_VALUE_BYTES: Final = 4_000_000


def branch(found: Branch) -> pb.PromptBranch:
    """Translate a branch with its head."""
    row = found.row
    return pb.PromptBranch(
        name=row.name,
        base_version=row.base_version,
        head_version=found.head,
        state=_STATES[BranchState(row.state)],
        create_time=answers.timestamp(row.create_time),
        creator_id=row.creator_id,
        end_time=answers.timestamp(row.end_time) if row.end_time else None,
        merge_version=row.merge_version,
    )


def source(message: pb.MergeSource) -> Source:
    """Read what is to be merged."""
    return Source(
        branch=message.branch,
        version=message.version,
        draft=inputs.content_draft(message.draft) if message.HasField("draft") else None,
        draft_base_version=message.draft_base_version,
    )


def resolutions(messages: Iterable[pb.MergeResolution]) -> list[Resolution]:
    """Read how conflicts are settled. Raises PromptInvalid that names each one at fault."""
    read = list(messages)
    if len(read) > _MOST_RESOLUTIONS:
        raise PromptInvalid.of_field("resolutions", f"must be {_MOST_RESOLUTIONS:,} at most")
    violations = Violations()
    seen: set[str] = set()
    found = []
    for index, message in enumerate(read):
        if message.path in seen:
            violations.add(f"resolutions[{index}].path", "is settled twice")
        seen.add(message.path)
        value = None
        try:
            if message.value_json:
                value = parse(message.value_json, most=_MOST_VALUE_BYTES)
        except DocumentError as problem:
            violations.add(f"resolutions[{index}].value", str(problem))
        found.append(Resolution(message.path, _SIDES.get(message.side), value))
    violations.raise_as(PromptInvalid)
    return found


def preview(outcome: Outcome) -> pb.PreviewPromptMergeResponse:
    """Translate what a merge would give."""
    trio, merged = outcome.trio, outcome.merged
    return pb.PreviewPromptMergeResponse(
        base_version=trio.origin.nearest,
        target_version=trio.target.head,
        source_version=trio.source_version,
        content=answers.content(outcome.content),
        conflicts=map(_conflict, merged.conflicts),
        is_settled=merged.is_settled,
        is_unchanged=outcome.is_unchanged,
        faults=[
            pb.MergeFault(field=one.field, description=one.description) for one in outcome.faults
        ],
    )


def _conflict(found: Conflict) -> pb.MergeConflict:
    return pb.MergeConflict(
        path=found.path,
        base_json=_json(found.base),
        ours_json=_json(found.ours),
        theirs_json=_json(found.theirs),
        lines=_lines(found.lines) if found.lines else None,
        is_settled=found.is_settled,
    )


def _lines(clash: Clash) -> pb.ConflictLines:
    return pb.ConflictLines(
        base=_range(clash.base), ours=_range(clash.ours), theirs=_range(clash.theirs)
    )


def _range(span: Span) -> pb.LineRange:
    return pb.LineRange(start=span.start + 1, count=span.end - span.start)


def _json(value: object) -> str:
    return "" if value is UNSET else canonical(value).decode()
