"""The catalogue of published prices: the data of the package genai-prices, as integers.

The data is that of the installed version; nothing is fetched while running.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from importlib.metadata import version
from typing import Final

from genai_prices.data_snapshot import DataSnapshot, get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

from services.billing.rules.costs import CataloguePrice, Quote, Rates, Tokens

_NANO: Final = Decimal(1_000_000_000)
# Names of models come from outside: what is remembered of them has a bound.
_REMEMBERED: Final = 4096


class GenaiCatalogue:
    """Published prices, by the names that genai-prices gives providers, and by models."""

    def __init__(self, snapshot: DataSnapshot | None = None) -> None:
        self._providers: list[Provider] = (snapshot or get_snapshot()).providers
        self._by_id = {provider.id: provider for provider in self._providers}
        self._name = f"genai-prices {version('genai-prices')}"
        self._find = lru_cache(_REMEMBERED)(self._search)
        self._made_by = lru_cache(_REMEMBERED)(self._find_maker)
        self._listed = lru_cache(2)(self._list)

    def canonical_model(self, provider: str, model: str) -> str:
        """Return the name that the catalogue knows the model by, in lower case.

        Empty when it does not.
        """
        found = self._find(provider.lower(), model.lower())
        return "" if found is None else found.id.lower()

    def maker(self, model: str) -> str:
        """Return the provider that a model's name belongs to: its maker, else the only seller.

        Empty when nobody, or several, sell a model whose maker is not known by its name.
        """
        return self._made_by(model.lower())

    def quote(self, provider: str, model: str, *, at: datetime, tokens: Tokens) -> Quote | None:
        """Return the rates in force at a moment for these tokens; None when they are not published.

        Where a price has tiers, the number of input tokens chooses one, and it applies to all
        tokens. A class of tokens that was used and has no price makes the whole model unknown:
        never free.
        """
        found = self._find(provider.lower(), model.lower())
        if found is None:
            return None
        rates = _rates(found.get_prices(at), tokens.input)
        if rates is None or not rates.cover(tokens):
            return None
        return Quote(rates.filled(), "catalogue", f"{self._name} {provider.lower()}/{found.id}")

    def prices(self, at: datetime) -> Sequence[CataloguePrice]:
        """Return every price by tokens that is in force at a moment, by provider and model."""
        # Some prices depend on the time of day, to the minute; making the list takes 30 ms.
        return self._listed(at.replace(second=0, microsecond=0))

    def _list(self, at: datetime) -> Sequence[CataloguePrice]:
        listed = []
        for provider in self._providers:
            for model in provider.models:
                rates = _rates(model.get_prices(at), 0)
                if rates is not None:
                    listed.append(CataloguePrice(provider.id, model.id, rates.filled()))
        return sorted(listed, key=lambda price: (price.provider, price.model))

    def _find_maker(self, model: str) -> str:
        for provider in self._providers:
            if provider.model_match is not None and provider.model_match.is_match(model):
                return provider.id
        sellers = [provider.id for provider in self._providers if self._search(provider.id, model)]
        return sellers[0] if len(sellers) == 1 else ""

    def _search(self, provider: str, model: str) -> ModelInfo | None:
        known = self._by_id.get(provider)
        return None if known is None else known.find_model(model, all_providers=self._providers)


@dataclass(frozen=True, slots=True)
class _PublishedRates:
    """Rates of which some may not be published."""

    input: int | None
    cached_input: int | None
    output: int | None
    reasoning: int | None

    def cover(self, tokens: Tokens) -> bool:
        is_input_covered = self.input is not None or tokens.input == 0
        return is_input_covered and (self.output is not None or tokens.output == 0)

    def filled(self) -> Rates:
        return Rates(self.input or 0, self.cached_input or 0, self.output or 0, self.reasoning or 0)


def _rates(price: ModelPrice, input_tokens: int) -> _PublishedRates | None:
    """Return the rates of a model; None when nothing about it is priced by tokens.

    Without a price of their own, cached tokens cost what input does, and reasoning what output
    does.
    """
    # Its own attributes: the library looks up those that are not there in a slow way.
    published = vars(price)
    paid_input = _nano(published.get("input_mtok"), input_tokens)
    paid_output = _nano(published.get("output_mtok"), input_tokens)
    if paid_input is None and paid_output is None:
        return None
    cached = _nano(published.get("cache_read_mtok"), input_tokens)
    reasoning = _nano(published.get("output_reasoning_mtok"), input_tokens)
    return _PublishedRates(
        paid_input,
        paid_input if cached is None else cached,
        paid_output,
        paid_output if reasoning is None else reasoning,
    )


def _nano(price: Decimal | TieredPrices | None, input_tokens: int) -> int | None:
    """Turn dollars per million tokens into nano-dollars per million tokens, rounded half to even.

    Rounding only ever touches prices that were computed as binary fractions upstream
    (0.18000000000000002).
    """
    if price is None:
        return None
    if isinstance(price, TieredPrices):
        reached = [tier.price for tier in price.tiers if input_tokens > tier.start]
        price = reached[-1] if reached else price.base
    return int((price * _NANO).to_integral_value(ROUND_HALF_EVEN))
