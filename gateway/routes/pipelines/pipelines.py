"""Pipelines: create, read, change, archive; validation, templates, the schema of definitions."""

from typing import Annotated

from fastapi import Query, Response

from gateway.answers import answer, cacheable, etag_of, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, IfMatch, IfNoneMatch, id_or_name, router
from gateway.operations import PIPELINES, operation
from gateway.routes.pipelines import models
from gateway.translate import fill, read
from promptpilot.pipelines.v1 import pipelines_pb2 as pb

pipelines = router("pipelines")
PipelineId = Annotated[str, id_or_name("pip", "Pipeline")]
_ETAG = {"ETag": "Version of the pipeline, for If-Match."}


@pipelines.post(
    "/pipelines",
    **operation(
        PIPELINES,
        "CreatePipeline",
        errors=(404, 409),
        body=True,
        status_code=201,
        headers={"Location": "Path of the pipeline."},
        response_model=models.CreatedPipeline,
    ),
)
async def create_pipeline(
    body: models.CreatePipeline, rpc: Rpc, request_id: IdempotencyKey = ""
) -> Response:
    """Create a pipeline with its first version, from a definition or from a template.

    409 `PIPELINE_NAME_TAKEN`; 422 `DEFINITION_INVALID` with an entry in `errors` for each fault.
    """
    created = await ask(
        rpc.pipelines.CreatePipeline, fill(pb.CreatePipelineRequest, body, request_id=request_id)
    )
    return answer(read(created), 201, location=f"/v1/pipelines/{created.pipeline.id}")


@pipelines.get(
    "/pipelines", **operation(PIPELINES, "ListPipelines", response_model=models.PipelinePage)
)
async def list_pipelines(params: Annotated[models.ListPipelines, Query()], rpc: Rpc) -> Response:
    """List pipelines, last changed first."""
    listed = await ask(rpc.pipelines.ListPipelines, fill(pb.ListPipelinesRequest, params))
    return page(listed.pipelines, listed.next_page_token)


@pipelines.post(
    "/pipelines:validate",
    **operation(PIPELINES, "ValidatePipeline", body=True, response_model=models.PipelineValidation),
)
async def validate_pipeline(body: models.ValidatePipeline, rpc: Rpc) -> Response:
    """Check a definition without saving it. Faults are the answer, not an error."""
    return resource(
        await ask(rpc.pipelines.ValidatePipeline, fill(pb.ValidatePipelineRequest, body))
    )


@pipelines.get(
    "/pipeline-templates",
    **operation(PIPELINES, "ListPipelineTemplates", response_model=models.PipelineTemplatePage),
)
async def list_pipeline_templates(rpc: Rpc) -> Response:
    """List ready definitions to start from."""
    return page(
        (
            await ask(rpc.pipelines.ListPipelineTemplates, pb.ListPipelineTemplatesRequest())
        ).templates
    )


@pipelines.get(
    "/schemas/pipeline-definition.json",
    **operation(PIPELINES, "GetDefinitionSchema", cached=True, response_model=dict[str, object]),
)
async def get_definition_schema(rpc: Rpc, if_none_match: IfNoneMatch = "") -> Response:
    """Get the JSON Schema (2020-12) that definitions follow."""
    schema = await ask(rpc.pipelines.GetDefinitionSchema, pb.GetDefinitionSchemaRequest())
    return cacheable(
        schema.schema_json.encode(), if_none_match, cache_control="public, max-age=300"
    )


@pipelines.get(
    "/pipelines/{pipeline_id:segment}",
    **operation(
        PIPELINES, "GetPipeline", errors=(404,), headers=_ETAG, response_model=models.Pipeline
    ),
)
async def get_pipeline(pipeline_id: PipelineId, rpc: Rpc) -> Response:
    """Get one pipeline with its labels."""
    found = await ask(rpc.pipelines.GetPipeline, pb.GetPipelineRequest(pipeline_id=pipeline_id))
    return resource(found.pipeline)


@pipelines.patch(
    "/pipelines/{pipeline_id:segment}",
    **operation(
        PIPELINES,
        "UpdatePipeline",
        errors=(404, 409),
        body=True,
        headers=_ETAG,
        response_model=models.Pipeline,
    ),
)
async def update_pipeline(
    pipeline_id: PipelineId, body: models.UpdatePipeline, rpc: Rpc, if_match: IfMatch = ""
) -> Response:
    """Change name or description. 409 `ETAG_MISMATCH`, `PIPELINE_NAME_TAKEN`."""
    request = fill(pb.UpdatePipelineRequest, body, pipeline_id=pipeline_id, etag=etag_of(if_match))
    return resource((await ask(rpc.pipelines.UpdatePipeline, request)).pipeline)


@pipelines.post(
    "/pipelines/{pipeline_id:segment}:archive",
    **operation(
        PIPELINES, "ArchivePipeline", errors=(404,), headers=_ETAG, response_model=models.Pipeline
    ),
)
async def archive_pipeline(pipeline_id: PipelineId, rpc: Rpc) -> Response:
    """Hide a pipeline and refuse new versions and runs. Archiving twice is no error."""
    archived = await ask(
        rpc.pipelines.ArchivePipeline, pb.ArchivePipelineRequest(pipeline_id=pipeline_id)
    )
    return resource(archived.pipeline)


@pipelines.post(
    "/pipelines/{pipeline_id:segment}:unarchive",
    **operation(
        PIPELINES, "UnarchivePipeline", errors=(404,), headers=_ETAG, response_model=models.Pipeline
    ),
)
async def unarchive_pipeline(pipeline_id: PipelineId, rpc: Rpc) -> Response:
    """Bring an archived pipeline back."""
    back = await ask(
        rpc.pipelines.UnarchivePipeline, pb.UnarchivePipelineRequest(pipeline_id=pipeline_id)
    )
    return resource(back.pipeline)
