"""The RPCs of DatasetsService about datasets and their versions; the rest it takes from others."""

from promptpilot.prompts.v1 import datasets_pb2 as pb
from services.kit.caller import current_tenant
from services.kit.idempotency import once
from services.kit.work import UnitOfWork
from services.prompts.commands.archive_dataset import archive_dataset, unarchive_dataset
from services.prompts.commands.create_dataset import create_dataset
from services.prompts.commands.update_dataset import update_dataset
from services.prompts.queries import datasets as queries
from services.prompts.repository.datasets import DatasetFilter
from services.prompts.servicer import dataset_messages as messages
from services.prompts.servicer.dataset_imports import DatasetImportRpcs
from services.prompts.servicer.dataset_items import DatasetItemRpcs


class DatasetsServicer(DatasetItemRpcs, DatasetImportRpcs):
    """Serves datasets of the caller's tenant."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work

    async def CreateDataset(
        self, request: pb.CreateDatasetRequest, _: object
    ) -> pb.CreateDatasetResponse:
        """Create a dataset; once for each request_id."""
        tenant = current_tenant()
        async with once(
            self._work, tenant, request, pb.CreateDatasetResponse, method="CreateDataset"
        ) as call:
            if call.answer is None:
                made = await create_dataset(
                    call.work,
                    tenant,
                    name=request.name,
                    description=request.description,
                    metadata_json=request.metadata_json,
                )
                call.answer = pb.CreateDatasetResponse(dataset=messages.dataset(made))
        return call.answer

    async def GetDataset(self, request: pb.GetDatasetRequest, _: object) -> pb.GetDatasetResponse:
        """Return one dataset."""
        found = await queries.get_dataset(
            self._work, current_tenant(), reference=request.dataset_id
        )
        return pb.GetDatasetResponse(dataset=messages.dataset(found))

    async def ListDatasets(
        self, request: pb.ListDatasetsRequest, _: object
    ) -> pb.ListDatasetsResponse:
        """Return a page of datasets, last changed first."""
        page, token = await queries.list_datasets(
            self._work,
            current_tenant(),
            only=DatasetFilter(request.query, request.is_archived),
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListDatasetsResponse(datasets=map(messages.dataset, page), next_page_token=token)

    async def UpdateDataset(
        self, request: pb.UpdateDatasetRequest, _: object
    ) -> pb.UpdateDatasetResponse:
        """Change name, description or metadata."""
        has = request.HasField
        updated = await update_dataset(
            self._work,
            current_tenant(),
            reference=request.dataset_id,
            name=request.name if has("name") else None,
            description=request.description if has("description") else None,
            metadata_json=request.metadata_json if has("metadata_json") else None,
            etag=request.etag,
        )
        return pb.UpdateDatasetResponse(dataset=messages.dataset(updated))

    async def ArchiveDataset(
        self, request: pb.ArchiveDatasetRequest, _: object
    ) -> pb.ArchiveDatasetResponse:
        """Hide a dataset from lists and refuse changes of its items."""
        archived = await archive_dataset(self._work, current_tenant(), reference=request.dataset_id)
        return pb.ArchiveDatasetResponse(dataset=messages.dataset(archived))

    async def UnarchiveDataset(
        self, request: pb.UnarchiveDatasetRequest, _: object
    ) -> pb.UnarchiveDatasetResponse:
        """Bring an archived dataset back."""
        back = await unarchive_dataset(self._work, current_tenant(), reference=request.dataset_id)
        return pb.UnarchiveDatasetResponse(dataset=messages.dataset(back))

    async def GetDatasetVersion(
        self, request: pb.GetDatasetVersionRequest, _: object
    ) -> pb.GetDatasetVersionResponse:
        """Return one version."""
        found = await queries.get_dataset_version(
            self._work, current_tenant(), reference=request.dataset_id, number=request.number
        )
        return pb.GetDatasetVersionResponse(version=messages.version(found))

    async def ListDatasetVersions(
        self, request: pb.ListDatasetVersionsRequest, _: object
    ) -> pb.ListDatasetVersionsResponse:
        """Return a page of versions, newest first."""
        page, token = await queries.list_dataset_versions(
            self._work,
            current_tenant(),
            reference=request.dataset_id,
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListDatasetVersionsResponse(
            versions=map(messages.version, page), next_page_token=token
        )
