"""All SQL of this service."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import (
    CTE,
    BigInteger,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.exc import IntegrityError

from services.billing.errors import PriceExists
from services.billing.models import (
    RECEIVABLE,
    REVENUE,
    LedgerEntry,
    LedgerTransaction,
    Price,
    UsageDaily,
    UsageRecord,
    table_of,
)
from services.billing.rules.costs import OwnPrice, Quote, Rates
from services.billing.rules.estimates import NamedOwnPrice
from services.billing.rules.ranges import UsageRange
from services.kit.paging import TimeKey
from services.kit.work import Tx

Grouping = Literal["day", "model", "pipeline"]


@dataclass(frozen=True, slots=True)
class UsageSum:
    """A sum of usage; `key` is a UTC day, a model or a pipeline id."""

    key: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_nano_usd: int


class Prices:
    """Own prices of the transaction's tenant. Names are in lower case here."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def add(self, price: Price) -> None:
        """Write a new price. Raises PriceExists."""
        self._session.add(price)
        model, moment = price.model, price.effective_time
        try:
            await self._session.flush()
        except IntegrityError as error:
            if "prices_moment" in str(error.orig):
                raise PriceExists(
                    f"there is a price of {model} from that moment on already",
                    model=model,
                    effective_time=moment.isoformat(),
                ) from error
            raise

    async def in_force(
        self, provider: str, models: Collection[str], *, at: datetime
    ) -> list[OwnPrice]:
        """Return the latest price of each of these models that holds at a moment."""
        latest = (
            select(Price)
            .where(
                Price.provider == provider,
                Price.model.in_(sorted(models)),
                Price.effective_time <= at,
            )
            .ext(distinct_on(Price.model))
            .order_by(Price.model, Price.effective_time.desc())
        )
        found = (await self._session.scalars(latest)).all()
        return [
            OwnPrice(price.id, price.model, rates_of(price), price.effective_time)
            for price in found
        ]

    async def named_in_force(self, models: Collection[str], *, at: datetime) -> list[NamedOwnPrice]:
        """Return the latest price that holds at a moment of each of these models, whoever's."""
        latest = (
            select(Price)
            .where(Price.model.in_(sorted(models)), Price.effective_time <= at)
            .ext(distinct_on(Price.provider, Price.model))
            .order_by(Price.provider, Price.model, Price.effective_time.desc())
        )
        return [
            NamedOwnPrice(
                price.provider,
                price.model,
                Quote(rates_of(price), "own", price.id),
                price.effective_time,
            )
            for price in (await self._session.scalars(latest)).all()
        ]

    async def all_in_force(self, *, at: datetime, query: str) -> Sequence[Price]:
        """Return the price of each provider and model that holds at a moment, by these names."""
        latest = (
            select(Price)
            .where(Price.effective_time <= at, Price.model.contains(query, autoescape=True))
            .ext(distinct_on(Price.provider, Price.model))
            .order_by(Price.provider, Price.model, Price.effective_time.desc())
        )
        return (await self._session.scalars(latest)).all()


