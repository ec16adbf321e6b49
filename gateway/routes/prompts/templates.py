"""The library: templates to read and to copy."""

from typing import Annotated

from fastapi import Path, Query, Response

from gateway.answers import answer, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, router
from gateway.operations import PROMPTS, operation
from gateway.routes.prompts import template_models as models
from gateway.routes.prompts.models import CreatedPrompt
from gateway.translate import fill, read
from promptpilot.prompts.v1 import prompts_pb2 as pb

templates = router("prompts")
TemplateName = Annotated[
    str,
    Path(
        description="Name of a template in the library.",
        min_length=1,
        max_length=128,
        examples=["ticket-triage"],
    ),
]


@templates.get(
    "/prompt-templates",
    **operation(PROMPTS, "ListPromptTemplates", response_model=models.PromptTemplatePage),
)
async def list_prompt_templates(
    params: Annotated[models.ListPromptTemplates, Query()], rpc: Rpc
) -> Response:
    """List the library's templates, by category, then title.

    The library ships with the platform and is the same for every tenant; one page holds all of it.
    """
    listed = await ask(rpc.prompts.ListPromptTemplates, fill(pb.ListPromptTemplatesRequest, params))
    return page(listed.templates)


@templates.get(
    "/prompt-templates/{template_name:segment}",
    **operation(
        PROMPTS, "GetPromptTemplate", errors=(404,), response_model=models.WholePromptTemplate
    ),
)
async def get_prompt_template(template_name: TemplateName, rpc: Rpc) -> Response:
    """Get one template with its content, and examples of values with what they make of it."""
    request = pb.GetPromptTemplateRequest(name=template_name)
    return resource(await ask(rpc.prompts.GetPromptTemplate, request))


@templates.post(
    "/prompt-templates/{template_name:segment}:copy",
    **operation(
        PROMPTS,
        "CopyPromptTemplate",
        errors=(404, 409),
        body=True,
        headers={"Location": "Path of the prompt."},
        status_code=201,
        response_model=CreatedPrompt,
    ),
)
async def copy_prompt_template(
    template_name: TemplateName,
    body: models.CopyPromptTemplate,
    rpc: Rpc,
    request_id: IdempotencyKey = "",
) -> Response:
    """Make a prompt of your own from a template. 409 `PROMPT_NAME_TAKEN`.

    Its content becomes version 1, whose note names the template. As with any new prompt only
    `latest` points at it: programs that ask for `production` find it once you move that label.
    """
    request = fill(
        pb.CopyPromptTemplateRequest, body, template_name=template_name, request_id=request_id
    )
    copied = await ask(rpc.prompts.CopyPromptTemplate, request)
    return answer(read(copied), 201, location=f"/v1/prompts/{copied.prompt.id}")
