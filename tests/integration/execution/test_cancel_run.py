"""CancelRun: what waits ends at once, what runs ends within a second, what has ended stays."""

import socket

import pytest

from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.errors import NotFound
from tests.support.execution import World, chain, definition, transform


async def _cancel(world: World, run_id: str) -> pb.Run:
    answer: pb.CancelRunResponse = await world.rpc.CancelRun(pb.CancelRunRequest(run_id=run_id))
    return answer.run


async def test_a_running_run_is_cancelled_and_its_steps_with_it(
    world: World,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        call = {"id": "a", "type": "http", "url": url}
        run = await world.start(definition(call, transform("b", "steps.a.output.body")))
        await world.until(run.id, lambda run: run.steps[0].state == pb.STEP_STATE_RUNNING)
        assert (await _cancel(world, run.id)).is_cancel_requested
        ended = await world.ended(run.id)
    assert ended.state == pb.RUN_STATE_CANCELLED
    assert [step.state for step in ended.steps] == [pb.STEP_STATE_CANCELLED] * 2
    assert (await world.types(run.id))[-3:] == [
        "run.cancel_requested",
        "step.cancelled:a",
        "run.cancelled",
    ]


async def test_a_run_that_waits_is_cancelled_at_once(world: World) -> None:
    await world.keep_waiting()
    run = await world.start(chain(1))
    cancelled = await _cancel(world, run.id)
    assert cancelled.state == pb.RUN_STATE_CANCELLED
    assert await world.types(run.id) == ["run.queued", "run.cancel_requested", "run.cancelled"]
    rows = await world.stack.query(
        "execution", "SELECT run_id FROM control.run_queue WHERE run_id = $1", run.id
    )
    assert rows == []
    again = await _cancel(world, run.id)
    assert again.state == pb.RUN_STATE_CANCELLED
    assert len(await world.events(run.id)) == 3


async def test_a_run_that_has_ended_stays_as_it_is(world: World) -> None:
    run = await world.finish(chain(1))
    assert (await _cancel(world, run.id)).state == pb.RUN_STATE_SUCCEEDED
    assert not (await world.get(run.id)).is_cancel_requested


async def test_an_other_tenant_cannot_cancel_it(world: World, other: World) -> None:
    run = await world.finish(chain(1))
    with pytest.raises(NotFound) as caught:
        await _cancel(other, run.id)
    assert caught.value.reason == "RUN_NOT_FOUND"
