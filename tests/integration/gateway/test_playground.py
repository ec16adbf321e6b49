"""POST /v1/playground:stream: several models side by side in one stream."""

from typing import Any

import pytest

from services.execution.adapters.models import simulation
from services.execution.rules.model_calls import ChatMessage, ModelRequest
from tests.support.events import until
from tests.support.platform_in_process import Api, Member, Platform
from tests.support.server_events import events_of

DRAFT = {"type": "text", "text": "Tell me about {{topic}}."}
URL = "/v1/playground:stream"
LONG = "word " * 4_000


def call(model: str, topic: str = "bees", **changes: Any) -> dict[str, Any]:
    return {"draft": DRAFT, "variables": {"topic": topic}, "model": model} | changes


async def play(
    api: Api, *calls: dict[str, Any], **changes: Any
) -> tuple[int, list[tuple[str, Any]]]:
    """Return the events of the answer; in a refusal, its problem as the only one."""
    body = {"calls": list(calls)} | changes
    async with api.session.post(api.url + URL, json=body, headers=api.headers) as response:
        if response.content_type != "text/event-stream":
            return response.status, [("refused", await response.json(content_type=None))]
        return response.status, [(event.type, event.data) async for event in events_of(response)]


def of(events: list[tuple[str, Any]], index: int) -> list[tuple[str, Any]]:
    return [(kind, data) for kind, data in events if data["index"] == index]


def topic_that_is_cut() -> str:
    """Return what sim-flaky begins to answer and then cuts off at the first try."""
    for number in range(100):
        topic = f"topic {number}"
        message = ChatMessage("user", f"Tell me about {topic}.")
        seed = simulation.seed_of(ModelRequest("sim-flaky", (message,), {}, 1, "k"))
        if (int(seed[:4], 16) + 1) % 3 == 2:
            return topic
    raise AssertionError("a third of all topics is cut")


async def test_each_call_has_its_own_answer_figures_and_cost(ada: Member) -> None:
    saved = {"reference": {"prompt": "text-summarization"}, "variables": {"text": "Bees fly."}}
    status, events = await play(
        ada.api, call("sim-text"), call("sim-echo", "wasps"), {**saved, "model": "sim-json"}
    )
    assert status == 200
    for index, model in enumerate(("sim-text", "sim-echo", "sim-json")):
        *deltas, (kind, result) = of(events, index)
        assert {each for each, _ in deltas} == {"delta"}
        assert kind == "result"
        assert "".join(data["text"] for _, data in deltas) == result["text"]
        assert (result["model"], result["provider"], result["mode"]) == (model, "simulator", "test")
        assert result["usage"]["output_tokens"] > 0
        assert result["cost"] == {"cost_nano_usd": 0, "price_source": "simulator"}
    assert of(events, 1)[-1][1]["text"] == "Tell me about wasps."


async def test_tools_and_parameters_of_the_draft_go_along(ada: Member) -> None:
    function = {"name": "find_bees", "parameters": {"type": "object", "properties": {}}}
    parameters = {"tools": [{"type": "function", "function": function}], "max_tokens": 2}
    draft = {**DRAFT, "parameters": parameters, "model": "sim-tools"}
    _, events = await play(
        ada.api,
        call("", draft=draft),
        call("sim-echo", draft=draft),
        call("sim-echo", draft=draft, parameters={"max_tokens": 3}),
    )
    called, two, three = (of(events, index)[-1][1] for index in range(3))
    assert called["tool_calls"][0]["name"] == "find_bees"
    assert (called["finish_reason"], called["text"]) == ("tool_calls", "")
    assert (two["text"], two["finish_reason"]) == ("Tell me", "length")
    assert three["text"] == "Tell me about"


async def test_a_provider_that_fails_midway_ends_its_own_answer_only(ada: Member) -> None:
    _, events = await play(ada.api, call("sim-flaky", topic_that_is_cut()), call("sim-text"))
    kinds = [kind for kind, _ in of(events, 0)]
    assert kinds[0] == "delta"
    assert kinds[-1] == "problem"
    problem = of(events, 0)[-1][1]["problem"]
    assert (problem["status"], problem["reason"]) == (503, "PROVIDER_UNAVAILABLE")
    assert of(events, 1)[-1][0] == "result"


