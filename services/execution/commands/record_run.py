"""Turning what the machine says into rows: events with their numbers, usage, the end of the run."""

from datetime import datetime
from typing import Any

import orjson

from services.execution import events as published
from services.execution.repository.commits import Commit, EventRow, RunChange
from services.execution.repository.loads import LoadedRun
from services.execution.rules.plan import PinnedPrompt, PromptWork
from services.execution.rules.signals import Finish, Meter, Record
from services.execution.rules.states import Usage
from services.kit.envelope import outbox_row
from services.kit.ids import derived_id


class Recorder:
    """Makes the rows of one run. The only one who numbers its events while the lease is held."""

    def __init__(self, run: LoadedRun) -> None:
        self.run = run
        self._sequence = run.sequence

    def event(self, effect: Record, now: datetime) -> EventRow:
        """Give the next number to an event."""
        self._sequence += 1
        data = orjson.dumps(effect.data).decode()
        return EventRow(self._sequence, effect.type, effect.step_id, effect.attempt, data, now)

    def usage(self, effect: Meter, now: datetime) -> dict[str, Any]:
        """Make the outbox row that says what a model used."""
        run, work = self.run, self.run.progress.plan.steps[effect.step_id].work
        recorded = published.step_usage_recorded(
            run_id=run.claim.run_id,
            step_id=effect.step_id,
            attempt=effect.attempt,
            pipeline_id=run.pipeline_id,
            pipeline_version=run.pipeline_version,
            mode=run.mode,
            prompt=work.prompt if isinstance(work, PromptWork) else PinnedPrompt("", 0),
            answer=effect.answer,
            now=now,
        )
        return self._outbox(recorded, now, effect.step_id, str(effect.attempt))

    def finish(self, commit: Commit, effect: Finish, usage: Usage, now: datetime) -> None:
        """Put the end of the run into the commit."""
        run = self.run
        commit.change = RunChange(
            state=effect.state,
            output=effect.output_json,
            error=effect.error,
            usage=usage,
            start_time=now,
            end_time=now,
        )
        finished = published.run_finished(
            run.claim.run_id, run.pipeline_id, run.pipeline_version, effect.state
        )
        commit.outbox.append(self._outbox(finished, now, "finished"))

    def _outbox(self, event: Any, now: datetime, *key: str) -> dict[str, Any]:
        """Make an outbox row whose id is derived, so that a commit sent twice leaves one."""
        row = outbox_row(event, self.run.claim.tenant, now)
        row["id"] = derived_id("evt", self.run.claim.run_id, *key)
        row["headers"] = orjson.dumps(row["headers"]).decode()
        return row
