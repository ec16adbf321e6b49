"""Circles of steps."""

from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.pipelines.rules.graph import cycle_faults, dependencies
from services.pipelines.rules.steps import StepView

NAMES = tuple("abcdefgh")


def steps(needs: dict[str, list[str]]) -> dict[str, StepView]:
    """Make transform steps that need each other."""
    return {
        name: StepView(index, name, "transform", {"id": name, "needs": needs[name]})
        for index, name in enumerate(needs)
    }


def circles(needs: dict[str, list[str]]) -> list[str]:
    """Return the messages of the circles found."""
    known = steps(needs)
    return [fault.message for fault in cycle_faults(known, dependencies(known, {}))]


def has_circle(needs: dict[str, list[str]]) -> bool:
    """Tell by the standard library."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError:
        return True
    return False


@given(
    st.lists(st.lists(st.sampled_from(NAMES), max_size=4), min_size=len(NAMES), max_size=len(NAMES))
)
def test_a_circle_is_found_exactly_when_there_is_one(edges: list[list[str]]) -> None:
    needs = dict(zip(NAMES, edges, strict=True))
    found = circles(needs)
    assert bool(found) == has_circle(needs)
    for message in found:
        if "→" not in message:
            continue
        way = message.partition(": ")[2].partition(";")[0].split(" → ")
        assert way[0] == way[-1]
        assert len(set(way)) == len(way) - 1
        assert all(after in needs[name] for name, after in pairwise(way))


def test_each_circle_is_told_once_by_its_shortest_way() -> None:
    found = circles(
        {"a": ["b", "c"], "b": ["c"], "c": ["a"], "d": ["e"], "e": ["d"], "f": ["f"], "g": ["a"]}
    )
    assert found == [
        "these steps wait for each other: a → c → a; remove one of the references",
        "these steps wait for each other: d → e → d; remove one of the references",
        "step 'f' waits for itself: remove the reference",
    ]


def test_a_chain_of_five_hundred_steps_is_no_circle() -> None:
    names = [f"s{number}" for number in range(500)]
    needs = {name: names[number - 1 : number] for number, name in enumerate(names)}
    assert circles(needs) == []
    needs["s0"] = ["s499"]
    assert len(circles(needs)) == 1


def test_a_condition_is_waited_for_by_the_steps_of_its_branches() -> None:
    choose = {"id": "choose", "then": ["yes"], "else": ["no", "nobody"]}
    known = {
        "choose": StepView(0, "choose", "condition", choose),
        "yes": StepView(1, "yes", "transform", {}),
        "no": StepView(2, "no", "transform", {}),
    }
    assert dependencies(known, {"choose": {"nobody": ("if",)}}) == {
        "choose": {},
        "yes": {"choose": ()},
        "no": {"choose": ()},
    }
