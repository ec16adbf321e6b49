"""Imports: read in parts, looked at before anything changes, applied as one version, once."""

import json
from typing import Any

import pytest

from promptpilot.prompts.v1 import datasets_pb2 as pb
from services.kit.errors import AppError, Conflict, FailedPrecondition, InvalidArgument, NotFound
from tests.integration.prompts.conftest import Tenant, gather_all
from tests.support.datasets import (
    FORMATS,
    add_item,
    apply,
    change_item,
    exported,
    get,
    imported,
    inputs,
    items,
    lines,
    new_dataset,
    send,
    start_import,
)


async def look(tenant: Tenant, one: pb.DatasetImport) -> pb.DatasetImport:
    request = pb.GetDatasetImportRequest(dataset_id=one.dataset_id, import_id=one.id)
    found: pb.DatasetImport = (await tenant.datasets.GetDatasetImport(request)).dataset_import
    return found


def counts(one: pb.DatasetImport) -> tuple[int, int, int, int]:
    return one.added_count, one.changed_count, one.unchanged_count, one.problem_count


async def test_a_dry_run_says_what_would_happen_and_changes_nothing(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    await add_item(tenant, dataset, "a", id="one")
    await add_item(tenant, dataset, "b", id="two")
    data = lines(
        {"id": "one", "input": "a"},
        {"id": "two", "input": "b2"},
        {"id": "three", "input": "c"},
        {"input": "a"},
        {"input": "d"},
        {"input": "d"},
    )
    started = await start_import(tenant, dataset, file_name="cases.jsonl")
    ready = await send(tenant, started, data)
    assert ready.state == pb.DATASET_IMPORT_STATE_READY
    assert counts(ready) == (2, 1, 3, 0)
    assert [(one.name, one.target) for one in ready.columns] == [("id", "id"), ("input", "input")]
    assert await look(tenant, started) == ready
    assert await inputs(tenant, dataset) == ["a", "b"]
    done = await apply(tenant, ready)
    assert (done.state, done.version) == (pb.DATASET_IMPORT_STATE_APPLIED, 3)
    assert counts(done) == (2, 1, 3, 0)
    assert await apply(tenant, ready) == done
    assert await inputs(tenant, dataset) == ["a", "b2", "c", "d"]
    assert await inputs(tenant, dataset, version=2) == ["a", "b"]
    request = pb.GetDatasetVersionRequest(dataset_id=dataset.id, number=3)
    made = (await tenant.datasets.GetDatasetVersion(request)).version
    assert (made.added_count, made.changed_count, made.item_count) == (2, 1, 4)
    assert (made.source, made.file_name) == (pb.DATASET_VERSION_SOURCE_IMPORT, "cases.jsonl")
    assert made.actor_id == tenant.caller.actor


@pytest.mark.parametrize("file_format", list(FORMATS))
async def test_what_was_exported_is_the_same_when_imported_here_or_elsewhere(
    tenant: Tenant, other: Tenant, file_format: str
) -> None:
    dataset = await new_dataset(tenant)
    values: list[Any] = ["5", 5, "", {"ä": [None, True]}, 'a "quoted", text\r\nof two lines']
    for value in values:
        await add_item(tenant, dataset, value, metadata_json='{"n": 1.5}')
    await add_item(tenant, dataset, None, expected_json="false")
    gone = await add_item(tenant, dataset, "gone")
    await change_item(tenant, gone, is_archived=True)
    data = await exported(tenant, dataset, file_format, page_size=2)
    again = await imported(tenant, dataset, data, file_format)
    assert counts(again) == (0, 0, 6, 0)
    assert again.version == (await get(tenant, dataset)).latest_version == 8
    elsewhere = await new_dataset(other)
    await imported(other, elsewhere, data, file_format)
    theirs = [(one.id, one.content_hash, one.input_json) for one in await items(other, elsewhere)]
    assert theirs == [
        (one.id, one.content_hash, one.input_json) for one in await items(tenant, dataset)
    ]
    assert await exported(other, elsewhere, file_format) == data
    older = await exported(tenant, dataset, file_format, version=1)
    assert b"lines" not in older


async def test_a_file_without_ids_is_imported_once(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    data = b"question,expected\nWhy?,because\nWhen?,soon\n"
    first = await imported(tenant, dataset, data, "csv")
    again = await imported(tenant, dataset, data, "csv")
    assert counts(first) == (2, 0, 0, 0)
    assert counts(again) == (0, 0, 2, 0)
    assert (first.version, again.version) == (1, 1)
    made = await items(tenant, dataset)
    assert [one.input_json for one in made] == ['{"question":"Why?"}', '{"question":"When?"}']
    await change_item(tenant, made[0], is_archived=True)
    third = await imported(tenant, dataset, data, "csv")
    assert counts(third) == (0, 0, 2, 0)
    # With its id the file says that this very item is to be there.
    back = lines({"id": made[0].id, "input": {"question": "Why?"}, "expected": "because"})
    assert counts(await imported(tenant, dataset, back)) == (0, 1, 0, 0)
    assert (await get(tenant, dataset)).item_count == 2


async def test_a_broken_file_loses_nothing_and_names_lines_and_fields(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    await add_item(tenant, dataset, "kept")
    data = (
        b'{"id": "a", "input": 1}\n{"input": \n{"id": "?", "input": 2}\n'
        b'{"id": "a", "input": 3}\n{"id": "b", "input": 4}\n'
    )
    ready = await send(tenant, await start_import(tenant, dataset), data)
    said = [(one.line, one.field) for one in ready.problems]
    assert said == [(2, ""), (3, "id"), (4, "id")]
    assert ready.record_count == 5
    assert counts(ready) == (2, 0, 0, 3)
    with pytest.raises(FailedPrecondition) as raised:
        await apply(tenant, ready)
    assert raised.value.reason == "IMPORT_HAS_PROBLEMS"
    assert await inputs(tenant, dataset) == ["kept"]
    assert counts(await apply(tenant, ready, is_partial=True)) == (2, 0, 0, 3)
    assert await inputs(tenant, dataset) == ["kept", 1, 4]


async def test_parts_are_taken_once_and_in_order(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    data = lines(*({"input": {"n": number, "text": "ä" * 50}} for number in range(40)))
    started = await start_import(tenant, dataset, file_bytes=len(data))
    for begin in range(0, len(data), 777):
        part = data[begin : begin + 777]
        sent = await send(tenant, started, part, begin, is_last=False)
        assert sent.received_bytes == begin + len(part)
        assert await send(tenant, started, part, begin, is_last=False) == sent
    with pytest.raises(Conflict) as raised:
        await send(tenant, started, b"x", len(data) + 5)
    assert raised.value.reason == "IMPORT_OFFSET_MISMATCH"
    assert raised.value.metadata == {"received_bytes": str(len(data))}
    with pytest.raises(FailedPrecondition) as early:
        await apply(tenant, started)
    assert early.value.reason == "IMPORT_NOT_READY"
    ready = await send(tenant, started, b"", len(data))
    assert (ready.record_count, *counts(ready)) == (40, 40, 0, 0, 0)
    with pytest.raises(FailedPrecondition) as late:
        await send(tenant, started, b"x", len(data))
    assert late.value.reason == "IMPORT_COMPLETE"


async def test_importers_and_editors_at_once_all_succeed(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    files = [lines(*({"input": [one, number]} for number in range(20))) for one in range(5)]
    edits = [add_item(tenant, dataset, number) for number in range(5)]
    answers = await gather_all(*(imported(tenant, dataset, data) for data in files), *edits)
    assert not [one for one in answers if isinstance(one, BaseException)]
    now = await get(tenant, dataset)
    assert (now.latest_version, now.item_count) == (10, 105)
    assert len(await items(tenant, dataset, page_size=200)) == 105
    # The same file, sent and applied by many at once, is there once.
    many = await gather_all(*(imported(tenant, dataset, lines({"input": "x"})) for _ in range(4)))
    assert sorted(one.added_count for one in many) == [0, 0, 0, 1]


async def test_ten_thousand_items_are_one_version(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    data = lines(*({"input": {"n": number}, "expected": number} for number in range(10_000)))
    done = await imported(tenant, dataset, data)
    assert counts(done) == (10_000, 0, 0, 0)
    assert (await get(tenant, dataset)).item_count == 10_000
    found = await inputs(tenant, dataset, page_size=200)
    assert found == [{"n": number} for number in range(10_000)]
    assert (await exported(tenant, dataset, page_size=1000)).count(b"\n") == 10_000


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"format": 0}, "format"),
        ({"format": 9}, "format"),
        ({"format": 1, "file_name": "x" * 201}, "file_name"),
        ({"format": 1, "file_bytes": 100_000_001}, "file_bytes"),
        ({"format": 1, "columns": [{"name": "a", "target": "b"}]}, "columns[0].target"),
    ],
)
async def test_what_cannot_be_an_import_is_said_by_field(
    tenant: Tenant, fields: dict[str, Any], at_fault: str
) -> None:
    dataset = await new_dataset(tenant)
    request = pb.CreateDatasetImportRequest(dataset_id=dataset.id, **fields)
    with pytest.raises(InvalidArgument) as raised:
        await tenant.datasets.CreateDatasetImport(request)
    assert [one.field for one in raised.value.violations] == [at_fault]
    export = pb.ExportDatasetRequest(dataset_id=dataset.id)
    with pytest.raises(InvalidArgument):
        await tenant.datasets.ExportDataset(export)


async def test_columns_are_placed_by_the_importer(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    columns = [pb.DatasetColumn(name="Q", target="input"), pb.DatasetColumn(name="x", target="")]
    done = await imported(tenant, dataset, b"Q,x,tag\nWhy?,1,t\n", "csv", columns=columns)
    [made] = await items(tenant, dataset)
    assert (made.input_json, made.metadata_json) == ('"Why?"', '{"tag":"t"}')
    assert [one.target for one in done.columns] == ["input", "", "metadata.tag"]


async def test_an_import_that_is_a_day_old_is_dropped(tenant: Tenant) -> None:
    dataset = await new_dataset(tenant)
    old = await send(tenant, await start_import(tenant, dataset), lines({"input": 1}))
    await tenant.query(
        "UPDATE {schema}.dataset_imports SET create_time = create_time - interval '25 hours'"
    )
    await start_import(tenant, dataset)
    with pytest.raises(NotFound) as raised:
        await apply(tenant, old)
    assert raised.value.reason == "DATASET_IMPORT_NOT_FOUND"
    assert await tenant.query("SELECT number FROM {schema}.dataset_import_items") == []


async def test_other_tenant_finds_no_import(tenant: Tenant, other: Tenant) -> None:
    dataset, theirs = await new_dataset(tenant), await new_dataset(other)
    mine = await start_import(tenant, dataset)
    elsewhere = pb.DatasetImport(id=mine.id, dataset_id=theirs.id)
    for one, reason in (
        (mine, "DATASET_NOT_FOUND"),
        (elsewhere, "DATASET_IMPORT_NOT_FOUND"),
    ):
        names: dict[str, Any] = {"dataset_id": one.dataset_id, "import_id": one.id}
        for call in (
            look(other, one),
            other.datasets.AppendDatasetImport(pb.AppendDatasetImportRequest(**names)),
            other.datasets.ApplyDatasetImport(pb.ApplyDatasetImportRequest(**names)),
        ):
            with pytest.raises(AppError) as raised:
                await call
            assert raised.value.reason == reason
    with pytest.raises(NotFound):
        await start_import(other, dataset)
    with pytest.raises(NotFound):
        await exported(other, dataset)
    assert json.loads((await look(tenant, mine)).file_name or "0") == 0
