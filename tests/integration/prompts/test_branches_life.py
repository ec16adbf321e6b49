"""Branches, versions, merges and labels in any order, against a model that is simple to believe.

The text of a version is five values, each between lines that nobody touches. So a merge can be said
without diffs: value by value, whoever changed it since the nearest common ancestor wins. Of several
nearest ones a value counts where all of them have come to it, and is nobody's where they differ.
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
# A text, or what equals no text: two ancestors that differ came to nothing.
Value = object
SLOTS = 5
SIDES = [pb.MERGE_SIDE_BASE, pb.MERGE_SIDE_OURS, pb.MERGE_SIDE_THEIRS]
# The value of a line that was left out.
NOTHING = ""


def text_of(values: Values) -> str:
    lines = (f"{value}\n" if value else NOTHING for value in values)
    return "".join(f"# {slot}\n{line}# end of {slot}\n" for slot, line in enumerate(lines))


@dataclass
class Model:
    """What should be there: the values and ancestors of each version, the head of each branch."""

    values: dict[int, Values] = field(default_factory=dict)
    ancestors: dict[int, set[int]] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    labels: dict[str, int] = field(default_factory=dict)

    def add(self, branch: str, values: Values, *parents: int) -> int:
        number = len(self.values) + 1
        self.values[number] = values
        self.ancestors[number] = {number}.union(*(self.ancestors[one] for one in parents))
        self.heads[branch] = number
        return number

    def nearest(self, ancestors: set[int]) -> list[int]:
        """Return the ancestors that no other of them descends from, newest first."""
        behind = {old for one in ancestors for old in self.ancestors[one] - {one}}
        return sorted(ancestors - behind, reverse=True)

    def base(self, one: set[int], other: set[int]) -> tuple[Value, ...]:
        """Return what a merge starts from; `one` and `other` are the ancestors of the sides."""
        newest, *others = self.nearest(one & other)
        values: tuple[Value, ...] = self.values[newest]
        known = self.ancestors[newest]
        for further in others:
            started = self.base(known, self.ancestors[further])
            sides = zip(started, values, self.values[further], strict=True)
            values = tuple(_merged(slot, object()) for slot in sides)
            known = known | self.ancestors[further]
        return values


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
    @rule(data=st.data(), side=st.sampled_from(SIDES), is_kept=st.booleans())
    def merge_a_branch(
        self, data: st.DataObject, side: pb.MergeSide.ValueType, *, is_kept: bool
    ) -> None:
        target = data.draw(st.sampled_from(sorted(set(self.model.heads) - self.model.ended)))
        branch = data.draw(st.sampled_from(sorted(set(self.model.heads) - {target})))
        ours, theirs = self.model.heads[target], self.model.heads[branch]
        started = self.model.base(self.model.ancestors[ours], self.model.ancestors[theirs])
        slots = list(zip(started, self.model.values[ours], self.model.values[theirs], strict=True))
        values = tuple(_settled(slot, side) for slot in slots)
        shown = self.run(
            preview(self.tenant, self.prompt, target=target, source=pb.MergeSource(branch=branch))
        )
        common = self.model.ancestors[ours] & self.model.ancestors[theirs]
        assert shown.base_version == self.model.nearest(common)[0]
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
        if theirs in common:
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

    @rule(data=st.data(), label=st.sampled_from(["production", "staging"]))
    def move_a_label(self, data: st.DataObject, label: str) -> None:
        version = data.draw(st.sampled_from(sorted(self.model.values)))
        self.run(self.tenant.set_label(self.prompt, label, version))
        self.model.labels[label] = version

    @invariant()
    def heads_states_and_labels_are_as_the_model_says(self) -> None:
        if not self.model.heads:
            return
        for name, head in self.model.heads.items():
            found = self.run(get_branch(self.tenant, self.prompt, name))
            assert found.head_version == head
            assert (found.state == pb.BRANCH_STATE_OPEN) == (name not in self.model.ended)
        now = self.run(self.tenant.get(self.prompt.id))
        assert now.latest_version == len(self.model.values)
        assert {one.label: one.version for one in now.labels} == {
            "latest": self.model.heads["main"],
            **self.model.labels,
        }


def _is_conflict(slot: tuple[Value, Value, Value]) -> bool:
    return len(set(slot)) == 3


def _merged(slot: tuple[Value, Value, Value], undecided: Value) -> Value:
    base, ours, theirs = slot
    if _is_conflict(slot):
        return undecided
    return theirs if ours == base else ours


def _settled(slot: tuple[Value, str, str], side: pb.MergeSide.ValueType) -> str:
    base, ours, theirs = slot
    if not _is_conflict(slot):
        return theirs if ours == base else ours
    if side == pb.MERGE_SIDE_BASE:
        return base if isinstance(base, str) else NOTHING
    return ours if side == pb.MERGE_SIDE_OURS else theirs


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
