"""RPCs about runs."""

from collections.abc import AsyncIterator

from promptpilot.execution.v1 import execution_pb2 as pb
from promptpilot.execution.v1.execution_pb2_grpc import ExecutionServiceServicer
from services.execution.commands.cancel_run import cancel_run
from services.execution.commands.start_run import RunForm, prepare_run, start_run
from services.execution.models import RunId
from services.execution.queries.runs import get_run, list_run_events, list_runs
from services.execution.queries.watch_run import watch_run
from services.execution.rules.answers import LiveDelta
from services.execution.servicer import translation
from services.execution.servicer.parts import Parts
from services.kit.caller import current_caller, current_tenant
from services.kit.idempotency import once


class RunRpcs(ExecutionServiceServicer):
    """Start, read, watch and cancel the runs of the caller's tenant."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def StartRun(self, request: pb.StartRunRequest, _: object) -> pb.StartRunResponse:
        """Accept a run."""
        parts, tenant = self._parts, current_tenant()
        form = RunForm(
            request.pipeline,
            request.label,
            request.version,
            request.input_json,
            translation.mode_of(request.mode),
        )
        async with once(
            parts.work, tenant, request, pb.StartRunResponse, method="StartRun"
        ) as call:
            is_new = call.answer is None
            if call.answer is None:
                prepared = await prepare_run(parts.pipelines, parts.prompts, tenant, form)
                view = await start_run(call.work, tenant, current_caller().actor, prepared)
                call.answer = pb.StartRunResponse(run=translation.run(view))
        if is_new:
            await parts.announcer.queued()
        return call.answer

    async def GetRun(self, request: pb.GetRunRequest, _: object) -> pb.GetRunResponse:
        """Return one run with its steps."""
        detail = await get_run(self._parts.work, current_tenant(), RunId(request.run_id))
        return pb.GetRunResponse(run=translation.run_detail(detail))

    async def ListRuns(self, request: pb.ListRunsRequest, _: object) -> pb.ListRunsResponse:
        """Return a page of runs, newest first."""
        views, token = await list_runs(
            self._parts.work,
            current_tenant(),
            pipeline_id=request.pipeline_id,
            state=translation.state_of(request.state),
            size=request.page_size,
            token=request.page_token,
        )
        runs = (translation.run(view, has_documents=False) for view in views)
        return pb.ListRunsResponse(runs=runs, next_page_token=token)

    async def CancelRun(self, request: pb.CancelRunRequest, _: object) -> pb.CancelRunResponse:
        """Ask a run to stop."""
        view = await cancel_run(self._parts.work, current_tenant(), RunId(request.run_id))
        await self._parts.announcer.cancel_requested()
        return pb.CancelRunResponse(run=translation.run(view))

    async def ListRunEvents(
        self, request: pb.ListRunEventsRequest, _: object
    ) -> pb.ListRunEventsResponse:
        """Return a run's numbered events, oldest first."""
        events, has_more = await list_run_events(
            self._parts.work,
            current_tenant(),
            RunId(request.run_id),
            after=request.after_sequence,
            size=request.page_size,
        )
        return pb.ListRunEventsResponse(events=map(translation.event, events), has_more=has_more)

    async def WatchRun(
        self, request: pb.WatchRunRequest, _: object
    ) -> AsyncIterator[pb.WatchRunResponse]:
        """Follow a run to its end."""
        async for item in watch_run(
            self._parts.work,
            current_tenant(),
            self._parts.feeds,
            RunId(request.run_id),
            after=request.after_sequence,
        ):
            if isinstance(item, LiveDelta):
                delta = pb.TokenDelta(step_id=item.step_id, attempt=item.attempt, text=item.text)
                yield pb.WatchRunResponse(delta=delta)
            else:
                yield pb.WatchRunResponse(event=translation.event(item))
