"""What reads pipelines, and what checks definitions: a function per RPC."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from services.kit.ids import TenantId
from services.kit.paging import TimeKey, cut_page, encode_token, number_key, page_size, time_key
from services.kit.work import Work
from services.pipelines.errors import LabelNotFound, PipelineArchived, PipelineInvalid
from services.pipelines.models import Pipeline, PipelineVersion
from services.pipelines.repository import PipelineFilter, Pipelines, find_label
from services.pipelines.rules import definitions
from services.pipelines.rules import pipelines as rules
from services.pipelines.rules.definitions import CheckedDefinition
from services.pipelines.rules.prompt_uses import PromptReference, Resolved
from services.pipelines.rules.schema import DEFINITION_SCHEMA_TEXT
from services.pipelines.rules.templates import Template, templates

_MAX_QUERY: Final = 200


class PromptDirectory(Protocol):
    """Which prompts the caller's tenant has."""

    async def resolve(self, references: Sequence[PromptReference]) -> Resolved:
        """Say what each reference stands for: its variables, or why there is none.

        Raises Unavailable, DeadlineExceeded.
        """
        ...


async def validate_pipeline(prompts: PromptDirectory, text: str) -> CheckedDefinition:
    """Find every fault of a definition, those included that only its prompts can tell."""
    # In a thread: a large definition takes tens of milliseconds, which other calls need not wait.
    reading = await asyncio.to_thread(definitions.read, text)
    references = reading.prompts()
    resolved = await prompts.resolve(references) if references else {}
    return await asyncio.to_thread(definitions.checked, reading, resolved)


def get_definition_schema() -> str:
    """Return the JSON Schema (2020-12) of definitions, as text."""
    return DEFINITION_SCHEMA_TEXT


def list_pipeline_templates() -> Sequence[Template]:
    """Return ready definitions to start from."""
    return templates()


async def get_pipeline(work: Work, tenant: TenantId, *, reference: str) -> Pipeline:
    """Return one pipeline with its labels. Raises PipelineNotFound."""
    async with work.begin(tenant) as tx:
        return await Pipelines(tx).get(reference)


async def list_pipelines(
    work: Work, tenant: TenantId, *, only: PipelineFilter, size: int, token: str
) -> tuple[Sequence[Pipeline], str]:
    """Return a page of pipelines, last changed first, and the next one's token ("" at the end)."""
    if len(only.query) > _MAX_QUERY or "\0" in only.query:
        raise PipelineInvalid.of_field("query", f"must have at most {_MAX_QUERY} characters")
    limit, after = page_size(size), time_key(token, "pip")
    async with work.begin(tenant) as tx:
        found = await Pipelines(tx).page(only, after, limit + 1)
    return cut_page(found, limit, lambda last: TimeKey(last.update_time, last.id).token())


async def get_pipeline_version(
    work: Work, tenant: TenantId, *, reference: str, number: int
) -> PipelineVersion:
    """Return one version. Raises PipelineNotFound, PipelineVersionNotFound."""
    async with work.begin(tenant) as tx:
        pipelines = Pipelines(tx)
        return await pipelines.version(await pipelines.get(reference), number)


async def list_pipeline_versions(
    work: Work, tenant: TenantId, *, reference: str, size: int, token: str
) -> tuple[Sequence[PipelineVersion], str]:
    """Return a page of versions, newest first, and the token of the next one ("" at the end)."""
    limit, before = page_size(size), number_key(token)
    async with work.begin(tenant) as tx:
        pipelines = Pipelines(tx)
        pipeline = await pipelines.get(reference)
        found = await pipelines.versions_page(pipeline, before, limit + 1)
    return cut_page(found, limit, lambda last: encode_token([last.number]))


async def resolve_pipeline(
    work: Work, tenant: TenantId, *, reference: str, label: str, version: int
) -> tuple[Pipeline, PipelineVersion]:
    """Find the version that a run is to use: by number, else by label, else `production`.

    A pipeline that was never published is run at its latest version.
    Raises PipelineNotFound, PipelineArchived, LabelNotFound, PipelineVersionNotFound.
    """
    async with work.begin(tenant) as tx:
        pipelines = Pipelines(tx)
        pipeline = await pipelines.get(reference)
        if pipeline.archive_time is not None:
            raise PipelineArchived.of(pipeline.name, pipeline.id)
        number = version or _labelled(pipeline, label)
        return pipeline, await pipelines.version(pipeline, number)


def _labelled(pipeline: Pipeline, label: str) -> int:
    if not label:
        published = find_label(pipeline, rules.PRODUCTION)
        return published.version if published else pipeline.latest_version
    found = find_label(pipeline, label)
    if found is None:
        raise LabelNotFound.of(pipeline.name, label)
    return found.version
