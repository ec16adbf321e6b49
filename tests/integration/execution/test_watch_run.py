"""WatchRun and ListRunEvents: every event once, in order, to its end; deltas between."""

import asyncio
import json

import pytest

from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.errors import InvalidArgument, NotFound
from services.kit.ids import new_id
from tests.support.execution import World, chain, definition, prompt, world_running
from tests.support.stack import Stack


def _events(items: list[pb.WatchRunResponse]) -> list[pb.RunEvent]:
    return [item.event for item in items if item.WhichOneof("item") == "event"]


async def _watch(world: World, run_id: str, after: int = 0) -> list[pb.WatchRunResponse]:
    return await world.rpc.stream(
        "WatchRun", pb.WatchRunRequest(run_id=run_id, after_sequence=after)
    )


async def test_a_watcher_sees_every_event_and_the_text_as_it_comes(stack: Stack) -> None:
    async with world_running(stack, pace=2) as world:
        await world.keep_waiting()
        run = await world.start(
            definition(prompt("a")), {"text": "Bees dance. Bees build. Bees fly far away."}
        )
        # Its first item says that the watcher listens: nothing is said before it does.
        request = pb.WatchRunRequest(run_id=run.id)
        items = await world.rpc.stream("WatchRun", request, at_first=world.go_on)
        events = _events(items)
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        assert events[-1].type == "run.succeeded"
        final = json.loads((await world.get(run.id)).steps[0].output_json)["text"]
        assert "".join(item.delta.text for item in items) == final
        said = next(event for event in events if event.type == "step.succeeded")
        assert json.loads(said.data_json)["output"]["text"] == final


async def test_a_watcher_goes_on_after_the_last_event_it_saw(world: World) -> None:
    run = await world.finish(chain(5))
    all_events = await world.events(run.id)
    for after in (0, 3, len(all_events) - 1):
        seen = [event.sequence for event in _events(await _watch(world, run.id, after))]
        assert seen == list(range(after + 1, len(all_events) + 1))
    assert await _watch(world, run.id, len(all_events)) == []


async def test_many_watchers_of_one_run_all_see_all_of_it(world: World) -> None:
    run = await world.start(chain(30))
    seen = await asyncio.gather(*(_watch(world, run.id) for _ in range(20)))
    assert {len(_events(items)) for items in seen} == {2 + 2 * 30 + 1}


async def test_events_are_listed_in_pages(world: World) -> None:
    run = await world.finish(chain(10))
    seen: list[int] = []
    has_more = True
    while has_more:
        request = pb.ListRunEventsRequest(
            run_id=run.id, after_sequence=seen[-1] if seen else 0, page_size=7
        )
        answer: pb.ListRunEventsResponse = await world.rpc.ListRunEvents(request)
        seen += [event.sequence for event in answer.events]
        has_more = answer.has_more
    assert seen == list(range(1, 24))


async def test_a_wrong_page_of_events_is_refused(world: World) -> None:
    run = await world.finish(chain(1))
    for parts in ({"page_size": 501}, {"after_sequence": -1}):
        with pytest.raises(InvalidArgument):
            await world.rpc.ListRunEvents(pb.ListRunEventsRequest(run_id=run.id, **parts))


async def test_an_other_tenant_finds_no_such_run_to_watch_or_to_list(
    world: World, other: World
) -> None:
    run = await world.finish(chain(1))
    for run_id in (run.id, new_id("run")):
        for after in (0, 1):
            with pytest.raises(NotFound):
                await _watch(other, run_id, after)
            with pytest.raises(NotFound):
                await other.rpc.ListRunEvents(
                    pb.ListRunEventsRequest(run_id=run_id, after_sequence=after)
                )
