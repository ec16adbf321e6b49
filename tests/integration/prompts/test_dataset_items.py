"""Items and versions: every change makes the next version, and no version ever changes."""

import json
from typing import Any

import asyncpg
import pytest

from promptpilot.prompts.v1 import datasets_pb2 as pb
from promptpilot.prompts.v1 import events_pb2
from services.kit.errors import AlreadyExists, AppError, Conflict, InvalidArgument, NotFound
from services.kit.ids import new_id
from tests.integration.prompts.conftest import Tenant, gather_all
from tests.support.datasets import add_item, change_item, get, inputs, items, new_dataset


async def version(tenant: Tenant, dataset: pb.Dataset, number: int) -> pb.DatasetVersion:
    request = pb.GetDatasetVersionRequest(dataset_id=dataset.id, number=number)
    found: pb.DatasetVersion = (await tenant.datasets.GetDatasetVersion(request)).version
    return found


async def versions(tenant: Tenant, dataset: pb.Dataset, **fields: Any) -> list[pb.DatasetVersion]:
    request = pb.ListDatasetVersionsRequest(dataset_id=dataset.id, **fields)
    return list((await tenant.datasets.ListDatasetVersions(request)).versions)


async def item(tenant: Tenant, dataset: pb.Dataset, item_id: str, at: int = 0) -> pb.DatasetItem:
    request = pb.GetDatasetItemRequest(dataset_id=dataset.id, item_id=item_id, version=at)
    found: pb.DatasetItem = (await tenant.datasets.GetDatasetItem(request)).item
    return found


