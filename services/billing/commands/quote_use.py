"""The price of one use of a model: the same for what is booked and for what is only asked about."""

from datetime import datetime
from typing import Protocol

from services.billing.repository import Prices
from services.billing.rules.costs import SIMULATED, Quote, Rates, Tokens, choose_quote
from services.kit.work import Tx


class Catalogue(Protocol):
    """Published prices."""

    def canonical_model(self, provider: str, model: str) -> str:
        """Return the name that the catalogue knows a model by; empty when it does not."""
        ...

    def quote(self, provider: str, model: str, *, at: datetime, tokens: Tokens) -> Quote | None:
        """Return the rates in force at a moment; None when they are not published."""
        ...


class Used(Protocol):
    """What decides a price."""

    @property
    def provider(self) -> str:
        """Name of the provider in the catalogue, such as "openai"."""

    @property
    def model(self) -> str:
        """The model that answered."""

    @property
    def is_test(self) -> bool:
        """In test mode: free."""

    @property
    def tokens(self) -> Tokens:
        """What was used."""


async def quote_use(
    tx: Tx, use: Used, catalogue: Catalogue, fallback: Rates, *, at: datetime
) -> Quote:
    """Return what a use is priced by at a moment: nothing in test mode, else `choose_quote`."""
    if use.is_test:
        return SIMULATED
    names = {use.model.lower(), catalogue.canonical_model(use.provider, use.model)} - {""}
    own = await Prices(tx).in_force(use.provider.lower(), names, at=at)
    published = catalogue.quote(use.provider, use.model, at=at, tokens=use.tokens)
    return choose_quote(own, use.model, published, fallback)
