"""Branches, versions and merges in any order, held against a model that is simple to believe.

The text of a version is five values, each between lines that nobody touches. So a merge can be said
without diffs: value by value, whoever changed it since the nearest common ancestor wins.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import Conflict, FailedPrecondition
from tests.integration.prompts.branching import commit, get_branch, merge, new_branch, preview
from tests.integration.prompts.conftest import Service, Tenant

T = TypeVar("T")
Values = tuple[str, ...]
SLOTS = 5
SIDES = {pb.MERGE_SIDE_BASE: 0, pb.MERGE_SIDE_OURS: 1, pb.MERGE_SIDE_THEIRS: 2}


def text_of(values: Values) -> str:
    return "".join(f"# {slot}\n{value}\n# end of {slot}\n" for slot, value in enumerate(values))


@dataclass
class Model:
    """What should be there: the values and ancestors of each version, the head of each branch."""

    values: dict[int, Values] = field(default_factory=dict)
    ancestors: dict[int, set[int]] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    def add(self, branch: str, values: Values, *parents: int) -> int:
        number = len(self.values) + 1
        self.values[number] = values
        self.ancestors[number] = {number}.union(*(self.ancestors[one] for one in parents))
        self.heads[branch] = number
        return number

    def base(self, one: int, other: int) -> int:
        return max(self.ancestors[one] & self.ancestors[other])


class Life(RuleBasedStateMachine):
    """One prompt, from its first version on."""

    tenant: Tenant
    loop: asyncio.AbstractEventLoop
    lives = 0

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.prompt = pb.Prompt()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        values = ("0",) * SLOTS
        self.prompt = self.run(self.tenant.new_prompt(text_of(values)))
        self.model.add("main", values)
        type(self).lives += 1

    @rule(data=st.data())
    def begin_a_branch(self, data: st.DataObject) -> None:
        base = data.draw(st.sampled_from(sorted(self.model.values)))
        name = f"b{len(self.model.heads)}"
        self.run(new_branch(self.tenant, self.prompt, name, base))
        self.model.heads[name] = base

    @rule(data=st.data(), slot=st.integers(0, SLOTS - 1), value=st.sampled_from("0123"))
    def add_a_version(self, data: st.DataObject, slot: int, value: str) -> None:
        branch = data.draw(st.sampled_from(sorted(set(self.model.heads) - self.model.ended)))
        head = self.model.heads[branch]
        old = self.model.values[head]
        values = (*old[:slot], value, *old[slot + 1 :])
        claimed = data.draw(st.sampled_from([0, *self.model.values]))
        saving = commit(self.tenant, self.prompt, text_of(values), branch, claimed)
        if claimed not in (0, head):
            with pytest.raises(Conflict) as raised:
                self.run(saving)
            assert raised.value.metadata["head_version"] == str(head)
            return
        version = self.run(saving)
        assert version.number == self.model.add(branch, values, head)
        assert list(version.parents) == [head]

    @precondition(lambda self: len(self.model.heads) > 1)
    @rule(data=st.data(), side=st.sampled_from(sorted(SIDES)), is_kept=st.booleans())
    def merge_a_branch(
        self, data: st.DataObject, side: pb.MergeSide.ValueType, *, is_kept: bool
    ) -> None:
        target = data.draw(st.sampled_from(sorted(set(self.model.heads) - self.model.ended)))
        branch = data.draw(st.sampled_from(sorted(set(self.model.heads) - {target})))
        ours, theirs = self.model.heads[target], self.model.heads[branch]
        versions = (self.model.base(ours, theirs), ours, theirs)
        base_values, our_values, their_values = (self.model.values[one] for one in versions)
        slots = list(zip(base_values, our_values, their_values, strict=True))
        values = tuple(_merged(slot, SIDES[side]) for slot in slots)
        shown = self.run(
            preview(self.tenant, self.prompt, target=target, source=pb.MergeSource(branch=branch))
        )
        assert shown.base_version == self.model.base(ours, theirs)
        conflicts = sum(map(_is_conflict, slots))
        assert len(shown.conflicts) == conflicts
        fields: dict[str, Any] = {
            "target": target,
            "source": pb.MergeSource(branch=branch, version=theirs),
            "target_version": ours,
            "is_source_kept": is_kept,
        }
        if conflicts:
            with pytest.raises(FailedPrecondition):
                self.run(merge(self.tenant, self.prompt, **fields))
        settled = [pb.MergeResolution(path=one.path, side=side) for one in shown.conflicts]
        version = self.run(merge(self.tenant, self.prompt, **fields, resolutions=settled))
        if values == self.model.values[ours]:
            assert version is None
            return
        assert version is not None
        assert version.content.text == text_of(values)
        assert version.number == self.model.add(target, values, ours, theirs)
        if not is_kept and branch != "main":
            self.model.ended.add(branch)

    @precondition(lambda self: len(self.model.heads) > 1)
    @rule(data=st.data())
    def close_a_branch(self, data: st.DataObject) -> None:
        branch = data.draw(st.sampled_from(sorted(set(self.model.heads) - {"main"})))
        request = pb.ClosePromptBranchRequest(prompt_id=self.prompt.id, branch=branch)
        self.run(self.tenant.call("ClosePromptBranch", request))
        self.model.ended.add(branch)

    @invariant()
    def heads_states_and_latest_are_as_the_model_says(self) -> None:
        if not self.model.heads:
            return
        for name, head in self.model.heads.items():
            found = self.run(get_branch(self.tenant, self.prompt, name))
            assert found.head_version == head
            assert (found.state == pb.BRANCH_STATE_OPEN) == (name not in self.model.ended)
        now = self.run(self.tenant.get(self.prompt.id))
        assert now.latest_version == len(self.model.values)
        assert {one.label: one.version for one in now.labels} == {
            "latest": self.model.heads["main"]
        }


def _is_conflict(slot: tuple[str, str, str]) -> bool:
    return len(set(slot)) == 3


def _merged(slot: tuple[str, str, str], side: int) -> str:
    if _is_conflict(slot):
        return slot[side]
    base, ours, theirs = slot
    return theirs if ours == base else ours


@pytest.fixture
async def life(service: Service) -> type[Life]:
    """The machine, on the loop that the service runs on."""
    tenant_of_life, running_loop = await service.new_tenant(), asyncio.get_running_loop()

    class Bound(Life):
        tenant = tenant_of_life
        loop = running_loop

    return Bound


def test_branches_live_as_the_model_does(life: type[Life]) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=12,
            stateful_step_count=18,
            deadline=None,
            # How long a step takes says nothing here: each asks a real database.
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    assert life.lives > 0
