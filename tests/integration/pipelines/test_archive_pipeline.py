"""ArchivePipeline and UnarchivePipeline."""

import pytest

from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from services.kit.errors import NotFound
from tests.support.pipelines import Door


async def test_archiving_and_bringing_back_can_each_be_done_twice(door: Door) -> None:
    made = (await door.create()).pipeline
    archive = pb.ArchivePipelineRequest(pipeline_id=made.id)
    archived = (await door.rpc.ArchivePipeline(archive)).pipeline
    assert archived.HasField("archive_time")
    assert (await door.rpc.ArchivePipeline(archive)).pipeline == archived
    unarchive = pb.UnarchivePipelineRequest(pipeline_id=made.name)
    back = (await door.rpc.UnarchivePipeline(unarchive)).pipeline
    assert not back.HasField("archive_time")
    assert (await door.rpc.UnarchivePipeline(unarchive)).pipeline == back
    assert len({made.etag, archived.etag, back.etag}) == 3


async def test_what_was_archived_can_be_read(door: Door) -> None:
    made = await door.create()
    await door.rpc.ArchivePipeline(pb.ArchivePipelineRequest(pipeline_id=made.pipeline.id))
    assert (await door.get(made.pipeline.id)).HasField("archive_time")
    request = pb.GetPipelineVersionRequest(pipeline_id=made.pipeline.id, number=1)
    assert (await door.rpc.GetPipelineVersion(request)).version == made.version


async def test_another_tenants_pipeline_is_neither_archived_nor_brought_back(
    door: Door, other: Door
) -> None:
    made = await door.create()
    with pytest.raises(NotFound):
        await other.rpc.ArchivePipeline(pb.ArchivePipelineRequest(pipeline_id=made.pipeline.id))
    with pytest.raises(NotFound):
        await other.rpc.UnarchivePipeline(pb.UnarchivePipelineRequest(pipeline_id=made.pipeline.id))
    assert await door.get(made.pipeline.id) == made.pipeline
