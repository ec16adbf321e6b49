"""SetPromptLabel."""

from services.kit.caller import Caller
from services.kit.ids import TenantId
from services.kit.work import Work
from services.prompts.commands.label_moves import (
    LabelWish,
    check_may_move,
    find_standing,
    point_label,
)
from services.prompts.errors import PromptVersionNotFound
from services.prompts.models import PromptLabel
from services.prompts.rules.label_history import Change


async def set_prompt_label(
    work: Work, tenant: TenantId, caller: Caller, wish: LabelWish, *, version: int
) -> PromptLabel:
    """Point a label at a version.

    Where it points there already, nothing changes and nobody is asked: so doing it twice is no
    error, also for a label that is protected, frozen, or was expected elsewhere.

    Raises PromptInvalid, LabelReserved, PromptNotFound, PromptVersionNotFound, LabelProtected,
    LabelFrozen, ReasonRequired, LabelMoved.
    """
    wish.check()
    async with work.begin(tenant) as tx:
        standing = await find_standing(tx, wish)
        # Numbers have no gaps: what is not above the newest exists.
        if not 1 <= version <= standing.prompt.latest_version:
            raise PromptVersionNotFound.of(standing.prompt.name, version)
        if standing.row and standing.version == version:
            return standing.row
        await check_may_move(tx, caller, standing, wish)
        return await point_label(
            tx,
            caller.actor,
            standing,
            wish,
            change=Change.SET,
            version=version,
            rolls_back_to=standing.trail.way_back_from(version),
        )
