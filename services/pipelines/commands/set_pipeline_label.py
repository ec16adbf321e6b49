"""SetPipelineLabel, and how any command moves a label."""

from services.kit.ids import ActorId, TenantId
from services.kit.work import Tx, Work
from services.pipelines import events
from services.pipelines.errors import PipelineVersionNotFound
from services.pipelines.models import Pipeline, PipelineLabel
from services.pipelines.repository import Pipelines, find_label
from services.pipelines.rules import pipelines as rules


async def set_pipeline_label(
    work: Work, tenant: TenantId, actor: ActorId, *, reference: str, label: str, version: int
) -> PipelineLabel:
    """Point a label at a version. Where it points there already, nothing changes.

    Moving `production` is publishing, whichever RPC does it.
    Raises PipelineInvalid, LabelReserved, PipelineNotFound, PipelineVersionNotFound.
    """
    rules.check_label(label)
    async with work.begin(tenant) as tx:
        pipeline = await Pipelines(tx).get(reference, lock=True)
        return await move_label(tx, actor, pipeline, label=label, version=version)


async def move_label(
    tx: Tx, actor: ActorId, pipeline: Pipeline, *, label: str, version: int
) -> PipelineLabel:
    """Point a label of a locked pipeline at a version, and say so.

    Raises PipelineVersionNotFound.
    """
    # Numbers have no gaps: what is not above the newest exists.
    if not 1 <= version <= pipeline.latest_version:
        raise PipelineVersionNotFound.of(pipeline.name, version)
    existing = find_label(pipeline, label)
    previous_version = existing.version if existing else 0
    if existing is not None and previous_version == version:
        return existing
    moved = PipelineLabel(
        pipeline_id=pipeline.id,
        label=label,
        version=version,
        update_time=tx.now,
        actor_id=actor,
    )
    await Pipelines(tx).set_label(moved)
    pipeline.touch(tx.now)
    tx.emit(events.pipeline_label_set(moved, previous_version=previous_version))
    if label == rules.PRODUCTION:
        tx.emit(events.pipeline_version_published(moved, previous_version=previous_version))
    return moved
