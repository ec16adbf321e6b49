"""Labels of a prompt: moved, removed, taken back, and what happened to them."""

from typing import Annotated

from fastapi import Query, Response

from gateway.answers import nothing, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, LabelPath, router
from gateway.operations import PROMPTS, operation
from gateway.resolved import Resolved
from gateway.routes.prompts import label_models as models
from gateway.routes.prompts.models import PromptLabel
from gateway.routes.prompts.prompts import PromptId
from gateway.schema import PageParams
from gateway.translate import fill
from promptpilot.prompts.v1 import prompts_pb2 as pb

labels = router("prompts")


@labels.get(
    "/prompts/{prompt_id:segment}/labels",
    **operation(
        PROMPTS, "ListPromptLabels", errors=(404,), response_model=models.PromptLabelStatePage
    ),
)
async def list_prompt_labels(
    prompt_id: PromptId, params: Annotated[PageParams, Query()], rpc: Rpc
) -> Response:
    """List labels of a prompt by name.

    `latest` included; with where a rollback would take each, and what protects it.
    """
    listed = await ask(
        rpc.prompts.ListPromptLabels, fill(pb.ListPromptLabelsRequest, params, prompt_id=prompt_id)
    )
    return page(listed.labels, listed.next_page_token)


@labels.put(
    "/prompts/{prompt_id:segment}/labels/{label:segment}",
    **operation(
        PROMPTS, "SetPromptLabel", errors=(404, 409), body=True, response_model=PromptLabel
    ),
)
async def set_prompt_label(
    prompt_id: PromptId,
    label: LabelPath,
    body: models.SetPromptLabel,
    rpc: Rpc,
    resolved: Resolved,
) -> Response:
    """Point a label at a version.

    Where it points there already, nothing changes. 403 `LABEL_PROTECTED`; 409 `LABEL_MOVED`,
    `LABEL_FROZEN`; 422 `LABEL_RESERVED` for `latest`, `REASON_REQUIRED`.
    """
    request = fill(pb.SetPromptLabelRequest, body, prompt_id=prompt_id, label=label)
    moved = await ask(rpc.prompts.SetPromptLabel, request)
    resolved.forget(prompt_id)
    return resource(moved.label)


@labels.delete(
    "/prompts/{prompt_id:segment}/labels/{label:segment}",
    **operation(PROMPTS, "DeletePromptLabel", errors=(404, 409), status_code=204),
)
async def delete_prompt_label(
    prompt_id: PromptId,
    label: LabelPath,
    params: Annotated[models.DeletePromptLabel, Query()],
    rpc: Rpc,
    resolved: Resolved,
) -> Response:
    """Remove a label; its history stays.

    403 `LABEL_PROTECTED`; 404 `LABEL_NOT_FOUND`; 409 `LABEL_MOVED`, `LABEL_FROZEN`; 422
    `LABEL_RESERVED` for `latest`, `REASON_REQUIRED`.
    """
    request = fill(pb.DeletePromptLabelRequest, params, prompt_id=prompt_id, label=label)
    await ask(rpc.prompts.DeletePromptLabel, request)
    resolved.forget(prompt_id)
    return nothing()


@labels.post(
    "/prompts/{prompt_id:segment}/labels/{label:segment}:rollback",
    **operation(
        PROMPTS, "RollBackPromptLabel", errors=(404, 409), body=True, response_model=PromptLabel
    ),
)
async def roll_back_prompt_label(
    prompt_id: PromptId,
    label: LabelPath,
    body: models.RollBackPromptLabel,
    *,
    rpc: Rpc,
    resolved: Resolved,
    request_id: IdempotencyKey = "",
) -> Response:
    """Take a label back to the version it stood at before its last move.

    Again: to the one before that; a move that was rolled back is not returned to. A removed label
    comes back to where it stood. 403 `LABEL_PROTECTED`; 404 `LABEL_NOT_FOUND` for a label that
    never was; 409 `NOTHING_TO_ROLL_BACK`, `LABEL_MOVED`, `LABEL_FROZEN`; 422 `LABEL_RESERVED` for
    `latest`, `REASON_REQUIRED`.
    """
    request = fill(
        pb.RollBackPromptLabelRequest,
        body,
        prompt_id=prompt_id,
        label=label,
        request_id=request_id,
    )
    moved = await ask(rpc.prompts.RollBackPromptLabel, request)
    resolved.forget(prompt_id)
    return resource(moved.label)


@labels.get(
    "/prompts/{prompt_id:segment}/labels/{label:segment}/history",
    **operation(
        PROMPTS,
        "ListPromptLabelHistory",
        name="listLabelHistory",
        errors=(404,),
        response_model=models.PromptLabelEventPage,
    ),
)
async def list_label_history(
    prompt_id: PromptId, label: LabelPath, params: Annotated[PageParams, Query()], rpc: Rpc
) -> Response:
    """List what happened to one label of a prompt, newest first.

    404 `LABEL_NOT_FOUND` for a label that never was; 422 `LABEL_RESERVED` for `latest`, which
    follows the versions.
    """
    request = fill(pb.ListPromptLabelHistoryRequest, params, prompt_id=prompt_id, label=label)
    listed = await ask(rpc.prompts.ListPromptLabelHistory, request)
    return page(listed.events, listed.next_page_token)


@labels.get(
    "/prompts/{prompt_id:segment}/label-history",
    **operation(
        PROMPTS,
        "ListPromptLabelHistory",
        errors=(404,),
        response_model=models.PromptLabelEventPage,
    ),
)
async def list_prompt_label_history(
    prompt_id: PromptId, params: Annotated[PageParams, Query()], rpc: Rpc
) -> Response:
    """List what happened to all labels of a prompt, newest first."""
    request = fill(pb.ListPromptLabelHistoryRequest, params, prompt_id=prompt_id)
    listed = await ask(rpc.prompts.ListPromptLabelHistory, request)
    return page(listed.events, listed.next_page_token)
