"""The RPCs of items: added, read, changed, and written as a file."""

from promptpilot.prompts.v1 import datasets_pb2 as pb
from promptpilot.prompts.v1.datasets_pb2_grpc import DatasetsServiceServicer
from services.kit.caller import current_caller, current_tenant
from services.kit.idempotency import once
from services.kit.work import UnitOfWork
from services.prompts.commands.create_dataset_item import ItemDraft, create_dataset_item
from services.prompts.commands.update_dataset_item import ItemChanges, update_dataset_item
from services.prompts.queries import dataset_items as queries
from services.prompts.repository.dataset_items import ItemFilter
from services.prompts.servicer import dataset_messages as messages


class DatasetItemRpcs(DatasetsServiceServicer):
    """Items of the caller's tenant."""

    _work: UnitOfWork

    async def CreateDatasetItem(
        self, request: pb.CreateDatasetItemRequest, _: object
    ) -> pb.CreateDatasetItemResponse:
        """Add one item; once for each request_id."""
        tenant = current_tenant()
        async with once(
            self._work, tenant, request, pb.CreateDatasetItemResponse, method="CreateDatasetItem"
        ) as call:
            if call.answer is None:
                made = await create_dataset_item(
                    call.work,
                    tenant,
                    current_caller().actor,
                    reference=request.dataset_id,
                    draft=ItemDraft(
                        request.id,
                        request.input_json,
                        request.expected_json,
                        request.metadata_json,
                        request.source_run_id,
                        request.source_step_id,
                    ),
                )
                call.answer = pb.CreateDatasetItemResponse(item=messages.item(made))
        return call.answer

    async def GetDatasetItem(
        self, request: pb.GetDatasetItemRequest, _: object
    ) -> pb.GetDatasetItemResponse:
        """Return one item."""
        found = await queries.get_dataset_item(
            self._work,
            current_tenant(),
            reference=request.dataset_id,
            item_id=request.item_id,
            version=request.version,
        )
        return pb.GetDatasetItemResponse(item=messages.item(found))

    async def ListDatasetItems(
        self, request: pb.ListDatasetItemsRequest, _: object
    ) -> pb.ListDatasetItemsResponse:
        """Return a page of items in the order of their adding."""
        page, token = await queries.list_dataset_items(
            self._work,
            current_tenant(),
            reference=request.dataset_id,
            only=ItemFilter(request.version, request.query, request.is_archived),
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListDatasetItemsResponse(items=map(messages.item, page), next_page_token=token)

    async def UpdateDatasetItem(
        self, request: pb.UpdateDatasetItemRequest, _: object
    ) -> pb.UpdateDatasetItemResponse:
        """Change an item, archive it, or bring it back."""
        has = request.HasField
        updated = await update_dataset_item(
            self._work,
            current_tenant(),
            current_caller().actor,
            reference=request.dataset_id,
            item_id=request.item_id,
            changes=ItemChanges(
                input_json=request.input_json if has("input_json") else None,
                expected_json=request.expected_json if has("expected_json") else None,
                metadata_json=request.metadata_json if has("metadata_json") else None,
                is_archived=request.is_archived if has("is_archived") else None,
            ),
            etag=request.etag,
        )
        return pb.UpdateDatasetItemResponse(item=messages.item(updated))

    async def ExportDataset(
        self, request: pb.ExportDatasetRequest, _: object
    ) -> pb.ExportDatasetResponse:
        """Return a part of a version as a file."""
        part = await queries.export_dataset(
            self._work,
            current_tenant(),
            reference=request.dataset_id,
            file_format=messages.file_format(request.format),
            version=request.version,
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ExportDatasetResponse(
            data=part.data, next_page_token=part.token, version=part.version
        )
