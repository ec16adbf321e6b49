"""Direct model calls and providers over HTTP."""

import json
from typing import Any

from gateway.routes.execution import provider_models as models
from services.kit.ids import new_id
from tests.support.platform_in_process import Api, Member

DRAFT = {"type": "text", "text": "Tell me about {{topic}}."}
PROVIDER = {"base_url": "https://93.184.216.34/v1", "api_key": "sk-secret-1234"}


async def call_model(api: Api, body: dict[str, Any]) -> tuple[int, Any]:
    """Call a model; return the events of the answer, or the problem."""
    url = f"{api.url}/v1/model-calls"
    async with api.session.post(url, json=body, headers=api.headers) as response:
        if response.content_type != "text/event-stream":
            return response.status, await response.json(content_type=None)
        blocks = (await response.text()).split("\n\n")
    events = [
        (lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: ")))
        for lines in (block.split("\n") for block in blocks if block.startswith("event: "))
    ]
    return response.status, events


async def test_a_draft_is_answered_token_by_token(ada: Member) -> None:
    body = {"draft": DRAFT, "variables": {"topic": "bees"}, "model": "sim-text"}
    status, events = await call_model(ada.api, body)
    assert status == 200
    assert len(events) > 2
    assert {kind for kind, _ in events[:-1]} == {"delta"}
    kind, result = events[-1]
    assert kind == "result"
    assert "".join(data["text"] for _, data in events[:-1]) == result["text"]
    assert result["model"] == "sim-text"
    assert result["usage"]["output_tokens"] > 0


async def test_a_saved_prompt_is_called_by_name(ada: Member) -> None:
    body = {
        "reference": {"prompt": "text-summarization"},
        "variables": {"text": "Bees make honey. " * 20},
        "model": "sim-echo",
    }
    status, events = await call_model(ada.api, body)
    assert status == 200
    assert "Bees make honey" in events[-1][1]["text"]


async def test_what_is_wrong_before_the_first_token_is_a_problem(ada: Member) -> None:
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"draft": DRAFT, "model": "sim-text"}, 422, "VARIABLES_INVALID"),
        ({"draft": DRAFT, "variables": {"topic": "x"}}, 422, "INVALID_ARGUMENT"),
        ({"model": "sim-text"}, 422, "INVALID_ARGUMENT"),
        ({"reference": {"prompt": "no-such"}, "model": "sim-text"}, 404, "PROMPT_NOT_FOUND"),
        (
            {"draft": DRAFT, "variables": {"topic": "x"}, "model": "gpt", "mode": "live"},
            404,
            "MODEL_NOT_FOUND",
        ),
    ]
    for body, status, reason in cases:
        answer = await call_model(ada.api, body)
        assert (answer[0], answer[1]["reason"]) == (status, reason), answer


async def test_the_simulators_models_are_listed_for_test_mode(ada: Member) -> None:
    listed = await ada.api.get("/v1/models?mode=test")
    models.ModelPage.model_validate(listed.body)
    assert {"sim-echo", "sim-text", "sim-json"} <= {one["name"] for one in listed.body["items"]}


async def test_a_providers_key_goes_in_and_never_comes_out(ada: Member) -> None:
    made = await ada.api.post("/v1/providers", {"name": new_id("prv"), **PROVIDER})
    assert made.status == 201, made.body
    models.Provider.model_validate(made.body)
    assert made.body["key_last_four"] == "1234"
    assert made.body["models"] == ["*"]
    at = f"/v1/providers/{made.body['id']}"
    read = await ada.api.get(at)
    assert read.body == made.body
    assert "sk-secret" not in json.dumps(read.body)
    renamed = await ada.api.call("PATCH", at, {"models": ["a"]}, If_Match=f'"{made.body["etag"]}"')
    assert (renamed.body["models"], renamed.body["key_last_four"]) == (["a"], "1234")
    moved = await ada.api.call("PATCH", at, {"base_url": "https://1.1.1.1/v1"})
    assert moved.body["key_last_four"] == ""
    assert (await ada.api.call("DELETE", at)).status == 204
    assert (await ada.api.get(at)).status == 404


async def test_another_tenants_provider_is_not_found_on_every_route(
    ada: Member, eve: Member
) -> None:
    made = await ada.api.post("/v1/providers", {"name": new_id("prv"), **PROVIDER})
    for method, body in (("GET", None), ("PATCH", {"name": "mine"}), ("DELETE", None)):
        theirs = await eve.api.call(method, f"/v1/providers/{made.body['id']}", body)
        assert (theirs.status, theirs.body["reason"]) == (404, "PROVIDER_NOT_FOUND")
    assert (await eve.api.get("/v1/providers")).body["items"] == []


async def test_an_address_that_leads_nowhere_is_the_inputs_fault(ada: Member) -> None:
    for base_url, reason in (
        ("https://no-such-host.invalid/v1", "PROVIDER_ADDRESS_UNKNOWN"),
        ("http://169.254.169.254/v1", "EGRESS_REFUSED"),
        ("http://[::ffff:127.0.0.1]/v1", "EGRESS_REFUSED"),
    ):
        body = {"name": new_id("prv"), "base_url": base_url}
        refused = await ada.api.post("/v1/providers", body)
        assert (refused.status, refused.body["reason"]) == (422, reason), refused.body
