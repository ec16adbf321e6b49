"""UpdatePipeline."""

from services.kit.ids import TenantId
from services.kit.work import Work
from services.pipelines import events
from services.pipelines.models import Pipeline
from services.pipelines.repository import Pipelines
from services.pipelines.rules import pipelines as rules


async def update_pipeline(
    work: Work,
    tenant: TenantId,
    *,
    reference: str,
    name: str | None,
    description: str | None,
    etag: str,
) -> Pipeline:
    """Change name or description; None leaves one as it is. An empty etag: last write wins.

    Raises PipelineInvalid, PipelineNotFound, EtagMismatch, PipelineNameTaken.
    """
    rules.check_texts(name=name, description=description or "")
    async with work.begin(tenant) as tx:
        pipelines = Pipelines(tx)
        pipeline = await pipelines.get(reference, lock=True)
        rules.check_etag(etag, pipeline.id, pipeline.revision)
        pipeline.name = pipeline.name if name is None else name
        pipeline.description = pipeline.description if description is None else description
        pipeline.touch(tx.now)
        await pipelines.save(pipeline)
        tx.emit(events.pipeline_updated(pipeline))
    return pipeline
