"""ListPipelines and ListPipelineVersions."""

from typing import Any

import pytest

from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from services.kit.errors import InvalidArgument, NotFound
from services.kit.paging import encode_token
from tests.support.pipelines import Door


async def names(door: Door, **fields: Any) -> list[str]:
    """Read every page and return the names in order."""
    found: list[str] = []
    token = ""
    while True:
        request = pb.ListPipelinesRequest(**(fields | {"page_token": token}))
        page = await door.rpc.ListPipelines(request)
        found += [pipeline.name for pipeline in page.pipelines]
        token = page.next_page_token
        if not token:
            return found


async def test_pages_hold_every_pipeline_once_the_last_changed_first(door: Door) -> None:
    made = [await door.create(name=f"p{number}") for number in range(7)]
    await door.add_version(made[2].pipeline.id)
    wanted = ["p2", "p6", "p5", "p4", "p3", "p1", "p0"]
    assert await names(door, page_size=3) == wanted
    assert await names(door) == wanted


async def test_a_list_holds_labels_and_what_is_published(door: Door) -> None:
    made = await door.create(name="p")
    await door.rpc.PublishPipelineVersion(
        pb.PublishPipelineVersionRequest(pipeline_id=made.pipeline.id, number=1),
    )
    page = await door.rpc.ListPipelines(pb.ListPipelinesRequest())
    assert page.pipelines[0] == await door.get("p")
    assert page.pipelines[0].published_version == 1


async def test_a_query_finds_parts_of_names_and_descriptions(door: Door) -> None:
    await door.create(name="shop/translate", description="Turns texts into German.")
    await door.create(name="shop/100_percent", description="Nothing.")
    assert await names(door, query="TRANSL") == ["shop/translate"]
    assert await names(door, query="german") == ["shop/translate"]
    assert await names(door, query="100_") == ["shop/100_percent"]
    assert await names(door, query="%") == []


async def test_archived_pipelines_have_a_list_of_their_own(door: Door) -> None:
    await door.create(name="kept")
    await door.create(name="gone")
    await door.rpc.ArchivePipeline(pb.ArchivePipelineRequest(pipeline_id="gone"))
    assert await names(door) == ["kept"]
    assert await names(door, is_archived=True) == ["gone"]


async def test_another_tenants_pipelines_are_not_listed(door: Door, other: Door) -> None:
    await door.create(name="secret")
    assert await names(other) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"page_size": -1},
        {"page_size": 201},
        {"page_token": "nonsense"},
        {"page_token": encode_token(["2026-01-01T00:00:00+00:00", "'; --"])},
        {"page_token": encode_token(["no time", "pip_00000000000000000000000000"])},
        {"query": "q" * 201},
    ],
)
async def test_a_bad_page_is_refused(door: Door, fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await door.rpc.ListPipelines(pb.ListPipelinesRequest(**fields))
    assert [one.field for one in caught.value.violations] == list(fields)


async def versions(door: Door, reference: str, size: int) -> list[int]:
    """Read every page and return the numbers in order."""
    found: list[int] = []
    token = ""
    while True:
        request = pb.ListPipelineVersionsRequest(
            pipeline_id=reference, page_size=size, page_token=token
        )
        page = await door.rpc.ListPipelineVersions(request)
        found += [version.number for version in page.versions]
        token = page.next_page_token
        if not token:
            return found


async def test_versions_come_newest_first_each_once(door: Door) -> None:
    made = await door.create(name="p")
    for _ in range(4):
        await door.add_version(made.pipeline.id)
    assert await versions(door, "p", 2) == [5, 4, 3, 2, 1]
    assert await versions(door, made.pipeline.id, 5) == [5, 4, 3, 2, 1]


async def test_another_tenants_versions_are_not_listed(door: Door, other: Door) -> None:
    made = await door.create()
    with pytest.raises(NotFound):
        await versions(other, made.pipeline.id, 5)
