"""Versions of a prompt; rendering; the fast fetch."""

from typing import Annotated

from fastapi import Query, Response

from gateway.answers import cacheable, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, IfNoneMatch, VersionNumber, router
from gateway.operations import PROMPTS, operation
from gateway.resolved import Resolved
from gateway.routes.prompts import models
from gateway.routes.prompts.prompts import PromptId
from gateway.schema import PageParams
from gateway.translate import fill
from promptpilot.prompts.v1 import prompts_pb2 as pb

versions = router("prompts")


@versions.get(
    "/prompts/{prompt_id:segment}/resolved",
    **operation(
        PROMPTS,
        "ResolvePrompts",
        cached=True,
        name="resolvePrompt",
        errors=(404,),
        response_model=models.ResolvedPrompt,
        headers={"ETag": "Hash of the answer, for If-None-Match."},
    ),
)
async def resolve_prompt(
    prompt_id: PromptId,
    params: Annotated[models.ResolvePrompt, Query()],
    resolved: Resolved,
    if_none_match: IfNoneMatch = "",
) -> Response:
    """Fetch the version that a label stands for now.

    What programs call before each use of a prompt.

    With If-None-Match it answers 304 while nothing changed. 404 `PROMPT_NOT_FOUND`,
    `LABEL_NOT_FOUND`, `PROMPT_VERSION_NOT_FOUND`.
    """
    reference = pb.PromptReference(prompt=prompt_id, label=params.label, version=params.version)
    found = await resolved.get(reference)
    return cacheable(found.body, if_none_match, etag=found.etag)


@versions.post(
    "/prompts/{prompt_id:segment}/versions",
    **operation(
        PROMPTS,
        "CreatePromptVersion",
        errors=(404, 409),
        body=True,
        status_code=201,
        headers={"Location": "Path of the version."},
        response_model=models.PromptVersion,
    ),
)
async def create_prompt_version(
    prompt_id: PromptId,
    body: models.CreatePromptVersion,
    rpc: Rpc,
    resolved: Resolved,
    request_id: IdempotencyKey = "",
) -> Response:
    """Add an immutable version to a branch; on `main`, `latest` moves to it.

    409 `BRANCH_MOVED` (`metadata.head_version`: the present head), `BRANCH_NOT_OPEN`,
    `PROMPT_ARCHIVED`; 404 `BRANCH_NOT_FOUND`.
    """
    request = fill(pb.CreatePromptVersionRequest, body, prompt_id=prompt_id, request_id=request_id)
    version = (await ask(rpc.prompts.CreatePromptVersion, request)).version
    resolved.forget(version.prompt_id)
    return resource(
        version, 201, location=f"/v1/prompts/{version.prompt_id}/versions/{version.number}"
    )


@versions.get(
    "/prompts/{prompt_id:segment}/versions",
    **operation(
        PROMPTS, "ListPromptVersions", errors=(404,), response_model=models.PromptVersionPage
    ),
)
async def list_prompt_versions(
    prompt_id: PromptId, params: Annotated[PageParams, Query()], rpc: Rpc
) -> Response:
    """List versions of a prompt, newest first."""
    listed = await ask(
        rpc.prompts.ListPromptVersions,
        fill(pb.ListPromptVersionsRequest, params, prompt_id=prompt_id),
    )
    return page(listed.versions, listed.next_page_token)


@versions.get(
    "/prompts/{prompt_id:segment}/versions/{number:segment}",
    **operation(PROMPTS, "GetPromptVersion", errors=(404,), response_model=models.PromptVersion),
)
async def get_prompt_version(prompt_id: PromptId, number: VersionNumber, rpc: Rpc) -> Response:
    """Get one version by number."""
    request = pb.GetPromptVersionRequest(prompt_id=prompt_id, number=number)
    return resource((await ask(rpc.prompts.GetPromptVersion, request)).version)


@versions.post(
    "/prompts/{prompt_id:segment}:render",
    **operation(
        PROMPTS, "RenderPrompt", errors=(404,), body=True, response_model=models.RenderedPrompt
    ),
)
async def render_prompt(prompt_id: PromptId, body: models.RenderPrompt, rpc: Rpc) -> Response:
    """Fill a version, or an unsaved draft, with variables.

    422 `VARIABLES_INVALID` names each missing, unknown or wrongly typed variable.
    """
    if body.draft is not None:
        request = fill(pb.RenderPromptRequest, draft=body.draft, variables=body.variables)
    else:
        reference = fill(
            pb.PromptReference, prompt=prompt_id, label=body.label, version=body.version
        )
        request = fill(pb.RenderPromptRequest, reference=reference, variables=body.variables)
    return resource(await ask(rpc.prompts.RenderPrompt, request))
