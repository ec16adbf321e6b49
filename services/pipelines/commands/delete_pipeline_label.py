"""DeletePipelineLabel."""

from services.kit.ids import TenantId
from services.kit.work import Work
from services.pipelines import events
from services.pipelines.repository import Pipelines
from services.pipelines.rules import pipelines as rules


async def delete_pipeline_label(
    work: Work, tenant: TenantId, *, reference: str, label: str
) -> None:
    """Remove a label. Without `production` a pipeline is as before its first publish.

    Raises PipelineInvalid, LabelReserved, PipelineNotFound, LabelNotFound.
    """
    rules.check_label(label)
    async with work.begin(tenant) as tx:
        pipelines = Pipelines(tx)
        pipeline = await pipelines.get(reference, lock=True)
        removed = await pipelines.delete_label(pipeline, label)
        pipeline.touch(tx.now)
        tx.emit(events.pipeline_label_deleted(removed))
