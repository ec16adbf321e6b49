"""Prompts: create, read, change, archive."""

from typing import Annotated

from fastapi import Query, Response

from gateway.answers import answer, etag_of, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, IfMatch, id_or_name, router
from gateway.operations import PROMPTS, operation
from gateway.resolved import Resolved
from gateway.routes.prompts import models
from gateway.translate import fill, read
from promptpilot.prompts.v1 import prompts_pb2 as pb

prompts = router("prompts")
PromptId = Annotated[str, id_or_name("prm", "Prompt")]
_ETAG = {"ETag": "Version of the prompt, for If-Match."}


@prompts.post(
    "/prompts",
    **operation(
        PROMPTS,
        "CreatePrompt",
        errors=(409,),
        body=True,
        headers={"Location": "Path of the prompt."},
        status_code=201,
        response_model=models.CreatedPrompt,
    ),
)
async def create_prompt(
    body: models.CreatePrompt, rpc: Rpc, request_id: IdempotencyKey = ""
) -> Response:
    """Create a prompt with its first version. 409 `PROMPT_NAME_TAKEN`."""
    created = await ask(
        rpc.prompts.CreatePrompt, fill(pb.CreatePromptRequest, body, request_id=request_id)
    )
    return answer(read(created), 201, location=f"/v1/prompts/{created.prompt.id}")


@prompts.get("/prompts", **operation(PROMPTS, "ListPrompts", response_model=models.PromptPage))
async def list_prompts(params: Annotated[models.ListPrompts, Query()], rpc: Rpc) -> Response:
    """List prompts, last changed first."""
    listed = await ask(rpc.prompts.ListPrompts, fill(pb.ListPromptsRequest, params))
    return page(listed.prompts, listed.next_page_token)


@prompts.get(
    "/prompts/{prompt_id:segment}",
    **operation(PROMPTS, "GetPrompt", errors=(404,), headers=_ETAG, response_model=models.Prompt),
)
async def get_prompt(prompt_id: PromptId, rpc: Rpc) -> Response:
    """Get one prompt with its labels."""
    return resource(
        (await ask(rpc.prompts.GetPrompt, pb.GetPromptRequest(prompt_id=prompt_id))).prompt
    )


@prompts.patch(
    "/prompts/{prompt_id:segment}",
    **operation(
        PROMPTS,
        "UpdatePrompt",
        errors=(404, 409),
        body=True,
        headers=_ETAG,
        response_model=models.Prompt,
    ),
)
async def update_prompt(
    prompt_id: PromptId,
    body: models.UpdatePrompt,
    rpc: Rpc,
    resolved: Resolved,
    if_match: IfMatch = "",
) -> Response:
    """Change name, description or tags.

    409 `ETAG_MISMATCH`, `PROMPT_NAME_TAKEN`. A new name takes the labels along: 403
    `LABEL_PROTECTED`, 409 `LABEL_FROZEN` when a policy forbids that under either name.
    """
    request = fill(
        pb.UpdatePromptRequest,
        body,
        prompt_id=prompt_id,
        is_tags_set=body.tags is not None,
        etag=etag_of(if_match),
    )
    updated = await ask(rpc.prompts.UpdatePrompt, request)
    resolved.forget(updated.prompt.id)
    return resource(updated.prompt)


@prompts.post(
    "/prompts/{prompt_id:segment}:archive",
    **operation(
        PROMPTS, "ArchivePrompt", errors=(404,), headers=_ETAG, response_model=models.Prompt
    ),
)
async def archive_prompt(prompt_id: PromptId, rpc: Rpc, resolved: Resolved) -> Response:
    """Hide a prompt from lists and refuse new versions; what is labelled is still served.

    Twice is no error.
    """
    archived = await ask(rpc.prompts.ArchivePrompt, pb.ArchivePromptRequest(prompt_id=prompt_id))
    resolved.forget(archived.prompt.id)
    return resource(archived.prompt)


@prompts.post(
    "/prompts/{prompt_id:segment}:unarchive",
    **operation(
        PROMPTS, "UnarchivePrompt", errors=(404,), headers=_ETAG, response_model=models.Prompt
    ),
)
async def unarchive_prompt(prompt_id: PromptId, rpc: Rpc, resolved: Resolved) -> Response:
    """Bring an archived prompt back."""
    back = await ask(rpc.prompts.UnarchivePrompt, pb.UnarchivePromptRequest(prompt_id=prompt_id))
    resolved.forget(back.prompt.id)
    return resource(back.prompt)
