"""ListRuns: newest first, in pages, by pipeline and state."""

import pytest

from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.errors import InvalidArgument
from tests.support.execution import World, chain, definition, transform


async def _ids(world: World, **parts: object) -> list[str]:
    request = pb.ListRunsRequest(**parts)  # type: ignore[arg-type]
    answer: pb.ListRunsResponse = await world.rpc.ListRuns(request)
    return [run.id for run in answer.runs]


async def test_runs_come_newest_first_in_pages(world: World) -> None:
    pipeline = await world.pipeline(chain(1))
    started = [(await world.start(pipeline)).id for _ in range(5)]
    seen: list[str] = []
    token = ""
    while True:
        request = pb.ListRunsRequest(page_size=2, page_token=token)
        answer: pb.ListRunsResponse = await world.rpc.ListRuns(request)
        assert len(answer.runs) <= 2
        seen += [run.id for run in answer.runs]
        token = answer.next_page_token
        if not token:
            break
    assert seen == started[::-1]


async def test_runs_are_filtered_by_pipeline_and_state(world: World) -> None:
    good, bad = await world.pipeline(chain(1)), definition(transform("a", "input.missing"))
    succeeded = await world.finish(good)
    failed = await world.finish(bad)
    assert await _ids(world, pipeline_id=good) == [succeeded.id]
    assert await _ids(world, state=pb.RUN_STATE_FAILED) == [failed.id]
    assert await _ids(world, state=pb.RUN_STATE_SUCCEEDED) == [succeeded.id]
    assert await _ids(world, state=pb.RUN_STATE_RUNNING) == []
    assert await _ids(world, state=pb.RUN_STATE_OWNER_LOST) == []


@pytest.mark.parametrize(
    "parts", [{"page_size": 201}, {"page_size": -1}, {"page_token": "nonsense"}]
)
async def test_a_wrong_page_is_refused(world: World, parts: dict[str, object]) -> None:
    with pytest.raises(InvalidArgument):
        await _ids(world, **parts)


async def test_a_list_leaves_out_what_may_be_large(world: World) -> None:
    await world.finish(chain(1), {"a": 1})
    answer: pb.ListRunsResponse = await world.rpc.ListRuns(pb.ListRunsRequest())
    assert (answer.runs[0].input_json, answer.runs[0].output_json) == ("", "")


async def test_an_other_tenant_sees_none_of_them(world: World, other: World) -> None:
    await world.start(chain(1))
    assert await _ids(other) == []
