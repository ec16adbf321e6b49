"""Conflicts of a merge, and the choices that settle them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from services.prompts.errors import PromptInvalid
from services.prompts.rules.merge.diff3 import Clash
from services.prompts.rules.merge.drafts import Kind
from services.prompts.rules.variables import UNSET
from services.prompts.rules.violations import Violations


class Side(StrEnum):
    """Whose value to take: the common ancestor's, the target's or the source's."""

    BASE = "base"
    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Resolution:
    """How one conflict is settled: by a side, or by `value` (JSON; None: nothing stands there)."""

    path: str
    side: Side | None = None
    value: object = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A place that both sides changed, each in its own way.

    `path` names it in all previews of the same three versions. Values are JSON, UNSET where a side
    has nothing there; of texts the conflicting lines, with `lines` saying where these stand.
    """

    path: str
    base: object
    ours: object
    theirs: object
    lines: Clash | None = None
    is_settled: bool = False


class Conflicts:
    """The conflicts found so far; each is settled as a resolution says."""

    def __init__(self, resolutions: Iterable[Resolution]) -> None:
        self.found: list[Conflict] = []
        self._resolutions = {one.path: (index, one) for index, one in enumerate(resolutions)}

    def settle(
        self,
        path: str,
        sides: tuple[object, object, object],
        kind: Kind,
        lines: Clash | None = None,
    ) -> Any:
        """Note a conflict; return the value chosen for it, ours as long as none is.

        Raises PromptInvalid for a value by hand that cannot stand here.
        """
        base, ours, theirs = decided(sides[0]), sides[1], sides[2]
        index, chosen = self._resolutions.get(path, (0, None))
        self.found.append(Conflict(path, base, ours, theirs, lines, chosen is not None))
        if chosen is None:
            return ours
        if chosen.side is not None:
            return {Side.BASE: base, Side.OURS: ours, Side.THEIRS: theirs}[chosen.side]
        problem = "" if chosen.value is None else kind.problem(chosen.value)
        if problem:
            raise PromptInvalid.of_field(f"resolutions[{index}].value", problem)
        return UNSET if chosen.value is None else chosen.value

    def check_all_used(self) -> None:
        """Raise PromptInvalid when a resolution names no conflict."""
        known = {conflict.path for conflict in self.found}
        violations = Violations()
        for path, (index, _) in self._resolutions.items():
            if path not in known:
                violations.add(f"resolutions[{index}].path", "is not a conflict of this merge")
        violations.raise_as(PromptInvalid)


class Undecided(Conflicts):
    """Conflicts of two ancestors, which nobody settles: what stands there equals nothing else.

    So whoever has anything there differs from it, and two who differ have a conflict of their own.
    """

    def __init__(self, number: int) -> None:
        super().__init__(())
        self._number = number

    def settle(
        self,
        path: str,
        sides: tuple[object, object, object],
        kind: Kind,
        lines: Clash | None = None,
    ) -> Any:
        """Note a conflict; return what stands for both sides."""
        super().settle(path, sides, kind, lines)
        return kind.undecided(f"{_MARK}{self._number}.{len(self.found)}")


# No text of a version holds it.
_MARK: Final = "\0"


def decided(value: Any) -> Any:
    """Return what of a common ancestor was decided; UNSET: nothing."""
    match value:
        case str():
            lines = [line for line in value.split("\n") if _MARK not in line]
            return "\n".join(lines) if lines else UNSET
        case list():
            items = [one for one in map(decided, value) if one is not UNSET]
            return items if items or not value else UNSET
        case dict():
            parts = {key: decided(part) for key, part in value.items()}
            return UNSET if UNSET in parts.values() else parts
    return value
