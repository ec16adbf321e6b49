"""Runs over HTTP: started once, followed live, resumed without gap, paid to the nano-dollar."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from gateway.routes.billing.models import RunCost
from gateway.routes.execution import models
from services.kit.ids import new_id
from tests.support.platform_in_process import Answer, Api, Member, Platform
from tests.support.server_events import Event, events_of

TERMINAL = ("run.succeeded", "run.failed", "run.cancelled")
LONG_TEXT = "Bees are insects. They live in hives and make honey. " * 40


async def follow(api: Api, run_id: str, *, last: str = "", query: str = "") -> AsyncIterator[Event]:
    """Read the stream of a run until it ends."""
    headers = {**api.headers, "Accept": "text/event-stream"}
    if last:
        headers["Last-Event-ID"] = last
    url = f"{api.url}/v1/runs/{run_id}/events{query}"
    async with api.session.get(url, headers=headers) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        async for event in events_of(response):
            yield event


async def followed(api: Api, run_id: str, **options: str) -> list[Event]:
    return [event async for event in follow(api, run_id, **options)]


def numbers(events: list[Event]) -> list[int]:
    return [int(event.id) for event in events if event.id]


async def new_pipeline(api: Api) -> str:
    body = {"name": f"tests/{new_id('pip')}", "template_id": "summarise-translate"}
    made = await api.post("/v1/pipelines", body)
    assert made.status == 201, made.body
    pipeline_id: str = made.body["pipeline"]["id"]
    published = await api.post(f"/v1/pipelines/{pipeline_id}/versions/1:publish")
    assert published.status == 200, published.body
    return pipeline_id


async def example_input(api: Api) -> dict[str, Any]:
    templates = (await api.get("/v1/pipeline-templates")).body["items"]
    inputs = {one["id"]: one["example_input"] for one in templates}
    found: dict[str, Any] = inputs["summarise-translate"]
    return found


async def start(api: Api, pipeline: str, **headers: str) -> Answer:
    body = {"pipeline": pipeline, "input": await example_input(api), "mode": "test"}
    return await api.post("/v1/runs", body, **headers)


async def test_a_run_is_started_followed_live_and_paid(ada: Member) -> None:
    started = await start(ada.api, await new_pipeline(ada.api))
    assert started.status == 201, started.body
    models.Run.model_validate(started.body)
    run_id = started.body["id"]
    assert started.headers["Location"] == f"/v1/runs/{run_id}"
    events = await followed(ada.api, run_id)
    assert numbers(events) == list(range(1, len(numbers(events)) + 1))
    assert events[-1].type == "run.succeeded"
    models.RunEvent.model_validate(events[-1].data)
    tokens = "".join(one.data["text"] for one in events if one.type == "delta")
    run = (await ada.api.get(f"/v1/runs/{run_id}")).body
    models.Run.model_validate(run)
    assert run["state"] == "succeeded"
    for step in run["steps"]:
        assert step["output"]["text"] in tokens
    page = await ada.api.get(f"/v1/runs/{run_id}/events", Accept="application/json")
    models.RunEventPage.model_validate(page.body)
    assert [one["sequence"] for one in page.body["items"]] == numbers(events)
    listed = await ada.api.get("/v1/runs?state=succeeded")
    models.RunPage.model_validate(listed.body)
    assert [one["id"] for one in listed.body["items"]] == [run_id]
    cost = await ada.api.get(f"/v1/runs/{run_id}/cost")
    RunCost.model_validate(cost.body)
    assert cost.body["cost_nano_usd"] == 0


async def test_a_reader_comes_back_where_it_was(ada: Member) -> None:
    run_id = (await start(ada.api, await new_pipeline(ada.api))).body["id"]
    whole = numbers(await followed(ada.api, run_id))
    for at in (1, len(whole) // 2, len(whole) - 1):
        assert numbers(await followed(ada.api, run_id, last=str(whole[at - 1]))) == whole[at:]
        assert numbers(await followed(ada.api, run_id, query=f"?after={at}")) == whole[at:]
    assert await followed(ada.api, run_id, last=str(whole[-1])) == []


async def test_events_come_in_pages_too(ada: Member) -> None:
    run_id = (await start(ada.api, await new_pipeline(ada.api))).body["id"]
    whole = numbers(await followed(ada.api, run_id))
    seen: list[int] = []
    token = ""
    while True:
        at = f"/v1/runs/{run_id}/events?page_size=3" + (f"&page_token={token}" if token else "")
        page = (await ada.api.get(at, Accept="application/json")).body
        seen += [one["sequence"] for one in page["items"]]
        token = page["next_page_token"]
        if not token:
            break
    assert seen == whole


async def test_the_same_idempotency_key_starts_one_run(ada: Member) -> None:
    pipeline = await new_pipeline(ada.api)
    answers = await asyncio.gather(
        *(start(ada.api, pipeline, Idempotency_Key="once") for _ in range(20))
    )
    ids = {one.body["id"] for one in answers if one.status == 201}
    assert len(ids) == 1
    late = [one.body["reason"] for one in answers if one.status != 201]
    assert set(late) <= {"REQUEST_IN_FLIGHT"}
    assert len((await ada.api.get("/v1/runs")).body["items"]) == 1


async def test_a_cancelled_run_ends_its_stream(ada: Member) -> None:
    definition = {
        "schema_version": 1,
        "steps": [
            {
                "id": "slow",
                "type": "prompt",
                "prompt": {"name": "text-summarization"},
                "variables": {"text": LONG_TEXT},
                "model": "sim-slow",
            }
        ],
    }
    body = {"name": f"tests/{new_id('pip')}", "definition": definition}
    pipeline = (await ada.api.post("/v1/pipelines", body)).body["pipeline"]["id"]
    run = await ada.api.post("/v1/runs", {"pipeline": pipeline, "label": "latest"})
    assert run.status == 201, run.body
    seen: list[str] = []
    async for event in follow(ada.api, run.body["id"]):
        seen.append(event.type)
        if event.type == "step.started":
            cancelled = await ada.api.post(f"/v1/runs/{run.body['id']}:cancel")
            assert cancelled.body["is_cancel_requested"]
    assert seen[-1] == "run.cancelled"


async def test_a_stream_outlives_a_restart_of_execution(platform: Platform, ada: Member) -> None:
    run_id = (await start(ada.api, await new_pipeline(ada.api))).body["id"]
    events: list[Event] = []
    async with asyncio.timeout(60):
        async for event in follow(ada.api, run_id):
            events.append(event)
            if event.type == "step.started" and len(numbers(events)) < 4:
                await platform.restart("execution")
    assert numbers(events) == list(range(1, len(numbers(events)) + 1))
    assert events[-1].type == "run.succeeded"


async def test_a_revoked_key_ends_the_streams_it_opened(platform: Platform, ada: Member) -> None:
    created, api = await platform.new_key(ada)
    run_id = (await start(ada.api, await new_pipeline(ada.api))).body["id"]
    async for event in follow(api, run_id):
        if event.type == "run.queued":
            await ada.api.call("DELETE", f"/v1/api-keys/{created['api_key']['id']}")
        last = event.type
    assert last == "reconnect"
    refused = await api.get(f"/v1/runs/{run_id}/events")
    assert (refused.status, refused.body["reason"]) == (401, "API_KEY_INVALID")


async def test_a_test_key_starts_no_live_run(platform: Platform, ada: Member) -> None:
    pipeline = await new_pipeline(ada.api)
    _, api = await platform.new_key(ada)
    body = {"pipeline": pipeline, "input": await example_input(api), "mode": "live"}
    refused = await api.post("/v1/runs", body)
    assert refused.status == 403, refused.body


async def test_an_input_that_does_not_fit_is_named(ada: Member) -> None:
    pipeline = await new_pipeline(ada.api)
    refused = await ada.api.post("/v1/runs", {"pipeline": pipeline, "input": {"text": 7}})
    assert (refused.status, refused.body["reason"]) == (422, "INPUT_INVALID")
    assert any(fault["field"].startswith("input") for fault in refused.body["errors"])


async def test_another_tenants_run_is_not_found_on_every_route(ada: Member, eve: Member) -> None:
    run_id = (await start(ada.api, await new_pipeline(ada.api))).body["id"]
    for method, rest in (
        ("GET", ""),
        ("POST", ":cancel"),
        ("GET", "/cost"),
        ("GET", "/events"),
    ):
        theirs = await eve.api.call(method, f"/v1/runs/{run_id}{rest}")
        nobodys = await eve.api.call(method, f"/v1/runs/{new_id('run')}{rest}")
        assert theirs.status == nobodys.status == 404, (rest, theirs.body)
        assert theirs.body["reason"] == nobodys.body["reason"]
    assert (await followed(ada.api, run_id))[-1].type == "run.succeeded"
