"""SetPromptLabel."""

from services.kit.ids import ActorId, TenantId
from services.kit.work import Work
from services.prompts import events
from services.prompts.errors import PromptVersionNotFound
from services.prompts.models import PromptLabel
from services.prompts.repository import Prompts
from services.prompts.rules import prompts as rules


async def set_prompt_label(
    work: Work, tenant: TenantId, actor: ActorId, *, reference: str, label: str, version: int
) -> PromptLabel:
    """Point a label at a version. Where it points there already, nothing changes.

    Raises PromptInvalid, LabelReserved, PromptNotFound, PromptVersionNotFound.
    """
    rules.check_label(label)
    async with work.begin(tenant) as tx:
        prompts = Prompts(tx)
        prompt = await prompts.get(reference, lock=True)
        # Numbers have no gaps: what is not above the newest exists.
        if not 1 <= version <= prompt.latest_version:
            raise PromptVersionNotFound.of(prompt.name, version)
        existing = await prompts.label(prompt, label)
        previous_version = existing.version if existing else 0
        if existing and previous_version == version:
            return existing
        moved = await prompts.set_label(
            PromptLabel(
                prompt_id=prompt.id,
                label=label,
                version=version,
                update_time=tx.now,
                actor_id=actor,
            )
        )
        prompt.touch(tx.now)
        tx.emit(events.prompt_label_set(moved, previous_version=previous_version))
    return moved
