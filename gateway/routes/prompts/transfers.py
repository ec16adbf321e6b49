"""Prompts in and out as files."""

from typing import Annotated

from fastapi import Query, Response

from gateway.clients import Rpc
from gateway.door import router
from gateway.limits import UPLOAD, Uploaded
from gateway.live.streams import EventStream, LiveStreams
from gateway.live.transfers import Archive, stream_archive, stream_import
from gateway.operations import PROMPTS, operation
from gateway.resolved import Resolved
from gateway.routes.prompts import transfer_models as models
from gateway.translate import fill
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.caller import acting_as, current_caller

transfers = router("prompts")


@transfers.post(
    "/prompts:import",
    **operation(
        PROMPTS,
        "ImportPrompts",
        errors=(413, 415),
        streams=True,
        openapi=UPLOAD,
        response_model=None,
        response_class=EventStream,
    ),
)
async def import_prompts(
    params: Annotated[models.ImportPrompts, Query()],
    file: Uploaded,
    rpc: Rpc,
    resolved: Resolved,
    streams: LiveStreams,
) -> Response:
    """Bring prompts in from a file: our own archive, or what another tool exports.

    A prompt that is here under its name gets the versions that it lacks, told by `content_hash`:
    the same file sent again changes nothing. With `is_dry_run` nothing is changed at all.

    The answer is `text/event-stream`: `event: started` with `format` and `total`, an `event: item`
    for each prompt when it is done (`name`, `source`, `outcome`, `new_versions`, `labels` with what
    refused to move, `faults` and `warnings` with file, line and field), then `event: ended` with
    the counts; or `event: problem` with a problem document when it breaks off. Each prompt is a
    transaction of its own, so what was told stands: send the same file again for the rest. 422
    `IMPORT_UNREADABLE` names file, line and field of what cannot be read at all; 429
    `IMPORTS_BUSY`.
    """
    caller = current_caller()

    def changed(prompt_id: str) -> None:
        with acting_as(caller):
            resolved.forget(prompt_id)

    request = fill(pb.ImportPromptsRequest, params)
    request.file = file
    return await stream_import(rpc.prompts, request, streams, changed)


@transfers.get(
    "/prompts:export",
    **operation(
        PROMPTS,
        "ExportPrompts",
        errors=(404,),
        headers={"Content-Disposition": "Name to save the file under."},
        response_class=Archive,
    ),
)
async def export_prompts(
    params: Annotated[models.ExportPrompts, Query()], rpc: Rpc, streams: LiveStreams
) -> Response:
    """Get prompts with all versions and labels as a ZIP of YAML and JSON.

    One prompt, those whose name starts so, or all of the tenant; archived ones are among them. The
    same prompts give the same bytes, so the folder can be kept in git. A download that breaks off
    is no archive: its directory comes last.
    """
    request = pb.ExportPromptsRequest(prompt_id=params.prompt, name_prefix=params.name_prefix)
    name = (params.prompt or params.name_prefix).strip("/").replace("/", "-") or "prompts"
    safe = "".join(one for one in name if one.isascii() and (one.isalnum() or one in "._-"))
    return await stream_archive(rpc.prompts, request, f"{safe or 'prompts'}.zip", streams)
