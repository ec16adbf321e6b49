"""Builders of the events that this service publishes: ids and numbers, never content."""

from promptpilot.pipelines.v1 import events_pb2 as pb
from services.kit.ids import TenantId
from services.pipelines.models import Pipeline, PipelineLabel, PipelineVersion


def tenant_provisioned(tenant: TenantId) -> pb.TenantProvisioned:
    """Say that this service holds the tenant."""
    return pb.TenantProvisioned(tenant_id=tenant)


def pipeline_created(pipeline: Pipeline) -> pb.PipelineCreated:
    """Say that a pipeline was made."""
    return pb.PipelineCreated(pipeline_id=pipeline.id)


def pipeline_updated(pipeline: Pipeline) -> pb.PipelineUpdated:
    """Say that a pipeline's name or description changed."""
    return pb.PipelineUpdated(pipeline_id=pipeline.id)


def pipeline_archived(pipeline: Pipeline) -> pb.PipelineArchived:
    """Say that a pipeline was archived."""
    return pb.PipelineArchived(pipeline_id=pipeline.id)


def pipeline_unarchived(pipeline: Pipeline) -> pb.PipelineUnarchived:
    """Say that an archived pipeline came back."""
    return pb.PipelineUnarchived(pipeline_id=pipeline.id)


def pipeline_version_created(version: PipelineVersion) -> pb.PipelineVersionCreated:
    """Say that a version was added, and that `latest` points at it now."""
    return pb.PipelineVersionCreated(pipeline_id=version.pipeline_id, version=version.number)


def pipeline_version_published(
    label: PipelineLabel, *, previous_version: int
) -> pb.PipelineVersionPublished:
    """Say which version new runs use; `previous_version` is 0 at the first publish."""
    return pb.PipelineVersionPublished(
        pipeline_id=label.pipeline_id, version=label.version, previous_version=previous_version
    )


def pipeline_label_set(label: PipelineLabel, *, previous_version: int) -> pb.PipelineLabelSet:
    """Say that a label points somewhere else; `previous_version` is 0 for a new label."""
    return pb.PipelineLabelSet(
        pipeline_id=label.pipeline_id,
        label=label.label,
        version=label.version,
        previous_version=previous_version,
    )


def pipeline_label_deleted(label: PipelineLabel) -> pb.PipelineLabelDeleted:
    """Say that a label was removed."""
    return pb.PipelineLabelDeleted(pipeline_id=label.pipeline_id, label=label.label)
