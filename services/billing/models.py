"""Tables of billing, in the tenant's schema.

Amounts are integer nano-dollars, counts are tokens.
"""

from datetime import date, datetime
from typing import Final, NewType

from sqlalchemy import BigInteger, ForeignKey, Integer, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit.tenancy import TENANT_SCHEMA

UsageId = NewType("UsageId", str)
LedgerTransactionId = NewType("LedgerTransactionId", str)
PriceId = NewType("PriceId", str)


# Accounts of the ledger: what a tenant owes for usage, and what the platform earned by it.
RECEIVABLE: Final = "usage_receivable"
REVENUE: Final = "usage_revenue"


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 # SQLAlchemy's form
        datetime: TIMESTAMP(timezone=True),
        str: Text,
        int: BigInteger,
    }


class Price(Base):
    """A tenant's own price, from a moment on.

    Immutable: a change is a new row from a later moment.
    """

    __tablename__ = "prices"
    __table_args__ = (
        UniqueConstraint("provider", "model", "effective_time", name="prices_moment"),
        {"schema": TENANT_SCHEMA},
    )

    id: Mapped[PriceId] = mapped_column(Text, primary_key=True)
    # In lower case, as is the model: names of providers and models are compared without case.
    provider: Mapped[str]
    model: Mapped[str]
    input_nano_usd_per_million_tokens: Mapped[int]
    output_nano_usd_per_million_tokens: Mapped[int]
    cached_input_nano_usd_per_million_tokens: Mapped[int]
    effective_time: Mapped[datetime]
    create_time: Mapped[datetime]
    creator_id: Mapped[str]


class UsageRecord(Base):
    """One booked use of a model, with the price that it was booked at.

    Enough to work its cost out again. Immutable.
    """

    __tablename__ = "usage_records"
    __table_args__ = ({"schema": TENANT_SCHEMA},)

    # Derived by execution from (run, step, attempt) or from the call.
    id: Mapped[UsageId] = mapped_column(Text, primary_key=True)
    run_id: Mapped[str]
    step_id: Mapped[str]
    attempt: Mapped[int] = mapped_column(Integer)
    call_id: Mapped[str]
    pipeline_id: Mapped[str]
    pipeline_version: Mapped[int] = mapped_column(Integer)
    prompt_id: Mapped[str]
    prompt_version: Mapped[int] = mapped_column(Integer)
    provider: Mapped[str]
    model: Mapped[str]
    is_test: Mapped[bool]
    input_tokens: Mapped[int]
    # Part of input_tokens.
    cached_input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    # Part of output_tokens.
    reasoning_tokens: Mapped[int]
    cost_nano_usd: Mapped[int]
    # catalogue, own, fallback, simulator
    price_source: Mapped[str]
    # What was looked up: "genai-prices 0.2.1 openai/gpt-4o-mini", an own price's prc_…; empty for
    # the others.
    price_reference: Mapped[str]
    input_nano_usd_per_million_tokens: Mapped[int]
    cached_input_nano_usd_per_million_tokens: Mapped[int]
    output_nano_usd_per_million_tokens: Mapped[int]
    reasoning_nano_usd_per_million_tokens: Mapped[int]
    # When the model's answer was complete.
    occur_time: Mapped[datetime]
    create_time: Mapped[datetime]


class LedgerTransaction(Base):
    """A posting of the ledger.

    Immutable; a deferred trigger proves at commit that its entries sum to zero.
    """

    __tablename__ = "ledger_transactions"
    __table_args__ = (
        UniqueConstraint("usage_id", name="ledger_transactions_usage"),
        {"schema": TENANT_SCHEMA},
    )

    # Derived from the usage id: one posting for a usage, whatever happens.
    id: Mapped[LedgerTransactionId] = mapped_column(Text, primary_key=True)
    usage_id: Mapped[UsageId] = mapped_column(Text, ForeignKey(f"{TENANT_SCHEMA}.usage_records.id"))
    create_time: Mapped[datetime]


class LedgerEntry(Base):
    """One side of a posting: debit positive, credit negative. Immutable."""

    __tablename__ = "ledger_entries"
    __table_args__ = ({"schema": TENANT_SCHEMA},)

    transaction_id: Mapped[LedgerTransactionId] = mapped_column(
        Text, ForeignKey(f"{TENANT_SCHEMA}.ledger_transactions.id"), primary_key=True
    )
    # RECEIVABLE, REVENUE
    account: Mapped[str] = mapped_column(primary_key=True)
    amount_nano_usd: Mapped[int]


class UsageDaily(Base):
    """Sums of usage by UTC day, model and pipeline, written by whoever books the usage."""

    __tablename__ = "usage_daily"
    __table_args__ = ({"schema": TENANT_SCHEMA},)

    day: Mapped[date] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    # Empty for direct model calls.
    pipeline_id: Mapped[str] = mapped_column(primary_key=True)
    calls: Mapped[int]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    cost_nano_usd: Mapped[int]


def table_of(model: type[Base]) -> Table:
    """Return a model's table, for statements that are built once and know no objects."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to one table")
    return table
