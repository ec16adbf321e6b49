"""Datasets, and what they were: their versions."""

from typing import Annotated

import orjson
from fastapi import Query, Response

from gateway.answers import etag_of, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, IfMatch, VersionNumber, id_or_name, router
from gateway.operations import DATASETS, operation
from gateway.routes.prompts import dataset_models as models
from gateway.schema import PageParams
from gateway.translate import fill
from promptpilot.prompts.v1 import datasets_pb2 as pb

datasets = router("datasets")
DatasetId = Annotated[str, id_or_name("dst", "Dataset")]
_ETAG = {"ETag": "Version of the dataset, for If-Match."}


@datasets.post(
    "/datasets",
    **operation(
        DATASETS,
        "CreateDataset",
        errors=(409,),
        body=True,
        headers={"Location": "Path of the dataset."},
        status_code=201,
        response_model=models.Dataset,
    ),
)
async def create_dataset(
    body: models.CreateDataset, rpc: Rpc, request_id: IdempotencyKey = ""
) -> Response:
    """Create a dataset without items: its first items make version 1.

    409 `DATASET_NAME_TAKEN`.
    """
    request = fill(pb.CreateDatasetRequest, body, request_id=request_id)
    made = (await ask(rpc.datasets.CreateDataset, request)).dataset
    return resource(made, 201, location=f"/v1/datasets/{made.id}")


@datasets.get("/datasets", **operation(DATASETS, "ListDatasets", response_model=models.DatasetPage))
async def list_datasets(params: Annotated[models.ListDatasets, Query()], rpc: Rpc) -> Response:
    """List datasets, last changed first."""
    listed = await ask(rpc.datasets.ListDatasets, fill(pb.ListDatasetsRequest, params))
    return page(listed.datasets, listed.next_page_token)


@datasets.get(
    "/datasets/{dataset_id:segment}",
    **operation(
        DATASETS, "GetDataset", errors=(404,), headers=_ETAG, response_model=models.Dataset
    ),
)
async def get_dataset(dataset_id: DatasetId, rpc: Rpc) -> Response:
    """Get one dataset."""
    request = pb.GetDatasetRequest(dataset_id=dataset_id)
    return resource((await ask(rpc.datasets.GetDataset, request)).dataset)


@datasets.patch(
    "/datasets/{dataset_id:segment}",
    **operation(
        DATASETS,
        "UpdateDataset",
        errors=(404, 409),
        body=True,
        headers=_ETAG,
        response_model=models.Dataset,
    ),
)
async def update_dataset(
    dataset_id: DatasetId, body: models.UpdateDataset, rpc: Rpc, if_match: IfMatch = ""
) -> Response:
    """Change name, description or metadata.

    409 `ETAG_MISMATCH`, `DATASET_NAME_TAKEN`.
    """
    request = fill(pb.UpdateDatasetRequest, body, dataset_id=dataset_id, etag=etag_of(if_match))
    if "metadata" in body.model_fields_set:
        request.metadata_json = orjson.dumps(body.metadata).decode()
    return resource((await ask(rpc.datasets.UpdateDataset, request)).dataset)


@datasets.post(
    "/datasets/{dataset_id:segment}:archive",
    **operation(DATASETS, "ArchiveDataset", errors=(404,), response_model=models.Dataset),
)
async def archive_dataset(dataset_id: DatasetId, rpc: Rpc) -> Response:
    """Hide a dataset from lists and refuse changes of its items; its versions are still read."""
    request = pb.ArchiveDatasetRequest(dataset_id=dataset_id)
    return resource((await ask(rpc.datasets.ArchiveDataset, request)).dataset)


@datasets.post(
    "/datasets/{dataset_id:segment}:unarchive",
    **operation(DATASETS, "UnarchiveDataset", errors=(404,), response_model=models.Dataset),
)
async def unarchive_dataset(dataset_id: DatasetId, rpc: Rpc) -> Response:
    """Bring an archived dataset back."""
    request = pb.UnarchiveDatasetRequest(dataset_id=dataset_id)
    return resource((await ask(rpc.datasets.UnarchiveDataset, request)).dataset)


@datasets.get(
    "/datasets/{dataset_id:segment}/versions",
    **operation(
        DATASETS, "ListDatasetVersions", errors=(404,), response_model=models.DatasetVersionPage
    ),
)
async def list_dataset_versions(
    dataset_id: DatasetId, params: Annotated[PageParams, Query()], rpc: Rpc
) -> Response:
    """List versions of a dataset, newest first."""
    request = fill(pb.ListDatasetVersionsRequest, params, dataset_id=dataset_id)
    listed = await ask(rpc.datasets.ListDatasetVersions, request)
    return page(listed.versions, listed.next_page_token)


@datasets.get(
    "/datasets/{dataset_id:segment}/versions/{number}",
    **operation(DATASETS, "GetDatasetVersion", errors=(404,), response_model=models.DatasetVersion),
)
async def get_dataset_version(dataset_id: DatasetId, number: VersionNumber, rpc: Rpc) -> Response:
    """Get one version."""
    request = pb.GetDatasetVersionRequest(dataset_id=dataset_id, number=number)
    return resource((await ask(rpc.datasets.GetDatasetVersion, request)).version)
