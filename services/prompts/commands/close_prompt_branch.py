"""ClosePromptBranch."""

from services.kit.ids import TenantId
from services.kit.work import Work
from services.prompts import events
from services.prompts.repository.branches import Branch, Branches
from services.prompts.repository.prompts import Prompts
from services.prompts.rules.branches import BranchState, check_not_main


async def close_prompt_branch(
    work: Work, tenant: TenantId, *, reference: str, branch: str
) -> Branch:
    """End a branch without a merge; one that has ended already stays as it is.

    Raises BranchReserved, PromptNotFound, BranchNotFound.
    """
    check_not_main(branch, "branch")
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference, lock=True)
        found = await Branches(tx).get(prompt, branch)
        if found.is_open:
            found.row.state = BranchState.CLOSED
            found.row.end_time = tx.now
            tx.emit(events.prompt_branch_closed(found.row))
    return found
