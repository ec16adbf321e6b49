"""CreatePrompt."""

from collections.abc import Sequence

from services.kit.ids import ActorId, TenantId, new_id
from services.kit.work import Work
from services.prompts import events
from services.prompts.commands.create_prompt_version import add_version
from services.prompts.errors import PromptInvalid
from services.prompts.models import Prompt, PromptVersion
from services.prompts.repository.prompts import Prompts
from services.prompts.rules import prompts as rules
from services.prompts.rules.content import ContentDraft, check_content
from services.prompts.rules.violations import Violations


async def create_prompt(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    *,
    name: str,
    description: str,
    tags: Sequence[str],
    draft: ContentDraft,
    note: str,
) -> tuple[Prompt, PromptVersion]:
    """Create a prompt with version 1. Only `latest` points at it: going live is a step of its own.

    Raises PromptInvalid, PromptNameTaken.
    """
    violations = Violations()
    rules.check_name(name, "name", violations)
    rules.check_description(description, "description", violations)
    rules.check_note(note, "note", violations)
    unique_tags = rules.check_tags(tags, "tags", violations)
    content = check_content(draft, "content", violations)
    violations.raise_as(PromptInvalid)
    async with work.begin(tenant) as tx:
        prompts = Prompts(tx)
        prompt = Prompt(
            id=new_id("prm"),
            name=name,
            description=description,
            type=content.type,
            tags=unique_tags,
            latest_version=0,
            revision=0,
            create_time=tx.now,
            update_time=tx.now,
            archive_time=None,
        )
        await prompts.save(prompt)
        version = await add_version(tx, actor, prompt, content, note)
        tx.emit(events.prompt_created(prompt))
        tx.emit(events.prompt_version_created(version))
        created = await prompts.get(prompt.id)
    return created, version
