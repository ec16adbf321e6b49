"""The gRPC door: translate the request, call one command or query, translate the answer back."""

from google.protobuf.timestamp_pb2 import Timestamp

from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from promptpilot.pipelines.v1.pipelines_pb2_grpc import PipelinesServiceServicer
from services.kit.caller import current_caller, current_tenant
from services.kit.idempotency import once
from services.kit.work import UnitOfWork
from services.pipelines import queries
from services.pipelines.commands.archive_pipeline import archive_pipeline, unarchive_pipeline
from services.pipelines.commands.create_pipeline import create_pipeline
from services.pipelines.commands.create_pipeline_version import create_pipeline_version
from services.pipelines.commands.delete_pipeline_label import delete_pipeline_label
from services.pipelines.commands.publish_pipeline_version import publish_pipeline_version
from services.pipelines.commands.set_pipeline_label import set_pipeline_label
from services.pipelines.commands.update_pipeline import update_pipeline
from services.pipelines.errors import PipelineInvalid
from services.pipelines.models import Pipeline, PipelineLabel, PipelineVersion
from services.pipelines.queries import PromptDirectory
from services.pipelines.repository import PipelineFilter, find_label
from services.pipelines.rules.pipelines import PRODUCTION, etag
from services.pipelines.rules.templates import template


