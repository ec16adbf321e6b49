"""Saying what a use of a model costs, without booking anything."""

from dataclasses import dataclass
from typing import Final

from services.billing.commands.quote_use import Catalogue, quote_use
from services.billing.rules.costs import Rates, Source, Tokens, cost_nano_usd
from services.billing.rules.prices import MAX_NAME_LENGTH
from services.kit.errors import FieldViolation, InvalidArgument
from services.kit.ids import TenantId
from services.kit.work import Work

MAX_TOKENS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UseForm:
    """A use that somebody asks the cost of; names as `price_usage` takes them."""

    provider: str
    model: str
    is_test: bool
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    reasoning_tokens: int

    @property
    def tokens(self) -> Tokens:
        """The counts, no part above its whole."""
        return Tokens.counted(
            given=self.input_tokens,
            cached=self.cached_input_tokens,
            answered=self.output_tokens,
            reasoned=self.reasoning_tokens,
        )


async def price_usage(
    work: Work, tenant: TenantId, catalogue: Catalogue, fallback: Rates, form: UseForm
) -> tuple[int, Source]:
    """Return the cost in nano-dollars by the prices in force now, and where the price is from.

    Raises InvalidArgument with every field at fault.
    """
    _check(form)
    async with work.begin(tenant) as tx:
        quote = await quote_use(tx, form, catalogue, fallback, at=tx.now)
    return cost_nano_usd(form.tokens, quote.rates), quote.source


def _check(form: UseForm) -> None:
    violations = [
        FieldViolation(name, f"must have at most {MAX_NAME_LENGTH} characters, none of them NUL")
        for name in ("provider", "model")
        if len(text := getattr(form, name)) > MAX_NAME_LENGTH or "\0" in text
    ]
    violations += [
        FieldViolation(name, f"must be between 0 and {MAX_TOKENS:,}")
        for name in ("input_tokens", "output_tokens", "cached_input_tokens", "reasoning_tokens")
        if not 0 <= getattr(form, name) <= MAX_TOKENS
    ]
    if violations:
        raise InvalidArgument("the use is not valid", violations=violations)
