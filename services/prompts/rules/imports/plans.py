"""What an import does to one prompt, decided from what the file has and what is here.

Versions are matched by content hash, the k-th of equal ones with the k-th here: what is missing is
added in the file's order, what is here already stays. So an import can be repeated, and a file that
was made here brings back each version under its own number where the prompt was away.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from services.prompts.rules.content import PromptType
from services.prompts.rules.imports.checking import CheckedPrompt
from services.prompts.rules.imports.entries import Note
from services.prompts.rules.prompts import MOST_NOTE
from services.prompts.rules.violations import Violations

PREFIX: Final = re.compile(r"(?:[a-z0-9][a-z0-9_./-]{0,99})?\Z")
_Value = TypeVar("_Value")


class Outcome(StrEnum):
    """What becomes of a prompt of the file."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class LabelHandling(StrEnum):
    """What is done with the labels in the file: all, only those not set here, none."""

    MOVE = "move"
    ADD = "add"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the caller wants of an import."""

    name_prefix: str = ""
    labels: LabelHandling = LabelHandling.MOVE
    reason: str = ""
    is_dry_run: bool = False

    def check(self, violations: Violations) -> None:
        """Note each option at fault."""
        if PREFIX.match(self.name_prefix) is None:
            violations.add(
                "name_prefix",
                "must be empty, or how names of prompts start: at most 100 of a-z, 0-9, _, ., -, "
                "/, starting with a letter or digit",
            )
        violations.add_text("reason", self.reason, most=MOST_NOTE)


@dataclass(frozen=True, slots=True)
class Existing:
    """A prompt of that name that is here. `hashes` are those of its versions, oldest first."""

    prompt_id: str
    type: PromptType
    description: str
    tags: Sequence[str]
    is_archived: bool
    hashes: Sequence[str]
    labels: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LabelMove:
    """A label that is to point elsewhere; `from_version` 0: it is not set."""

    label: str
    from_version: int
    to_version: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done. `added` are indexes of the file's versions, `new_versions` their numbers.

    `description` and `tags` are None where they stay.
    """

    outcome: Outcome
    existing: Existing | None = None
    added: Sequence[int] = ()
    new_versions: Sequence[int] = ()
    moves: Sequence[LabelMove] = ()
    description: str | None = None
    tags: Sequence[str] | None = None
    faults: Sequence[Note] = field(default=())

    @property
    def is_described_anew(self) -> bool:
        """Tell whether description or tags change."""
        return self.description is not None or self.tags is not None


def plan(prompt: CheckedPrompt, existing: Existing | None, labels: LabelHandling) -> Plan:
    """Decide what becomes of a prompt."""
    faults = prompt.faults or _faults_beside(prompt, existing)
    if faults:
        return Plan(Outcome.REFUSED, existing, faults=faults)
    hashes = existing.hashes if existing else ()
    numbers, added = _numbers(prompt, hashes)
    moves = _moves(prompt, existing, numbers, labels)
    new_versions = [numbers[index] for index in added]
    if existing is None:
        return Plan(Outcome.CREATED, None, added, new_versions, moves)
    description = _if_other(prompt.description, existing.description)
    tags = None if prompt.tags is None else _if_other(list(prompt.tags), list(existing.tags))
    is_same = not added and not moves and description is None and tags is None
    outcome = Outcome.UNCHANGED if is_same else Outcome.CHANGED
    return Plan(outcome, existing, added, new_versions, moves, description, tags)


def _faults_beside(prompt: CheckedPrompt, existing: Existing | None) -> list[Note]:
    """Say why what is here takes nothing of what is in the file."""
    if existing is None:
        return []
    type_ = prompt.versions[0].draft.type
    if type_ is not existing.type:
        said = f"the prompt of this name is {existing.type}: it takes no {type_} versions"
        return [Note(prompt.source, 0, "type", said)]
    _, added = _numbers(prompt, existing.hashes)
    if existing.is_archived and added:
        said = "the prompt of this name is archived: bring it back to add versions"
        return [Note(prompt.source, 0, "", said)]
    return []


def _numbers(prompt: CheckedPrompt, here: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return the number that each version has or gets, and the indexes of those to be added."""
    places: dict[str, list[int]] = {}
    for number, hash_ in enumerate(here, start=1):
        places.setdefault(hash_, []).append(number)
    taken: Counter[str] = Counter()
    numbers: list[int] = []
    added: list[int] = []
    for index, version in enumerate(prompt.versions):
        same = places.get(version.content_hash, [])
        nth = taken[version.content_hash]
        taken[version.content_hash] += 1
        if nth < len(same):
            numbers.append(same[nth])
        else:
            added.append(index)
            numbers.append(len(here) + len(added))
    return numbers, added


def _moves(
    prompt: CheckedPrompt,
    existing: Existing | None,
    numbers: Sequence[int],
    handling: LabelHandling,
) -> list[LabelMove]:
    if handling is LabelHandling.SKIP:
        return []
    stand = existing.labels if existing else {}
    wanted = (
        LabelMove(label, stand.get(label, 0), numbers[index])
        for label, index in sorted(prompt.labels.items())
    )
    return [
        move
        for move in wanted
        if move.from_version != move.to_version
        and (handling is LabelHandling.MOVE or not move.from_version)
    ]


def _if_other(wanted: _Value | None, present: _Value) -> _Value | None:
    return None if wanted is None or wanted == present else wanted
