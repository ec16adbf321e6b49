"""Accepting runs."""

import asyncio
from dataclasses import dataclass
from hashlib import sha256

import orjson

from services.execution.commands.ports import Pipelines, Prompts
from services.execution.errors import DefinitionUnusable
from services.execution.models import Run, RunPlan
from services.execution.repository.runs import Runs, RunView
from services.execution.rules.answers import ResolvedPipeline
from services.execution.rules.inputs import check_faults, parse_input
from services.execution.rules.modes import Mode
from services.execution.rules.plan import PinnedPrompt, parse_plan, prompt_references
from services.kit import telemetry
from services.kit.ids import ActorId, TenantId, new_id
from services.kit.json_schemas import is_cheap, schema_faults
from services.kit.work import Work


@dataclass(frozen=True, slots=True)
class RunForm:
    """What a caller says to start a run. `version` 0: the label; no label: the published one."""

    pipeline: str
    label: str
    version: int
    input_json: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A run that can be accepted: its version pinned, its prompts pinned, its input checked."""

    pipeline: ResolvedPipeline
    prompts: dict[str, PinnedPrompt]
    input_json: str
    mode: Mode


async def prepare_run(
    pipelines: Pipelines, prompts: Prompts, tenant: TenantId, form: RunForm
) -> PreparedRun:
    """Find and pin what the run needs, and check its input. Asks other services, writes nothing.

    Raises what ResolvePipeline raises, PromptMissing, InputInvalid, DefinitionUnusable,
    SchemaUnusable.
    """
    pipeline = await pipelines.resolve(
        tenant, form.pipeline, label=form.label, version=form.version
    )
    try:
        definition = orjson.loads(pipeline.definition_json)
    except orjson.JSONDecodeError as error:
        raise DefinitionUnusable("the definition cannot be read") from error
    value, schema = parse_input(form.input_json), definition.get("input", {})
    if is_cheap(schema, value):
        faults = schema_faults(schema, value)
    else:
        faults = await asyncio.to_thread(schema_faults, schema, value)
    check_faults(faults)
    references = prompt_references(definition)
    pinned = await prompts.pin(tenant, references) if references else {}
    parse_plan(pipeline.definition_json, pinned)
    return PreparedRun(pipeline, pinned, form.input_json or "{}", form.mode)


async def start_run(work: Work, tenant: TenantId, actor: ActorId, prepared: PreparedRun) -> RunView:
    """Store and queue the run: once this is committed it ends in exactly one terminal state."""
    pipeline, plan = prepared.pipeline, _plan(prepared)
    headers: dict[str, str] = {}
    telemetry.inject(headers)
    async with work.begin(tenant) as tx:
        run = Run(
            id=new_id("run"),
            pipeline_id=pipeline.pipeline_id,
            pipeline_name=pipeline.name,
            pipeline_version=pipeline.version,
            plan_hash=plan.hash,
            mode=prepared.mode,
            state="queued",
            input=prepared.input_json,
            output="",
            error_reason="",
            error_message="",
            error_step_id="",
            is_cancel_requested=False,
            worker_id="",
            epoch=0,
            traceparent=headers.get("traceparent", ""),
            creator_id=actor,
            create_time=tx.now,
            start_time=None,
            end_time=None,
            input_tokens=0,
            output_tokens=0,
            cached_input_tokens=0,
            reasoning_tokens=0,
        )
        await Runs(tx).add(run, plan)
    return RunView(run, None, is_lost=False)


def _plan(prepared: PreparedRun) -> RunPlan:
    pins = {
        step_id: [pin.prompt_id, pin.version] for step_id, pin in sorted(prepared.prompts.items())
    }
    prompts = orjson.dumps(pins).decode()
    definition = prepared.pipeline.definition_json
    digest = sha256(f"{definition}\x00{prompts}".encode()).hexdigest()
    return RunPlan(hash=digest, definition=definition, prompts=prompts)
