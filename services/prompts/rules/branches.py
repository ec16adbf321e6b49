"""Branches: their names, and how versions of different branches descend from each other."""

import heapq
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.prompts.errors import BranchReserved
from services.prompts.rules.violations import Violations

# Every prompt has it, nobody makes, closes or removes it; `latest` is its head.
MAIN: Final = "main"
MOST_BRANCH_CHARACTERS: Final = 100

# Merges of ancestors before one merge; more would only cost time: nobody crosses so many.
_MOST_JOINTS: Final = 20
# How a version is met on the way down from two others.
_OF_ONE: Final = 1
_OF_OTHER: Final = 2
_OF_BOTH: Final = 3
# A nearer common ancestor descends from it.
_IS_BEHIND: Final = 4

_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_BRANCH: Final = re.compile(rf"{_PART}(?:/{_PART})*\Z")


class BranchState(StrEnum):
    """Open branches take versions; merged and closed ones are kept to be read."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


def check_branch_name(name: str, field: str, violations: Violations) -> None:
    """Note the field unless it can name a branch, in the letters that git takes everywhere."""
    if (
        len(name) > MOST_BRANCH_CHARACTERS
        or _BRANCH.match(name) is None
        or ".." in name
        or any(part.endswith((".", ".lock")) for part in name.split("/"))
    ):
        violations.add(
            field,
            f"must be 1..{MOST_BRANCH_CHARACTERS} of A-Z, a-z, 0-9, _, ., - with / between parts; "
            "parts start with a letter, a digit or _ and do not end with . or .lock; no ..",
        )


def check_not_main(name: str, field: str) -> None:
    """Raise BranchReserved for the branch that every prompt has."""
    if name == MAIN:
        raise BranchReserved.of_field(field, f"{MAIN} is there from the start and stays open")


@dataclass(frozen=True, slots=True)
class Joint:
    """Two ancestors to be merged into one, which is stored nowhere and has a number of its own."""

    number: int
    base: int
    newer: int
    older: int


@dataclass(frozen=True, slots=True)
class Origin:
    """What a merge starts from: the nearest common ancestor, or the last of its joints."""

    nearest: int
    joints: tuple[Joint, ...] = ()

    @property
    def base(self) -> int:
        """Number of the version, or of the joint, that both sides changed."""
        return self.joints[-1].number if self.joints else self.nearest


def nearest_ancestors(history: Mapping[int, Sequence[int]], one: int, other: int) -> list[int]:
    """Return the common ancestors that no other one descends from, newest first.

    `history` gives the parents of each number; parents have smaller numbers than their children.
    Each version is an ancestor of itself.
    """
    marks = {one: _OF_ONE}
    marks[other] = marks.get(other, 0) | _OF_OTHER
    waiting = [-number for number in marks]
    heapq.heapify(waiting)
    nearest = []
    while waiting:
        number = -heapq.heappop(waiting)
        mark = marks[number]
        if mark == _OF_BOTH:
            nearest.append(number)
        handed_down = mark | _IS_BEHIND if mark & _OF_BOTH == _OF_BOTH else mark
        for parent in history.get(number, ()):
            if parent not in marks:
                heapq.heappush(waiting, -parent)
            marks[parent] = marks.get(parent, 0) | handed_down
    return nearest


def origin(history: Mapping[int, Sequence[int]], one: int, other: int) -> Origin:
    """Find what a merge of two versions starts from; nearest 0: they have nothing in common.

    Merges that cross leave several nearest ancestors. Starting from one of them, what the other one
    decided would count as a change of today, and undo what the sides settled since. So they are
    merged first, with each other, as git does it; past 20 such merges the newest ones stand alone.
    """
    grown = dict(history)
    joints: list[Joint] = []
    left = _MOST_JOINTS

    def base_of(newer: int, older: int) -> int:
        nonlocal left
        first, *others = nearest_ancestors(grown, newer, older) or [0]
        for further in others:
            if not left:
                break
            left -= 1
            joint = Joint(
                base=base_of(first, further), number=max(grown) + 1, newer=first, older=further
            )
            joints.append(joint)
            grown[joint.number] = (first, further)
            first = joint.number
        return first

    nearest = nearest_ancestors(history, one, other) or [0]
    base_of(one, other)
    return Origin(nearest[0], tuple(joints))
