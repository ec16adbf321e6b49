"""Datasets: made, read, listed, renamed, archived, with events and for their tenant alone."""

from typing import Any

import pytest

from promptpilot.prompts.v1 import datasets_pb2 as pb
from promptpilot.prompts.v1 import events_pb2
from services.identity.rules.roles import Role
from services.kit.errors import (
    AlreadyExists,
    Conflict,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
)
from services.kit.ids import new_id
from tests.integration.prompts.conftest import Tenant, gather_all
from tests.support.datasets import add_item, get, new_dataset, start_import


async def call(tenant: Tenant, rpc: str, dataset_id: str, **fields: Any) -> pb.Dataset:
    """Call an RPC about one dataset that answers with it."""
    request = getattr(pb, f"{rpc}Request")(dataset_id=dataset_id, **fields)
    dataset: pb.Dataset = (await getattr(tenant.datasets, rpc)(request)).dataset
    return dataset


async def test_a_dataset_is_made_once_for_each_request(tenant: Tenant) -> None:
    fields = {"name": "Größe 1/2", "description": "d", "metadata_json": '{"b": 1, "a": []}'}
    made = await new_dataset(tenant, request_id="once", **fields)
    assert made.id.startswith("dst_")
    assert (made.latest_version, made.item_count) == (0, 0)
    assert made.metadata_json == '{"a":[],"b":1}'
    assert await new_dataset(tenant, request_id="once", **fields) == made
    assert await tenant.events(events_pb2.DatasetCreated) == [{"dataset_id": made.id}]
    assert await call(tenant.as_role(Role.VIEWER), "GetDataset", "Größe 1/2") == made


async def test_a_name_is_taken_once_by_each_tenant(tenant: Tenant, other: Tenant) -> None:
    answers = await gather_all(*(new_dataset(tenant, name="same") for _ in range(5)))
    refused = [one for one in answers if isinstance(one, AlreadyExists)]
    assert [one.reason for one in refused] == ["DATASET_NAME_TAKEN"] * 4
    await new_dataset(other, name="same")


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\n"}, "name"),
        ({"description": "x" * 2001}, "description"),
        ({"metadata_json": "{"}, "metadata_json"),
    ],
)
async def test_what_cannot_be_a_dataset_is_said_by_field(
    tenant: Tenant, fields: dict[str, str], at_fault: str
) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await new_dataset(tenant, **fields)
    assert {one.field for one in raised.value.violations} == {at_fault}
    dataset = await new_dataset(tenant)
    with pytest.raises(InvalidArgument):
        await call(tenant, "UpdateDataset", dataset.id, **fields)


async def test_an_update_changes_what_it_names_and_refuses_what_was_read_too_early(
    tenant: Tenant,
) -> None:
    made = await new_dataset(tenant, description="before", metadata_json="1")
    changed = await call(tenant, "UpdateDataset", made.id, name="after", etag=made.etag)
    assert (changed.name, changed.description, changed.metadata_json) == ("after", "before", "1")
    with pytest.raises(Conflict) as raised:
        await call(tenant, "UpdateDataset", made.id, name="late", etag=made.etag)
    assert raised.value.reason == "ETAG_MISMATCH"
    emptied = await call(tenant, "UpdateDataset", made.id, metadata_json="null")
    assert (emptied.metadata_json, emptied.name) == ("", "after")
    assert await tenant.events(events_pb2.DatasetUpdated) == [{"dataset_id": made.id}] * 2


async def test_an_archived_dataset_leaves_the_list_and_keeps_its_items(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    item = await add_item(tenant, dataset, 1)
    archived = await call(tenant, "ArchiveDataset", dataset.id)
    assert archived.HasField("archive_time")
    assert await call(tenant, "ArchiveDataset", dataset.id) == archived
    for write in (add_item(tenant, dataset, 2), start_import(tenant, dataset)):
        with pytest.raises(FailedPrecondition) as raised:
            await write
        assert raised.value.reason == "DATASET_ARCHIVED"
    read = pb.GetDatasetItemRequest(dataset_id=dataset.id, item_id=item.id)
    assert (await tenant.datasets.GetDatasetItem(read)).item == item
    assert [one.id for one in await listed(tenant, is_archived=True)] == [dataset.id]
    assert dataset.id not in [one.id for one in await listed(tenant)]
    back = await call(tenant, "UnarchiveDataset", dataset.id)
    assert not back.HasField("archive_time")
    assert await tenant.events(events_pb2.DatasetArchived) == [{"dataset_id": dataset.id}]
    assert await tenant.events(events_pb2.DatasetUnarchived) == [{"dataset_id": dataset.id}]


async def listed(tenant: Tenant, **fields: Any) -> list[pb.Dataset]:
    found: list[pb.Dataset] = []
    request = pb.ListDatasetsRequest(**({"page_size": 2} | fields))
    while True:
        page = await tenant.datasets.ListDatasets(request)
        found.extend(page.datasets)
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return found


async def test_datasets_are_listed_by_their_last_change_and_found_by_their_words(
    tenant: Tenant,
) -> None:
    made = [await new_dataset(tenant, description=f"Topic {number}%") for number in range(5)]
    await add_item(tenant, made[1], 1)
    order = [one.id for one in await listed(tenant)]
    assert order == [made[index].id for index in (1, 4, 3, 2, 0)]
    assert [one.id for one in await listed(tenant, query="topic 3%")] == [made[3].id]
    assert await listed(tenant, query="_opic") == []
    with pytest.raises(InvalidArgument):
        await listed(tenant, query="x" * 201)
    with pytest.raises(InvalidArgument):
        await listed(tenant, page_token="x")


async def test_other_tenant_does_not_find_a_dataset(tenant: Tenant, other: Tenant) -> None:
    dataset = await new_dataset(tenant)
    for reference in (dataset.id, dataset.name, new_id("dst"), "a\0b", ""):
        for answer in (
            other.datasets.GetDataset(pb.GetDatasetRequest(dataset_id=reference)),
            other.datasets.UpdateDataset(pb.UpdateDatasetRequest(dataset_id=reference)),
            other.datasets.ArchiveDataset(pb.ArchiveDatasetRequest(dataset_id=reference)),
            other.datasets.UnarchiveDataset(pb.UnarchiveDatasetRequest(dataset_id=reference)),
        ):
            with pytest.raises(NotFound) as raised:
                await answer
            assert raised.value.reason == "DATASET_NOT_FOUND"
    assert await listed(other) == []
    assert await get(tenant, dataset) == dataset


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.BILLING])
async def test_who_may_not_write_makes_no_dataset(tenant: Tenant, role: Role) -> None:
    request = pb.CreateDatasetRequest(name="mine")
    with pytest.raises(PermissionDenied) as raised:
        await tenant.as_role(role).datasets.CreateDataset(request)
    assert raised.value.metadata == {"permission": "datasets.write"}
