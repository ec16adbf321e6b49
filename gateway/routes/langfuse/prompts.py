"""Prompts as Langfuse's API has them: `/api/public/v2/prompts`.

Everything goes the way of our own operations: the same commands, policies and events, and fetches
are answered from the same memory.
"""

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Path, Query, Response

from gateway import compatible
from gateway.answers import answer, cacheable
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, IfNoneMatch, VersionNumber, router
from gateway.operations import PROMPTS, compatible_operation
from gateway.resolved import Fetched, Form, Resolved
from gateway.routes.langfuse import models
from gateway.routes.langfuse.documents import index_document, prompt_document, pushed_version
from gateway.translate import fill
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument

if TYPE_CHECKING:  # this name exists for the type checker only
    from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceAsyncStub

prompts = router("langfuse", prefix=f"{compatible.PREFIX}v2")
PromptName = Annotated[str, Path(min_length=1, max_length=255)]


async def _fetch(stub: "PromptsServiceAsyncStub", reference: pb.PromptReference) -> Fetched:
    request = pb.GetReferencedVersionRequest(reference=reference)
    found = await ask(stub.GetReferencedVersion, request)
    document = prompt_document(found.prompt, found.version)
    return Fetched(found.prompt.id, found.prompt.name, document)


LANGFUSE: Final = Form("GetReferencedVersion", _fetch)


@prompts.get(
    "/prompts/{name:segment}",
    **compatible_operation(PROMPTS, "GetReferencedVersion", name="langfuseGetPrompt"),
)
async def get_prompt(
    name: PromptName,
    params: Annotated[models.GetPrompt, Query()],
    resolved: Resolved,
    if_none_match: IfNoneMatch = "",
) -> Response:
    """Fetch one version: by number, by label, or that of `production`."""
    if params.version and params.label:
        raise InvalidArgument("Cannot specify both version and label.")
    reference = pb.PromptReference(prompt=name, label=params.label, version=params.version)
    found = await resolved.get(reference, LANGFUSE)
    return cacheable(found.body, if_none_match, etag=found.etag)


@prompts.get(
    "/prompts", **compatible_operation(PROMPTS, "GetPromptIndex", name="langfuseListPrompts")
)
async def list_prompts(params: Annotated[models.ListPrompts, Query()], rpc: Rpc) -> Response:
    """List prompts by name, with the versions that pass the filters."""
    request = fill(
        pb.GetPromptIndexRequest,
        page_size=params.limit,
        page_number=params.page,
        name=params.name,
        label=params.label,
        tag=params.tag,
        from_time=params.from_time,
        to_time=params.to_time,
    )
    return answer(index_document(await ask(rpc.prompts.GetPromptIndex, request), params))


@prompts.post(
    "/prompts",
    **compatible_operation(
        PROMPTS, "SavePromptVersion", name="langfuseCreatePrompt", status_code=201
    ),
)
async def create_prompt(
    body: models.CreatePrompt, rpc: Rpc, resolved: Resolved, request_id: IdempotencyKey = ""
) -> Response:
    """Add a version to the prompt of this name, which is made if there is none, and label it."""
    saved = await ask(rpc.prompts.SavePromptVersion, pushed_version(body, request_id))
    resolved.forget(saved.prompt.id)
    return answer(prompt_document(saved.prompt, saved.version), 201)


@prompts.patch(
    "/prompts/{name:segment}/versions/{number:segment}",
    **compatible_operation(PROMPTS, "SetPromptLabels", name="langfuseUpdateLabels"),
)
async def update_labels(
    name: PromptName,
    number: VersionNumber,
    body: models.UpdateLabels,
    rpc: Rpc,
    resolved: Resolved,
) -> Response:
    """Point labels at a version; those that it has stay."""
    request = pb.SetPromptLabelsRequest(prompt_id=name, version=number, labels=body.new_labels)
    labelled = await ask(rpc.prompts.SetPromptLabels, request)
    resolved.forget(labelled.prompt.id)
    return answer(prompt_document(labelled.prompt, labelled.version))
