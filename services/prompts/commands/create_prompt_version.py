"""CreatePromptVersion, and how any command adds a version."""

from services.kit.ids import ActorId, TenantId
from services.kit.work import Tx, Work
from services.prompts import events
from services.prompts.errors import PromptArchived, PromptInvalid
from services.prompts.models import Prompt, PromptLabel, PromptVersion
from services.prompts.repository.prompts import Prompts
from services.prompts.rules import prompts as rules
from services.prompts.rules.content import (
    Content,
    ContentDraft,
    PromptType,
    check_content,
    content_hash,
)
from services.prompts.rules.violations import Violations


async def create_prompt_version(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    *,
    reference: str,
    draft: ContentDraft,
    note: str,
) -> PromptVersion:
    """Add the next version; `latest` moves to it. Writers of one prompt wait for each other.

    Raises PromptInvalid, PromptNotFound, PromptArchived.
    """
    violations = Violations()
    rules.check_note(note, "note", violations)
    content = check_content(draft, "content", violations)
    violations.raise_as(PromptInvalid)
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference, lock=True)
        if prompt.archive_time is not None:
            raise PromptArchived(
                f"prompt {prompt.name} is archived: bring it back to add versions", prompt=prompt.id
            )
        rules.check_type(content, PromptType(prompt.type))
        version = await add_version(tx, actor, prompt, content, note)
        tx.emit(events.prompt_version_created(version))
    return version


async def add_version(
    tx: Tx, actor: ActorId, prompt: Prompt, content: Content, note: str
) -> PromptVersion:
    """Write checked content as the next version of a locked or new prompt; `latest` moves."""
    document = content.document()
    prompt.latest_version += 1
    prompt.touch(tx.now)
    version = PromptVersion(
        prompt_id=prompt.id,
        number=prompt.latest_version,
        content=document.decode(),
        content_hash=content_hash(document),
        note=note,
        create_time=tx.now,
        creator_id=actor,
    )
    prompts = Prompts(tx)
    await prompts.add_version(version)
    await prompts.set_label(
        PromptLabel(
            prompt_id=prompt.id,
            label=rules.LATEST,
            version=version.number,
            update_time=tx.now,
            actor_id=actor,
        )
    )
    return version
