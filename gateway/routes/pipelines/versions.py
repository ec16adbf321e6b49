"""Versions and labels of a pipeline."""

from typing import Annotated

from fastapi import Query, Response

from gateway.answers import nothing, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, LabelPath, VersionNumber, router
from gateway.operations import PIPELINES, operation
from gateway.routes.pipelines import models
from gateway.routes.pipelines.pipelines import PipelineId
from gateway.routes.prompts.models import SetLabel
from gateway.schema import PageParams
from gateway.translate import fill
from promptpilot.pipelines.v1 import pipelines_pb2 as pb

versions = router("pipelines")


@versions.post(
    "/pipelines/{pipeline_id:segment}/versions",
    **operation(
        PIPELINES,
        "CreatePipelineVersion",
        errors=(404, 409),
        body=True,
        status_code=201,
        headers={"Location": "Path of the version."},
        response_model=models.PipelineVersion,
    ),
)
async def create_pipeline_version(
    pipeline_id: PipelineId,
    body: models.CreatePipelineVersion,
    rpc: Rpc,
    request_id: IdempotencyKey = "",
) -> Response:
    """Add an immutable, valid version. 409 `PIPELINE_ARCHIVED`; 422 `DEFINITION_INVALID`."""
    request = fill(
        pb.CreatePipelineVersionRequest, body, pipeline_id=pipeline_id, request_id=request_id
    )
    version = (await ask(rpc.pipelines.CreatePipelineVersion, request)).version
    return resource(
        version, 201, location=f"/v1/pipelines/{version.pipeline_id}/versions/{version.number}"
    )


@versions.get(
    "/pipelines/{pipeline_id:segment}/versions",
    **operation(
        PIPELINES, "ListPipelineVersions", errors=(404,), response_model=models.PipelineVersionPage
    ),
)
async def list_pipeline_versions(
    pipeline_id: PipelineId, params: Annotated[PageParams, Query()], rpc: Rpc
) -> Response:
    """List versions of a pipeline, newest first."""
    request = fill(pb.ListPipelineVersionsRequest, params, pipeline_id=pipeline_id)
    listed = await ask(rpc.pipelines.ListPipelineVersions, request)
    return page(listed.versions, listed.next_page_token)


@versions.get(
    "/pipelines/{pipeline_id:segment}/versions/{number:segment}",
    **operation(
        PIPELINES, "GetPipelineVersion", errors=(404,), response_model=models.PipelineVersion
    ),
)
async def get_pipeline_version(
    pipeline_id: PipelineId, number: VersionNumber, rpc: Rpc
) -> Response:
    """Get one version by number."""
    request = pb.GetPipelineVersionRequest(pipeline_id=pipeline_id, number=number)
    return resource((await ask(rpc.pipelines.GetPipelineVersion, request)).version)


@versions.post(
    "/pipelines/{pipeline_id:segment}/versions/{number:segment}:publish",
    **operation(
        PIPELINES,
        "PublishPipelineVersion",
        errors=(404, 409),
        response_model=models.Pipeline,
        headers={"ETag": "Version of the pipeline, for If-Match."},
    ),
)
async def publish_pipeline_version(
    pipeline_id: PipelineId, number: VersionNumber, rpc: Rpc
) -> Response:
    """Make one version the one that new runs use when they name none.

    Moves the label `production`.
    """
    request = pb.PublishPipelineVersionRequest(pipeline_id=pipeline_id, number=number)
    return resource((await ask(rpc.pipelines.PublishPipelineVersion, request)).pipeline)


@versions.put(
    "/pipelines/{pipeline_id:segment}/labels/{label:segment}",
    **operation(
        PIPELINES,
        "SetPipelineLabel",
        errors=(404, 409),
        body=True,
        response_model=models.PipelineLabel,
    ),
)
async def set_pipeline_label(
    pipeline_id: PipelineId, label: LabelPath, body: SetLabel, rpc: Rpc
) -> Response:
    """Point a label at a version. `latest` cannot be set: 422 `LABEL_RESERVED`."""
    request = fill(pb.SetPipelineLabelRequest, body, pipeline_id=pipeline_id, label=label)
    return resource((await ask(rpc.pipelines.SetPipelineLabel, request)).label)


@versions.delete(
    "/pipelines/{pipeline_id:segment}/labels/{label:segment}",
    **operation(PIPELINES, "DeletePipelineLabel", errors=(404, 409), status_code=204),
)
async def delete_pipeline_label(pipeline_id: PipelineId, label: LabelPath, rpc: Rpc) -> Response:
    """Remove a label. 404 `LABEL_NOT_FOUND`; 422 `LABEL_RESERVED`."""
    request = pb.DeletePipelineLabelRequest(pipeline_id=pipeline_id, label=label)
    await ask(rpc.pipelines.DeletePipelineLabel, request)
    return nothing()
