"""Comparisons of versions, with what the difference costs: prompts says what, billing how much."""

from typing import Annotated, Any, Final

from fastapi import Query, Response

from gateway.answers import answer
from gateway.clients import Clients, Rpc, ask
from gateway.door import router
from gateway.operations import PROMPTS, operation
from gateway.routes.prompts import comparison_models as models
from gateway.routes.prompts.prompts import PromptId
from gateway.translate import fill, read
from promptpilot.billing.v1 import billing_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import DeadlineExceeded, Unavailable

comparisons = router("prompts")
# A comparison without prices is worth more than none.
_PRICES_TIMEOUT_S: Final = 3.0


@comparisons.get(
    "/prompts/{prompt_id:segment}/compare",
    **operation(
        PROMPTS, "ComparePromptVersions", errors=(404,), response_model=models.PromptComparison
    ),
)
async def compare_prompt_versions(
    prompt_id: PromptId, params: Annotated[models.ComparePromptVersions, Query()], rpc: Rpc
) -> Response:
    """Say what differs between two versions, and what that costs before anything is run.

    Texts by word, messages, variables, parameters, tools and output schema; tokens and cost of what
    every call sends. 404 `PROMPT_NOT_FOUND`, `LABEL_NOT_FOUND`, `PROMPT_VERSION_NOT_FOUND`.
    """
    return await _compared(
        rpc,
        pb.ComparePromptVersionsRequest(
            prompt_id=prompt_id,
            before=models.side(params.before),
            after=models.side(params.after),
        ),
    )


@comparisons.post(
    "/prompts/{prompt_id:segment}/compare",
    **operation(
        PROMPTS,
        "ComparePromptVersions",
        name="comparePromptDraft",
        errors=(404,),
        body=True,
        response_model=models.PromptComparison,
    ),
)
async def compare_prompt_draft(
    prompt_id: PromptId, body: models.ComparePromptDraft, rpc: Rpc
) -> Response:
    """Say what differs between a version and a draft that is not saved.

    As between two versions. 422 `PROMPT_INVALID` for a draft that could not be saved.
    """
    return await _compared(
        rpc,
        fill(
            pb.ComparePromptVersionsRequest,
            prompt_id=prompt_id,
            before=models.side(body.before),
            after={"draft": body.draft},
        ),
    )


async def _compared(rpc: Clients, request: pb.ComparePromptVersionsRequest) -> Response:
    found = await ask(rpc.prompts.ComparePromptVersions, request)
    sides = {"before": found.before, "after": found.after}
    estimates = await _estimates(rpc, [side for side in sides.values() if side.model])
    document = read(found)
    for name, side in sides.items():
        document[name] |= _priced(side, estimates)
    document["difference"] = _difference(document["before"], document["after"])
    return answer(document)


# What each (model, input tokens, output tokens) costs; None: billing cannot be asked.
_Estimates = dict[tuple[str, int, int], billing_pb2.CostEstimate] | None


async def _estimates(rpc: Clients, sides: list[pb.ComparedSide]) -> _Estimates:
    keys = list(dict.fromkeys(map(_key, sides)))
    if not keys:
        return {}
    uses = [
        billing_pb2.ProspectiveUse(model=model, input_tokens=given, max_output_tokens=most)
        for model, given, most in keys
    ]
    request = billing_pb2.EstimateCostsRequest(uses=uses)
    try:
        answered = await ask(rpc.billing.EstimateCosts, request, timeout_s=_PRICES_TIMEOUT_S)
    except (Unavailable, DeadlineExceeded):
        return None
    return dict(zip(keys, answered.estimates, strict=True))


def _key(side: pb.ComparedSide) -> tuple[str, int, int]:
    return side.model, side.tokens.input_tokens, side.tokens.max_output_tokens


def _priced(side: pb.ComparedSide, estimates: _Estimates) -> dict[str, Any]:
    status: models.PriceStatus = "no_model"
    cost = None
    if side.model and estimates is None:
        status = "unavailable"
    elif side.model and estimates is not None:
        estimate = estimates[_key(side)]
        is_known = estimate.HasField("price")
        status = "known" if is_known else "not_published"
        cost = read(estimate) if is_known else None
    return {"price_status": status, "cost": cost}


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    costs = before["cost"], after["cost"]
    are_known = None not in costs
    are_limited = all(side["tokens"]["max_output_tokens"] for side in (before, after))
    return {
        "input_tokens": after["tokens"]["input_tokens"] - before["tokens"]["input_tokens"],
        "input_cost_nano_usd": _minus(costs, "input_cost_nano_usd") if are_known else None,
        "max_output_cost_nano_usd": (
            _minus(costs, "max_output_cost_nano_usd") if are_known and are_limited else None
        ),
    }


def _minus(costs: tuple[dict[str, int], dict[str, int]], name: str) -> int:
    before, after = costs
    return after[name] - before[name]
