"""Steps that call out: retries, time-outs, HTTP, what is recorded of them."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from promptpilot.execution.v1 import execution_pb2 as pb
from tests.support.execution import World, definition, prompt, transform

QUICK = {"max_attempts": 3, "initial_backoff_ms": 20, "multiplier": 1.0, "max_backoff_ms": 50}


class Upstream:
    """An HTTP server that fails as often as its path says."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[str, str, str]] = []
        self.together = asyncio.Barrier(5)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        self.calls.append((request.method, request.path, body))
        failures = int(request.query.get("failures", "0"))
        if len(self.calls) <= failures:
            return web.Response(status=int(request.query.get("status", "503")))
        if request.path == "/together":
            await self.together.wait()
        if request.path == "/text":
            return web.Response(text="plain")
        said = {"method": request.method, "x": request.headers.get("x-token", ""), "body": body}
        return web.json_response(said)


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    made = Upstream()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    made.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    await web.SockSite(runner, listening).start()
    yield made
    await runner.cleanup()


def http(url: str, **parts: object) -> dict[str, object]:
    return {"id": "call", "type": "http", "method": "POST", "url": url, "retry": QUICK, **parts}


async def test_an_http_step_sends_what_its_expressions_give(
    world: World, upstream: Upstream
) -> None:
    run = await world.finish(
        definition(
            http(
                upstream.url + "/${input.path}",
                headers={"x-token": "${input.token}"},
                body={"list": "${input.list}", "text": "n=${input.list.size()}"},
            )
        ),
        {"path": "there", "token": "secret-token", "list": [1, 2]},
    )
    output = json.loads(run.output_json)
    assert output["status"] == 200
    assert output["body"]["x"] == "secret-token"
    assert json.loads(output["body"]["body"]) == {"list": [1, 2], "text": "n=2"}
    assert "secret-token" not in run.steps[0].input_json
    assert await world.usage_rows(run.id) == []


async def test_an_answer_that_is_not_json_is_text(world: World, upstream: Upstream) -> None:
    run = await world.finish(definition(http(upstream.url + "/text")))
    assert json.loads(run.output_json)["body"] == "plain"


async def test_a_passing_failure_is_tried_again_and_recorded(
    world: World, upstream: Upstream
) -> None:
    run = await world.finish(definition(http(upstream.url + "/?failures=2")))
    assert run.state == pb.RUN_STATE_SUCCEEDED
    assert run.steps[0].attempt == 3
    assert await world.types(run.id) == [
        "run.queued",
        "run.started",
        "step.started:call",
        "step.retrying:call",
        "step.started:call",
        "step.retrying:call",
        "step.started:call",
        "step.succeeded:call",
        "run.succeeded",
    ]
    retrying = (await world.events(run.id))[3]
    assert json.loads(retrying.data_json)["error"]["reason"] == "HTTP_STATUS"
    assert json.loads(retrying.data_json)["retry_at"]


@pytest.mark.parametrize(("status", "calls"), [(503, 3), (404, 1)])
async def test_a_failure_that_lasts_fails_the_run_after_as_many_attempts_as_make_sense(
    world: World, upstream: Upstream, status: int, calls: int
) -> None:
    run = await world.finish(definition(http(f"{upstream.url}/?failures=9&status={status}")))
    assert run.state == pb.RUN_STATE_FAILED
    assert (run.error.reason, run.error.step_id) == ("HTTP_STATUS", "call")
    assert len(upstream.calls) == calls


async def test_an_address_that_may_not_be_reached_fails_the_step_at_once(world: World) -> None:
    run = await world.finish(definition(http("http://169.254.169.254/latest")))
    assert run.error.reason == "EGRESS_REFUSED"


async def test_a_step_that_takes_too_long_is_tried_again_and_then_fails(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        run = await world.finish(
            definition(http(url, timeout_ms=150, retry=QUICK | {"max_attempts": 2}))
        )
    assert run.state == pb.RUN_STATE_FAILED
    assert run.steps[0].attempt == 2
    assert run.error.reason in ("STEP_TIMEOUT", "EGRESS_TIMEOUT")


async def test_a_run_that_takes_too_long_fails_and_stops_its_steps(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        run = await world.finish(definition(http(url), timeout_ms=400))
    assert run.error.reason == "RUN_TIMEOUT"
    assert run.steps[0].state == pb.STEP_STATE_CANCELLED


async def test_a_flaky_model_succeeds_and_its_usage_is_recorded_once(world: World) -> None:
    run = await world.finish(
        definition(prompt("a", "sim-flaky", retry=QUICK)), {"text": "One. Two. Three."}
    )
    assert run.state == pb.RUN_STATE_SUCCEEDED
    assert run.steps[0].attempt == 3
    (usage,) = await world.usage_rows(run.id)
    assert usage["attempt"] == 3


async def test_variables_that_the_prompt_does_not_know_fail_the_step_with_their_names(
    world: World,
) -> None:
    step = prompt("a")
    step["variables"] = {"text": "${input.text}"}
    run = await world.finish(definition(step), {"text": 5})
    assert run.state == pb.RUN_STATE_FAILED
    assert run.error.reason == "VARIABLES_INVALID"
    assert "text" in run.error.message


async def test_steps_without_needs_run_side_by_side(world: World, upstream: Upstream) -> None:
    """Each call is answered only when all five are there."""
    steps = [http(f"{upstream.url}/together", timeout_ms=5_000) for _ in range(5)]
    named = [{**step, "id": f"p{number}"} for number, step in enumerate(steps)]
    join = transform("join", " + ".join(f"steps.p{number}.output.status" for number in range(5)))
    run = await world.finish(definition(*named, join))
    assert run.output_json == "1000"
    assert max(step.attempt for step in run.steps) == 1
