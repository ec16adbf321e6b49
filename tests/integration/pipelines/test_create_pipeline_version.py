"""CreatePipelineVersion."""

import asyncio
import json

import pytest

from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from services.kit.errors import FailedPrecondition, InvalidArgument, NotFound
from tests.support.pipelines import Door, transforms


async def test_versions_are_numbered_and_latest_moves_to_each(door: Door) -> None:
    made = await door.create()
    second = await door.add_version(made.pipeline.id, note="Why.")
    assert (second.number, second.note) == (2, "Why.")
    pipeline = await door.get(made.pipeline.id)
    assert pipeline.latest_version == 2
    assert [(label.label, label.version) for label in pipeline.labels] == [("latest", 2)]
    assert pipeline.etag != made.pipeline.etag
    assert pipeline.update_time.ToNanoseconds() >= made.pipeline.update_time.ToNanoseconds()


async def test_two_hundred_writers_at_once_make_two_hundred_versions(door: Door) -> None:
    made = await door.create()
    versions = await asyncio.gather(
        *(door.add_version(made.pipeline.id, note=str(number)) for number in range(200))
    )
    assert sorted(version.number for version in versions) == list(range(2, 202))
    assert {version.note for version in versions} == {str(number) for number in range(200)}
    assert (await door.get(made.pipeline.id)).latest_version == 201


async def test_a_faulty_definition_adds_nothing(door: Door) -> None:
    made = await door.create()
    with pytest.raises(InvalidArgument) as caught:
        await door.add_version(
            made.pipeline.id, definition_json=json.dumps(transforms("steps.s1.output"))
        )
    assert caught.value.reason == "DEFINITION_INVALID"
    assert "waits for itself" in caught.value.message
    assert (await door.get(made.pipeline.id)).latest_version == 1


async def test_an_archived_pipeline_takes_no_version(door: Door) -> None:
    made = await door.create()
    await door.rpc.ArchivePipeline(pb.ArchivePipelineRequest(pipeline_id=made.pipeline.id))
    with pytest.raises(FailedPrecondition) as caught:
        await door.add_version(made.pipeline.id)
    assert caught.value.reason == "PIPELINE_ARCHIVED"


async def test_a_repeated_request_adds_one_version(door: Door) -> None:
    made = await door.create()
    request = pb.CreatePipelineVersionRequest(
        request_id="once",
        pipeline_id=made.pipeline.id,
        definition_json=json.dumps(transforms("'two'")),
    )
    first = await door.rpc.CreatePipelineVersion(request)
    assert await door.rpc.CreatePipelineVersion(request) == first
    assert (await door.get(made.pipeline.id)).latest_version == 2


async def test_another_tenants_pipeline_is_not_found(door: Door, other: Door) -> None:
    made = await door.create(name="secret")
    for reference in (made.pipeline.id, "secret"):
        with pytest.raises(NotFound) as caught:
            await other.add_version(reference)
        assert caught.value.reason == "PIPELINE_NOT_FOUND"
    assert (await door.get(made.pipeline.id)).latest_version == 1
