"""UpdatePrompt."""

from collections.abc import Sequence

from services.kit.ids import TenantId
from services.kit.work import Work
from services.prompts import events
from services.prompts.errors import PromptInvalid
from services.prompts.models import Prompt
from services.prompts.repository import Prompts
from services.prompts.rules import prompts as rules
from services.prompts.rules.violations import Violations


async def update_prompt(
    work: Work,
    tenant: TenantId,
    *,
    reference: str,
    name: str | None,
    description: str | None,
    tags: Sequence[str] | None,
    etag: str,
) -> Prompt:
    """Change name, description or tags; None leaves one as it is. An empty etag: last write wins.

    Raises PromptInvalid, PromptNotFound, EtagMismatch, PromptNameTaken.
    """
    violations = Violations()
    if name is not None:
        rules.check_name(name, "name", violations)
    if description is not None:
        rules.check_description(description, "description", violations)
    unique_tags = None if tags is None else rules.check_tags(tags, "tags", violations)
    violations.raise_as(PromptInvalid)
    async with work.begin(tenant) as tx:
        prompts = Prompts(tx)
        prompt = await prompts.get(reference, lock=True)
        rules.check_etag(etag, prompt.id, prompt.revision)
        prompt.name = prompt.name if name is None else name
        prompt.description = prompt.description if description is None else description
        prompt.tags = prompt.tags if unique_tags is None else unique_tags
        prompt.touch(tx.now)
        await prompts.save(prompt)
        tx.emit(events.prompt_updated(prompt))
    return prompt
