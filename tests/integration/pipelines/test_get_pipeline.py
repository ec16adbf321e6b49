"""GetPipeline and GetPipelineVersion."""

import json

import pytest

from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from services.kit.errors import NotFound
from services.kit.ids import new_id
from tests.support.pipelines import Door, transforms


async def test_a_version_is_read_back_as_it_was_written(door: Door) -> None:
    definition = transforms("'ünïcode'", "'\"quotes\" and ${not an expression}'")
    made = await door.create(definition)
    for reference in (made.pipeline.id, made.pipeline.name):
        request = pb.GetPipelineVersionRequest(pipeline_id=reference, number=1)
        answer = await door.rpc.GetPipelineVersion(request)
        assert answer.version == made.version
    assert json.loads(made.version.definition_json) == definition
    assert list(json.loads(made.version.definition_json)) == ["schema_version", "input", "steps"]


@pytest.mark.parametrize("number", [-1, 0, 2, 2**31 - 1])
async def test_a_version_that_is_not_there_is_not_found(door: Door, number: int) -> None:
    made = await door.create()
    request = pb.GetPipelineVersionRequest(pipeline_id=made.pipeline.id, number=number)
    with pytest.raises(NotFound) as caught:
        await door.rpc.GetPipelineVersion(request)
    assert caught.value.reason == "PIPELINE_VERSION_NOT_FOUND"


@pytest.mark.parametrize("reference", ["", "nobody", new_id("pip"), "nul\0"])
async def test_a_pipeline_that_is_not_there_is_not_found(door: Door, reference: str) -> None:
    with pytest.raises(NotFound) as caught:
        await door.get(reference)
    assert caught.value.reason == "PIPELINE_NOT_FOUND"


async def test_another_tenants_pipeline_is_not_found(door: Door, other: Door) -> None:
    made = await door.create(name="secret")
    for reference in (made.pipeline.id, "secret"):
        with pytest.raises(NotFound):
            await other.get(reference)


async def test_another_tenants_version_is_not_found(door: Door, other: Door) -> None:
    made = await door.create(name="secret")
    for reference in (made.pipeline.id, "secret"):
        with pytest.raises(NotFound) as caught:
            await other.rpc.GetPipelineVersion(
                pb.GetPipelineVersionRequest(pipeline_id=reference, number=1),
            )
        assert caught.value.reason == "PIPELINE_NOT_FOUND"
