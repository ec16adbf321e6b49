"""Builders of the events that execution publishes: ids and numbers, never content."""

from datetime import datetime

from promptpilot.execution.v1 import events_pb2 as pb
from promptpilot.execution.v1 import execution_pb2 as execution
from services.execution.rules.plan import PinnedPrompt
from services.execution.rules.states import Answer, RunState, Usage
from services.kit.ids import TenantId, derived_id

_STATES = {
    RunState.SUCCEEDED: execution.RUN_STATE_SUCCEEDED,
    RunState.FAILED: execution.RUN_STATE_FAILED,
    RunState.CANCELLED: execution.RUN_STATE_CANCELLED,
}


def tenant_provisioned(tenant: TenantId) -> pb.TenantProvisioned:
    """Say that this service holds the tenant."""
    return pb.TenantProvisioned(tenant_id=tenant)


def run_finished(
    run_id: str, pipeline_id: str, pipeline_version: int, state: RunState
) -> pb.RunFinished:
    """Say that a run has ended."""
    return pb.RunFinished(
        run_id=run_id,
        pipeline_id=pipeline_id,
        pipeline_version=pipeline_version,
        state=_STATES[state],
    )


def step_usage_recorded(
    *,
    run_id: str,
    step_id: str,
    attempt: int,
    pipeline_id: str,
    pipeline_version: int,
    mode: str,
    prompt: PinnedPrompt,
    answer: Answer,
    now: datetime,
) -> pb.UsageRecorded:
    """Say what a step's model used; the id is derived, so that it is booked once."""
    recorded = _usage_recorded(mode, answer.provider, answer.model, answer.usage, now)
    recorded.usage_id = derived_id("use", run_id, step_id, str(attempt))
    recorded.run_id, recorded.step_id, recorded.attempt = run_id, step_id, attempt
    recorded.pipeline_id, recorded.pipeline_version = pipeline_id, pipeline_version
    recorded.prompt_id, recorded.prompt_version = prompt.prompt_id, prompt.version
    return recorded


def call_usage_recorded(
    *, call_id: str, prompt: PinnedPrompt, mode: str, answer: Answer, now: datetime
) -> pb.UsageRecorded:
    """Say what a direct model call used."""
    recorded = _usage_recorded(mode, answer.provider, answer.model, answer.usage, now)
    recorded.usage_id = derived_id("use", call_id)
    recorded.call_id = call_id
    recorded.prompt_id, recorded.prompt_version = prompt.prompt_id, prompt.version
    return recorded


def _usage_recorded(
    mode: str, provider: str, model: str, usage: Usage, now: datetime
) -> pb.UsageRecorded:
    recorded = pb.UsageRecorded(
        provider=provider,
        model=model,
        mode=execution.MODE_LIVE if mode == "live" else execution.MODE_TEST,
        usage=execution.TokenUsage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_input_tokens=usage.cached_input_tokens,
            reasoning_tokens=usage.reasoning_tokens,
        ),
    )
    recorded.occur_time.FromDatetime(now)
    return recorded
