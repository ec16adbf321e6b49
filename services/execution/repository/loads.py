"""Reading what a worker needs to go on with runs that it has claimed."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg
import orjson

from services.execution.errors import DefinitionUnusable
from services.execution.repository.claims import Claim
from services.execution.repository.reachable import reachable
from services.execution.rules.machine import RunProgress
from services.execution.rules.plan import EMPTY_PLAN, PinnedPrompt, Plan, parse_plan
from services.execution.rules.states import (
    NO_USAGE,
    Failure,
    RunState,
    StepProgress,
    StepState,
    Usage,
)
from services.kit.tenancy import schema_of

_RUNS: Final = """
SELECT r.id, r.pipeline_id, r.pipeline_version, r.plan_hash, r.mode, r.state, r.input,
  r.traceparent, r.creator_id, r.create_time,
  CASE WHEN r.state = 'queued' THEN 1 ELSE
    (SELECT max(e.sequence) FROM {schema}.run_events e WHERE e.run_id = r.id) END AS sequence
FROM {schema}.runs r WHERE r.id = ANY($1::text[])
"""
_STEPS: Final = """
SELECT run_id, step_id, state, attempt, input, output, error_reason, error_message, input_tokens,
  output_tokens, cached_input_tokens, reasoning_tokens, model, retry_at, start_time, end_time
FROM {schema}.run_steps WHERE run_id = ANY($1::text[])
"""
_PLAN: Final = "SELECT definition, prompts FROM {schema}.run_plans WHERE hash = $1"
# Plans kept in memory: each some KB, up to a few MB for the largest definitions.
_MOST_PLANS: Final = 256


@dataclass(frozen=True, slots=True)
class LoadedRun:
    """A claimed run with what it did so far. `sequence` is that of its last event."""

    claim: Claim
    pipeline_id: str
    pipeline_version: int
    mode: str
    input: Any
    traceparent: str
    creator_id: str
    sequence: int
    progress: RunProgress
    # Why it cannot go on, whatever happens.
    fault: Failure | None = None


class Loader:
    """Reads claimed runs, one query a tenant, and keeps the plans that they share."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._plans: OrderedDict[str, Plan] = OrderedDict()

    async def load(self, claims: Sequence[Claim]) -> list[LoadedRun | Exception]:
        """Return the runs in the order of the claims; an error where one cannot be read.

        Raises DatabaseUnavailable.
        """
        by_tenant: dict[str, list[Claim]] = defaultdict(list)
        for claim in claims:
            by_tenant[claim.tenant].append(claim)
        loaded: dict[str, LoadedRun | Exception] = {}
        with reachable():
            for part in await asyncio.gather(*(self._load(*each) for each in by_tenant.items())):
                loaded |= part
        return [loaded[claim.run_id] for claim in claims]

    async def _load(self, tenant: str, claims: list[Claim]) -> dict[str, LoadedRun | Exception]:
        schema = schema_of(tenant)
        ids = [claim.run_id for claim in claims]
        rows = {row["id"]: row for row in await self._pool.fetch(_RUNS.format(schema=schema), ids)}
        begun = [id for id, row in rows.items() if row["state"] != RunState.QUEUED]
        steps: dict[str, dict[str, StepProgress]] = defaultdict(dict)
        if begun:
            for row in await self._pool.fetch(_STEPS.format(schema=schema), begun):
                steps[row["run_id"]][row["step_id"]] = _step(row)
        loaded: dict[str, LoadedRun | Exception] = {}
        for claim in claims:
            try:
                row = rows[claim.run_id]
                plan, fault = await self._plan(schema, row["plan_hash"])
                loaded[claim.run_id] = _run(claim, row, plan, steps[claim.run_id], fault)
            except Exception as error:  # noqa: BLE001 - one unreadable run is not the others' fault
                loaded[claim.run_id] = error
        return loaded

    async def _plan(self, schema: str, plan_hash: str) -> tuple[Plan, Failure | None]:
        known = self._plans.get(plan_hash)
        if known is None:
            row = await self._pool.fetchrow(_PLAN.format(schema=schema), plan_hash)
            if row is None:
                raise LookupError(f"there is no plan {plan_hash}")
            pins = orjson.loads(row["prompts"])
            prompts = {step_id: PinnedPrompt(*pin) for step_id, pin in pins.items()}
            try:
                known = parse_plan(row["definition"], prompts)
            except DefinitionUnusable as error:
                return EMPTY_PLAN, Failure(error.reason, error.message)
            self._plans[plan_hash] = known
            if len(self._plans) > _MOST_PLANS:
                self._plans.popitem(last=False)
        self._plans.move_to_end(plan_hash)
        return known, None


def _run(
    claim: Claim,
    row: asyncpg.Record,
    plan: Plan,
    steps: dict[str, StepProgress],
    fault: Failure | None,
) -> LoadedRun:
    created: datetime = row["create_time"]
    usage = sum((step.usage for step in steps.values()), NO_USAGE)
    state = RunState(row["state"])
    return LoadedRun(
        claim=claim,
        pipeline_id=row["pipeline_id"],
        pipeline_version=row["pipeline_version"],
        mode=row["mode"],
        input=orjson.loads(row["input"]),
        traceparent=row["traceparent"],
        creator_id=row["creator_id"],
        sequence=row["sequence"],
        progress=RunProgress(plan, created, steps, state=state, usage=usage),
        fault=fault,
    )


def _step(row: asyncpg.Record) -> StepProgress:
    error = None
    if row["error_reason"]:
        error = Failure(row["error_reason"], row["error_message"], row["step_id"])
    return StepProgress(
        state=StepState(row["state"]),
        attempt=row["attempt"],
        input_json=row["input"],
        output=orjson.loads(row["output"]) if row["output"] else None,
        output_json=row["output"],
        error=error,
        usage=Usage(
            row["input_tokens"],
            row["output_tokens"],
            row["cached_input_tokens"],
            row["reasoning_tokens"],
        ),
        model=row["model"],
        retry_at=row["retry_at"],
        start_time=row["start_time"],
        end_time=row["end_time"],
    )
