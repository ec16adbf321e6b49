"""RollBackPromptLabel."""

from services.kit.caller import Caller
from services.kit.ids import TenantId
from services.kit.work import Work
from services.prompts.commands.label_moves import (
    LabelWish,
    check_may_move,
    find_standing,
    point_label,
)
from services.prompts.errors import LabelNotFound
from services.prompts.models import PromptLabel
from services.prompts.rules.label_history import Change


async def roll_back_prompt_label(
    work: Work, tenant: TenantId, caller: Caller, wish: LabelWish
) -> PromptLabel:
    """Take a label back one step of its trail (`rules.label_history`); a removed one comes back.

    Raises PromptInvalid, LabelReserved, PromptNotFound, LabelNotFound for a label that never was,
    LabelProtected, LabelFrozen, ReasonRequired, LabelMoved, NothingToRollBack.
    """
    wish.check()
    async with work.begin(tenant) as tx:
        standing = await find_standing(tx, wish)
        if standing.trail.last is None:
            raise LabelNotFound.of(standing.prompt.name, wish.label)
        await check_may_move(tx, caller, standing, wish)
        step = standing.trail.back(wish.label)
        return await point_label(
            tx,
            caller.actor,
            standing,
            wish,
            change=Change.ROLLED_BACK,
            version=step.to_version,
            rolls_back_to=step.rolls_back_to,
        )
