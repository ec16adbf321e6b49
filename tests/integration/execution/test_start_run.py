"""StartRun: what is accepted, what is refused and how, and that a request is one run."""

import asyncio
import json

import pytest
from sqlalchemy import text

from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.errors import (
    AppError,
    Conflict,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
)
from services.kit.ids import new_id
from services.kit.telemetry import tracer
from services.kit.tenancy import schema_of
from tests.support.execution import World, chain, definition, prompt, transform

SCHEMA = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "maxLength": 5, "pattern": "^[a-z]*$"},
        "n": {"type": "integer"},
    },
    "required": ["text"],
}


async def test_a_started_run_says_what_it_is_before_anything_happened(world: World) -> None:
    pipeline = await world.pipeline(chain(1))
    run = await world.start(pipeline, {"a": 1})
    assert run.id.startswith("run_")
    assert (run.pipeline_id, run.pipeline_version) == (pipeline, 1)
    assert run.state == pb.RUN_STATE_QUEUED
    assert run.mode == pb.MODE_TEST
    assert json.loads(run.input_json) == {"a": 1}
    assert run.creator_id == world.caller.actor


async def test_two_hundred_starts_of_one_request_are_one_run(world: World) -> None:
    pipeline = await world.pipeline(chain(1))
    request = pb.StartRunRequest(request_id=new_id("req"), pipeline=pipeline)

    async def start() -> str:
        while True:
            try:
                answer: pb.StartRunResponse = await world.rpc.StartRun(request)
            except Conflict:  # the same request is in flight: its answer comes
                await asyncio.sleep(0.05)
            else:
                return answer.run.id

    ids = set(await asyncio.gather(*(start() for _ in range(200))))
    assert len(ids) == 1
    listed: pb.ListRunsResponse = await world.rpc.ListRuns(pb.ListRunsRequest())
    assert [run.id for run in listed.runs] == list(ids)


async def test_the_same_request_id_with_another_body_is_refused(world: World) -> None:
    pipeline = await world.pipeline(chain(1))
    request_id = new_id("req")
    await world.rpc.StartRun(pb.StartRunRequest(request_id=request_id, pipeline=pipeline))
    with pytest.raises(InvalidArgument) as caught:
        await world.rpc.StartRun(
            pb.StartRunRequest(request_id=request_id, pipeline=pipeline, input_json='{"a":1}')
        )
    assert caught.value.reason == "REQUEST_ID_REUSED"


async def test_an_input_that_does_not_fit_the_schema_names_every_fault(world: World) -> None:
    pipeline = await world.pipeline(definition(transform("a", "input.text"), input=SCHEMA))
    with pytest.raises(InvalidArgument) as caught:
        await world.start(pipeline, {"text": "TOO LONG", "n": "x"})
    assert caught.value.reason == "INPUT_INVALID"
    assert sorted({each.field for each in caught.value.violations}) == ["input.n", "input.text"]
    assert "TOO LONG" not in caught.value.message
    with pytest.raises(InvalidArgument, match="text"):
        await world.start(pipeline, {})


@pytest.mark.parametrize(
    "body", ["not json", "[1]", '"text"', "{", '{"a": ' + "1" * 1_100_000 + "}"]
)
async def test_an_input_that_is_no_json_object_is_refused(world: World, body: str) -> None:
    pipeline = await world.pipeline(chain(1))
    with pytest.raises(InvalidArgument) as caught:
        await world.rpc.StartRun(pb.StartRunRequest(pipeline=pipeline, input_json=body))
    assert caught.value.reason == "INPUT_INVALID"


async def test_a_pipeline_that_is_not_there_is_not_found(world: World) -> None:
    for request in (
        pb.StartRunRequest(pipeline=new_id("pip")),
        pb.StartRunRequest(pipeline="no-such-name"),
        pb.StartRunRequest(pipeline=await world.pipeline(chain(1)), version=7),
        pb.StartRunRequest(pipeline=await world.pipeline(chain(1)), label="nowhere"),
    ):
        with pytest.raises(NotFound):
            await world.rpc.StartRun(request)


async def test_an_other_tenant_cannot_start_a_pipeline_that_is_not_its_own(
    world: World, other: World
) -> None:
    pipeline = await world.pipeline(chain(1))
    with pytest.raises(NotFound):
        await other.start(pipeline)


async def test_a_prompt_that_is_gone_names_its_step(world: World) -> None:
    pipeline = await world.pipeline(definition(prompt("a"), prompt("b")))
    work = world.works["prompts"]
    async with work.begin(world.tenant) as tx:
        table = f"{schema_of(world.tenant)}.prompt_labels"
        await tx.session.execute(text(f"DELETE FROM {table} WHERE label = 'production'"))
    with pytest.raises(FailedPrecondition) as caught:
        await world.start(pipeline, {"text": "x"})
    assert caught.value.reason == "PROMPT_MISSING"
    assert caught.value.metadata["step_id"] == "a"


@pytest.mark.parametrize(
    ("environment", "mode", "expected"),
    [
        ("test", pb.MODE_UNSPECIFIED, pb.MODE_TEST),
        ("live", pb.MODE_UNSPECIFIED, pb.MODE_LIVE),
        ("", pb.MODE_UNSPECIFIED, pb.MODE_TEST),
        ("", pb.MODE_LIVE, pb.MODE_LIVE),
        ("test", pb.MODE_LIVE, None),
        ("live", pb.MODE_TEST, None),
    ],
)
async def test_a_key_starts_runs_of_its_own_environment(
    world: World, environment: str, mode: int, expected: int | None
) -> None:
    pipeline = await world.pipeline(chain(1))
    caller = world.as_caller(environment=environment)
    request = pb.StartRunRequest(pipeline=pipeline, mode=mode)  # type: ignore[arg-type]
    if expected is None:
        with pytest.raises(PermissionDenied) as caught:
            await caller.rpc.StartRun(request)
        assert caught.value.reason == "MODE_MISMATCH"
    else:
        assert (await caller.rpc.StartRun(request)).run.mode == expected


async def test_who_may_only_read_may_not_start(world: World) -> None:
    pipeline = await world.pipeline(chain(1))
    with pytest.raises(PermissionDenied):
        await world.as_caller(permission_mask=1 << 20).start(pipeline)


async def test_who_may_only_start_needs_no_grant_for_pipelines_and_prompts(world: World) -> None:
    pipeline = await world.pipeline(definition(prompt("a")))
    run = await world.as_caller(permission_mask=1 << 21).start(pipeline, {"text": "one. two."})
    assert (await world.ended(run.id)).state == pb.RUN_STATE_SUCCEEDED


async def test_a_run_keeps_the_version_it_was_started_with(world: World) -> None:
    pipeline = await world.pipeline(chain(2))
    run = await world.start(pipeline)
    assert run.pipeline_version == 1
    assert (await world.ended(run.id)).output_json == "2"


async def test_a_run_belongs_to_the_trace_that_started_it(world: World) -> None:
    with tracer().start_as_current_span("test") as span:
        run = await world.start(chain(1))
    assert run.trace_id == format(span.get_span_context().trace_id, "032x")


async def test_a_refused_start_leaves_nothing_behind(world: World) -> None:
    pipeline = await world.pipeline(definition(transform("a", "1"), input=SCHEMA))
    with pytest.raises(AppError):
        await world.start(pipeline, {})
    listed: pb.ListRunsResponse = await world.rpc.ListRuns(pb.ListRunsRequest())
    assert not listed.runs
