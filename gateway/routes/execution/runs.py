"""Runs: start, read, cancel, follow, cost."""

import asyncio
from typing import Annotated

from fastapi import Header, Query, Response

from gateway.answers import answer, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, router, text_id
from gateway.live.runs import follow_run, last_event_id
from gateway.live.streams import STREAM, LiveStreams
from gateway.operations import BILLING, EXECUTION, operation
from gateway.routes.billing.models import RunCost
from gateway.routes.execution import models
from gateway.translate import fill, read, read_all
from promptpilot.billing.v1.billing_pb2 import GetRunCostRequest
from promptpilot.execution.v1 import execution_pb2 as pb

runs = router("runs")
RunId = Annotated[str, text_id("run", "Run")]
LastEventId = Annotated[
    str,
    Header(
        alias="Last-Event-ID",
        max_length=20,
        description="Number of the last event received: follow from there.",
    ),
]


@runs.post(
    "/runs",
    **operation(
        EXECUTION,
        "StartRun",
        errors=(404, 409),
        body=True,
        status_code=201,
        headers={"Location": "Path of the run."},
        response_model=models.Run,
    ),
)
async def start_run(body: models.StartRun, rpc: Rpc, request_id: IdempotencyKey = "") -> Response:
    """Start a run of a pinned pipeline version.

    Once answered it will end in exactly one terminal state, whatever crashes. Send an
    Idempotency-Key: the same key and body give the same run. 404 `PIPELINE_NOT_FOUND`;
    409 `PROMPT_MISSING`; 422 `INPUT_INVALID`.
    """
    run = (
        await ask(rpc.execution.StartRun, fill(pb.StartRunRequest, body, request_id=request_id))
    ).run
    return resource(run, 201, location=f"/v1/runs/{run.id}")


@runs.get("/runs", **operation(EXECUTION, "ListRuns", response_model=models.RunPage))
async def list_runs(params: Annotated[models.ListRuns, Query()], rpc: Rpc) -> Response:
    """List runs without steps, newest first."""
    listed = await ask(rpc.execution.ListRuns, fill(pb.ListRunsRequest, params))
    return page(listed.runs, listed.next_page_token)


@runs.get(
    "/runs/{run_id:segment}",
    **operation(EXECUTION, "GetRun", errors=(404,), response_model=models.Run),
)
async def get_run(run_id: RunId, rpc: Rpc) -> Response:
    """Get one run with its steps."""
    return resource((await ask(rpc.execution.GetRun, pb.GetRunRequest(run_id=run_id))).run)


@runs.post(
    "/runs/{run_id:segment}:cancel",
    **operation(EXECUTION, "CancelRun", errors=(404,), response_model=models.Run),
)
async def cancel_run(run_id: RunId, rpc: Rpc) -> Response:
    """Ask a run to stop, seen by its worker within a second.

    A run that has ended stays as it is.
    """
    return resource((await ask(rpc.execution.CancelRun, pb.CancelRunRequest(run_id=run_id))).run)


@runs.get(
    "/runs/{run_id:segment}/cost",
    **operation(BILLING, "GetRunCost", errors=(404,), response_model=RunCost),
)
async def get_run_cost(run_id: RunId, rpc: Rpc) -> Response:
    """Tell what a run cost so far, by usage record. Usage arrives within seconds of the step."""
    cost, _ = await asyncio.gather(
        ask(rpc.billing.GetRunCost, GetRunCostRequest(run_id=run_id)),
        # Billing knows only runs that have used a model; whether there is such a run, execution
        # knows.
        ask(rpc.execution.GetRun, pb.GetRunRequest(run_id=run_id)),
    )
    return answer(read(cost))


@runs.get(
    "/runs/{run_id:segment}/events",
    **operation(
        EXECUTION,
        "WatchRun",
        name="listRunEvents",
        errors=(404,),
        streams=True,
        response_model=models.RunEventPage,
    ),
)
async def list_run_events(  # noqa: PLR0917 # FastAPI passes them by name
    run_id: RunId,
    params: Annotated[models.RunEventsParams, Query()],
    rpc: Rpc,
    streams: LiveStreams,
    last_event: LastEventId = "",
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Follow a run live, or read a page of its events with `Accept: application/json`.

    As `text/event-stream`: each numbered event has its number as `id`, its type as `event` and a
    RunEvent as `data`; between them `event: delta` carries tokens as they come (`step_id`,
    `attempt`, `text`), without id. Ends after the terminal event. `event: reconnect` asks to
    connect again with the last id; a comment every 15 s keeps the line open.
    """
    after = last_event_id(last_event) or params.page_token or params.after
    if "application/json" in accept and STREAM not in accept:
        request_page = pb.ListRunEventsRequest(
            run_id=run_id, after_sequence=after, page_size=params.page_size
        )
        listed = await ask(rpc.execution.ListRunEvents, request_page)
        token = str(listed.events[-1].sequence) if listed.has_more else ""
        return answer({"items": read_all(listed.events), "next_page_token": token})
    return await follow_run(rpc.execution, run_id, after, streams)
