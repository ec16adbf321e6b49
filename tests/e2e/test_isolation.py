"""Another tenant's things are 404 on every route, with the same answer as for things that nobody

has.
"""

import json
from typing import Any

import pytest

from services.kit.ids import new_id
from tests.support.openapi import OPERATIONS, Operation, minimal_body
from tests.support.processes import Client
from tests.support.things import make_things

# What differs between two answers to the same question.
_PER_REQUEST = ("instance", "request_id", "trace_id")


@pytest.fixture
async def things(demo: Client) -> dict[str, str]:
    """What the demo tenant has."""
    return await make_things(demo)


WITH_IDS = [
    operation
    for operation in OPERATIONS
    if any(name.endswith("_id") for name in operation.path_parameters)
]


@pytest.mark.parametrize("operation", WITH_IDS, ids=lambda operation: operation.id)
async def test_other_tenant_gets_the_answer_of_a_thing_that_nobody_has(
    operation: Operation, things: dict[str, str], demo: Client, other: Client
) -> None:
    foreign = await _ask(other, operation, things)
    nobodys = {
        name: f"{value[:4]}{new_id(value[:3])[4:]}" if name.endswith("_id") else value
        for name, value in things.items()
    }
    nothing = await _ask(other, operation, nobodys)
    assert foreign[0] == 404, foreign
    assert _comparable(foreign, things) == _comparable(nothing, nobodys)
    assert "canary" not in json.dumps(foreign[1])
    status, body = await demo.call("GET", f"/v1/prompts/{things['prompt_id']}")
    assert (status, body["latest_version"], body["archive_time"]) == (200, 1, None)


async def test_a_run_cannot_use_other_tenants_pipeline_by_id_in_the_body(
    things: dict[str, str], other: Client
) -> None:
    body = {"pipeline": things["pipeline_id"], "input": {}}
    status, problem = await other.call("POST", "/v1/runs", body)
    assert (status, problem["reason"]) == (404, "PIPELINE_NOT_FOUND")


async def test_a_model_call_cannot_use_other_tenants_prompt(
    things: dict[str, str], other: Client
) -> None:
    body = {
        "reference": {"prompt": things["prompt_id"], "version": 1},
        "variables": {"who": "x"},
        "model": "sim-echo",
    }
    status, problem = await other.call("POST", "/v1/model-calls", body)
    assert (status, problem["reason"]) == (404, "PROMPT_NOT_FOUND")


async def test_lists_hold_nothing_of_other_tenants(things: dict[str, str], other: Client) -> None:
    for operation in OPERATIONS:
        is_list = operation.method == "GET" and not operation.path_parameters
        is_list = is_list and not operation.is_file
        if is_list and operation.is_protected and not operation.is_stream:
            _, body = await other.call("GET", operation.path)
            text = json.dumps(body)
            for name, value in things.items():
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
