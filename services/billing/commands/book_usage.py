"""What execution's UsageRecorded asks for: the use priced, posted and summed, once."""

from dataclasses import dataclass
from datetime import datetime

from services.billing import events
from services.billing.commands.quote_use import Catalogue, quote_use
from services.billing.models import UsageRecord
from services.billing.repository import Ledger
from services.billing.rules.costs import Quote, Rates, Tokens, cost_nano_usd
from services.kit.ids import derived_id
from services.kit.work import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One answer of a model, as execution recorded it. Texts are empty where there is none."""

    usage_id: str
    run_id: str
    step_id: str
    attempt: int
    call_id: str
    pipeline_id: str
    pipeline_version: int
    prompt_id: str
    prompt_version: int
    # Name of the provider in the catalogue, such as "openai".
    provider: str
    model: str
    is_test: bool
    tokens: Tokens
    occur_time: datetime


async def book_usage(tx: Tx, use: Use, catalogue: Catalogue, fallback: Rates) -> bool:
    """Book a use in the inbox's transaction: record, posting, sums and event, all or nothing.

    The record's id decides: a use that is booked already, by whichever delivery, is left alone,
    and False is returned. So the ledger, the records and the daily sums always agree.
    """
    quote = await quote_use(tx, use, catalogue, fallback, at=use.occur_time)
    cost = cost_nano_usd(use.tokens, quote.rates)
    record = _record(tx, use, quote, cost)
    is_new = await Ledger(tx).book(record, derived_id("ltx", record.id), debit=cost, credit=-cost)
    if is_new:
        tx.emit(events.usage_booked(record))
    return is_new


def _record(tx: Tx, use: Use, quote: Quote, cost: int) -> UsageRecord:
    return UsageRecord(
        id=use.usage_id,
        run_id=use.run_id,
        step_id=use.step_id,
        attempt=use.attempt,
        call_id=use.call_id,
        pipeline_id=use.pipeline_id,
        pipeline_version=use.pipeline_version,
        prompt_id=use.prompt_id,
        prompt_version=use.prompt_version,
        provider=use.provider,
        model=use.model,
        is_test=use.is_test,
        input_tokens=use.tokens.input,
        cached_input_tokens=use.tokens.cached_input,
        output_tokens=use.tokens.output,
        reasoning_tokens=use.tokens.reasoning,
        cost_nano_usd=cost,
        price_source=quote.source,
        price_reference=quote.reference,
        input_nano_usd_per_million_tokens=quote.rates.input,
        cached_input_nano_usd_per_million_tokens=quote.rates.cached_input,
        output_nano_usd_per_million_tokens=quote.rates.output,
        reasoning_nano_usd_per_million_tokens=quote.rates.reasoning,
        occur_time=use.occur_time,
        create_time=tx.now,
    )