async def test_when_none_begins_the_answer_is_the_first_ones_problem(ada: Member) -> None:
    status, ((_, problem),) = await play(ada.api, call("gpt-9"), call("gpt-10"), mode="live")
    assert (status, problem["reason"]) == (404, "MODEL_NOT_FOUND")
    assert "gpt-9" in problem["detail"]


@pytest.mark.parametrize(
    ("calls", "status", "reason", "field"),
    [
        ([], 422, "INVALID_ARGUMENT", "calls"),
        ([call("sim-text")] * 5, 422, "INVALID_ARGUMENT", "calls"),
        (
            [call("sim-text"), call("sim-text", variables={"topik": "x"})],
            422,
            "VARIABLES_INVALID",
            "calls[1].variables.topic",
        ),
        ([call("")], 422, "INVALID_ARGUMENT", "calls[0].model"),
        ([call("sim-text", parameters={"a": LONG * 4})], 422, "INVALID_ARGUMENT", "parameters"),
        ([call("sim-text", "x" * 1_000_001)], 422, "VARIABLES_INVALID", "calls[0].variables"),
        ([call("sim-text", reference={"prompt": "x"})], 422, "INVALID_ARGUMENT", "calls[0]"),
    ],
)
async def test_what_is_wrong_is_named_before_any_model_is_asked(
    ada: Member, calls: list[dict[str, Any]], status: int, reason: str, field: str
) -> None:
    answered, ((_, problem),) = await play(ada.api, *calls)
    assert (answered, problem["reason"]) == (status, reason), problem
    assert problem["errors"][0]["field"] == field
    assert (await ada.api.get("/v1/usage-records")).body["items"] == []


async def test_another_tenants_prompt_is_not_found_in_any_call(ada: Member, eve: Member) -> None:
    made = await ada.api.post("/v1/prompts", {"name": "secret", "content": DRAFT})
    assert made.status == 201, made.body
    theirs: dict[str, Any] = {"reference": {"prompt": made.body["prompt"]["id"], "version": 1}}
    theirs |= {"variables": {"topic": "x"}, "model": "sim-text"}
    status, ((_, problem),) = await play(eve.api, call("sim-text"), theirs)
    assert (status, problem["reason"]) == (404, "PROMPT_NOT_FOUND")
    assert problem["detail"].startswith("calls[1]: ")


async def test_a_test_key_calls_no_live_model_and_a_viewer_none(
    platform: Platform, ada: Member
) -> None:
    _, key = await platform.new_key(ada)
    status, ((_, problem),) = await play(key, call("sim-text"), mode="live")
    assert (status, problem["reason"]) == (403, "MODE_MISMATCH")
    _, viewer = await platform.new_key(ada, role="viewer")
    status, ((_, problem),) = await play(viewer, call("sim-text"))
    assert (status, problem["reason"]) == (403, "PERMISSION_DENIED")


async def test_a_reader_that_leaves_stops_every_call_and_pays_for_what_came(ada: Member) -> None:
    echo = call("sim-echo", LONG, draft={"type": "text", "text": "{{topic}}"})
    body = {"calls": [echo, echo]}
    response = await ada.api.session.post(ada.api.url + URL, json=body, headers=ada.api.headers)
    seen = b""
    while not (b'"index":0' in seen and b'"index":1' in seen):
        seen += await response.content.readany()
    assert b"event: result" not in seen
    response.close()

    async def are_metered() -> bool:
        return len((await ada.api.get("/v1/usage-records")).body["items"]) == 2

    await until(are_metered)
    records = (await ada.api.get("/v1/usage-records")).body["items"]
    # Each would have answered with the 4,000 words that it was given.
    assert all(0 < record["output_tokens"] < 3_900 for record in records), records
