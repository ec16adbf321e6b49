"""CreatePipelineVersion, and how any command adds a version."""

from services.kit.ids import ActorId, TenantId
from services.kit.work import Tx, Work
from services.pipelines import events
from services.pipelines.errors import PipelineArchived
from services.pipelines.models import Pipeline, PipelineLabel, PipelineVersion
from services.pipelines.repository import Pipelines
from services.pipelines.rules import pipelines as rules
from services.pipelines.rules.definitions import CheckedDefinition
from services.pipelines.rules.documents import Document


async def create_pipeline_version(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    *,
    reference: str,
    checked: CheckedDefinition,
    note: str,
) -> PipelineVersion:
    """Add the next version; `latest` moves to it. Writers of one pipeline wait for each other.

    Raises PipelineInvalid, DefinitionInvalid, PipelineNotFound, PipelineArchived.
    """
    rules.check_texts(note=note)
    async with work.begin(tenant) as tx:
        pipeline = await Pipelines(tx).get(reference, lock=True)
        if pipeline.archive_time is not None:
            raise PipelineArchived.of(pipeline.name, pipeline.id)
        version = await add_version(tx, actor, pipeline, checked.require_valid(), note)
        tx.emit(events.pipeline_version_created(version))
    return version


async def add_version(
    tx: Tx, actor: ActorId, pipeline: Pipeline, document: Document, note: str
) -> PipelineVersion:
    """Write a valid definition as the next version of a locked or new pipeline; `latest` moves."""
    pipeline.latest_version += 1
    pipeline.touch(tx.now)
    version = PipelineVersion(
        pipeline_id=pipeline.id,
        number=pipeline.latest_version,
        definition=document.text,
        definition_hash=document.hash,
        note=note,
        create_time=tx.now,
        creator_id=actor,
    )
    pipelines = Pipelines(tx)
    await pipelines.add_version(version)
    await pipelines.set_label(
        PipelineLabel(
            pipeline_id=pipeline.id,
            label=rules.LATEST,
            version=version.number,
            update_time=tx.now,
            actor_id=actor,
        )
    )
    return version
