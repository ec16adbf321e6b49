"""Which step waits for which, and where that goes round in a circle."""

from collections.abc import Iterator, Mapping
from typing import Final

from services.pipelines.rules.faults import Fault, Path
from services.pipelines.rules.steps import StepView

# Step id -> the steps it waits for, each with the path inside the step that says so.
Dependencies = Mapping[str, Mapping[str, Path]]

_BRANCHES: Final = ("then", "else")


def dependencies(
    steps: Mapping[str, StepView], references: Mapping[str, Mapping[str, Path]]
) -> dict[str, dict[str, Path]]:
    """Join the ways in which a step waits: references, `needs`, and being in a branch.

    `references` are those found in expressions: step id -> step id -> path. Names that no step has
    are left out. A branch's path is that of the condition's entry as seen from the step: empty.
    """
    waits: dict[str, dict[str, Path]] = {name: {} for name in steps}
    for name, step in steps.items():
        named: dict[str, Path] = {}
        for index, needed in step.names("needs"):
            named.setdefault(needed, ("needs", index))
        for needed, path in (named | dict(references.get(name, {}))).items():
            if needed in steps:
                waits[name].setdefault(needed, path)
    for name, chosen in _chosen(steps):
        waits[chosen].setdefault(name, ())
    return waits


def _chosen(steps: Mapping[str, StepView]) -> Iterator[tuple[str, str]]:
    """Yield each condition with each step of its branches."""
    for name, step in steps.items():
        if step.type == "condition":
            for member in _BRANCHES:
                yield from ((name, chosen) for _, chosen in step.names(member) if chosen in steps)


def cycle_faults(steps: Mapping[str, StepView], waits: Dependencies) -> Iterator[Fault]:
    """Find circles.

    One fault for each group of steps that wait for each other, naming the steps on the way round.
    """
    for group in _circular_groups(waits):
        circle = _shortest_circle(group, waits)
        first = steps[circle[0]]
        way = " → ".join([*circle, circle[0]])
        if len(circle) == 1:
            message = f"step '{first.id}' waits for itself: remove the reference"
        else:
            message = f"these steps wait for each other: {way}; remove one of the references"
        towards = circle[1] if len(circle) > 1 else circle[0]
        yield first.fault(waits[first.id][towards], "cycle", message)


def _circular_groups(waits: Dependencies) -> list[set[str]]:
    """Return the strongly connected components that hold a circle (Tarjan, without recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    open_path: list[str] = []
    is_open: set[str] = set()
    groups: list[set[str]] = []
    for root in waits:
        if root in order:
            continue
        work = [(root, iter(waits[root]))]
        order[root] = low[root] = len(order)
        open_path.append(root)
        is_open.add(root)
        while work:
            name, following = work[-1]
            advanced = False
            for needed in following:
                if needed not in order:
                    order[needed] = low[needed] = len(order)
                    open_path.append(needed)
                    is_open.add(needed)
                    work.append((needed, iter(waits[needed])))
                    advanced = True
                    break
                if needed in is_open:
                    low[name] = min(low[name], order[needed])
            if advanced:
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[name])
            if low[name] == order[name]:
                groups.append(_closed(name, open_path, is_open))
    return [group for group in groups if len(group) > 1 or _waits_for_itself(group, waits)]


def _closed(name: str, open_path: list[str], is_open: set[str]) -> set[str]:
    group: set[str] = set()
    while name not in group:
        member = open_path.pop()
        is_open.discard(member)
        group.add(member)
    return group


def _waits_for_itself(group: set[str], waits: Dependencies) -> bool:
    return any(name in waits[name] for name in group)


def _shortest_circle(group: set[str], waits: Dependencies) -> list[str]:
    """Return the shortest way round through the group's first step, in the order of waiting."""
    start = next(name for name in waits if name in group)
    came_from: dict[str, str] = {}
    frontier = [start]
    while frontier:
        following: list[str] = []
        for name in frontier:
            for needed in waits[name]:
                if needed == start:
                    return _way_back(name, came_from)
                if needed in group and needed not in came_from:
                    came_from[needed] = name
                    following.append(needed)
        frontier = following
    return [start]


def _way_back(name: str, came_from: Mapping[str, str]) -> list[str]:
    way = [name]
    while way[-1] in came_from:
        way.append(came_from[way[-1]])
    return way[::-1]
