"""DeletePromptLabel."""

from services.kit.caller import Caller
from services.kit.ids import TenantId
from services.kit.work import Work
from services.prompts.commands.label_moves import (
    LabelWish,
    check_may_move,
    find_standing,
    remove_label,
)
from services.prompts.errors import LabelNotFound


async def delete_prompt_label(
    work: Work, tenant: TenantId, caller: Caller, wish: LabelWish
) -> None:
    """Remove a label; its history stays.

    Raises PromptInvalid, LabelReserved, PromptNotFound, LabelNotFound, LabelProtected, LabelFrozen,
    ReasonRequired, LabelMoved.
    """
    wish.check()
    async with work.begin(tenant) as tx:
        standing = await find_standing(tx, wish)
        if standing.row is None:
            raise LabelNotFound.of(standing.prompt.name, wish.label)
        await check_may_move(tx, caller, standing, wish)
        await remove_label(tx, caller.actor, standing, standing.row, wish)