class Ledger:
    """Usage records, postings and sums of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def book(
        self, record: UsageRecord, transaction_id: str, *, debit: int, credit: int
    ) -> bool:
        """Write a record, its posting and its share of the day's sums, in one statement.

        The debit is that of the receivable, the credit that of the revenue: the database refuses
        the commit unless they sum to zero. False, and nothing is written, when a record of this id
        is there already: of two transactions with one id the later waits for the earlier.
        """
        given: dict[str, Any] = {
            f"new_{column.key}": getattr(record, column.key) for column in _RECORDS.c
        }
        given |= {"transaction_id": transaction_id, "debit": debit, "credit": credit}
        return bool((await self._session.execute(_BOOK, given)).scalar_one())

    async def records_of_run(self, run_id: str) -> Sequence[UsageRecord]:
        """Return the records of a run, in the order in which the answers were complete."""
        statement = (
            select(UsageRecord)
            .where(UsageRecord.run_id == run_id, UsageRecord.run_id != "")
            .order_by(UsageRecord.occur_time, UsageRecord.id)
        )
        return (await self._session.scalars(statement)).all()

    async def records_page(self, after: TimeKey | None, size: int) -> Sequence[UsageRecord]:
        """Return up to `size` records, newest first, after a key."""
        statement = _newest_first(
            select(UsageRecord), UsageRecord.occur_time, UsageRecord.id, after, size
        )
        return (await self._session.scalars(statement)).all()

    async def transactions_page(
        self, after: TimeKey | None, size: int
    ) -> Sequence[tuple[LedgerTransaction, list[LedgerEntry]]]:
        """Return up to `size` postings with their entries, newest first, after a key."""
        statement = _newest_first(
            select(LedgerTransaction),
            LedgerTransaction.create_time,
            LedgerTransaction.id,
            after,
            size,
        )
        page = (await self._session.scalars(statement)).all()
        entries: dict[str, list[LedgerEntry]] = {posting.id: [] for posting in page}
        found = await self._session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.transaction_id.in_(entries))
            .order_by(LedgerEntry.transaction_id, LedgerEntry.account)
        )
        for entry in found:
            entries[entry.transaction_id].append(entry)
        return [(posting, entries[posting.id]) for posting in page]

    async def usage(self, within: UsageRange, group_by: Grouping) -> list[UsageSum]:
        """Sum usage: whole days from the daily sums, the edges of the range from the records."""
        parts = _parts(within).subquery()
        key = _KEYS[group_by](parts)
        sums = [func.sum(parts.c[name]).label(name) for name in _SUMMED]
        order = key if group_by == "day" else sums[-1].desc()
        statement = select(key.label("key"), *sums).group_by(key).order_by(order, key)
        rows = await self._session.execute(statement)
        return [
            UsageSum(
                row.key,
                int(row.calls),
                int(row.input_tokens),
                int(row.output_tokens),
                int(row.cost_nano_usd),
            )
            for row in rows
        ]


_RECORDS: Final = table_of(UsageRecord)
_TRANSACTIONS: Final = table_of(LedgerTransaction)
_ENTRIES: Final = table_of(LedgerEntry)
_DAYS: Final = table_of(UsageDaily)
_SUMMED: Final = ("calls", "input_tokens", "output_tokens", "cost_nano_usd")
_KEYS: Final[dict[Grouping, Any]] = {
    "day": lambda parts: cast(parts.c.day, Text),
    "model": lambda parts: parts.c.model,
    "pipeline": lambda parts: parts.c.pipeline_id,
}


def rates_of(price: Price) -> Rates:
    """Return the rates of an own price; reasoning tokens cost what output does."""
    return Rates(
        input=price.input_nano_usd_per_million_tokens,
        cached_input=price.cached_input_nano_usd_per_million_tokens,
        output=price.output_nano_usd_per_million_tokens,
        reasoning=price.output_nano_usd_per_million_tokens,
    )


def _utc_day(time: Any) -> Any:
    return func.date(func.timezone("UTC", time))


def _book() -> Select[Any]:
    """Build the statement of `Ledger.book`; made once, because compiling it takes milliseconds."""
    new = {column.key: bindparam(f"new_{column.key}", type_=column.type) for column in _RECORDS.c}
    record = insert(_RECORDS).values(new).on_conflict_do_nothing().returning(*_RECORDS.c)
    written = record.cte("written")
    posting = (
        insert(_TRANSACTIONS)
        .from_select(
            ["id", "usage_id", "create_time"],
            select(bindparam("transaction_id", type_=Text), written.c.id, written.c.create_time),
        )
        .returning(_TRANSACTIONS.c.id)
        .cte("posting")
    )
    sides = union_all(
        *(
            select(posting.c.id, literal(account, Text), bindparam(side, type_=BigInteger))
            for account, side in ((RECEIVABLE, "debit"), (REVENUE, "credit"))
        )
    )
    entries = insert(_ENTRIES).from_select(["transaction_id", "account", "amount_nano_usd"], sides)
    return (
        select(func.count())
        .select_from(written)
        .add_cte(entries.returning(_ENTRIES.c.account).cte("entries"), _added_to_day(written))
    )


def _added_to_day(written: CTE) -> CTE:
    row = insert(_DAYS).from_select(
        ["day", "model", "pipeline_id", *_SUMMED],
        select(
            _utc_day(written.c.occur_time),
            written.c.model,
            written.c.pipeline_id,
            literal(1),
            *(written.c[name] for name in _SUMMED[1:]),
        ),
    )
    added = {name: _DAYS.c[name] + row.excluded[name] for name in _SUMMED}
    changed = row.on_conflict_do_update(index_elements=["day", "model", "pipeline_id"], set_=added)
    return changed.returning(_DAYS.c.day).cte("sums")


_BOOK: Final = _book()


def _parts(within: UsageRange) -> Any:
    whole_days = select(
        UsageDaily.day,
        UsageDaily.model,
        UsageDaily.pipeline_id,
        *(getattr(UsageDaily, name) for name in _SUMMED),
    ).where(UsageDaily.day >= within.first_day, UsageDaily.day < within.end_day)
    edges = [
        select(
            _utc_day(UsageRecord.occur_time).label("day"),
            UsageRecord.model,
            UsageRecord.pipeline_id,
            cast(1, UsageDaily.calls.type).label("calls"),
            *(getattr(UsageRecord, name) for name in _SUMMED[1:]),
        ).where(UsageRecord.occur_time >= start, UsageRecord.occur_time < end)
        for start, end in within.edges
    ]
    return union_all(whole_days, *edges)


def _newest_first(
    statement: Select[Any],
    time: Any,
    row_id: Any,
    after: TimeKey | None,
    size: int,
) -> Select[Any]:
    if after is not None:
        statement = statement.where(tuple_(time, row_id) < tuple_(after.time, after.id))
    return statement.order_by(time.desc(), row_id.desc()).limit(size)
