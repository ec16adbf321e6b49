"""Reading runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from services.execution.errors import DefinitionUnusable
from services.execution.models import RunId, RunStep
from services.execution.repository.runs import EventView, Runs, RunView
from services.execution.rules.plan import PinnedPrompt, Plan, parse_plan, prompt_references
from services.execution.rules.states import TERMINAL_RUN, StepState
from services.kit.errors import InvalidArgument
from services.kit.ids import TenantId
from services.kit.paging import TimeKey, cut_page, page_size, time_key
from services.kit.work import Work

_MOST_EVENTS: Final = 500
# What one answer carries of documents, well below what a message may be.
MOST_DOCUMENT_BYTES: Final = 8 * 1024 * 1024
_CHUNK: Final = 25
_TERMINAL_EVENTS: Final = frozenset(f"run.{state}" for state in TERMINAL_RUN)


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the definition; `row` is None before it began."""

    step_id: str
    type: str
    needs: tuple[str, ...]
    state: StepState
    row: RunStep | None
    # JSON texts; empty before they exist, and where all of a run's together are too large to send.
    input: str
    output: str


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run with every step of its definition, in that order."""

    view: RunView
    steps: list[StepView]


async def get_run(work: Work, tenant: TenantId, run_id: RunId) -> RunDetail:
    """Return a run with its steps; raise RunNotFound."""
    async with work.begin(tenant) as tx:
        runs = Runs(tx)
        view = await runs.get(run_id)
        rows = await runs.steps(run_id)
        documents = await runs.step_documents(run_id, most_bytes=MOST_DOCUMENT_BYTES)
        definition = await runs.definition(view.run.plan_hash)
    try:
        plan = _plan(definition)
    except DefinitionUnusable:  # the run says so itself
        return RunDetail(view, [])
    has_ended = view.run.state in TERMINAL_RUN
    steps = [
        StepView(
            step.id,
            step.type,
            tuple(need.step_id for need in step.needs),
            _state(rows.get(step.id), has_ended=has_ended),
            rows.get(step.id),
            *documents.get(step.id, ("", "")),
        )
        for step in plan.steps.values()
    ]
    return RunDetail(view, steps)


async def list_runs(
    work: Work, tenant: TenantId, *, pipeline_id: str, state: str, size: int, token: str
) -> tuple[Sequence[RunView], str]:
    """Return a page of runs, newest first, and the token of the next page."""
    count = page_size(size)
    after = time_key(token, "run")
    async with work.begin(tenant) as tx:
        views = await Runs(tx).page(
            pipeline_id=pipeline_id, state=state, after=after, size=count + 1
        )
    return cut_page(views, count, lambda last: TimeKey(last.run.create_time, last.run.id).token())


async def list_run_events(
    work: Work, tenant: TenantId, run_id: RunId, *, after: int, size: int
) -> tuple[list[EventView], bool]:
    """Return numbered events after a number, and whether there are more; raise RunNotFound.

    Fewer than asked for where their outputs are large.
    """
    if after < 0:
        raise InvalidArgument.of_field("after_sequence", "must be 0 or more")
    count = page_size(size, default=200, most=_MOST_EVENTS)
    async with work.begin(tenant) as tx:
        runs = Runs(tx)
        if after == 0:
            await runs.get(run_id)
        events: list[EventView] = []
        left, has_more = MOST_DOCUMENT_BYTES, True
        while has_more and len(events) < count and left > 0:
            size = min(_CHUNK, count - len(events))
            more = await runs.events(run_id, after=after, size=size + 1)
            has_more = len(more) > size
            for each in more[:size]:
                left -= len(each.output)
                if left < 0 and events:
                    has_more = True
                    break
                events.append(each)
                after = each.event.sequence
        if not events:
            await runs.get(run_id)
    return events, has_more


def _plan(definition_json: str) -> Plan:
    """Read a definition for its shape alone: prompts need no pins for that."""
    references = prompt_references(orjson.loads(definition_json))
    return parse_plan(definition_json, dict.fromkeys(references, PinnedPrompt("", 0)))


def _state(row: RunStep | None, *, has_ended: bool) -> StepState:
    if row is not None:
        return StepState(row.state)
    # What a run that has ended did not come to will not come.
    return StepState.CANCELLED if has_ended else StepState.PENDING


def is_terminal_event(type_: str) -> bool:
    """Tell whether nothing comes after an event of this type."""
    return type_ in _TERMINAL_EVENTS
