"""Own prices: what may be stored."""

from dataclasses import dataclass
from typing import Final

from services.kit.errors import FieldViolation, InvalidArgument

MAX_NAME_LENGTH: Final = 200
# A million dollars for a million tokens: far above any price, and far from the limits of 64 bits.
MAX_RATE: Final = 10**15


@dataclass(frozen=True, slots=True)
class NewPrice:
    """An own price as asked for; names in lower case, because they are compared without case."""

    provider: str
    model: str
    input_nano_usd_per_million_tokens: int
    output_nano_usd_per_million_tokens: int
    cached_input_nano_usd_per_million_tokens: int


def check_price(price: NewPrice) -> NewPrice:
    """Return the price with its names in lower case.

    Raise InvalidArgument with every field at fault.
    """
    violations = [
        FieldViolation(name, problem)
        for name in ("provider", "model")
        if (problem := _name_problem(getattr(price, name)))
    ]
    violations += [
        FieldViolation(name, f"must be between 0 and {MAX_RATE:,} nano-dollars")
        for token_class in ("input", "output", "cached_input")
        if not 0 <= getattr(price, name := f"{token_class}_nano_usd_per_million_tokens") <= MAX_RATE
    ]
    if violations:
        raise InvalidArgument("the price is not valid", violations=violations)
    return NewPrice(
        price.provider.lower(),
        price.model.lower(),
        price.input_nano_usd_per_million_tokens,
        price.output_nano_usd_per_million_tokens,
        price.cached_input_nano_usd_per_million_tokens,
    )


def _name_problem(name: str) -> str:
    if not name or len(name) > MAX_NAME_LENGTH:
        return f"must be 1 to {MAX_NAME_LENGTH} characters long"
    if name != name.strip() or not name.isprintable():
        return "must not hold control characters, nor begin or end with space"
    return ""
