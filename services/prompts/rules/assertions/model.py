"""Assertions as a suite states them, checked and ready to be decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_NOT: Final = "not-"


@dataclass(frozen=True, slots=True)
class Assertion:
    """One assertion. `path` is its place in the suite, such as `tests[0].assert[1]`."""

    path: str
    kind: str
    is_inverse: bool = False
    value: Any = None
    threshold: float | None = None
    weight: float = 1
    metric: str = ""
    transform: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    # What only graders read: provider, rubricPrompt, contextTransform.
    grading: Mapping[str, Any] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The type as it is written, `not-` included."""
        return f"{_NOT}{self.kind}" if self.is_inverse else self.kind

    def document(self) -> dict[str, Any]:
        """Return it as promptfoo writes it."""
        document: dict[str, Any] = {"type": self.type}
        if self.value is not None:
            document["value"] = self.value
        if self.threshold is not None:
            document["threshold"] = self.threshold
        document |= _weighed(self.weight, self.metric)
        if self.transform:
            document["transform"] = self.transform
        return document | dict(self.config) | dict(self.grading)


@dataclass(frozen=True, slots=True)
class AssertionSet:
    """Several assertions that count as one."""

    path: str
    assertions: tuple[Assertion, ...]
    threshold: float | None = None
    weight: float = 1
    metric: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as promptfoo writes it."""
        document: dict[str, Any] = {
            "type": "assert-set",
            "assert": [one.document() for one in self.assertions],
        }
        if self.threshold is not None:
            document["threshold"] = self.threshold
        return document | _weighed(self.weight, self.metric)


def _weighed(weight: float, metric: str) -> dict[str, Any]:
    weighed: dict[str, Any] = {} if weight == 1 else {"weight": weight}
    return weighed | ({"metric": metric} if metric else {})
