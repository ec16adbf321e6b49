"""SavePromptVersion."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.kit.caller import Caller
from services.kit.ids import TenantId, new_id
from services.kit.work import Tx, Work
from services.prompts import events
from services.prompts.commands.create_prompt_version import add_version, check_not_archived
from services.prompts.commands.set_prompt_labels import point_labels
from services.prompts.errors import PromptInvalid, PromptNotFound
from services.prompts.models import Prompt, PromptVersion
from services.prompts.repository.named_prompts import NamedPrompts
from services.prompts.repository.prompts import Prompts
from services.prompts.rules import prompts as rules
from services.prompts.rules.content import Content, ContentDraft, PromptType, check_content
from services.prompts.rules.declarations import keep_declarations
from services.prompts.rules.violations import Violations


@dataclass(frozen=True, slots=True)
class PushedVersion:
    """A version as a program keeps it: by the prompt's name, whether that is there or not.

    `tags` None leaves them as they are.
    """

    name: str
    draft: ContentDraft
    note: str = ""
    labels: Sequence[str] = ()
    tags: Sequence[str] | None = None


async def save_prompt_version(
    work: Work, tenant: TenantId, caller: Caller, pushed: PushedVersion
) -> tuple[Prompt, PromptVersion]:
    """Add a version to the prompt of this name, new or not, and point labels at it: all or nothing.

    Raises PromptInvalid, PromptArchived, and for labels what SetPromptLabel raises.
    """
    violations = Violations()
    rules.check_name(pushed.name, "name", violations)
    rules.check_note(pushed.note, "note", violations)
    tags = rules.check_tags(pushed.tags or (), "tags", violations)
    violations.raise_as(PromptInvalid)
    labels = rules.check_labels(pushed.labels, "labels")
    async with work.begin(tenant) as tx:
        prompt, content, before = await _prompt_for(tx, pushed)
        if pushed.tags is not None and tags != prompt.tags:
            prompt.tags = tags
            tx.emit(events.prompt_updated(prompt))
        parents = [] if before is None else [before.number]
        version = await add_version(tx, caller.actor, prompt, content, pushed.note, parents=parents)
        tx.emit(events.prompt_version_created(version))
        await point_labels(tx, caller, prompt, labels, version=version.number, reason=pushed.note)
        return await NamedPrompts(tx).fresh(prompt), version


async def _prompt_for(
    tx: Tx, pushed: PushedVersion
) -> tuple[Prompt, Content, PromptVersion | None]:
    """Return the prompt, locked or new, its checked content, and the version before on `main`.

    Two that make the same prompt wait for each other, and the second adds a version.
    """
    prompts = Prompts(tx)
    try:
        prompt = await prompts.get(pushed.name, lock=True)
    except PromptNotFound:
        content = _checked(pushed.draft)
        made = _new_prompt(tx, pushed.name, content.type)
        if await NamedPrompts(tx).add_unless_taken(made):
            tx.emit(events.prompt_created(made))
            return await prompts.get(made.id, lock=True), content, None
        prompt = await prompts.get(pushed.name, lock=True)
    check_not_archived(prompt)
    before = await NamedPrompts(tx).labelled(prompt, rules.LATEST)
    draft = pushed.draft
    if before is not None:
        draft = keep_declarations(draft, Content.from_document(before.content))
    content = _checked(draft)
    rules.check_type(content, PromptType(prompt.type))
    return prompt, content, before


def _checked(draft: ContentDraft) -> Content:
    violations = Violations()
    content = check_content(draft, "content", violations)
    violations.raise_as(PromptInvalid)
    return content


def _new_prompt(tx: Tx, name: str, type_: PromptType) -> Prompt:
    return Prompt(
        id=new_id("prm"),
        name=name,
        description="",
        type=type_,
        tags=[],
        latest_version=0,
        revision=0,
        create_time=tx.now,
        update_time=tx.now,
        archive_time=None,
    )
