"""What identity's TenantCreated asks for: the tenant's tables, with the default library in them."""

from collections.abc import Sequence
from typing import Final

from services.kit import provisioning
from services.kit.ids import TenantId, new_id
from services.kit.work import Tx
from services.prompts import events
from services.prompts.models import Prompt, PromptLabel, PromptLabelEvent, PromptVersion
from services.prompts.repository.prompts import Prompts
from services.prompts.rules.label_history import Change
from services.prompts.rules.library import LibraryPrompt
from services.prompts.rules.prompts import DEFAULT_LABEL, LATEST

# What tells the prompts that the tenant started with from its own.
_TAG: Final = "library"
_NOTE: Final = "Default library"


async def provision_tenant(tx: Tx, tenant: TenantId, library: Sequence[LibraryPrompt]) -> None:
    """Make the tenant's tables, fill in the library's defaults, say that the tenant is held here.

    Runs in the inbox's transaction. Defaults are for new tenants: one that has a prompt already is
    left as it is. TenantProvisioned stands for all that is seeded: no event for each prompt.
    """
    inner = await provisioning.provision(tx, tenant)
    prompts = Prompts(inner)
    if await prompts.is_empty():
        rows = [_rows(inner, entry) for entry in library if entry.is_default]
        await prompts.add_all([row for row, _, _ in rows])
        await prompts.add_all([row for _, row, _ in rows])
        await prompts.add_all([row for _, _, labels in rows for row in labels])
        await prompts.add_all([_went_live(inner, prompt) for prompt, _, _ in rows])
    tx.emit(events.tenant_provisioned(tenant), tenant=tenant)


def _rows(tx: Tx, entry: LibraryPrompt) -> tuple[Prompt, PromptVersion, list[PromptLabel]]:
    prompt = Prompt(
        id=new_id("prm"),
        name=entry.name,
        description=entry.description,
        type=entry.content.type,
        tags=[_TAG, *entry.tags],
        latest_version=1,
        revision=1,
        create_time=tx.now,
        update_time=tx.now,
        archive_time=None,
    )
    version = PromptVersion(
        prompt_id=prompt.id,
        number=1,
        content=entry.content.document().decode(),
        content_hash=entry.content_hash,
        note=_NOTE,
        create_time=tx.now,
        creator_id="",
    )
    labels = [
        PromptLabel(prompt_id=prompt.id, label=label, version=1, update_time=tx.now, actor_id="")
        for label in (LATEST, DEFAULT_LABEL)
    ]
    return prompt, version, labels


def _went_live(tx: Tx, prompt: Prompt) -> PromptLabelEvent:
    return PromptLabelEvent(
        prompt_id=prompt.id,
        sequence=1,
        label=DEFAULT_LABEL,
        change=Change.SET,
        from_version=0,
        to_version=1,
        rolls_back_to=None,
        reason="",
        actor_id="",
        create_time=tx.now,
    )
