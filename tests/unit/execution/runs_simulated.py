"""A worker without I/O: feeds the machine in any order, and crashes wherever it is told to."""

import json
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.execution.rules.machine import RunProgress, step
from services.execution.rules.plan import Plan, parse_plan
from services.execution.rules.signals import (
    AttemptBegan,
    AttemptFailed,
    AttemptSucceeded,
    Begin,
    Claimed,
    Effect,
    Event,
    Finish,
    Meter,
    OutputRendered,
    Perform,
    Record,
    RenderOutput,
    RetryDue,
    Save,
    Sleep,
)
from services.execution.rules.states import (
    TERMINAL_RUN,
    Answer,
    Failure,
    RunState,
    StepProgress,
    Usage,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def plan_of(*steps: dict[str, Any], **parts: Any) -> Plan:
    """Read a definition of transforms and conditions."""
    return parse_plan(json.dumps({"schema_version": 1, "steps": list(steps), **parts}), {})


def transform(id: str, *needs: str, **parts: Any) -> dict[str, Any]:
    """Make a transform that waits for others."""
    return {"id": id, "type": "transform", "expression": "1", "needs": list(needs), **parts}


def condition(id: str, then: list[str], otherwise: list[str], *needs: str) -> dict[str, Any]:
    """Make a condition that chooses between steps."""
    parts = {"then": then, "else": otherwise, "needs": list(needs)}
    return {"id": id, "type": "condition", "if": "true", **parts}


def called(id: str, *needs: str, **parts: Any) -> dict[str, Any]:
    """Make a step that calls out."""
    url = "http://example.org/"
    return {"id": id, "type": "http", "url": url, "needs": list(needs), **parts}


@dataclass
class Store:
    """What was committed: all that survives a crash."""

    steps: dict[str, StepProgress] = field(default_factory=dict)
    log: list[tuple[str, str, int]] = field(default_factory=list)
    usage: list[tuple[str, int]] = field(default_factory=list)
    state: RunState = RunState.QUEUED
    finishes: int = 0

    def write(self, effects: list[Effect], progress: RunProgress) -> None:
        """Commit what the effects say, all of it."""
        self.state = progress.state
        for effect in effects:
            match effect:
                case Record():
                    self.log.append((effect.type, effect.step_id, effect.attempt))
                case Save():
                    self.steps[effect.step_id] = progress.of(effect.step_id)
                case Meter():
                    self.usage.append((effect.step_id, effect.attempt))
                case Finish():
                    self.finishes += 1


class Crash(Exception):
    """The worker is gone."""


class Simulated:
    """Drives a run by a seed, which chooses the order of events, answers, failures and crashes."""

    def __init__(
        self, plan: Plan, seed: int, *, failures: float = 0.0, crashes: float = 0.0
    ) -> None:
        self.plan = plan
        self.store = Store()
        self.epoch = 0
        self.now = START
        self._random = random.Random(seed)
        self._failures = failures
        self._crashes = crashes
        self._progress = RunProgress(plan, START, {})

    def run(self) -> Store:
        """Claim again and again until the run has ended."""
        while self.store.state not in TERMINAL_RUN:
            self.epoch += 1
            assert self.epoch < 1_000
            try:
                self._drive()
            except Crash:
                continue
        return self.store

    def _drive(self) -> None:
        is_fresh = self.store.state is RunState.QUEUED
        kept = dict(self.store.steps)
        self._progress = RunProgress(self.plan, START, kept, state=self.store.state)
        todo: list[Event] = [Claimed("w", self.epoch, 0, is_fresh=is_fresh, now=self.now)]
        while self.store.state not in TERMINAL_RUN:
            assert todo, "the run has not ended, and nothing is to happen any more"
            event = todo.pop(self._random.randrange(len(todo)))
            todo += self._turn(event)

    def _turn(self, event: Event) -> list[Event]:
        self.now += timedelta(seconds=1)
        self._maybe_crash()  # before the commit: what was done since the last one is lost
        effects: list[Effect] = []
        queue = [event]
        while queue:
            self._progress, more = step(self._progress, queue.pop(0))
            effects += more
            if any(isinstance(each, RenderOutput) for each in more):
                queue.append(OutputRendered("1", None, self.now))
        self.store.write(effects, self._progress)
        self._maybe_crash()  # after the commit: its effects were not carried out
        return [each for effect in effects for each in self._after(effect)]

    def _after(self, effect: Effect) -> list[Event]:
        match effect:
            case Begin():
                return [AttemptBegan(effect.step_id, "{}", self.now)]
            case Perform():
                return [self._outcome(effect.step_id)]
            case Sleep():
                return [RetryDue(effect.step_id)]
        return []

    def _outcome(self, step_id: str) -> Event:
        if self._random.random() < self._failures:
            failure = Failure("X", "x", is_retryable=self._random.random() < 0.8)
            return AttemptFailed(step_id, failure, self.now, self._random.random())
        is_condition = self.plan.steps[step_id].type == "condition"
        output = {"result": self._random.random() < 0.5} if is_condition else 1
        answer = Answer(output, json.dumps(output))
        if self.plan.steps[step_id].type == "http":
            answer = replace(answer, model="m", provider="p", usage=Usage(1, 1))
        return AttemptSucceeded(step_id, answer, self.now)

    def _maybe_crash(self) -> None:
        if self._random.random() < self._crashes:
            raise Crash
