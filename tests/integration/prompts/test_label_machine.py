"""Labels set, moved, removed and taken back at random, against a model of ten lines."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import AppError
from tests.integration.prompts.conftest import Tenant

VERSIONS = 4
LABELS = st.sampled_from(["production", "staging"])


@dataclass
class Model:
    """A label as somebody remembers it: the versions it stood at, and whether it is set."""

    trail: list[int] = field(default_factory=list)
    is_set: bool = False

    @property
    def version(self) -> int:
        return self.trail[-1] if self.is_set else 0

    @property
    def rollback_version(self) -> int:
        return self.trail[-2] if self.is_set and len(self.trail) > 1 else 0

    def point_at(self, version: int) -> None:
        if not self.trail or self.trail[-1] != version:
            self.trail.append(version)
        self.is_set = True

    def roll_back(self) -> str:
        """Go back; return the reason of the refusal, or ""."""
        if not self.trail:
            return "LABEL_NOT_FOUND"
        if not self.is_set:
            self.is_set = True
        elif len(self.trail) == 1:
            return "NOTHING_TO_ROLL_BACK"
        else:
            self.trail.pop()
        return ""


async def prompt_of_versions(tenant: Tenant) -> pb.Prompt:
    prompt = await tenant.new_prompt()
    for number in range(2, VERSIONS + 1):
        await tenant.new_version(prompt, f"Text {number}")
    return prompt


class Labels(RuleBasedStateMachine):
    """Runs in a thread of its own, and the service it calls on the test's loop."""

    def __init__(self, tenant: Tenant, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.tenant = tenant
        self.loop = loop
        self.prompt = self.wait(prompt_of_versions(tenant))
        self.models = {"production": Model(), "staging": Model()}

    def wait(self, call: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(call, self.loop).result(30)

    def refusal(self, call: Coroutine[Any, Any, Any]) -> str:
        try:
            self.wait(call)
        except AppError as error:
            return error.reason
        return ""

    @rule(label=LABELS, version=st.integers(1, VERSIONS))
    def set_or_move(self, label: str, version: int) -> None:
        assert self.refusal(self.tenant.set_label(self.prompt, label, version)) == ""
        self.models[label].point_at(version)

    @rule(label=LABELS)
    def remove(self, label: str) -> None:
        model = self.models[label]
        expected = "" if model.is_set else "LABEL_NOT_FOUND"
        assert self.refusal(self.tenant.remove_label(self.prompt, label)) == expected
        model.is_set = False

    @rule(label=LABELS)
    def roll_back(self, label: str) -> None:
        expected = self.models[label].roll_back()
        assert self.refusal(self.tenant.roll_back(self.prompt, label)) == expected

    @rule(label=LABELS, version=st.integers(1, VERSIONS), off=st.integers(1, VERSIONS))
    def move_from_elsewhere(self, label: str, version: int, off: int) -> None:
        stands = self.models[label].version
        call = self.tenant.set_label(
            self.prompt, label, version, expected_version=(stands + off) % (VERSIONS + 1)
        )
        assert self.refusal(call) == ("" if version == stands else "LABEL_MOVED")

    @invariant()
    def labels_stand_where_the_model_says(self) -> None:
        request = pb.ListPromptLabelsRequest(prompt_id=self.prompt.id)
        labels = self.wait(self.tenant.call("ListPromptLabels", request)).labels
        shown = {one.label: (one.version, one.rollback_version) for one in labels}
        assert shown.pop("latest") == (VERSIONS, 0)
        assert shown == {
            name: (model.version, model.rollback_version)
            for name, model in self.models.items()
            if model.is_set
        }

    @invariant()
    def the_history_leads_to_where_they_stand(self) -> None:
        events = self.wait(self.tenant.history(self.prompt, page_size=200))[::-1]
        stands = dict.fromkeys(self.models, 0)
        for sequence, event in enumerate(events, start=1):
            assert (event.sequence, event.from_version) == (sequence, stands[event.label])
            assert event.to_version != event.from_version
            stands[event.label] = event.to_version
        assert stands == {name: model.version for name, model in self.models.items()}


async def test_labels_go_where_a_simple_model_says(tenant: Tenant) -> None:
    machine = partial(Labels, tenant, asyncio.get_running_loop())
    bounds = settings(
        max_examples=8,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(
        run_state_machine_as_test,
        machine,  # type: ignore[arg-type] # any factory will do
        settings=bounds,
    )
    changes = await tenant.query("SELECT change FROM {schema}.prompt_label_events")
    assert {row["change"] for row in changes} == {"set", "removed", "rolled_back"}
