"""ArchivePipeline and UnarchivePipeline."""

from services.kit.ids import TenantId
from services.kit.work import Work
from services.pipelines import events
from services.pipelines.models import Pipeline
from services.pipelines.repository import Pipelines


async def archive_pipeline(work: Work, tenant: TenantId, *, reference: str) -> Pipeline:
    """Hide a pipeline from lists and refuse new versions and runs of it.

    Doing it twice is no error. Raises PipelineNotFound.
    """
    async with work.begin(tenant) as tx:
        pipeline = await Pipelines(tx).get(reference, lock=True)
        if pipeline.archive_time is None:
            pipeline.archive_time = tx.now
            pipeline.touch(tx.now)
            tx.emit(events.pipeline_archived(pipeline))
    return pipeline


async def unarchive_pipeline(work: Work, tenant: TenantId, *, reference: str) -> Pipeline:
    """Bring an archived pipeline back. Doing it twice is no error. Raises PipelineNotFound."""
    async with work.begin(tenant) as tx:
        pipeline = await Pipelines(tx).get(reference, lock=True)
        if pipeline.archive_time is not None:
            pipeline.archive_time = None
            pipeline.touch(tx.now)
            tx.emit(events.pipeline_unarchived(pipeline))
    return pipeline
