"""A definition's steps as the checks see them.

Whatever is usable of a document that may be wrong elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.pipelines.rules.faults import Fault, Path, suggestion, written


@dataclass(frozen=True, slots=True)
class StepView:
    """One step: its place in the list, its id and type (empty when unusable), and its members."""

    index: int
    id: str
    type: str
    body: dict[str, Any]

    def path(self, *parts: str | int) -> Path:
        """Return the path of a member of this step."""
        return ("steps", self.index, *parts)

    def fault(self, parts: Path, code: str, message: str) -> Fault:
        """Build a fault at a member of this step."""
        return Fault(written(self.path(*parts)), self.id, code, message)

    def text(self, name: str) -> str:
        """Return a member that is text, else an empty text."""
        member = self.body.get(name)
        return member if isinstance(member, str) else ""

    def names(self, name: str) -> list[tuple[int, str]]:
        """Return a member that is a list of texts, each with its place."""
        member = self.body.get(name)
        listed = member if isinstance(member, list) else []
        return [(index, entry) for index, entry in enumerate(listed) if isinstance(entry, str)]


def steps_of(definition: Any) -> list[StepView]:
    """Return the steps that are objects."""
    listed = definition.get("steps") if isinstance(definition, dict) else None
    if not isinstance(listed, list):
        return []
    return [
        StepView(index, _text(body.get("id")), _text(body.get("type")), body)
        for index, body in enumerate(listed)
        if isinstance(body, dict)
    ]


def by_id(steps: list[StepView]) -> dict[str, StepView]:
    """Return the steps by id; of two with the same id, the first."""
    found: dict[str, StepView] = {}
    for step in steps:
        if step.id:
            found.setdefault(step.id, step)
    return found


def duplicate_faults(steps: list[StepView]) -> Iterator[Fault]:
    """Find ids that an earlier step has."""
    first = by_id(steps)
    for step in steps:
        if step.id and first[step.id] is not step:
            earlier = first[step.id].index
            message = (
                f"'{step.id}' is also the id of steps[{earlier}]: give each step an id of its own"
            )
            yield step.fault(("id",), "duplicate_id", message)


def named_step_faults(steps: list[StepView]) -> Iterator[Fault]:
    """Find names in `needs`, `then` and `else` that no step has."""
    known = by_id(steps)
    for step in steps:
        for member in ("needs", "then", "else"):
            for index, name in step.names(member):
                if name not in known:
                    remedy = suggestion(name, known, otherwise="name a step of this pipeline")
                    message = f"there is no step '{name}': {remedy}"
                    yield step.fault((member, index), "unknown_reference", message)


def branch_faults(steps: list[StepView]) -> Iterator[Fault]:
    """Find steps that a condition names in both of its branches."""
    for step in steps:
        chosen = {name for _, name in step.names("then")}
        for index, name in step.names("else"):
            if name in chosen:
                message = f"'{name}' is under `then` too: keep it in one branch, or in neither"
                yield step.fault(("else", index), "duplicate_id", message)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
