"""ResolvePipeline: which version a run uses."""

import pytest

from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from services.kit.errors import FailedPrecondition, NotFound
from tests.support.pipelines import Door


async def resolved(door: Door, reference: str, *, label: str = "", version: int = 0) -> int:
    request = pb.ResolvePipelineRequest(pipeline=reference, label=label, version=version)
    answer = await door.rpc.ResolvePipeline(request)
    read = pb.GetPipelineVersionRequest(pipeline_id=reference, number=answer.version.number)
    assert answer.version == (await door.rpc.GetPipelineVersion(read)).version
    assert answer.pipeline == await door.get(reference)
    return int(answer.version.number)


@pytest.fixture
async def pipeline(door: Door) -> pb.Pipeline:
    """Make a pipeline of three versions."""
    made = (await door.create()).pipeline
    await door.add_version(made.id)
    await door.add_version(made.id)
    return await door.get(made.id)


async def test_what_was_never_published_is_run_at_its_latest(
    door: Door, pipeline: pb.Pipeline
) -> None:
    assert await resolved(door, pipeline.id) == 3


async def test_what_is_published_is_run_when_nothing_else_is_named(
    door: Door, pipeline: pb.Pipeline
) -> None:
    await door.rpc.PublishPipelineVersion(
        pb.PublishPipelineVersionRequest(pipeline_id=pipeline.id, number=2),
    )
    assert await resolved(door, pipeline.name) == 2
    assert await resolved(door, pipeline.name, label="latest") == 3
    assert await resolved(door, pipeline.name, label="latest", version=1) == 1


async def test_a_label_or_version_that_is_not_there_is_not_found(
    door: Door, pipeline: pb.Pipeline
) -> None:
    with pytest.raises(NotFound) as caught:
        await resolved(door, pipeline.id, label="production")
    assert caught.value.reason == "LABEL_NOT_FOUND"
    with pytest.raises(NotFound) as caught:
        await resolved(door, pipeline.id, version=4)
    assert caught.value.reason == "PIPELINE_VERSION_NOT_FOUND"


async def test_an_archived_pipeline_starts_no_runs(door: Door, pipeline: pb.Pipeline) -> None:
    await door.rpc.ArchivePipeline(pb.ArchivePipelineRequest(pipeline_id=pipeline.id))
    with pytest.raises(FailedPrecondition) as caught:
        await resolved(door, pipeline.id)
    assert caught.value.reason == "PIPELINE_ARCHIVED"


async def test_another_tenants_pipeline_is_not_found(
    door: Door, other: Door, pipeline: pb.Pipeline
) -> None:
    for reference in (pipeline.id, pipeline.name):
        with pytest.raises(NotFound) as caught:
            await resolved(other, reference)
        assert caught.value.reason == "PIPELINE_NOT_FOUND"
