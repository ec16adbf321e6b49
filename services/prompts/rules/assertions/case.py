"""What a rule is given and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from services.prompts.rules.assertions.words import as_text

MOST_OUTPUT_CHARACTERS: Final = 200_000


class AssertionFailed(Exception):
    """The assertion cannot be decided; the message says what is missing or out of bounds."""


class Budget:
    """Seconds that all checks of one request share."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the seconds that are left; raise AssertionFailed when there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise AssertionFailed("the time for the checks of one request is used up")
        return left


@dataclass(frozen=True)
class Guardrails:
    """What the provider's guardrails said."""

    is_flagged: bool = False
    is_input_flagged: bool = False
    is_output_flagged: bool = False
    reason: str = ""


NO_GUARDRAILS: Final = Guardrails()


@dataclass(frozen=True)
class Outcome:
    """One answer of a model and what is known of it; None where nothing is known."""

    output: Any
    variables: Mapping[str, Any] = field(default_factory=dict)
    latency_ms: int | None = None
    cost_usd: float | None = None
    finish_reason: str = ""
    log_probabilities: Sequence[float] = ()
    guardrails: Guardrails = NO_GUARDRAILS
    tools: Any = None
    functions: Any = None

    @cached_property
    def text(self) -> str:
        """The output as text: what is not text already, as compact JSON."""
        return as_text(self.output)


@dataclass(frozen=True)
class Case:
    """One assertion on one outcome: its value with variables filled in."""

    outcome: Outcome
    value: Any
    threshold: float | None
    config: Mapping[str, Any]
    budget: Budget

    @property
    def text(self) -> str:
        """The output as text."""
        return self.outcome.text


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether what the type says holds, before `not-` turns it round.

    `reason` is the fact found, true either way. `score` is 0..1; None means 1 for a pass and 0 for
    a failure. `flips` says that `not-` makes it 1 - score; `always_passes` that only the score
    counts.
    """

    holds: bool
    reason: str
    score: float | None = None
    flips: bool = True
    always_passes: bool = False


def shown(text: object, most: int = 120) -> str:
    """Quote a text for a reason, cut where it is long."""
    plain = as_text(text)
    return f'"{plain}"' if len(plain) <= most else f'"{plain[:most]}…"'
