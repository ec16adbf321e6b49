"""Items of datasets: added, read, changed, and all of them as a file."""

from collections.abc import AsyncIterator
from typing import Annotated, Final
from urllib.parse import quote

import orjson
from fastapi import Path, Query, Response
from starlette.responses import StreamingResponse

from gateway.answers import etag_of, page, resource
from gateway.clients import Clients, Rpc, ask
from gateway.door import IdempotencyKey, IfMatch, router
from gateway.operations import DATASETS, operation
from gateway.routes.prompts import dataset_models as models
from gateway.routes.prompts.datasets import DatasetId
from gateway.translate import fill
from promptpilot.prompts.v1 import datasets_pb2 as pb
from services.kit.caller import acting_as, current_caller

dataset_items = router("datasets")
ItemId = Annotated[
    str,
    Path(
        description="Item: `dit_…`, or the id that its creator chose.",
        min_length=1,
        max_length=128,
        examples=["dit_01jd8n3zq4e5v9x7k2m6r0t1wb"],
    ),
]
MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "json": "application/json",
}
_ETAG = {"ETag": "Version of the item, for If-Match."}


@dataset_items.post(
    "/datasets/{dataset_id:segment}/items",
    **operation(
        DATASETS,
        "CreateDatasetItem",
        errors=(404, 409),
        body=True,
        headers={"Location": "Path of the item."},
        status_code=201,
        response_model=models.DatasetItem,
    ),
)
async def create_dataset_item(
    dataset_id: DatasetId,
    body: models.CreateDatasetItem,
    rpc: Rpc,
    request_id: IdempotencyKey = "",
) -> Response:
    """Add one item: it makes the next version.

    409 `DATASET_ITEM_EXISTS`, `DATASET_ARCHIVED`, `DATASET_FULL`.
    """
    request = fill(pb.CreateDatasetItemRequest, body, dataset_id=dataset_id, request_id=request_id)
    item = (await ask(rpc.datasets.CreateDatasetItem, request)).item
    return resource(item, 201, location=f"/v1/datasets/{item.dataset_id}/items/{quote(item.id)}")


@dataset_items.get(
    "/datasets/{dataset_id:segment}/items",
    **operation(DATASETS, "ListDatasetItems", errors=(404,), response_model=models.DatasetItemPage),
)
async def list_dataset_items(
    dataset_id: DatasetId, params: Annotated[models.ListDatasetItems, Query()], rpc: Rpc
) -> Response:
    """List items in the order in which they were added.

    As they are now, or as a version has them. A page may hold fewer items than asked for: only
    `next_page_token` tells the end.
    """
    request = fill(pb.ListDatasetItemsRequest, params, dataset_id=dataset_id)
    listed = await ask(rpc.datasets.ListDatasetItems, request)
    return page(listed.items, listed.next_page_token)


@dataset_items.get(
    "/datasets/{dataset_id:segment}/items/{item_id:segment}",
    **operation(
        DATASETS,
        "GetDatasetItem",
        errors=(404,),
        headers=_ETAG,
        response_model=models.DatasetItem,
    ),
)
async def get_dataset_item(
    dataset_id: DatasetId,
    item_id: ItemId,
    params: Annotated[models.GetDatasetItem, Query()],
    rpc: Rpc,
) -> Response:
    """Get one item, as it is now or as a version has it."""
    request = fill(pb.GetDatasetItemRequest, params, dataset_id=dataset_id, item_id=item_id)
    return resource((await ask(rpc.datasets.GetDatasetItem, request)).item)


@dataset_items.patch(
    "/datasets/{dataset_id:segment}/items/{item_id:segment}",
    **operation(
        DATASETS,
        "UpdateDatasetItem",
        errors=(404, 409),
        body=True,
        headers=_ETAG,
        response_model=models.DatasetItem,
    ),
)
async def update_dataset_item(
    dataset_id: DatasetId,
    item_id: ItemId,
    body: models.UpdateDatasetItem,
    rpc: Rpc,
    if_match: IfMatch = "",
) -> Response:
    """Change an item, archive it, or bring it back: it makes the next version.

    Where nothing changes there is none. 409 `ETAG_MISMATCH`, `DATASET_ARCHIVED`, `DATASET_FULL`.
    """
    request = pb.UpdateDatasetItemRequest(
        dataset_id=dataset_id, item_id=item_id, etag=etag_of(if_match)
    )
    for name in body.model_fields_set - {"is_archived"}:
        setattr(request, f"{name}_json", orjson.dumps(getattr(body, name)).decode())
    if body.is_archived is not None:
        request.is_archived = body.is_archived
    return resource((await ask(rpc.datasets.UpdateDatasetItem, request)).item)


@dataset_items.get(
    "/datasets/{dataset_id:segment}:export",
    **operation(
        DATASETS,
        "ExportDataset",
        errors=(404,),
        headers={"Content-Disposition": "A name for the file."},
        downloads=MEDIA_TYPES.values(),
        response_class=StreamingResponse,
    ),
)
async def export_dataset(
    dataset_id: DatasetId, params: Annotated[models.ExportDataset, Query()], rpc: Rpc
) -> Response:
    """Get all items of a version as a file.

    It is written while it is sent, whatever its size. Importing it again changes nothing.
    """
    request = fill(pb.ExportDatasetRequest, params, dataset_id=dataset_id)
    first = await ask(rpc.datasets.ExportDataset, request)
    name = f"{dataset_id}-v{first.version}.{params.format}"
    return StreamingResponse(
        _parts(rpc, request, first),
        media_type=MEDIA_TYPES[params.format],
        headers={
            "cache-control": "no-store",
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        },
    )


def _parts(
    rpc: Clients, request: pb.ExportDatasetRequest, first: pb.ExportDatasetResponse
) -> AsyncIterator[bytes]:
    """Give the file part by part, on behalf of whoever asked for it."""
    caller = current_caller()

    async def parts() -> AsyncIterator[bytes]:
        part = first
        yield part.data
        while part.next_page_token:
            request.page_token = part.next_page_token
            with acting_as(caller):
                part = await ask(rpc.datasets.ExportDataset, request)
            yield part.data

    return parts()
