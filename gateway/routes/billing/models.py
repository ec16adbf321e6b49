"""Request and answer models of billing."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.schema import Answer, Body, Page, PageParams, Query, Time, TimeIn

PriceSource = Literal["catalogue", "own", "fallback", "simulator"]
NanoUsd = Annotated[int, Field(description="Nano-dollars.", examples=[1_250_000])]
PerMillion = Annotated[
    int,
    Field(
        ge=0, le=10**15, description="Nano-dollars for a million tokens.", examples=[150_000_000]
    ),
]


class CreatePrice(Body):
    """An own price: it wins over the price book."""

    provider: Annotated[str, Field(min_length=1, max_length=100, examples=["openai"])]
    model: Annotated[str, Field(min_length=1, max_length=200, examples=["gpt-4o-mini"])]
    input_nano_usd_per_million_tokens: PerMillion
    output_nano_usd_per_million_tokens: PerMillion
    cached_input_nano_usd_per_million_tokens: PerMillion | None = Field(
        default=None, description="Left out: as input tokens."
    )
    effective_time: TimeIn | None = Field(default=None, description="From when on; left out: now.")


class GetUsage(Query):
    """Which usage to sum, and by what."""

    start_time: TimeIn | None = Field(
        default=None, description="Included; 30 days before `end_time` by default."
    )
    end_time: TimeIn | None = Field(
        default=None, description="Excluded; now by default. At most 366 days later."
    )
    group_by: Literal["day", "model", "pipeline"] = "day"


class ListPrices(PageParams):
    """Which prices to list."""

    query: str = Field(default="", max_length=200, description="Part of the model's name.")


class Price(Answer):
    """Price of a model."""

    id: str = Field(description="`prc_…`; empty for prices of the catalogue.")
    provider: str
    model: str
    input_nano_usd_per_million_tokens: int
    output_nano_usd_per_million_tokens: int
    cached_input_nano_usd_per_million_tokens: int
    source: PriceSource
    effective_time: Time | None


class PricePage(Page):
    """Prices in force now, the tenant's own first."""

    items: list[Price]


TokenCount = Annotated[int, Field(ge=0, le=10**9)]


class ProspectiveUse(Body):
    """A use of a model that has not happened."""

    model: Annotated[str, Field(min_length=1, max_length=200, examples=["gpt-4o-mini"])]
    provider: Annotated[str, Field(max_length=200, examples=["openai"])] = Field(
        default="", description="As the price book names it; empty: whoever makes the model."
    )
    input_tokens: TokenCount
    max_output_tokens: TokenCount = Field(default=0, description="0: not known.")


class EstimateCosts(Body):
    """Uses to estimate."""

    uses: Annotated[list[ProspectiveUse], Field(min_length=1, max_length=20)]


class CostEstimate(Answer):
    """What a use would cost."""

    price: Price | None = Field(
        description="Null: nobody publishes a price of the model, and the tenant has none of its "
        "own; then both costs are 0 and mean nothing."
    )
    input_cost_nano_usd: NanoUsd = Field(description="Of the input tokens, none of them cached.")
    max_output_cost_nano_usd: NanoUsd = Field(description="Of `max_output_tokens`.")


class CostEstimates(Answer):
    """Estimates, in the order of the uses."""

    estimates: list[CostEstimate]


class UsageRecord(Answer):
    """One booked use of a model."""

    id: str = Field(examples=["use_01jd8n3zq4e5v9x7k2m6r0t1wb"])
    run_id: str = Field(description="Empty for a direct model call.")
    step_id: str
    attempt: int
    pipeline_id: str
    prompt_id: str
    prompt_version: int
    provider: str
    model: str
    is_test: bool
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    cost_nano_usd: NanoUsd
    price_source: PriceSource
    occur_time: Time


class UsageRecordPage(Page):
    """Usage records, newest first."""

    items: list[UsageRecord]


class RunCost(Answer):
    """What a run cost so far."""

    cost_nano_usd: NanoUsd
    records: list[UsageRecord]


class LedgerEntry(Answer):
    """One side of a transaction."""

    account: str = Field(examples=["usage_receivable"])
    amount_nano_usd: int = Field(description="Debit positive, credit negative.")


class LedgerTransaction(Answer):
    """A balanced transaction: its entries sum to zero."""

    id: str = Field(examples=["ltx_01jd8n3zq4e5v9x7k2m6r0t1wb"])
    usage_id: str
    entries: list[LedgerEntry]
    create_time: Time


class LedgerTransactionPage(Page):
    """Ledger transactions, newest first."""

    items: list[LedgerTransaction]


class UsageRow(Answer):
    """A sum of usage."""

    key: str = Field(
        description="UTC day, model or pipeline id; empty pipeline: direct model calls.",
        examples=["2026-11-23"],
    )
    calls: int
    input_tokens: int
    output_tokens: int
    cost_nano_usd: NanoUsd


class Usage(Answer):
    """Usage summed."""

    rows: list[UsageRow]
    total: UsageRow
    start_time: Time
    end_time: Time
