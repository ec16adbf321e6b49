"""CopyPromptTemplate."""

from collections.abc import Sequence

from services.kit.ids import ActorId, TenantId
from services.kit.work import Work
from services.prompts.commands.create_prompt import create_prompt
from services.prompts.models import Prompt, PromptVersion
from services.prompts.rules.library import LibraryPrompt, template_named


async def copy_prompt_template(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    library: Sequence[LibraryPrompt],
    *,
    template_name: str,
    name: str,
) -> tuple[Prompt, PromptVersion]:
    """Create a prompt from a template; an empty name means the template's.

    What was copied is told by the version's note, and by its hash, which is the template's.
    Raises PromptTemplateNotFound, PromptInvalid, PromptNameTaken.
    """
    template = template_named(library, template_name)
    return await create_prompt(
        work,
        tenant,
        actor,
        name=name or template.name,
        description=template.description,
        tags=template.tags,
        draft=template.draft,
        note=template.note,
    )
