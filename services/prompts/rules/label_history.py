"""How a label goes back the way it came.

A label's trail is the list of versions it stood at, as somebody remembers it who undoes step by
step: setting or moving the label puts a version on the trail, a rollback takes the last one off
and the label stands at the one before. A removal leaves the trail alone: a rollback brings the
label back to where it stood, and setting it there by hand does the same. So no two neighbours of
a trail are equal, and a rollback always changes where the label points.

Each event of the history names the event that a rollback goes to if it comes next
(`rolls_back_to`). The trail is the chain of these, and each step is found without reading the rest.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.prompts.errors import LabelMoved, NothingToRollBack


class Change(StrEnum):
    """What happened to a label, by the name that the database holds."""

    SET = "set"
    REMOVED = "removed"
    ROLLED_BACK = "rolled_back"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Step:
    """What the way back needs of an event. `to_version` is 0 for a removal."""

    sequence: int
    to_version: int
    rolls_back_to: int | None


@dataclass(frozen=True, slots=True)
class Trail:
    """The end of a label's trail: its last event, and the one that a rollback goes to."""

    last: Step | None = None
    behind: Step | None = None

    @property
    def version(self) -> int:
        """Where the label stands by its history; 0: nowhere."""
        return self.last.to_version if self.last else 0

    def way_back_from(self, version: int) -> int | None:
        """Return `rolls_back_to` of an event that sets the label to another version, or to none."""
        if self.last is None:
            return None
        if self.last.to_version:
            return self.last.sequence
        if self.behind and self.behind.to_version == version:  # back where it was removed from
            return self.behind.rolls_back_to
        return self.last.rolls_back_to

    def back(self, label: str) -> Step:
        """Return the event whose version a rollback goes to. Raises NothingToRollBack."""
        if self.behind is None:
            raise NothingToRollBack(
                f"the label {label} stood at no other version before: there is nothing to go "
                "back to",
                label=label,
            )
        return self.behind


def check_expected(label: str, version: int, expected: int | None) -> None:
    """Raise LabelMoved unless the label points where the caller believes; None asks nothing."""
    if expected is None or expected == version:
        return
    now = f"points at version {version}" if version else "is not set"
    believed = f"at version {expected}" if expected else "not set"
    raise LabelMoved(
        f"the label {label} {now}, and you believed it {believed}: look again and repeat your "
        "change if it is still right",
        label=label,
        version=version,
    )
