"""What compares versions of a prompt."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.kit.ids import TenantId
from services.kit.tokenizer import o200k as tokenizer
from services.kit.work import Work
from services.prompts.errors import PromptInvalid
from services.prompts.models import PromptVersion
from services.prompts.queries.prompts import resolve_prompts
from services.prompts.repository.prompts import Prompts, Reference
from services.prompts.rules import prompts as rules
from services.prompts.rules.comparison.contents import Comparison, compare
from services.prompts.rules.content import (
    Content,
    ContentDraft,
    PromptType,
    check_content,
    content_hash,
)
from services.prompts.rules.violations import Violations


@dataclass(frozen=True, slots=True)
class Choice:
    """A saved version: by number when that is not 0, by label otherwise."""

    label: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison; `source` is None for a draft, `label` empty for a number."""

    content: Content
    content_hash: str
    label: str = ""
    source: PromptVersion | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sides, and what differs between them."""

    prompt_id: str
    before: Side
    after: Side
    comparison: Comparison


async def compare_prompt_versions(
    work: Work,
    tenant: TenantId,
    *,
    reference: str,
    before: Choice | ContentDraft,
    after: Choice | ContentDraft,
    turn: asyncio.Semaphore,
) -> Compared:
    """Say what differs between two versions of a prompt, or between one and a draft.

    Takes some milliseconds; a second or two for the longest versions that have little in common: in
    a thread, and one at a time by `turn`. Raises PromptNotFound, LabelNotFound,
    PromptVersionNotFound; PromptInvalid for a draft that could not be saved.
    """
    contents = {
        name: _checked(side, name)
        for name, side in (("before", before), ("after", after))
        if isinstance(side, ContentDraft)
    }
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference)
    for name, content in contents.items():
        rules.check_type(content, PromptType(prompt.type), f"{name}.draft.type")
    choices = [side for side in (before, after) if isinstance(side, Choice)]
    found = iter(await _saved(work, tenant, prompt.id, choices))
    sides = [
        next(found) if isinstance(side, Choice) else _draft_side(contents[name])
        for name, side in (("before", before), ("after", after))
    ]
    async with turn:
        comparison = await asyncio.to_thread(
            compare, sides[0].content, sides[1].content, tokenizer.count
        )
    return Compared(prompt.id, sides[0], sides[1], comparison)


def _checked(draft: ContentDraft, name: str) -> Content:
    violations = Violations()
    content = check_content(draft, f"{name}.draft", violations)
    violations.raise_as(PromptInvalid)
    return content


async def _saved(
    work: Work, tenant: TenantId, prompt_id: str, choices: Sequence[Choice]
) -> list[Side]:
    if not choices:
        return []
    references = [Reference(prompt_id, choice.label, choice.version) for choice in choices]
    return [
        Side(
            Content.from_document(resolved.version.content),
            resolved.version.content_hash,
            resolved.label,
            resolved.version,
        )
        for resolved in await resolve_prompts(work, tenant, references)
    ]


def _draft_side(content: Content) -> Side:
    return Side(content, content_hash(content.document()))
