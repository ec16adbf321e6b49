"""Imports of files into datasets: begun, sent, looked at, applied."""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import Query, Request, Response

from gateway.answers import JSON, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, router, text_id
from gateway.operations import DATASETS, operation
from gateway.problems import ContentTooLarge, UnsupportedMediaType
from gateway.routes.prompts import dataset_models as models
from gateway.routes.prompts.dataset_items import MEDIA_TYPES
from gateway.routes.prompts.datasets import DatasetId
from gateway.translate import fill
from promptpilot.prompts.v1 import datasets_pb2 as pb

dataset_imports = router("datasets")
ImportId = Annotated[str, text_id("dim", "Import")]
_MEDIA_TYPES: Final = (*MEDIA_TYPES.values(), "application/octet-stream")
# A JSON file goes as any of these too; in the document it would be taken for a JSON body.
_DOCUMENTED: Final = tuple(kind for kind in _MEDIA_TYPES if kind != JSON)
# What the service takes at once is twice that.
_PART_BYTES: Final = 1_000_000
_MOST_FILE_BYTES: Final = 100_000_000
# Items of a whole file are made in one transaction.
_APPLY_TIMEOUT_S: Final = 60.0


@dataset_imports.post(
    "/datasets/{dataset_id:segment}/imports",
    **operation(
        DATASETS,
        "CreateDatasetImport",
        errors=(404, 409),
        body=True,
        headers={"Location": "Path of the import."},
        status_code=201,
        response_model=models.DatasetImport,
    ),
)
async def create_dataset_import(
    dataset_id: DatasetId,
    body: models.CreateDatasetImport,
    rpc: Rpc,
    request_id: IdempotencyKey = "",
) -> Response:
    """Begin to import a file.

    Send it with `PUT …/content`: the answer is the report of a dry run. Nothing changes before
    `:apply`; what is not applied within a day is dropped. 409 `DATASET_ARCHIVED`.
    """
    request = fill(
        pb.CreateDatasetImportRequest, body, dataset_id=dataset_id, request_id=request_id
    )
    made = (await ask(rpc.datasets.CreateDatasetImport, request)).dataset_import
    path = f"/v1/datasets/{made.dataset_id}/imports/{made.id}"
    return resource(made, 201, location=path)


@dataset_imports.get(
    "/datasets/{dataset_id:segment}/imports/{import_id:segment}",
    **operation(DATASETS, "GetDatasetImport", errors=(404,), response_model=models.DatasetImport),
)
async def get_dataset_import(dataset_id: DatasetId, import_id: ImportId, rpc: Rpc) -> Response:
    """Tell how far an import is, and once its file is whole what it would change."""
    request = pb.GetDatasetImportRequest(dataset_id=dataset_id, import_id=import_id)
    return resource((await ask(rpc.datasets.GetDatasetImport, request)).dataset_import)


@dataset_imports.put(
    "/datasets/{dataset_id:segment}/imports/{import_id:segment}/content",
    **operation(
        DATASETS,
        "AppendDatasetImport",
        errors=(404, 409),
        uploads=_DOCUMENTED,
        response_model=models.DatasetImport,
    ),
)
async def append_dataset_import(
    dataset_id: DatasetId,
    import_id: ImportId,
    params: Annotated[models.AppendDatasetImport, Query()],
    request: Request,
    rpc: Rpc,
) -> Response:
    """Send the file, whole or in parts, at most 100,000,000 bytes.

    It is read while it arrives. After the last part the import is `ready` and says what it would
    change, and which lines have problems. A part that was sent before is taken once; 409
    `IMPORT_OFFSET_MISMATCH` names in `received_bytes` where to go on, `IMPORT_COMPLETE` that the
    file was whole.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in _MEDIA_TYPES:
        raise UnsupportedMediaType(f"Send the file as {', '.join(_MEDIA_TYPES)}.")
    part = pb.AppendDatasetImportRequest(
        dataset_id=dataset_id, import_id=import_id, offset=params.offset
    )
    async for data in _parts(request, params.offset):
        part.data = data
        await ask(rpc.datasets.AppendDatasetImport, part)
        part.offset += len(data)
    part.data, part.is_last = b"", params.is_last
    return resource((await ask(rpc.datasets.AppendDatasetImport, part)).dataset_import)


@dataset_imports.post(
    "/datasets/{dataset_id:segment}/imports/{import_id:segment}:apply",
    **operation(
        DATASETS,
        "ApplyDatasetImport",
        errors=(404, 409),
        body=True,
        response_model=models.DatasetImport,
    ),
)
async def apply_dataset_import(
    dataset_id: DatasetId, import_id: ImportId, body: models.ApplyDatasetImport, rpc: Rpc
) -> Response:
    """Make the next version of the file's items, all in one step.

    Where nothing changes there is none; applying twice is no error. 409 `IMPORT_NOT_READY`,
    `IMPORT_HAS_PROBLEMS`, `DATASET_ARCHIVED`, `DATASET_FULL`.
    """
    request = fill(pb.ApplyDatasetImportRequest, body, dataset_id=dataset_id, import_id=import_id)
    applied = await ask(rpc.datasets.ApplyDatasetImport, request, _APPLY_TIMEOUT_S)
    return resource(applied.dataset_import)


async def _parts(request: Request, offset: int) -> AsyncIterator[bytes]:
    """Give a body in parts of a size, none of them empty. Raises ContentTooLarge."""
    too_large = ContentTooLarge(f"A file may have {_MOST_FILE_BYTES} bytes.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and offset + int(declared) > _MOST_FILE_BYTES:
        raise too_large
    gathered = bytearray()
    size = offset
    async for chunk in request.stream():
        size += len(chunk)
        if size > _MOST_FILE_BYTES:
            raise too_large
        gathered += chunk
        while len(gathered) >= _PART_BYTES:
            yield bytes(gathered[:_PART_BYTES])
            del gathered[:_PART_BYTES]
    if gathered:
        yield bytes(gathered)
