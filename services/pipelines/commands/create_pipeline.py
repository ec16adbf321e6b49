"""CreatePipeline."""

from services.kit.ids import ActorId, TenantId, new_id
from services.kit.work import Work
from services.pipelines import events
from services.pipelines.commands.create_pipeline_version import add_version
from services.pipelines.models import Pipeline, PipelineVersion
from services.pipelines.repository import Pipelines
from services.pipelines.rules import pipelines as rules
from services.pipelines.rules.definitions import CheckedDefinition


async def create_pipeline(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    *,
    name: str,
    description: str,
    checked: CheckedDefinition,
    note: str,
) -> tuple[Pipeline, PipelineVersion]:
    """Create a pipeline with version 1. Only `latest` points at it: publishing comes later.

    Raises PipelineInvalid, DefinitionInvalid, PipelineNameTaken.
    """
    rules.check_texts(name=name, description=description, note=note)
    document = checked.require_valid()
    async with work.begin(tenant) as tx:
        pipelines = Pipelines(tx)
        pipeline = Pipeline(
            id=new_id("pip"),
            name=name,
            description=description,
            latest_version=0,
            revision=0,
            create_time=tx.now,
            update_time=tx.now,
            archive_time=None,
        )
        await pipelines.save(pipeline)
        version = await add_version(tx, actor, pipeline, document, note)
        tx.emit(events.pipeline_created(pipeline))
        tx.emit(events.pipeline_version_created(version))
        created = await pipelines.get(pipeline.id)
    return created, version
