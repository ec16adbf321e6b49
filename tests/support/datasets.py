"""Datasets of a tenant in tests: made, filled, imported into, read whole."""

import json
from typing import Any

from promptpilot.prompts.v1 import datasets_pb2 as pb
from services.kit.ids import new_id

FORMATS = {
    "csv": pb.DATASET_FILE_FORMAT_CSV,
    "jsonl": pb.DATASET_FILE_FORMAT_JSONL,
    "json": pb.DATASET_FILE_FORMAT_JSON,
}


async def new_dataset(tenant: Any, **fields: Any) -> pb.Dataset:
    """Create a dataset without items."""
    request = pb.CreateDatasetRequest(**({"name": new_id("tst")} | fields))
    made: pb.Dataset = (await tenant.datasets.CreateDataset(request)).dataset
    return made


async def get(tenant: Any, dataset: pb.Dataset) -> pb.Dataset:
    """Read a dataset as it is now."""
    request = pb.GetDatasetRequest(dataset_id=dataset.id)
    found: pb.Dataset = (await tenant.datasets.GetDataset(request)).dataset
    return found


async def add_item(tenant: Any, dataset: pb.Dataset, value: Any, **fields: Any) -> pb.DatasetItem:
    """Add an item with this input; `fields` are those of the request."""
    request = pb.CreateDatasetItemRequest(
        dataset_id=dataset.id, input_json=json.dumps(value), **fields
    )
    item: pb.DatasetItem = (await tenant.datasets.CreateDatasetItem(request)).item
    return item


async def change_item(tenant: Any, item: pb.DatasetItem, **fields: Any) -> pb.DatasetItem:
    """Change an item; `fields` are those of the request."""
    request = pb.UpdateDatasetItemRequest(dataset_id=item.dataset_id, item_id=item.id, **fields)
    changed: pb.DatasetItem = (await tenant.datasets.UpdateDatasetItem(request)).item
    return changed


async def items(tenant: Any, dataset: pb.Dataset, **fields: Any) -> list[pb.DatasetItem]:
    """Read all items, page by page; `fields` are those of the request."""
    found: list[pb.DatasetItem] = []
    request = pb.ListDatasetItemsRequest(dataset_id=dataset.id, **fields)
    while True:
        page = await tenant.datasets.ListDatasetItems(request)
        found.extend(page.items)
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return found


async def inputs(tenant: Any, dataset: pb.Dataset, **fields: Any) -> list[Any]:
    """Read the inputs of all items."""
    return [json.loads(one.input_json or "null") for one in await items(tenant, dataset, **fields)]


async def start_import(
    tenant: Any, dataset: pb.Dataset, file_format: str = "jsonl", **fields: Any
) -> pb.DatasetImport:
    """Begin an import."""
    request = pb.CreateDatasetImportRequest(
        dataset_id=dataset.id, format=FORMATS[file_format], **fields
    )
    made: pb.DatasetImport = (await tenant.datasets.CreateDatasetImport(request)).dataset_import
    return made


async def send(
    tenant: Any, one: pb.DatasetImport, data: bytes, offset: int = 0, *, is_last: bool = True
) -> pb.DatasetImport:
    """Send a part of a file."""
    request = pb.AppendDatasetImportRequest(
        dataset_id=one.dataset_id, import_id=one.id, offset=offset, data=data, is_last=is_last
    )
    taken: pb.DatasetImport = (await tenant.datasets.AppendDatasetImport(request)).dataset_import
    return taken


async def apply(tenant: Any, one: pb.DatasetImport, **fields: Any) -> pb.DatasetImport:
    """Apply an import."""
    request = pb.ApplyDatasetImportRequest(dataset_id=one.dataset_id, import_id=one.id, **fields)
    done: pb.DatasetImport = (await tenant.datasets.ApplyDatasetImport(request)).dataset_import
    return done


async def imported(
    tenant: Any, dataset: pb.Dataset, data: bytes, file_format: str = "jsonl", **fields: Any
) -> pb.DatasetImport:
    """Import a file in one part and apply it."""
    started = await start_import(tenant, dataset, file_format, **fields)
    return await apply(tenant, await send(tenant, started, data))


async def exported(
    tenant: Any, dataset: pb.Dataset, file_format: str = "jsonl", **fields: Any
) -> bytes:
    """Write a dataset as a file, part by part."""
    request = pb.ExportDatasetRequest(dataset_id=dataset.id, format=FORMATS[file_format], **fields)
    data = bytearray()
    while True:
        part = await tenant.datasets.ExportDataset(request)
        data += part.data
        request.page_token = part.next_page_token
        if not part.next_page_token:
            return bytes(data)


def lines(*objects: Any) -> bytes:
    """Write objects as JSONL."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in objects)