async def test_versions_stay_what_they_were(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    first = await add_item(tenant, dataset, "a", expected_json='"A"', id="case-1")
    second = await add_item(tenant, dataset, "b", source_run_id="run_x", source_step_id="s")
    changed = await change_item(tenant, first, input_json='"a2"', etag=first.etag)
    archived = await change_item(tenant, second, is_archived=True)
    back = await change_item(tenant, second, is_archived=False)
    assert [one.version for one in (first, second, changed, archived, back)] == [1, 2, 3, 4, 5]
    assert (changed.id, changed.expected_json, changed.input_json) == ("case-1", '"A"', '"a2"')
    assert (back.source_run_id, back.source_step_id) == ("run_x", "s")
    seen = [await inputs(tenant, dataset, version=number) for number in range(1, 6)]
    assert seen == [["a"], ["a", "b"], ["a2", "b"], ["a2"], ["a2", "b"]]
    assert await inputs(tenant, dataset) == ["a2", "b"]
    assert await item(tenant, dataset, "case-1", at=2) == first
    counts = [
        (one.number, one.item_count, one.added_count, one.changed_count, one.archived_count)
        for one in await versions(tenant, dataset)
    ]
    newest, *older = counts
    assert newest == (5, 2, 1, 0, 0)
    assert older == [(4, 1, 0, 0, 1), (3, 2, 0, 1, 0), (2, 2, 1, 0, 0), (1, 1, 1, 0, 0)]
    hashes = [(await version(tenant, dataset, number)).content_hash for number in range(1, 6)]
    assert hashes[2] == hashes[4]
    assert len(set(hashes)) == 4
    emitted = await tenant.events(events_pb2.DatasetVersionCreated)
    assert [one["version"] for one in emitted] == [1, 2, 3, 4, 5]
    assert (await get(tenant, dataset)).item_count == 2


async def test_what_changes_nothing_makes_no_version(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    made = await add_item(tenant, dataset, {"b": 1, "a": 2})
    same = await change_item(tenant, made, input_json='{"a": 2, "b": 1}', is_archived=False)
    assert same == made
    assert (await get(tenant, dataset)).latest_version == 1


async def test_archived_items_are_listed_apart_and_are_in_no_version(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    made = await add_item(tenant, dataset, 1)
    await change_item(tenant, made, is_archived=True)
    assert await items(tenant, dataset) == []
    assert [one.id for one in await items(tenant, dataset, is_archived=True)] == [made.id]
    assert (await item(tenant, dataset, made.id)).is_archived
    with pytest.raises(NotFound) as raised:
        await item(tenant, dataset, made.id, at=2)
    assert raised.value.reason == "DATASET_ITEM_NOT_FOUND"
    with pytest.raises(InvalidArgument):
        await items(tenant, dataset, is_archived=True, version=1)
    with pytest.raises(AlreadyExists) as taken:
        await add_item(tenant, dataset, 2, id=made.id)
    assert taken.value.reason == "DATASET_ITEM_EXISTS"


async def test_items_are_paged_in_their_order_and_found_by_their_words(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    for number in range(7):
        await add_item(tenant, dataset, {"n": number}, metadata_json='["100%"]')
    assert await inputs(tenant, dataset, page_size=3) == [{"n": number} for number in range(7)]
    assert await inputs(tenant, dataset, query='"N":3') == [{"n": 3}]
    assert len(await inputs(tenant, dataset, query="100%", page_size=2)) == 7
    assert await inputs(tenant, dataset, query="100_") == []
    for token in ("x", "WzFd", "Wy0xLDBd"):
        with pytest.raises(InvalidArgument):
            await items(tenant, dataset, page_token=token)


async def test_a_page_has_a_bound_in_bytes(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    for letter in "abcdefghi":
        await add_item(tenant, dataset, letter * 990_000)
    request = pb.ListDatasetItemsRequest(dataset_id=dataset.id, page_size=200)
    page = await tenant.datasets.ListDatasetItems(request)
    assert len(page.items) == 8
    assert len(await items(tenant, dataset, page_size=200)) == 9


async def test_writers_at_once_all_get_a_version_of_their_own(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    shared = await add_item(tenant, dataset, "shared")
    adding = [add_item(tenant, dataset, number) for number in range(30)]
    changing = [change_item(tenant, shared, input_json=str(number)) for number in range(30, 40)]
    answers = await gather_all(*adding, *changing)
    assert sorted(one.version for one in answers) == list(range(2, 42))
    now = await get(tenant, dataset)
    assert (now.latest_version, now.item_count) == (41, 31)
    for number in (1, 20, 41):
        counted = (await version(tenant, dataset, number)).item_count
        assert len(await items(tenant, dataset, version=number)) == counted


async def test_who_read_an_item_too_early_is_told(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    made = await add_item(tenant, dataset, 1)
    await change_item(tenant, made, input_json="2", etag=made.etag)
    with pytest.raises(Conflict) as raised:
        await change_item(tenant, made, input_json="3", etag=made.etag)
    assert raised.value.reason == "ETAG_MISMATCH"
    assert await inputs(tenant, dataset) == [2]


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"id": "-a"}, "id"),
        ({"id": "a" * 129}, "id"),
        ({"expected_json": "{"}, "expected_json"),
        ({"metadata_json": '"\\u0000"'}, "metadata_json"),
        ({"source_run_id": "x" * 129}, "source_run_id"),
        ({"metadata_json": json.dumps("x" * 999_999)}, "metadata_json"),
    ],
)
async def test_what_cannot_be_an_item_is_said_by_field(
    tenant: Tenant, fields: dict[str, str], at_fault: str
) -> None:
    dataset = await new_dataset(tenant)
    with pytest.raises(InvalidArgument) as raised:
        await add_item(tenant, dataset, 1, **fields)
    assert [one.field for one in raised.value.violations] == [at_fault]
    assert (await get(tenant, dataset)).latest_version == 0


async def test_other_tenant_finds_neither_items_nor_versions(tenant: Tenant, other: Tenant) -> None:
    dataset = await new_dataset(tenant)
    made = await add_item(tenant, dataset, 1)
    said: list[str] = []
    for reading in (
        item(other, dataset, made.id),
        items(other, dataset),
        other.datasets.CreateDatasetItem(
            pb.CreateDatasetItemRequest(dataset_id=dataset.id, input_json="2")
        ),
        other.datasets.UpdateDatasetItem(
            pb.UpdateDatasetItemRequest(dataset_id=dataset.id, item_id=made.id)
        ),
        version(other, dataset, 1),
        versions(other, dataset),
    ):
        with pytest.raises(AppError) as raised:
            await reading
        said.append(raised.value.reason)
    assert said == ["DATASET_NOT_FOUND"] * 6
    assert await items(tenant, dataset) == [made]


async def test_what_a_dataset_does_not_have_is_not_found(tenant: Tenant) -> None:
    dataset, another = await new_dataset(tenant), await new_dataset(tenant)
    made = await add_item(tenant, another, 1)
    for reading, reason in (
        (item(tenant, dataset, made.id), "DATASET_ITEM_NOT_FOUND"),
        (item(tenant, dataset, "a\0"), "DATASET_ITEM_NOT_FOUND"),
        (item(tenant, another, made.id, at=2), "DATASET_VERSION_NOT_FOUND"),
        (version(tenant, dataset, 0), "DATASET_VERSION_NOT_FOUND"),
        (items(tenant, dataset, version=1), "DATASET_VERSION_NOT_FOUND"),
        (items(tenant, dataset, version=-1), "DATASET_VERSION_NOT_FOUND"),
    ):
        with pytest.raises(AppError) as raised:
            await reading
        assert raised.value.reason == reason


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {schema}.dataset_items SET input = '2'",
        "UPDATE {schema}.dataset_items SET to_version = 9 WHERE to_version IS NOT NULL",
        "DELETE FROM {schema}.dataset_items",
        "UPDATE {schema}.dataset_versions SET item_count = 7",
        "DELETE FROM {schema}.dataset_versions",
    ],
)
async def test_the_database_itself_refuses_to_change_a_version(
    tenant: Tenant, statement: str
) -> None:
    dataset = await new_dataset(tenant, name=new_id("tst"))
    made = await add_item(tenant, dataset, 1)
    await change_item(tenant, made, input_json="3")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await tenant.query(statement)
