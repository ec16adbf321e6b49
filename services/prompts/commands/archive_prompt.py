"""ArchivePrompt and UnarchivePrompt."""

from services.kit.ids import TenantId
from services.kit.work import Work
from services.prompts import events
from services.prompts.models import Prompt
from services.prompts.repository.prompts import Prompts


async def archive_prompt(work: Work, tenant: TenantId, *, reference: str) -> Prompt:
    """Hide a prompt from lists and refuse new versions of it; what is labelled is still served.

    Doing it twice is no error. Raises PromptNotFound.
    """
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference, lock=True)
        if prompt.archive_time is None:
            prompt.archive_time = tx.now
            prompt.touch(tx.now)
            tx.emit(events.prompt_archived(prompt))
    return prompt


async def unarchive_prompt(work: Work, tenant: TenantId, *, reference: str) -> Prompt:
    """Bring an archived prompt back. Doing it twice is no error. Raises PromptNotFound."""
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference, lock=True)
        if prompt.archive_time is not None:
            prompt.archive_time = None
            prompt.touch(tx.now)
            tx.emit(events.prompt_unarchived(prompt))
    return prompt
