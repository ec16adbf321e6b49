"""What reads billing: a function per RPC."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from services.billing.models import LedgerEntry, LedgerTransaction, Price, UsageRecord
from services.billing.repository import Grouping, Ledger, Prices, UsageSum
from services.billing.rules.costs import CataloguePrice, Quote, Tokens
from services.billing.rules.estimates import Estimate, ProspectiveUse, check_uses, estimate
from services.billing.rules.ranges import usage_range
from services.kit.errors import InvalidArgument
from services.kit.ids import TenantId
from services.kit.paging import TimeKey, cut_page, decode_token, encode_token, page_size, time_key
from services.kit.work import Work

_MAX_QUERY: Final = 200


class PriceList(Protocol):
    """Published prices."""

    def prices(self, at: datetime) -> Sequence[CataloguePrice]:
        """Return every published price in force at a moment, by provider and model."""
        ...


class PriceBook(PriceList, Protocol):
    """Published prices, and who makes which model."""

    def maker(self, model: str) -> str:
        """Return the provider that a model's name belongs to; empty when that is not clear."""
        ...

    def canonical_model(self, provider: str, model: str) -> str:
        """Return the name that the catalogue knows a model by; empty when it does not."""
        ...

    def quote(self, provider: str, model: str, *, at: datetime, tokens: Tokens) -> Quote | None:
        """Return the rates in force at a moment; None when they are not published."""
        ...


# An own price, or one of the catalogue.
ListedPrice = Price | CataloguePrice


async def get_run_cost(work: Work, tenant: TenantId, *, run_id: str) -> Sequence[UsageRecord]:
    """Return what a run used so far. Empty for a run that used nothing, or that nobody knows."""
    if "\0" in run_id:
        return ()
    async with work.begin(tenant) as tx:
        return await Ledger(tx).records_of_run(run_id)


async def get_usage(
    work: Work,
    tenant: TenantId,
    *,
    start: datetime | None,
    end: datetime | None,
    group_by: Grouping,
) -> list[UsageSum]:
    """Sum usage by UTC day (in order), or by model or pipeline (the dearest first).

    Without an end: until now; without a start: 30 days. Raises InvalidArgument.
    """
    async with work.begin(tenant) as tx:
        within = usage_range(start, end, now=tx.now)
        return await Ledger(tx).usage(within, group_by)


async def list_usage_records(
    work: Work, tenant: TenantId, *, size: int, token: str
) -> tuple[Sequence[UsageRecord], str]:
    """Return a page of usage records, newest first, and the token of the next one."""
    limit, after = page_size(size), time_key(token, "use")
    async with work.begin(tenant) as tx:
        found = await Ledger(tx).records_page(after, limit + 1)
    return cut_page(found, limit, lambda last: TimeKey(last.occur_time, last.id).token())


async def list_ledger_transactions(
    work: Work, tenant: TenantId, *, size: int, token: str
) -> tuple[Sequence[tuple[LedgerTransaction, list[LedgerEntry]]], str]:
    """Return a page of postings with their entries, newest first, and the token of the next."""
    limit, after = page_size(size), time_key(token, "ltx")
    async with work.begin(tenant) as tx:
        found = await Ledger(tx).transactions_page(after, limit + 1)
    return cut_page(found, limit, lambda last: TimeKey(last[0].create_time, last[0].id).token())


async def list_prices(
    work: Work, tenant: TenantId, catalogue: PriceList, *, size: int, token: str, query: str
) -> tuple[Sequence[ListedPrice], str]:
    """Return a page of prices in force now: own ones first, then the catalogue's they leave.

    `query` is a part of the model's name; case does not matter.
    """
    if len(query) > _MAX_QUERY or "\0" in query:
        raise InvalidArgument.of_field("query", f"must have at most {_MAX_QUERY} characters")
    limit, after = page_size(size), _price_key(token)
    wanted = query.lower()
    async with work.begin(tenant) as tx:
        own = await Prices(tx).all_in_force(at=tx.now, query=wanted)
        published = catalogue.prices(tx.now)
    overridden = {(price.provider, price.model) for price in own}
    listed: list[ListedPrice] = [
        *own,
        *(
            price
            for price in published
            if wanted in price.model.lower()
            and (price.provider.lower(), price.model.lower()) not in overridden
        ),
    ]
    found = sorted(
        (price for price in listed if after is None or _place(price) > after), key=_place
    )
    return cut_page(found, limit, lambda last: encode_token(list(_place(last))))


async def estimate_costs(
    work: Work, tenant: TenantId, book: PriceBook, uses: Sequence[ProspectiveUse]
) -> list[Estimate | None]:
    """Say what uses would cost now, in their order; None where nobody has published a price.

    Raises InvalidArgument.
    """
    check_uses(uses)
    estimates = []
    async with work.begin(tenant) as tx:
        for use in uses:
            provider = use.provider or book.maker(use.model)
            names = {use.model, book.canonical_model(provider, use.model)} - {""}
            own = await Prices(tx).named_in_force(names, at=tx.now)
            published = book.quote(provider, use.model, at=tx.now, tokens=use.tokens)
            estimates.append(estimate(use, own, published, maker=provider))
    return estimates


def _place(price: ListedPrice) -> tuple[int, str, str]:
    """Return a price's place in the list: own prices first, then by provider and model."""
    return 0 if isinstance(price, Price) else 1, price.provider, price.model


def _price_key(token: str) -> tuple[int, str, str] | None:
    match decode_token(token, parts=3):
        case None:
            return None
        case [int(part), str(provider), str(model)]:
            return part, provider, model
    raise InvalidArgument.of_field("page_token", "is not a token that this list gave out")
