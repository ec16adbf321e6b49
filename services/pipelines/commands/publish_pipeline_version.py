"""PublishPipelineVersion."""

from services.kit.ids import ActorId, TenantId
from services.kit.work import Work
from services.pipelines.commands.set_pipeline_label import move_label
from services.pipelines.models import Pipeline
from services.pipelines.repository import Pipelines
from services.pipelines.rules import pipelines as rules


async def publish_pipeline_version(
    work: Work, tenant: TenantId, actor: ActorId, *, reference: str, number: int
) -> Pipeline:
    """Make one version the one that new runs use when they name none: moves `production`.

    Publishing what is published already changes nothing.
    Raises PipelineNotFound, PipelineVersionNotFound.
    """
    async with work.begin(tenant) as tx:
        pipelines = Pipelines(tx)
        pipeline = await pipelines.get(reference, lock=True)
        await move_label(tx, actor, pipeline, label=rules.PRODUCTION, version=number)
        await tx.session.flush()
        return await pipelines.get(pipeline.id)
