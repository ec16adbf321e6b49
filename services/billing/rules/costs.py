"""Cost of a use of a model, in integer nano-dollars (1 USD = 1,000,000,000).

Rates are integer nano-dollars per million tokens, so a cost is an exact fraction with the
denominator 1,000,000. It is rounded once for each record, half to even: sums of many records do not
drift to either side, and a record's cost can be worked out again from its own columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Self

TOKENS_PER_RATE: Final = 1_000_000

Source = Literal["catalogue", "own", "fallback", "simulator"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one answer.

    Cached ones are part of the input, reasoning ones part of the output.
    """

    input: int
    cached_input: int
    output: int
    reasoning: int

    @classmethod
    def counted(cls, *, given: int, cached: int, answered: int, reasoned: int) -> Self:
        """Take counts as a provider gave them: never below zero, and no part above its whole.

        Providers do send such counts; the part is then cut to the whole, which is the dearer
        reading.
        """
        whole_input, whole_output = max(given, 0), max(answered, 0)
        return cls(
            input=whole_input,
            cached_input=min(max(cached, 0), whole_input),
            output=whole_output,
            reasoning=min(max(reasoned, 0), whole_output),
        )


@dataclass(frozen=True, slots=True)
class Rates:
    """Nano-dollars per million tokens of each class."""

    input: int
    cached_input: int
    output: int
    reasoning: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The rates that apply to a use, where they come from, and what was looked up to find them."""

    rates: Rates
    source: Source
    reference: str


# Test mode costs nothing, whatever model was asked for.
SIMULATED: Final = Quote(Rates(0, 0, 0, 0), "simulator", "")


@dataclass(frozen=True, slots=True)
class CataloguePrice:
    """A published price, at the first of its tiers."""

    provider: str
    model: str
    rates: Rates


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """A tenant's own price of a model from a moment on."""

    id: str
    model: str
    rates: Rates
    effective_time: datetime


def cost_nano_usd(tokens: Tokens, rates: Rates) -> int:
    """Return the cost of one record: exact, then rounded half to even to a nano-dollar."""
    millionths = (
        (tokens.input - tokens.cached_input) * rates.input
        + tokens.cached_input * rates.cached_input
        + (tokens.output - tokens.reasoning) * rates.output
        + tokens.reasoning * rates.reasoning
    )
    return divide_half_even(millionths, TOKENS_PER_RATE)


def divide_half_even(dividend: int, divisor: int) -> int:
    """Divide integers; a result that lies half-way goes to the even neighbour."""
    quotient, remainder = divmod(dividend, divisor)
    twice = 2 * remainder
    if twice > divisor or (twice == divisor and quotient % 2 == 1):
        return quotient + 1
    return quotient


def choose_quote(
    own: Sequence[OwnPrice], model: str, catalogue: Quote | None, fallback: Rates
) -> Quote:
    """Choose what a use in live mode is priced by: own price, else catalogue, else fallback.

    `own` are the own prices in force when the answer was complete, for the model as recorded or for
    the name that the catalogue knows it by. The recorded name wins, then the later price.
    """
    if own:
        best = max(own, key=lambda price: (price.model == model.lower(), price.effective_time))
        return Quote(best.rates, "own", best.id)
    if catalogue is not None:
        return catalogue
    return Quote(fallback, "fallback", "")
