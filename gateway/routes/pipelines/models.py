"""Request and answer models of pipelines."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from gateway.schema import Answer, Body, Document, Flag, Name, Page, PageParams, Time

PipelineName = Annotated[
    Name, Field(description='Unique in the tenant; folders by "/".', examples=["reports/weekly"])
]
Description = Annotated[str, Field(max_length=2000)]
Note = Annotated[str, Field(max_length=500, description="Why this version was made.")]

EXAMPLE_DEFINITION: dict[str, Any] = {
    "schema_version": 1,
    "input": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
    "steps": [
        {
            "id": "summarise",
            "type": "prompt",
            "prompt": {"name": "text-summarization", "label": "production"},
            "variables": {"text": "${input.text}", "length": "3 sentences"},
            "model": "sim-text",
        }
    ],
    "output": {"summary": "${steps.summarise.output.text}"},
}
Definition = Annotated[
    dict[str, Any],
    Field(
        description="Pipeline definition, version 1: `/v1/schemas/pipeline-definition.json`. "
        "At most 1 MB, 500 steps.",
        examples=[EXAMPLE_DEFINITION],
    ),
]


class CreatePipeline(Body):
    """A new pipeline with its first version, from a definition or from a template."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "reports/weekly", "definition": EXAMPLE_DEFINITION}]
        }
    )

    name: PipelineName
    description: Description = ""
    definition: Definition | None = Field(
        default=None, description="Left out when `template_id` is given."
    )
    template_id: Annotated[str, Field(max_length=100, examples=["summarise-translate"])] = ""
    note: Note = ""


class UpdatePipeline(Body):
    """What of a pipeline is to change; what is left out stays."""

    name: PipelineName | None = None
    description: Description | None = None


class CreatePipelineVersion(Body):
    """A new version."""

    definition: Definition
    note: Note = ""


class ValidatePipeline(Body):
    """A definition to check."""

    definition: Definition


class ListPipelines(PageParams):
    """Which pipelines to list."""

    query: str = Field(
        default="", max_length=200, description="Part of name or description; case does not matter."
    )
    is_archived: Flag = Field(
        default=False, description="Archived pipelines instead of the others."
    )


class PipelineLabel(Answer):
    """A label and where it points."""

    label: str = Field(examples=["production"])
    version: int
    update_time: Time | None
    actor_id: str


class Pipeline(Answer):
    """A pipeline without its definition."""

    id: str = Field(examples=["pip_01jd8n3zq4e5v9x7k2m6r0t1wb"])
    name: str
    description: str
    latest_version: int
    published_version: int = Field(
        description="Where `production` points; 0 before the first publish."
    )
    labels: list[PipelineLabel] = Field(description="`latest` included.")
    create_time: Time
    update_time: Time
    archive_time: Time | None = Field(description="Set while archived.")
    etag: str = Field(description="Send it in If-Match of an update.")


class PipelinePage(Page):
    """Pipelines, last changed first."""

    items: list[Pipeline]


class PipelineVersion(Answer):
    """An immutable version."""

    pipeline_id: str
    number: int
    definition: Document
    definition_hash: str = Field(description="SHA-256 of the canonical definition, hex.")
    note: str
    create_time: Time
    creator_id: str


class PipelineVersionPage(Page):
    """Versions, newest first."""

    items: list[PipelineVersion]


class CreatedPipeline(Answer):
    """A pipeline and its first version."""

    pipeline: Pipeline
    version: PipelineVersion


class DefinitionFault(Answer):
    """One fault of a definition."""

    path: str = Field(
        description="Where; empty for the whole document.", examples=["steps[2].variables.text"]
    )
    step_id: str = Field(description="Step at fault, when there is one.")
    code: str = Field(
        description="cycle, unknown_reference, wrong_type, missing_prompt, missing_field, "
        "unknown_field, duplicate_id, expression_invalid or limit.",
        examples=["unknown_reference"],
    )
    message: str = Field(description="What is wrong and what to do.")


class PipelineValidation(Answer):
    """What is wrong with a definition."""

    faults: list[DefinitionFault] = Field(description="Empty: the definition is valid.")


class PipelineTemplate(Answer):
    """A ready definition to start from."""

    id: str = Field(examples=["summarise-translate"])
    name: str
    description: str
    definition: Document
    example_input: dict[str, Any] | None = Field(description="An input that works out of the box.")


class PipelineTemplatePage(Page):
    """Templates; always one page."""

    items: list[PipelineTemplate]