class PipelinesServicer(PipelinesServiceServicer):
    """Serves pipelines of the caller's tenant; `pipelines.proto` documents each RPC."""

    def __init__(self, work: UnitOfWork, prompts: PromptDirectory) -> None:
        self._work = work
        self._prompts = prompts

    async def CreatePipeline(
        self, request: pb.CreatePipelineRequest, _: object
    ) -> pb.CreatePipelineResponse:
        """Create a pipeline with its first version."""
        # Before the transaction: no connection is held while prompts answers.
        checked = await queries.validate_pipeline(self._prompts, _definition_of(request))
        tenant = current_tenant()
        async with once(
            self._work, tenant, request, pb.CreatePipelineResponse, method="CreatePipeline"
        ) as call:
            if call.answer is None:
                pipeline, version = await create_pipeline(
                    call.work,
                    tenant,
                    current_caller().actor,
                    name=request.name,
                    description=request.description,
                    checked=checked,
                    note=request.note,
                )
                call.answer = pb.CreatePipelineResponse(
                    pipeline=_pipeline(pipeline), version=_version(version)
                )
        return call.answer

    async def GetPipeline(
        self, request: pb.GetPipelineRequest, _: object
    ) -> pb.GetPipelineResponse:
        """Return one pipeline."""
        pipeline = await queries.get_pipeline(
            self._work, current_tenant(), reference=request.pipeline_id
        )
        return pb.GetPipelineResponse(pipeline=_pipeline(pipeline))

    async def ListPipelines(
        self, request: pb.ListPipelinesRequest, _: object
    ) -> pb.ListPipelinesResponse:
        """Return a page of pipelines."""
        page, token = await queries.list_pipelines(
            self._work,
            current_tenant(),
            only=PipelineFilter(query=request.query, is_archived=request.is_archived),
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListPipelinesResponse(pipelines=map(_pipeline, page), next_page_token=token)

    async def UpdatePipeline(
        self, request: pb.UpdatePipelineRequest, _: object
    ) -> pb.UpdatePipelineResponse:
        """Change name or description."""
        pipeline = await update_pipeline(
            self._work,
            current_tenant(),
            reference=request.pipeline_id,
            name=request.name if request.HasField("name") else None,
            description=request.description if request.HasField("description") else None,
            etag=request.etag,
        )
        return pb.UpdatePipelineResponse(pipeline=_pipeline(pipeline))

    async def ArchivePipeline(
        self, request: pb.ArchivePipelineRequest, _: object
    ) -> pb.ArchivePipelineResponse:
        """Hide a pipeline."""
        pipeline = await archive_pipeline(
            self._work, current_tenant(), reference=request.pipeline_id
        )
        return pb.ArchivePipelineResponse(pipeline=_pipeline(pipeline))

    async def UnarchivePipeline(
        self, request: pb.UnarchivePipelineRequest, _: object
    ) -> pb.UnarchivePipelineResponse:
        """Bring an archived pipeline back."""
        pipeline = await unarchive_pipeline(
            self._work, current_tenant(), reference=request.pipeline_id
        )
        return pb.UnarchivePipelineResponse(pipeline=_pipeline(pipeline))

    async def CreatePipelineVersion(
        self, request: pb.CreatePipelineVersionRequest, _: object
    ) -> pb.CreatePipelineVersionResponse:
        """Add an immutable version."""
        checked = await queries.validate_pipeline(self._prompts, request.definition_json)
        tenant = current_tenant()
        async with once(
            self._work,
            tenant,
            request,
            pb.CreatePipelineVersionResponse,
            method="CreatePipelineVersion",
        ) as call:
            if call.answer is None:
                version = await create_pipeline_version(
                    call.work,
                    tenant,
                    current_caller().actor,
                    reference=request.pipeline_id,
                    checked=checked,
                    note=request.note,
                )
                call.answer = pb.CreatePipelineVersionResponse(version=_version(version))
        return call.answer

    async def GetPipelineVersion(
        self, request: pb.GetPipelineVersionRequest, _: object
    ) -> pb.GetPipelineVersionResponse:
        """Return one version."""
        version = await queries.get_pipeline_version(
            self._work, current_tenant(), reference=request.pipeline_id, number=request.number
        )
        return pb.GetPipelineVersionResponse(version=_version(version))

    async def ListPipelineVersions(
        self, request: pb.ListPipelineVersionsRequest, _: object
    ) -> pb.ListPipelineVersionsResponse:
        """Return a page of versions."""
        page, token = await queries.list_pipeline_versions(
            self._work,
            current_tenant(),
            reference=request.pipeline_id,
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListPipelineVersionsResponse(versions=map(_version, page), next_page_token=token)

    async def PublishPipelineVersion(
        self, request: pb.PublishPipelineVersionRequest, _: object
    ) -> pb.PublishPipelineVersionResponse:
        """Make one version the one that new runs use."""
        pipeline = await publish_pipeline_version(
            self._work,
            current_tenant(),
            current_caller().actor,
            reference=request.pipeline_id,
            number=request.number,
        )
        return pb.PublishPipelineVersionResponse(pipeline=_pipeline(pipeline))

    async def SetPipelineLabel(
        self, request: pb.SetPipelineLabelRequest, _: object
    ) -> pb.SetPipelineLabelResponse:
        """Point a label at a version."""
        label = await set_pipeline_label(
            self._work,
            current_tenant(),
            current_caller().actor,
            reference=request.pipeline_id,
            label=request.label,
            version=request.version,
        )
        return pb.SetPipelineLabelResponse(label=_label(label))

    async def DeletePipelineLabel(
        self, request: pb.DeletePipelineLabelRequest, _: object
    ) -> pb.DeletePipelineLabelResponse:
        """Remove a label."""
        await delete_pipeline_label(
            self._work, current_tenant(), reference=request.pipeline_id, label=request.label
        )
        return pb.DeletePipelineLabelResponse()

    async def ValidatePipeline(
        self, request: pb.ValidatePipelineRequest, _: object
    ) -> pb.ValidatePipelineResponse:
        """Check a definition without saving it."""
        checked = await queries.validate_pipeline(self._prompts, request.definition_json)
        return pb.ValidatePipelineResponse(
            faults=[
                pb.DefinitionFault(
                    path=fault.path, step_id=fault.step_id, code=fault.code, message=fault.message
                )
                for fault in checked.faults
            ]
        )

    async def ResolvePipeline(
        self, request: pb.ResolvePipelineRequest, _: object
    ) -> pb.ResolvePipelineResponse:
        """Find the version that a run is to use."""
        pipeline, version = await queries.resolve_pipeline(
            self._work,
            current_tenant(),
            reference=request.pipeline,
            label=request.label,
            version=request.version,
        )
        return pb.ResolvePipelineResponse(pipeline=_pipeline(pipeline), version=_version(version))

    async def ListPipelineTemplates(
        self, _request: pb.ListPipelineTemplatesRequest, _: object
    ) -> pb.ListPipelineTemplatesResponse:
        """Return ready definitions to start from."""
        return pb.ListPipelineTemplatesResponse(
            templates=[
                pb.PipelineTemplate(
                    id=one.id,
                    name=one.name,
                    description=one.description,
                    definition_json=one.definition_json,
                    example_input_json=one.example_input_json,
                )
                for one in queries.list_pipeline_templates()
            ]
        )

    async def GetDefinitionSchema(
        self, _request: pb.GetDefinitionSchemaRequest, _: object
    ) -> pb.GetDefinitionSchemaResponse:
        """Return the JSON Schema of definitions."""
        return pb.GetDefinitionSchemaResponse(schema_json=queries.get_definition_schema())


def _definition_of(request: pb.CreatePipelineRequest) -> str:
    """Return the definition that a request gives or names.

    Raises PipelineInvalid unless it is one.
    """
    if request.definition_json and request.template_id:
        raise PipelineInvalid.of_field("template_id", "give a definition or a template, not both")
    return (
        template(request.template_id).definition_json
        if request.template_id
        else request.definition_json
    )


def _pipeline(pipeline: Pipeline) -> pb.Pipeline:
    published = find_label(pipeline, PRODUCTION)
    answer = pb.Pipeline(
        id=pipeline.id,
        name=pipeline.name,
        description=pipeline.description,
        latest_version=pipeline.latest_version,
        published_version=published.version if published else 0,
        labels=map(_label, pipeline.labels),
        etag=etag(pipeline.id, pipeline.revision),
    )
    answer.create_time.FromDatetime(pipeline.create_time)
    answer.update_time.FromDatetime(pipeline.update_time)
    if pipeline.archive_time is not None:
        answer.archive_time.FromDatetime(pipeline.archive_time)
    return answer


def _label(label: PipelineLabel) -> pb.PipelineLabel:
    answer = pb.PipelineLabel(label=label.label, version=label.version, actor_id=label.actor_id)
    answer.update_time.FromDatetime(label.update_time)
    return answer


def _version(version: PipelineVersion) -> pb.PipelineVersion:
    created = Timestamp()
    created.FromDatetime(version.create_time)
    return pb.PipelineVersion(
        pipeline_id=version.pipeline_id,
        number=version.number,
        definition_json=version.definition,
        definition_hash=version.definition_hash,
        note=version.note,
        create_time=created,
        creator_id=version.creator_id,
    )
