"""UpdatePipeline."""

import asyncio

import pytest

from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from services.kit.errors import AlreadyExists, Conflict, InvalidArgument, NotFound
from tests.support.pipelines import Door


async def test_only_what_is_given_changes(door: Door) -> None:
    made = (await door.create(name="before", description="Kept.")).pipeline
    request = pb.UpdatePipelineRequest(pipeline_id="before", name="after")
    after = (await door.rpc.UpdatePipeline(request)).pipeline
    assert (after.name, after.description) == ("after", "Kept.")
    assert after.etag != made.etag
    request = pb.UpdatePipelineRequest(pipeline_id=made.id, description="")
    assert (await door.rpc.UpdatePipeline(request)).pipeline.description == ""
    with pytest.raises(NotFound):
        await door.get("before")


async def test_an_old_etag_is_refused(door: Door) -> None:
    made = (await door.create()).pipeline
    await door.add_version(made.id)
    request = pb.UpdatePipelineRequest(pipeline_id=made.id, description="Mine.", etag=made.etag)
    with pytest.raises(Conflict) as caught:
        await door.rpc.UpdatePipeline(request)
    assert caught.value.reason == "ETAG_MISMATCH"
    now = await door.get(made.id)
    assert caught.value.metadata["etag"] == now.etag
    request.etag = now.etag
    assert (await door.rpc.UpdatePipeline(request)).pipeline.description == "Mine."


async def test_of_many_writers_with_one_etag_one_wins(door: Door) -> None:
    made = (await door.create()).pipeline
    answers = await asyncio.gather(
        *(
            door.rpc.UpdatePipeline(
                pb.UpdatePipelineRequest(
                    pipeline_id=made.id, description=f"Writer {number}.", etag=made.etag
                ),
            )
            for number in range(20)
        ),
        return_exceptions=True,
    )
    winners = [answer for answer in answers if isinstance(answer, pb.UpdatePipelineResponse)]
    assert len(winners) == 1
    assert (await door.get(made.id)).description == winners[0].pipeline.description


async def test_a_name_that_is_taken_is_refused(door: Door) -> None:
    await door.create(name="taken")
    await door.create(name="mine")
    request = pb.UpdatePipelineRequest(pipeline_id="mine", name="taken")
    with pytest.raises(AlreadyExists) as caught:
        await door.rpc.UpdatePipeline(request)
    assert caught.value.reason == "PIPELINE_NAME_TAKEN"


async def test_a_bad_name_is_refused(door: Door) -> None:
    made = await door.create()
    request = pb.UpdatePipelineRequest(pipeline_id=made.pipeline.id, name=made.pipeline.id)
    with pytest.raises(InvalidArgument) as caught:
        await door.rpc.UpdatePipeline(request)
    assert caught.value.violations[0].field == "name"


async def test_another_tenants_pipeline_is_not_found(door: Door, other: Door) -> None:
    made = await door.create(name="secret", description="Mine.")
    for reference in (made.pipeline.id, "secret"):
        with pytest.raises(NotFound):
            await other.rpc.UpdatePipeline(
                pb.UpdatePipelineRequest(pipeline_id=reference, description="Taken."),
            )
    assert (await door.get("secret")).description == "Mine."
