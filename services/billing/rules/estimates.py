"""What a use of a model would cost, before it happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from services.billing.rules.costs import SIMULATED, Quote, Tokens, cost_nano_usd
from services.kit.errors import FieldViolation, InvalidArgument

MOST_USES: Final = 20
# Far above any context, and far from the limits of 64 bits even at the dearest price.
MOST_TOKENS: Final = 1_000_000_000
_MOST_NAME: Final = 200
_SIMULATED: Final = "sim-"


@dataclass(frozen=True, slots=True)
class ProspectiveUse:
    """A use that has not happened. Names in lower case; an empty provider: whoever makes the model.

    `most_output` is 0 where nobody knows.
    """

    model: str
    provider: str
    input: int
    most_output: int

    @classmethod
    def of(cls, *, model: str, provider: str, given: int, most_output: int) -> Self:
        """Take a use as a caller describes it."""
        return cls(model.lower(), provider.lower(), given, most_output)

    @property
    def tokens(self) -> Tokens:
        """Return its tokens: none cached, no reasoning."""
        return Tokens(self.input, 0, self.most_output, 0)

    @property
    def is_simulated(self) -> bool:
        """Tell whether the simulator answers it."""
        return self.model.startswith(_SIMULATED)


@dataclass(frozen=True, slots=True)
class NamedOwnPrice:
    """A tenant's own price in force, and whose model it prices. Names in lower case."""

    provider: str
    model: str
    quote: Quote
    effective_time: datetime


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a use would cost, and the price behind it."""

    provider: str
    model: str
    quote: Quote
    input_nano_usd: int
    most_output_nano_usd: int

    @classmethod
    def at(cls, use: ProspectiveUse, quote: Quote, *, provider: str) -> Self:
        """Work out what a use costs at a price."""
        return cls(
            provider,
            use.model,
            quote,
            cost_nano_usd(Tokens(use.input, 0, 0, 0), quote.rates),
            cost_nano_usd(Tokens(0, 0, use.most_output, 0), quote.rates),
        )


def check_uses(uses: Sequence[ProspectiveUse]) -> None:
    """Raise InvalidArgument with every field at fault."""
    if not 1 <= len(uses) <= MOST_USES:
        raise InvalidArgument.of_field("uses", f"must be 1..{MOST_USES} uses")
    violations = []
    for index, use in enumerate(uses):
        at = f"uses[{index}]"
        for name, text, least in (("model", use.model, 1), ("provider", use.provider, 0)):
            if not least <= len(text) <= _MOST_NAME or "\0" in text:
                violations.append(
                    FieldViolation(f"{at}.{name}", f"must have {least}..{_MOST_NAME} characters")
                )
        for name, tokens in (("input_tokens", use.input), ("max_output_tokens", use.most_output)):
            if not 0 <= tokens <= MOST_TOKENS:
                violations.append(FieldViolation(f"{at}.{name}", f"must be 0..{MOST_TOKENS:,}"))
    if violations:
        raise InvalidArgument("the uses are not valid", violations=violations)


def estimate(
    use: ProspectiveUse, own: Sequence[NamedOwnPrice], published: Quote | None, *, maker: str
) -> Estimate | None:
    """Choose the price of a use: the simulator's, else the tenant's own, else the published one.

    None when there is none: never free, and not at the price that unknown models are booked at.
    Of own prices that of the provider wins, or where none is named that of the model's maker; then
    that of the very name, then the later one.
    """
    if use.is_simulated:
        return Estimate.at(use, SIMULATED, provider="simulator")
    asked = [price for price in own if use.provider in ("", price.provider)]
    if asked:
        best = max(
            asked,
            key=lambda price: (
                price.provider == maker,
                price.model == use.model,
                price.effective_time,
                price.provider,
            ),
        )
        return Estimate.at(use, best.quote, provider=best.provider)
    return None if published is None else Estimate.at(use, published, provider=maker)
