"""The RPCs that take prompts in and out."""

import asyncio
from collections.abc import AsyncIterator

from promptpilot.prompts.v1 import prompts_pb2 as pb
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceServicer
from services.kit.caller import current_caller, current_tenant
from services.kit.work import UnitOfWork
from services.prompts.commands.import_prompts import import_prompts
from services.prompts.errors import ImportsBusy
from services.prompts.queries.export_prompts import export_prompts
from services.prompts.servicer import transfer_messages as messages


class TransferRpcs(PromptsServiceServicer):
    """Imports and exports of the caller's tenant."""

    _work: UnitOfWork
    # Reading a file takes seconds of a processor: so many at a time leave room for the rest.
    _importing: asyncio.Semaphore

    async def ImportPrompts(
        self, request: pb.ImportPromptsRequest, _: object
    ) -> AsyncIterator[pb.ImportPromptsResponse]:
        """Bring prompts in from a file, telling each when it is done."""
        if self._importing.locked():
            raise ImportsBusy(
                "as many imports are at work as may be: try again in some seconds", retry_after_s=5
            )
        async with self._importing:
            events = import_prompts(
                self._work,
                current_tenant(),
                current_caller(),
                file=request.file,
                file_name=request.file_name,
                format_=messages.FORMATS.get(request.format),
                options=messages.options(request),
            )
            index = 0
            async for event in events:
                yield messages.event(event, index)
                index += messages.is_item(event)

    async def ExportPrompts(
        self, request: pb.ExportPromptsRequest, _: object
    ) -> AsyncIterator[pb.ExportPromptsResponse]:
        """Write prompts as an archive, piece by piece."""
        pieces = export_prompts(
            self._work,
            current_tenant(),
            reference=request.prompt_id,
            name_prefix=request.name_prefix,
        )
        async for piece in pieces:
            for start in range(0, len(piece), messages.CHUNK_BYTES):
                yield pb.ExportPromptsResponse(chunk=piece[start : start + messages.CHUNK_BYTES])
