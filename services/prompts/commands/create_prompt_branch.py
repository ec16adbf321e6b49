"""CreatePromptBranch."""

from services.kit.ids import ActorId, TenantId
from services.kit.work import Work
from services.prompts import events
from services.prompts.commands.create_prompt_version import check_not_archived
from services.prompts.errors import BranchNameTaken, PromptInvalid, PromptVersionNotFound
from services.prompts.models import PromptBranch
from services.prompts.repository.branches import Branch, Branches
from services.prompts.repository.prompts import Prompts
from services.prompts.rules.branches import MAIN, BranchState, check_branch_name
from services.prompts.rules.violations import Violations


async def create_prompt_branch(
    work: Work, tenant: TenantId, actor: ActorId, *, reference: str, name: str, base_version: int
) -> Branch:
    """Begin a branch at a version, the head of `main` for 0.

    Raises PromptInvalid, PromptNotFound, PromptArchived, PromptVersionNotFound, BranchNameTaken.
    """
    violations = Violations()
    check_branch_name(name, "name", violations)
    violations.raise_as(PromptInvalid)
    if name == MAIN:
        raise BranchNameTaken(f"every prompt has a branch {MAIN}", branch=MAIN)
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference, lock=True)
        check_not_archived(prompt)
        branches = Branches(tx)
        base = base_version or (await branches.get(prompt, MAIN)).head
        if not 1 <= base <= prompt.latest_version:
            raise PromptVersionNotFound.of(prompt.name, base)
        row = PromptBranch(
            prompt_id=prompt.id,
            name=name,
            base_version=base,
            state=BranchState.OPEN,
            create_time=tx.now,
            creator_id=actor,
            end_time=None,
            merge_version=0,
        )
        await branches.add(row)
        tx.emit(events.prompt_branch_created(row))
    return Branch(row, base)
