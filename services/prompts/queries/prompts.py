"""What reads prompts and their versions."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.kit.errors import InvalidArgument, NotFound
from services.kit.ids import TenantId
from services.kit.paging import TimeKey, cut_page, encode_token, number_key, page_size, time_key
from services.kit.tokenizer import o200k as tokenizer
from services.kit.work import Work
from services.prompts.errors import (
    LabelNotFound,
    PromptInvalid,
    PromptNotFound,
    PromptVersionNotFound,
)
from services.prompts.models import Prompt, PromptVersion
from services.prompts.repository.prompts import PromptFilter, Prompts, Reference, Resolution
from services.prompts.rules import prompts as rules
from services.prompts.rules.content import Content, ContentDraft, Message, check_content, render
from services.prompts.rules.library import LibraryPrompt, TemplateFilter, template_named
from services.prompts.rules.lint.draft import Report, lint
from services.prompts.rules.violations import Violations

MOST_REFERENCES = 100
_MOST_QUERY_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a reference stands for. `label` is empty when the reference named a number."""

    prompt_id: str
    name: str
    label: str
    version: PromptVersion


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt filled with values; `source` is None for a draft."""

    messages: Sequence[Message]
    content: Content
    source: PromptVersion | None


async def get_prompt(work: Work, tenant: TenantId, *, reference: str) -> Prompt:
    """Return one prompt with its labels. Raises PromptNotFound."""
    async with work.begin(tenant) as tx:
        return await Prompts(tx).get(reference)


async def list_prompts(
    work: Work, tenant: TenantId, *, only: PromptFilter, size: int, token: str
) -> tuple[Sequence[Prompt], str]:
    """Return a page of prompts, last changed first, and the next one's token ("" at the end)."""
    violations = Violations()
    violations.add_text("query", only.query, most=_MOST_QUERY_CHARACTERS)
    violations.add_text("tag", only.tag, most=rules.MOST_TAG_CHARACTERS)
    violations.raise_as(PromptInvalid)
    limit, after = page_size(size), time_key(token, "prm")
    async with work.begin(tenant) as tx:
        found = await Prompts(tx).page(only, after, limit + 1)
    return cut_page(found, limit, lambda last: TimeKey(last.update_time, last.id).token())


async def get_prompt_version(
    work: Work, tenant: TenantId, *, reference: str, number: int
) -> PromptVersion:
    """Return one version. Raises PromptNotFound, PromptVersionNotFound."""
    async with work.begin(tenant) as tx:
        return await Prompts(tx).version(reference, number)


async def list_prompt_versions(
    work: Work, tenant: TenantId, *, reference: str, size: int, token: str
) -> tuple[Sequence[PromptVersion], str]:
    """Return a page of versions, newest first, and the next one's token ("" at the end)."""
    limit, before = page_size(size), number_key(token)
    async with work.begin(tenant) as tx:
        page = await Prompts(tx).versions_page(reference, before, limit)
    # Numbers have no gaps: version 1 is the last, however large or small the page was.
    is_last = not page or page[-1].number == 1
    return page, "" if is_last else encode_token([page[-1].number])


async def resolve_prompts(
    work: Work, tenant: TenantId, references: Sequence[Reference]
) -> list[Resolved]:
    """Find the versions that references stand for, in their order, in one statement.

    Raises InvalidArgument unless there are 1..100; PromptNotFound, LabelNotFound or
    PromptVersionNotFound for the first that is not there, with its `index`.
    """
    if not 1 <= len(references) <= MOST_REFERENCES:
        raise InvalidArgument.of_field("references", f"must be 1..{MOST_REFERENCES} references")
    wanted = [_completed(reference) for reference in references]
    async with work.begin(tenant) as tx:
        found = await Prompts(tx).resolve(wanted)
    return [
        _resolved(index, reference, resolution)
        for index, (reference, resolution) in enumerate(zip(wanted, found, strict=True))
    ]


async def render_prompt(
    work: Work, tenant: TenantId, *, source: Reference | ContentDraft, variables_json: str
) -> Rendered:
    """Fill a version, or a draft that nobody saved yet, with variables.

    Raises PromptInvalid for a draft that could not be saved, what `resolve_prompts` raises for a
    reference, VariablesInvalid, RenderTooLarge.
    """
    if isinstance(source, ContentDraft):
        violations = Violations()
        content = check_content(source, "draft", violations)
        violations.raise_as(PromptInvalid)
        return Rendered(render(content, variables_json), content, None)
    resolved, *_ = await resolve_prompts(work, tenant, [source])
    content = Content.from_document(resolved.version.content)
    return Rendered(render(content, variables_json), content, resolved.version)


async def lint_prompt(draft: ContentDraft) -> Report:
    """Say what is wrong, risky or wasteful in any draft: nothing is read or stored.

    Takes some 15 ms for 100,000 characters: in a thread, since the event loop must not wait for it.
    """
    return await asyncio.to_thread(lint, draft, "content", tokenizer.count)


def list_prompt_templates(
    library: Sequence[LibraryPrompt], *, only: TemplateFilter
) -> list[LibraryPrompt]:
    """Return the templates that pass a filter, in the library's order. Raises PromptInvalid."""
    only.check()
    return [template for template in library if only.passes(template)]


def get_prompt_template(library: Sequence[LibraryPrompt], *, name: str) -> LibraryPrompt:
    """Return one template. Raises PromptTemplateNotFound."""
    return template_named(library, name)


def _completed(reference: Reference) -> Reference:
    """Put in the default label where neither is given; a number outdoes a label."""
    if reference.version:
        return Reference(reference.prompt, "", reference.version)
    return Reference(reference.prompt, reference.label or rules.DEFAULT_LABEL)


def _resolved(index: int, reference: Reference, found: Resolution) -> Resolved:
    if found.prompt_id is None or found.name is None:
        raise _at(index, PromptNotFound.of(reference.prompt))
    if found.version is None and reference.version:
        raise _at(index, PromptVersionNotFound.of(found.name, reference.version))
    if found.version is None:
        raise _at(index, LabelNotFound.of(found.name, reference.label))
    return Resolved(found.prompt_id, found.name, reference.label, found.version)


def _at(index: int, error: NotFound) -> NotFound:
    """Say in the error which of many references it is about."""
    error.metadata = {**error.metadata, "index": str(index)}
    return error
