"""What reads branches."""

from collections.abc import Sequence
from datetime import UTC, datetime

from services.kit.errors import InvalidArgument
from services.kit.ids import TenantId
from services.kit.paging import cut_page, decode_token, encode_token, page_size
from services.kit.work import Work
from services.prompts.repository.branches import Branch, Branches, BranchKey
from services.prompts.repository.prompts import Prompts
from services.prompts.rules.branches import MAIN, BranchState

_AFTER_ALL = datetime(9999, 1, 1, tzinfo=UTC)


async def get_prompt_branch(work: Work, tenant: TenantId, *, reference: str, branch: str) -> Branch:
    """Return one branch. Raises PromptNotFound, BranchNotFound."""
    async with work.begin(tenant) as tx:
        return await Branches(tx).get(await Prompts(tx).get(reference), branch)


async def list_prompt_branches(
    work: Work,
    tenant: TenantId,
    *,
    reference: str,
    state: BranchState | None,
    size: int,
    token: str,
) -> tuple[Sequence[Branch], str]:
    """Return a page of branches, `main` before all others, and the next one's token.

    Raises PromptNotFound.
    """
    limit, after = page_size(size), _branch_key(token)
    has_main = after is None and state in (None, BranchState.OPEN)
    async with work.begin(tenant) as tx:
        branches = Branches(tx)
        prompt = await Prompts(tx).get(reference)
        found = [await branches.get(prompt, MAIN)] if has_main else []
        found += await branches.page(prompt, state, after, limit + 1 - len(found))
    return cut_page(found, limit, _token_after)


def _token_after(branch: Branch) -> str:
    # After `main` alone the next page begins at the newest of the others.
    time = _AFTER_ALL if branch.name == MAIN else branch.row.create_time
    return encode_token([time.isoformat(), branch.name])


def _branch_key(token: str) -> BranchKey | None:
    match decode_token(token, parts=2):
        case None:
            return None
        case [str(time), str(name)]:
            try:
                return BranchKey(datetime.fromisoformat(time).astimezone(UTC), name)
            except (ValueError, OverflowError):
                pass
    raise InvalidArgument.of_field("page_token", "is not a token that this list gave out")
