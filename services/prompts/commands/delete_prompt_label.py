"""DeletePromptLabel."""

from services.kit.ids import TenantId
from services.kit.work import Work
from services.prompts import events
from services.prompts.errors import LabelNotFound
from services.prompts.repository import Prompts
from services.prompts.rules import prompts as rules


async def delete_prompt_label(work: Work, tenant: TenantId, *, reference: str, label: str) -> None:
    """Remove a label. Raises PromptInvalid, LabelReserved, PromptNotFound, LabelNotFound."""
    rules.check_label(label)
    async with work.begin(tenant) as tx:
        prompts = Prompts(tx)
        prompt = await prompts.get(reference, lock=True)
        existing = await prompts.label(prompt, label)
        if existing is None:
            raise LabelNotFound.of(prompt.name, label)
        await prompts.delete_label(existing)
        prompt.touch(tx.now)
        tx.emit(events.prompt_label_deleted(existing))
