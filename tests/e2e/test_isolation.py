"""Another tenant's things are 404 on every route, with the same answer as for things that nobody

has.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from services.kit.ids import new_id
from tests.support.openapi import OPERATIONS, Operation, minimal_body
from tests.support.processes import Client
from tests.support.runs import prompt_pipeline, published

# What differs between two answers to the same question.
_PER_REQUEST = ("instance", "request_id", "trace_id")


@dataclass(frozen=True, slots=True)
class Things:
    """One of everything, by the name of its path parameter."""

    ids: dict[str, str]


@pytest.fixture
async def things(demo: Client) -> Things:
    """What the demo tenant has."""
    prompt = await demo.post(
        "/v1/prompts",
        {"name": f"e2e/{new_id('tst')[4:]}", "content": {"type": "text", "text": "Hi {{who}}"}},
    )
    prompt_id = prompt["prompt"]["id"]
    await demo.call("PUT", f"/v1/prompts/{prompt_id}/labels/secret", {"version": 1})
    pipeline_id = await published(demo, prompt_pipeline("sim-echo"))
    await demo.call("PUT", f"/v1/pipelines/{pipeline_id}/labels/secret", {"version": 1})
    run = await demo.post("/v1/runs", {"pipeline": pipeline_id, "input": {"text": "canary"}})
    key = await demo.post("/v1/api-keys", {"name": "x", "environment": "test", "role": "viewer"})
    provider = await demo.post(
        "/v1/providers",
        {
            "name": new_id("tst"),
            "kind": "openai_compatible",
            # An address, not a name: a test asks no name server. Nothing calls it.
            "base_url": "https://8.8.8.8/v1",
            "api_key": "sk-canary",
            "models": ["*"],
        },
    )
    return Things(
        {
            "prompt_id": prompt_id,
            "pipeline_id": pipeline_id,
            "run_id": run["id"],
            "api_key_id": key["api_key"]["id"],
            "provider_id": provider["id"],
            "number": "1",
            "label": "secret",
        }
    )


WITH_IDS = [
    operation
    for operation in OPERATIONS
    if any(name.endswith("_id") for name in operation.path_parameters)
]


@pytest.mark.parametrize("operation", WITH_IDS, ids=lambda operation: operation.id)
async def test_other_tenant_gets_the_answer_of_a_thing_that_nobody_has(
    operation: Operation, things: Things, demo: Client, other: Client
) -> None:
    foreign = await _ask(other, operation, things.ids)
    nobodys = {
        name: f"{value[:4]}{new_id(value[:3])[4:]}" if name.endswith("_id") else value
        for name, value in things.ids.items()
    }
    nothing = await _ask(other, operation, nobodys)
    assert foreign[0] == 404, foreign
    assert _comparable(foreign, things.ids) == _comparable(nothing, nobodys)
    assert "canary" not in json.dumps(foreign[1])
    status, body = await demo.call("GET", f"/v1/prompts/{things.ids['prompt_id']}")
    assert (status, body["latest_version"], body["archive_time"]) == (200, 1, None)


async def test_a_run_cannot_use_other_tenants_pipeline_by_id_in_the_body(
    things: Things, other: Client
) -> None:
    body = {"pipeline": things.ids["pipeline_id"], "input": {}}
    status, problem = await other.call("POST", "/v1/runs", body)
    assert (status, problem["reason"]) == (404, "PIPELINE_NOT_FOUND")


async def test_a_model_call_cannot_use_other_tenants_prompt(things: Things, other: Client) -> None:
    body = {
        "reference": {"prompt": things.ids["prompt_id"], "version": 1},
        "variables": {"who": "x"},
        "model": "sim-echo",
    }
    status, problem = await other.call("POST", "/v1/model-calls", body)
    assert (status, problem["reason"]) == (404, "PROMPT_NOT_FOUND")


async def test_lists_hold_nothing_of_other_tenants(things: Things, other: Client) -> None:
    for operation in OPERATIONS:
        if operation.method == "GET" and not operation.path_parameters and operation.is_protected:
            _, body = await other.call("GET", operation.path)
            text = json.dumps(body)
            for name, value in things.ids.items():
                assert not name.endswith("_id") or value not in text, (operation.id, name)


async def _ask(client: Client, operation: Operation, ids: dict[str, str]) -> tuple[int, Any]:
    return await client.call(operation.method, operation.filled(ids), minimal_body(operation))


def _comparable(answer: tuple[int, Any], ids: dict[str, str]) -> str:
    status, body = answer
    kept = {key: value for key, value in body.items() if key not in _PER_REQUEST}
    text = json.dumps([status, kept], sort_keys=True)
    for name, value in ids.items():
        if name.endswith("_id"):
            text = text.replace(value, name)
    return text
