"""CreatePromptVersion, and how any command adds a version."""

from collections.abc import Sequence

from services.kit.ids import ActorId, TenantId
from services.kit.work import Tx, Work
from services.prompts import events
from services.prompts.errors import BranchNotOpen, PromptArchived, PromptInvalid
from services.prompts.models import Prompt, PromptLabel, PromptVersion
from services.prompts.queries.merges import check_head
from services.prompts.repository.branches import Branch, Branches
from services.prompts.repository.prompts import Prompts
from services.prompts.rules import prompts as rules
from services.prompts.rules.branches import MAIN
from services.prompts.rules.content import (
    Content,
    ContentDraft,
    PromptType,
    check_content,
    content_hash,
)
from services.prompts.rules.violations import Violations


async def create_prompt_version(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    *,
    reference: str,
    draft: ContentDraft,
    note: str,
    branch: str = MAIN,
    base_version: int = 0,
) -> PromptVersion:
    """Add the next version on top of a branch. Writers of one prompt wait for each other.

    `base_version` is what the caller takes for the branch's head; 0: whatever it is. Raises
    PromptInvalid, PromptNotFound, PromptArchived, BranchNotFound, BranchNotOpen, BranchMoved.
    """
    violations = Violations()
    rules.check_note(note, "note", violations)
    content = check_content(draft, "content", violations)
    violations.raise_as(PromptInvalid)
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference, lock=True)
        check_not_archived(prompt)
        rules.check_type(content, PromptType(prompt.type))
        onto = await Branches(tx).get(prompt, branch or MAIN)
        check_open(onto)
        check_head(onto, base_version)
        version = await add_version(
            tx, actor, prompt, content, note, branch=onto.name, parents=[onto.head]
        )
        tx.emit(events.prompt_version_created(version))
    return version


def check_not_archived(prompt: Prompt) -> None:
    """Raise PromptArchived for a prompt that takes nothing new."""
    if prompt.archive_time is not None:
        raise PromptArchived(
            f"prompt {prompt.name} is archived: bring it back to add versions", prompt=prompt.id
        )


def check_open(branch: Branch) -> None:
    """Raise BranchNotOpen for a branch that takes no versions."""
    if not branch.is_open:
        state = branch.row.state
        raise BranchNotOpen(
            f"branch {branch.name} is {state}: begin a new one at version {branch.head}",
            branch=branch.name,
            state=state,
        )


async def add_version(
    tx: Tx,
    actor: ActorId,
    prompt: Prompt,
    content: Content,
    note: str,
    *,
    branch: str = MAIN,
    parents: Sequence[int] = (),
) -> PromptVersion:
    """Write checked content as the next version of a locked or new prompt.

    On `main`, `latest` moves. `parents` begin with the branch's head; a new prompt has none.
    """
    document = content.document()
    prompt.latest_version += 1
    prompt.touch(tx.now)
    version = PromptVersion(
        prompt_id=prompt.id,
        number=prompt.latest_version,
        content=document.decode(),
        content_hash=content_hash(document),
        note=note,
        create_time=tx.now,
        creator_id=actor,
        branch=branch,
        parents=list(parents),
    )
    prompts = Prompts(tx)
    await prompts.add_version(version)
    if branch != MAIN:
        return version
    await prompts.set_label(
        PromptLabel(
            prompt_id=prompt.id,
            label=rules.LATEST,
            version=version.number,
            update_time=tx.now,
            actor_id=actor,
        )
    )
    return version
