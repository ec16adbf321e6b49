"""Direct calls of a model, answered token by token."""

from typing import Any

import orjson
from fastapi import Response

from gateway.clients import Rpc, ask
from gateway.door import router
from gateway.live.model_calls import stream_model_call
from gateway.live.streams import EventStream, LiveStreams
from gateway.operations import EXECUTION, operation
from gateway.routes.execution import models
from gateway.translate import fill
from promptpilot.execution.v1 import execution_pb2 as pb
from promptpilot.prompts.v1 import prompts_pb2
from services.kit.errors import InvalidArgument

model_calls = router("models")


@model_calls.post(
    "/model-calls",
    **operation(
        EXECUTION,
        "StreamModelCall",
        name="createModelCall",
        errors=(404, 409),
        body=True,
        streams=True,
        response_model=None,
        response_class=EventStream,
    ),
)
async def create_model_call(
    body: models.CreateModelCall, rpc: Rpc, streams: LiveStreams
) -> Response:
    """Call a model once with a prompt version or a draft.

    Metered like a step; never retried once tokens flowed.

    The answer is `text/event-stream`: `event: delta` with `{"text": …}` for each piece, then one
    `event: result` with call_id, text, model, finish_reason, usage, duration_ms and first_token_ms;
    or `event: problem` with a problem document when the provider fails midway.
    """
    rendered = await ask(rpc.prompts.RenderPrompt, _render_request(body))
    model = body.model or rendered.model
    if not model:
        raise InvalidArgument.of_field("model", "is needed: the prompt names none")
    request = fill(
        pb.StreamModelCallRequest,
        messages=[
            {"role": message.role, "content": message.content} for message in rendered.messages
        ],
        model=model,
        parameters=_merged_parameters(rendered.parameters_json, body.parameters),
        mode=body.mode,
        prompt_id=rendered.prompt_id,
        prompt_version=rendered.version,
    )
    return await stream_model_call(rpc.execution, request, streams)


def _render_request(body: models.CreateModelCall) -> prompts_pb2.RenderPromptRequest:
    if body.reference is not None:
        return fill(
            prompts_pb2.RenderPromptRequest, reference=body.reference, variables=body.variables
        )
    return fill(prompts_pb2.RenderPromptRequest, draft=body.draft, variables=body.variables)


def _merged_parameters(own_json: str, given: dict[str, Any]) -> dict[str, Any]:
    own = orjson.loads(own_json) if own_json else {}
    return {**own, **given}
