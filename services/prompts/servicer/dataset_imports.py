"""The RPCs of imports: begun, sent in parts, looked at, applied."""

from promptpilot.prompts.v1 import datasets_pb2 as pb
from promptpilot.prompts.v1.datasets_pb2_grpc import DatasetsServiceServicer
from services.kit.caller import current_caller, current_tenant
from services.kit.idempotency import once
from services.kit.work import UnitOfWork
from services.prompts.commands.append_dataset_import import append_dataset_import
from services.prompts.commands.apply_dataset_import import apply_dataset_import
from services.prompts.commands.create_dataset_import import create_dataset_import
from services.prompts.queries.datasets import get_dataset_import
from services.prompts.servicer import dataset_messages as messages


class DatasetImportRpcs(DatasetsServiceServicer):
    """Imports of the caller's tenant."""

    _work: UnitOfWork

    async def CreateDatasetImport(
        self, request: pb.CreateDatasetImportRequest, _: object
    ) -> pb.CreateDatasetImportResponse:
        """Begin to import a file; once for each request_id."""
        tenant = current_tenant()
        async with once(
            self._work,
            tenant,
            request,
            pb.CreateDatasetImportResponse,
            method="CreateDatasetImport",
        ) as call:
            if call.answer is None:
                started = await create_dataset_import(
                    call.work,
                    tenant,
                    current_caller().actor,
                    reference=request.dataset_id,
                    file_format=messages.file_format(request.format),
                    file_name=request.file_name,
                    file_bytes=request.file_bytes,
                    columns=[(one.name, one.target) for one in request.columns],
                )
                call.answer = pb.CreateDatasetImportResponse(
                    dataset_import=messages.dataset_import(started)
                )
        return call.answer

    async def GetDatasetImport(
        self, request: pb.GetDatasetImportRequest, _: object
    ) -> pb.GetDatasetImportResponse:
        """Say how far an import is and what it would change."""
        found = await get_dataset_import(
            self._work,
            current_tenant(),
            reference=request.dataset_id,
            import_id=request.import_id,
        )
        return pb.GetDatasetImportResponse(dataset_import=messages.dataset_import(found))

    async def AppendDatasetImport(
        self, request: pb.AppendDatasetImportRequest, _: object
    ) -> pb.AppendDatasetImportResponse:
        """Read the next part of the file."""
        taken = await append_dataset_import(
            self._work,
            current_tenant(),
            reference=request.dataset_id,
            import_id=request.import_id,
            offset=request.offset,
            data=request.data,
            is_last=request.is_last,
        )
        return pb.AppendDatasetImportResponse(dataset_import=messages.dataset_import(taken))

    async def ApplyDatasetImport(
        self, request: pb.ApplyDatasetImportRequest, _: object
    ) -> pb.ApplyDatasetImportResponse:
        """Make the next version of the file's items."""
        applied = await apply_dataset_import(
            self._work,
            current_tenant(),
            current_caller().actor,
            reference=request.dataset_id,
            import_id=request.import_id,
            is_partial=request.is_partial,
        )
        return pb.ApplyDatasetImportResponse(dataset_import=messages.dataset_import(applied))
