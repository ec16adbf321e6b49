"""Between messages of the contract and what commands and queries know."""

from datetime import datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from promptpilot.execution.v1 import execution_pb2 as pb
from services.execution.commands.stream_model_call import CallResult
from services.execution.models import Provider, RunStep
from services.execution.queries.runs import RunDetail, StepView
from services.execution.repository.runs import EventView, RunView
from services.execution.rules.modes import Mode, choose_mode
from services.execution.rules.providers import etag
from services.execution.rules.states import RunState, StepState, Usage
from services.kit.caller import current_caller
from services.kit.errors import InvalidArgument

_MODES: Final[dict[int, Mode]] = {pb.MODE_TEST: "test", pb.MODE_LIVE: "live"}
_RUN_STATES: Final = {
    RunState.QUEUED.value: pb.RUN_STATE_QUEUED,
    RunState.RUNNING.value: pb.RUN_STATE_RUNNING,
    "owner_lost": pb.RUN_STATE_OWNER_LOST,
    RunState.SUCCEEDED.value: pb.RUN_STATE_SUCCEEDED,
    RunState.FAILED.value: pb.RUN_STATE_FAILED,
    RunState.CANCELLED.value: pb.RUN_STATE_CANCELLED,
}
_STATE_NAMES: Final = {number: name for name, number in _RUN_STATES.items()}
_STEP_STATES: Final = {
    StepState.PENDING: pb.STEP_STATE_PENDING,
    StepState.RUNNING: pb.STEP_STATE_RUNNING,
    StepState.SUCCEEDED: pb.STEP_STATE_SUCCEEDED,
    StepState.FAILED: pb.STEP_STATE_FAILED,
    StepState.SKIPPED: pb.STEP_STATE_SKIPPED,
    StepState.CANCELLED: pb.STEP_STATE_CANCELLED,
}


def mode_of(asked: int) -> Mode:
    """Return the mode for the current caller; raise ModeMismatch."""
    return choose_mode(_MODES.get(asked), current_caller().environment)


def state_of(state: "pb.RunState.ValueType") -> str:
    """Return the name of a run state to filter by; "" for all."""
    if state == pb.RUN_STATE_UNSPECIFIED:
        return ""
    if state not in _STATE_NAMES:
        raise InvalidArgument.of_field("state", "is not a state of runs")
    return _STATE_NAMES[state]


def run(view: RunView, *, has_documents: bool = True) -> pb.Run:
    """Write a run without its steps; in lists also without input and output."""
    row = view.run
    is_lost = row.state == RunState.RUNNING.value and view.is_lost
    message = pb.Run(
        id=row.id,
        pipeline_id=row.pipeline_id,
        pipeline_name=row.pipeline_name,
        pipeline_version=row.pipeline_version,
        mode=pb.MODE_LIVE if row.mode == "live" else pb.MODE_TEST,
        state=pb.RUN_STATE_OWNER_LOST if is_lost else _RUN_STATES[row.state],
        input_json=row.input if has_documents else "",
        output_json=row.output if has_documents else "",
        error=_error(row.error_reason, row.error_message, row.error_step_id),
        usage=usage(
            Usage(
                row.input_tokens,
                row.output_tokens,
                row.cached_input_tokens,
                row.reasoning_tokens,
            )
        ),
        create_time=time(row.create_time),
        start_time=time(row.start_time),
        end_time=time(row.end_time),
        is_cancel_requested=row.is_cancel_requested,
        worker_id=row.worker_id,
        epoch=row.epoch,
        creator_id=row.creator_id,
        trace_id=row.traceparent.split("-")[1] if row.traceparent else "",
    )
    if row.state == RunState.RUNNING.value:
        message.lease_until.CopyFrom(time(view.lease_until) or Timestamp())
    return message


def call_result(result: CallResult) -> pb.ModelCallResult:
    """Write how a model call ended."""
    done = result.completion
    return pb.ModelCallResult(
        call_id=result.call_id,
        text=done.text,
        model=done.model,
        finish_reason=done.finish_reason,
        usage=usage(done.usage),
        duration_ms=result.duration_ms,
        first_token_ms=result.first_token_ms,
        provider=done.provider,
        tool_calls=[
            pb.ToolCall(id=call.id, name=call.name, arguments=call.arguments)
            for call in done.tool_calls
        ],
        mode=pb.MODE_LIVE if result.mode == "live" else pb.MODE_TEST,
        is_usage_estimated=done.usage.is_estimated,
    )


def run_detail(detail: RunDetail) -> pb.Run:
    """Write a run with its steps."""
    message = run(detail.view)
    message.steps.extend(_step(step) for step in detail.steps)
    return message


def _step(view: StepView) -> pb.Step:
    message = pb.Step(
        step_id=view.step_id,
        type=view.type,
        state=_STEP_STATES[view.state],
        needs=view.needs,
        input_json=view.input,
        output_json=view.output,
    )
    if view.row is not None:
        _fill(message, view.row)
    return message


def _fill(message: pb.Step, row: RunStep) -> None:
    message.attempt = row.attempt
    message.model = row.model
    if row.error_reason:
        message.error.CopyFrom(pb.RunError(reason=row.error_reason, message=row.error_message))
        message.error.step_id = row.step_id
    if row.model:
        message.usage.CopyFrom(
            usage(
                Usage(
                    row.input_tokens,
                    row.output_tokens,
                    row.cached_input_tokens,
                    row.reasoning_tokens,
                )
            )
        )
    for name, value in (("start_time", row.start_time), ("end_time", row.end_time)):
        if value is not None:
            getattr(message, name).FromDatetime(value)


def event(view: EventView) -> pb.RunEvent:
    """Write an event; the output of what succeeded stands in its data."""
    row = view.event
    data = row.data
    if view.output:
        data = f'{data[:-1]}{"" if data == "{}" else ","}"output":{view.output}}}'
    return pb.RunEvent(
        sequence=row.sequence,
        type=row.type,
        step_id=row.step_id,
        attempt=row.attempt,
        data_json=data,
        create_time=time(row.create_time),
    )


def provider(row: Provider) -> pb.Provider:
    """Write a provider; its key stays where it is."""
    return pb.Provider(
        id=row.id,
        name=row.name,
        kind=row.kind,
        base_url=row.base_url,
        key_last_four=row.key_last_four,
        models=row.models,
        create_time=time(row.create_time),
        update_time=time(row.update_time),
        etag=etag(row.id, row.revision),
    )


def usage(tokens: Usage) -> pb.TokenUsage:
    """Write token counts."""
    return pb.TokenUsage(
        input_tokens=tokens.input_tokens,
        output_tokens=tokens.output_tokens,
        cached_input_tokens=tokens.cached_input_tokens,
        reasoning_tokens=tokens.reasoning_tokens,
    )


def time(value: datetime | None) -> Timestamp | None:
    """Write a time."""
    if value is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(value)
    return stamp


def _error(reason: str, message: str, step_id: str) -> pb.RunError | None:
    return pb.RunError(reason=reason, message=message, step_id=step_id) if reason else None
