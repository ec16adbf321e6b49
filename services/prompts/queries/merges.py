"""What a merge would give: the three versions it is made of, and PreviewPromptMerge."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.kit.errors import FieldViolation
from services.kit.ids import TenantId
from services.kit.work import Tx, Work
from services.prompts.errors import BranchMoved, PromptInvalid
from services.prompts.models import Prompt
from services.prompts.repository.branches import Branch, Branches
from services.prompts.repository.prompts import Prompts
from services.prompts.rules.branches import MAIN, Origin, origin
from services.prompts.rules.content import Content, ContentDraft, PromptType, check_content
from services.prompts.rules.merge.conflicts import Resolution
from services.prompts.rules.merge.contents import (
    Document,
    Merged,
    document_of,
    join_documents,
    merge_documents,
)
from services.prompts.rules.prompts import check_type
from services.prompts.rules.violations import Violations


@dataclass(frozen=True, slots=True)
class Source:
    """What is merged: a draft, else a branch, else a version. `version` checks a branch's head."""

    branch: str = ""
    version: int = 0
    draft: ContentDraft | None = None
    draft_base_version: int = 0


@dataclass(frozen=True, slots=True)
class Trio:
    """The three versions of a merge. `source_version` is 0 for a draft, `source` then None.

    `versions` holds the documents of the common ancestors that `origin` is made of.
    """

    target: Branch
    source: Branch | None
    origin: Origin
    source_version: int
    versions: Mapping[int, Document]
    ours: Content
    theirs: Content

    @property
    def is_contained(self) -> bool:
        """Tell whether the target descends from the source: all of it is there, or was undone."""
        return self.source_version == self.origin.nearest


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a merge gives; `content` is good to be saved when there are no faults."""

    trio: Trio
    merged: Merged
    content: Content
    faults: Sequence[FieldViolation]

    @property
    def is_unchanged(self) -> bool:
        """Tell whether there is nothing to write.

        A branch whose changes the target made by itself is merged all the same: what was settled
        once is not asked again.
        """
        if self.trio.source_version:
            return self.trio.is_contained
        # Ours stands where a conflict is open, which says nothing yet.
        is_sure = self.merged.is_settled and not self.faults
        return is_sure and self.content.document() == self.trio.ours.document()


async def preview_prompt_merge(
    work: Work,
    tenant: TenantId,
    *,
    reference: str,
    target: str,
    source: Source,
    resolutions: Sequence[Resolution],
    target_version: int,
) -> Outcome:
    """Merge without writing anything.

    Raises PromptNotFound, BranchNotFound, PromptVersionNotFound, BranchMoved, PromptInvalid.
    """
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference)
        trio = await read_trio(tx, prompt, target, source, target_version)
    return await merge(trio, resolutions)


async def read_trio(
    tx: Tx, prompt: Prompt, target: str, source: Source, target_version: int
) -> Trio:
    """Find the versions that a merge is made of.

    Raises BranchNotFound, PromptVersionNotFound, BranchMoved, PromptInvalid.
    """
    branches, prompts = Branches(tx), Prompts(tx)
    into = await branches.get(prompt, target or MAIN)
    check_head(into, target_version)
    if source.draft is None:
        branch, number = await _source(branches, prompt, into, source)
        # A version that is not there has no history: reading its content says so.
        theirs = await _content(prompts, prompt, number)
        start = origin(await branches.history(prompt), into.head, number)
    else:
        branch, number = None, 0
        theirs = _checked(source.draft, prompt)
        start = Origin(_base_of_draft(source))
    ours = await _content(prompts, prompt, into.head)
    versions = {one: document_of(await _content(prompts, prompt, one)) for one in _ancestors(start)}
    return Trio(into, branch, start, number, versions, ours, theirs)


async def _source(
    branches: Branches, prompt: Prompt, into: Branch, source: Source
) -> tuple[Branch | None, int]:
    """Return the branch to be merged, None for a version, and the version's number."""
    if not source.branch:
        if not source.version:
            raise PromptInvalid.of_field(
                "source", "must name a branch or a version, or hold a draft"
            )
        return None, source.version
    if source.branch == into.name:
        raise PromptInvalid.of_field("source.branch", "is the branch to merge into")
    branch = await branches.get(prompt, source.branch)
    check_head(branch, source.version)
    return branch, branch.head


def _base_of_draft(source: Source) -> int:
    if source.draft_base_version < 1:
        raise PromptInvalid.of_field(
            "source.draft_base_version", "must be the version that the draft changes"
        )
    return source.draft_base_version


def _ancestors(start: Origin) -> set[int]:
    """Return the numbers of the versions that the base is made of."""
    made = {joint.number for joint in start.joints}
    named = {part for joint in start.joints for part in (joint.base, joint.newer, joint.older)}
    return {start.nearest, *named} - made


async def merge(trio: Trio, resolutions: Sequence[Resolution]) -> Outcome:
    """Merge the three, in a thread of its own: long texts take a while."""
    merged = await asyncio.to_thread(_merge, trio, resolutions)
    violations = Violations()
    content = check_content(merged.draft, "content", violations)
    return Outcome(trio, merged, content, tuple(violations))


def _merge(trio: Trio, resolutions: Sequence[Resolution]) -> Merged:
    documents = dict(trio.versions)
    for one in trio.origin.joints:
        documents[one.number] = join_documents(
            documents[one.base], documents[one.newer], documents[one.older], one.number
        )
    base = documents[trio.origin.base]
    return merge_documents(base, document_of(trio.ours), document_of(trio.theirs), resolutions)


def check_head(branch: Branch, version: int) -> None:
    """Raise BranchMoved unless the branch's head is this version; 0 asks for nothing."""
    if version and version != branch.head:
        raise BranchMoved.of(branch.name, given=version, head=branch.head)


def _checked(draft: ContentDraft, prompt: Prompt) -> Content:
    violations = Violations()
    content = check_content(draft, "source.draft", violations)
    violations.raise_as(PromptInvalid)
    check_type(content, PromptType(prompt.type))
    return content


async def _content(prompts: Prompts, prompt: Prompt, number: int) -> Content:
    return Content.from_document((await prompts.version(prompt.id, number)).content)
