"""UpdatePrompt."""

from collections.abc import Sequence

from services.kit.caller import Caller
from services.kit.ids import TenantId
from services.kit.work import Tx, Work
from services.prompts import events
from services.prompts.errors import PromptInvalid
from services.prompts.models import Prompt
from services.prompts.repository.label_policies import LabelPolicies
from services.prompts.repository.prompts import Prompts
from services.prompts.rules import prompts as rules
from services.prompts.rules.label_policies import check_move
from services.prompts.rules.violations import Violations


async def update_prompt(
    work: Work,
    tenant: TenantId,
    caller: Caller,
    *,
    reference: str,
    name: str | None,
    description: str | None,
    tags: Sequence[str] | None,
    etag: str,
) -> Prompt:
    """Change name, description or tags; None leaves one as it is. An empty etag: last write wins.

    Raises PromptInvalid, PromptNotFound, EtagMismatch, PromptNameTaken; for a new name also
    LabelProtected and LabelFrozen.
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
        if name is not None and name != prompt.name:
            await _check_rename(tx, caller, prompt, name)
            prompt.name = name
        prompt.description = prompt.description if description is None else description
        prompt.tags = prompt.tags if unique_tags is None else unique_tags
        prompt.touch(tx.now)
        await prompts.save(prompt)
        tx.emit(events.prompt_updated(prompt))
    return prompt


async def _check_rename(tx: Tx, caller: Caller, prompt: Prompt, name: str) -> None:
    """Ask the policies of both names: who fetches by name sees labels vanish, and others appear.

    Otherwise a new name would be the way around every policy that has a prefix, and two prompts
    that change places the way around all of them.
    """
    names = [prompt.name, name]
    policies = await LabelPolicies(tx).about(names, lock=True)
    for label in prompt.labels:
        for either in names:
            check_move(policies, caller.holds, prompt=either, label=label.label, is_rename=True)
