"""Direct calls of models, one or several side by side, answered token by token."""

from typing import Any

import orjson
from fastapi import Response

from gateway.clients import Clients, Rpc, ask
from gateway.door import router
from gateway.live.model_calls import stream_model_call
from gateway.live.playground import stream_playground as answer_side_by_side
from gateway.live.streams import EventStream, LiveStreams
from gateway.operations import EXECUTION, operation
from gateway.routes.execution import models
from gateway.translate import fill
from promptpilot.execution.v1 import execution_pb2 as pb
from promptpilot.prompts.v1 import prompts_pb2
from services.kit.errors import AppError, FieldViolation, InvalidArgument

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

    Metered like a step; never retried once tokens flowed. Leaving before the end stops the
    provider; what had been answered by then is metered.

    The answer is `text/event-stream`: `event: delta` with `{"text": …}` for each piece, then one
    `event: result` with call_id, text, tool_calls (id, name and arguments as the model wrote them),
    model, provider, mode, finish_reason, usage, is_usage_estimated, cost (cost_nano_usd and
    price_source; null when prices cannot be asked just now), duration_ms and first_token_ms; or
    `event: problem` with a problem document when the provider fails midway.
    """
    return await stream_model_call(rpc, await _request(body, body.mode, rpc), streams)


@model_calls.post(
    "/playground:stream",
    **operation(
        EXECUTION,
        "StreamModelCall",
        name="streamPlayground",
        errors=(404, 409),
        body=True,
        streams=True,
        response_model=None,
        response_class=EventStream,
    ),
)
async def stream_playground(
    body: models.StreamPlayground, rpc: Rpc, streams: LiveStreams
) -> Response:
    """Call up to four models side by side: versions, drafts and models in any mixture.

    Each call is made and metered as by `POST /v1/model-calls`; `index` in each event is its place
    in `calls`. What is wrong with any call before models are asked refuses all of them.

    The answer is `text/event-stream`: `event: delta` with `{"index", "text"}`, and for each call
    one `event: result` with `index` and what a model call's result has, or one `event: problem`
    with `{"index", "problem"}`, while the other calls go on. The stream ends with the last of them.
    When all calls fail before any has begun to answer, the answer is the first one's problem.
    Leaving the stream stops all that are not done.
    """
    requests = []
    for index, call in enumerate(body.calls):
        try:
            requests.append(await _request(call, body.mode, rpc))
        except AppError as error:
            raise _of_call(index, error) from None
    return await answer_side_by_side(rpc, requests, streams)


async def _request(
    body: models.ModelCallBody, mode: models.Mode | None, rpc: Clients
) -> pb.StreamModelCallRequest:
    """Fill the prompt, and ask for what is needed to call its model."""
    rendered = await ask(rpc.prompts.RenderPrompt, _render_request(body))
    model = body.model or rendered.model
    if not model:
        raise InvalidArgument.of_field("model", "is needed: the prompt names none")
    return fill(
        pb.StreamModelCallRequest,
        messages=[
            {"role": message.role, "content": message.content} for message in rendered.messages
        ],
        model=model,
        parameters=_merged_parameters(rendered.parameters_json, body.parameters),
        mode=mode,
        prompt_id=rendered.prompt_id,
        prompt_version=rendered.version,
    )


def _of_call(index: int, error: AppError) -> AppError:
    """Say which call it is that the error is about."""
    at = f"calls[{index}]"
    error.violations = tuple(
        FieldViolation(f"{at}.{fault.field}", fault.description) for fault in error.violations
    )
    error.message = f"{at}: {error.message}"
    return error


def _render_request(body: models.ModelCallBody) -> prompts_pb2.RenderPromptRequest:
    if body.reference is not None:
        return fill(
            prompts_pb2.RenderPromptRequest, reference=body.reference, variables=body.variables
        )
    return fill(prompts_pb2.RenderPromptRequest, draft=body.draft, variables=body.variables)


def _merged_parameters(own_json: str, given: dict[str, Any]) -> dict[str, Any]:
    own = orjson.loads(own_json) if own_json else {}
    return {**own, **given}
