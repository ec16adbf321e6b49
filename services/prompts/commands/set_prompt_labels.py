"""SetPromptLabels, and how any command points several labels at one version."""

from collections.abc import Sequence

from services.kit.caller import Caller
from services.kit.ids import TenantId
from services.kit.work import Tx, Work
from services.prompts.commands.label_moves import (
    LabelWish,
    check_may_move,
    find_standing,
    point_label,
)
from services.prompts.errors import PromptInvalid, PromptVersionNotFound
from services.prompts.models import Prompt, PromptVersion
from services.prompts.repository.named_prompts import NamedPrompts
from services.prompts.repository.prompts import Prompts
from services.prompts.rules.label_history import Change
from services.prompts.rules.label_policies import check_reason
from services.prompts.rules.prompts import check_labels
from services.prompts.rules.violations import Violations


async def set_prompt_labels(
    work: Work,
    tenant: TenantId,
    caller: Caller,
    *,
    reference: str,
    version: int,
    labels: Sequence[str],
    reason: str,
) -> tuple[Prompt, PromptVersion]:
    """Point all of the labels at a version, or none. Those that point there already stay.

    Raises what SetPromptLabel raises for any of them.
    """
    wanted = check_labels(labels, "labels")
    violations = Violations()
    check_reason(reason, "reason", violations)
    violations.raise_as(PromptInvalid)
    async with work.begin(tenant) as tx:
        prompts = Prompts(tx)
        prompt = await prompts.get(reference, lock=True)
        if not 1 <= version <= prompt.latest_version:
            raise PromptVersionNotFound.of(prompt.name, version)
        await point_labels(tx, caller, prompt, wanted, version=version, reason=reason)
        found = await prompts.version(prompt.id, version)
        return await NamedPrompts(tx).fresh(prompt), found


async def point_labels(
    tx: Tx, caller: Caller, prompt: Prompt, labels: Sequence[str], *, version: int, reason: str
) -> None:
    """Point checked labels of a locked prompt at one of its versions, each as its policies say."""
    for label in labels:
        wish = LabelWish(prompt.id, label, reason)
        standing = await find_standing(tx, wish)
        if standing.version == version:
            continue
        await check_may_move(tx, caller, standing, wish)
        await point_label(
            tx,
            caller.actor,
            standing,
            wish,
            change=Change.SET,
            version=version,
            rolls_back_to=standing.trail.way_back_from(version),
        )
