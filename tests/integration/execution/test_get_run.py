"""GetRun: a run with its steps."""

import json

import pytest

from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.errors import NotFound
from services.kit.ids import new_id
from tests.support.execution import World, definition, prompt, transform


async def test_a_run_shows_every_step_in_the_order_of_the_definition(world: World) -> None:
    run = await world.finish(
        definition(transform("z", "steps.a.output.text"), prompt("a"), transform("m", "1")),
        {"text": "Rain falls. Rivers rise."},
    )
    assert [step.step_id for step in run.steps] == ["z", "a", "m"]
    by_id = {step.step_id: step for step in run.steps}
    assert list(by_id["z"].needs) == ["a"]
    assert by_id["a"].type == "prompt"
    asked = json.loads(by_id["a"].input_json)
    assert asked["variables"] == {"text": "Rain falls. Rivers rise."}
    assert asked["prompt_version"] == 1
    answered = json.loads(by_id["a"].output_json)
    assert set(answered) == {"text", "json", "model", "finish_reason", "tool_calls"}
    assert by_id["a"].usage.output_tokens > 0
    assert by_id["a"].start_time.ToNanoseconds() <= by_id["a"].end_time.ToNanoseconds()
    assert run.start_time.ToNanoseconds() <= run.end_time.ToNanoseconds()
    assert run.worker_id.startswith("wrk_")


async def test_steps_that_wait_are_pending_while_the_run_goes_on(world: World) -> None:
    slow = await world.start(
        definition(prompt("a", "sim-flaky"), transform("b", "steps.a.output.text")),
        {"text": "x"},
    )
    run = await world.until(slow.id, lambda run: run.steps[0].state == pb.STEP_STATE_RUNNING)
    assert run.steps[1].state == pb.STEP_STATE_PENDING
    assert run.state == pb.RUN_STATE_RUNNING
    assert run.lease_until.seconds > 0
    await world.ended(slow.id)


async def test_a_run_with_large_outputs_can_still_be_read_and_watched(world: World) -> None:
    """Twenty outputs of almost a megabyte: more than a message holds."""
    steps = [transform(f"s{number}", "input.text") for number in range(20)]
    run = await world.start(
        definition(*steps, transform("last", "'small'", needs=["s0"])), {"text": "x" * 900_000}
    )
    ended = await world.ended(run.id)
    assert ended.state == pb.RUN_STATE_SUCCEEDED
    shown = [step.step_id for step in ended.steps if step.output_json]
    assert "last" in shown
    assert 5 <= len(shown) < 15
    numbers: list[int] = []
    has_more = True
    while has_more:
        request = pb.ListRunEventsRequest(
            run_id=run.id, after_sequence=numbers[-1] if numbers else 0
        )
        answer: pb.ListRunEventsResponse = await world.rpc.ListRunEvents(request)
        numbers += [event.sequence for event in answer.events]
        has_more = answer.has_more
    assert numbers == list(range(1, 2 + 2 * 21 + 2))
    watched = await world.rpc.stream("WatchRun", pb.WatchRunRequest(run_id=run.id))
    assert len(watched) == len(numbers)


async def test_another_tenants_run_is_not_found_like_one_that_never_was(
    world: World, other: World
) -> None:
    run = await world.finish(definition(transform("a", "1")))
    with pytest.raises(NotFound) as theirs:
        await other.get(run.id)
    with pytest.raises(NotFound) as none:
        await other.get(new_id("run"))
    assert theirs.value.reason == none.value.reason == "RUN_NOT_FOUND"
    assert theirs.value.message == none.value.message


async def test_an_other_tenant_does_not_find_it(world: World, other: World) -> None:
    run = await world.start(definition(transform("a", "1")))
    with pytest.raises(NotFound):
        await other.rpc.GetRun(pb.GetRunRequest(run_id=run.id))
