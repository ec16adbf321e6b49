"""The gRPC door: translate the request, call one command or query, translate the answer back."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from promptpilot.billing.v1 import billing_pb2 as pb
from promptpilot.billing.v1.billing_pb2_grpc import BillingServiceServicer
from services.billing import queries
from services.billing.commands.create_price import create_price
from services.billing.commands.price_usage import UseForm, price_usage
from services.billing.models import LedgerEntry, LedgerTransaction, Price, UsageRecord
from services.billing.queries import ListedPrice, PriceBook
from services.billing.repository import Grouping, UsageSum
from services.billing.rules.costs import Rates
from services.billing.rules.estimates import Estimate, ProspectiveUse
from services.billing.rules.prices import NewPrice
from services.kit.caller import current_caller, current_tenant
from services.kit.errors import InvalidArgument
from services.kit.idempotency import once
from services.kit.work import UnitOfWork

_GROUPINGS: Final[dict[int, Grouping]] = {
    pb.USAGE_GROUPING_UNSPECIFIED: "day",
    pb.USAGE_GROUPING_DAY: "day",
    pb.USAGE_GROUPING_MODEL: "model",
    pb.USAGE_GROUPING_PIPELINE: "pipeline",
}
SOURCES: Final = {
    "catalogue": pb.PRICE_SOURCE_CATALOGUE,
    "own": pb.PRICE_SOURCE_OWN,
    "fallback": pb.PRICE_SOURCE_FALLBACK,
    "simulator": pb.PRICE_SOURCE_SIMULATOR,
}


class BillingServicer(BillingServiceServicer):
    """Serves usage, prices and the ledger of the caller's tenant; `billing.proto` documents it."""

    def __init__(self, work: UnitOfWork, catalogue: PriceBook, fallback: Rates) -> None:
        self._work = work
        self._catalogue = catalogue
        self._fallback = fallback

    async def GetRunCost(self, request: pb.GetRunCostRequest, _: object) -> pb.GetRunCostResponse:
        """Return what a run cost so far."""
        records = await queries.get_run_cost(self._work, current_tenant(), run_id=request.run_id)
        return pb.GetRunCostResponse(
            cost_nano_usd=sum(record.cost_nano_usd for record in records),
            records=map(_record, records),
        )

    async def PriceUsage(self, request: pb.PriceUsageRequest, _: object) -> pb.PriceUsageResponse:
        """Return what a use of a model costs."""
        form = UseForm(
            provider=request.provider,
            model=request.model,
            is_test=request.is_test,
            input_tokens=request.input_tokens,
            output_tokens=request.output_tokens,
            cached_input_tokens=request.cached_input_tokens,
            reasoning_tokens=request.reasoning_tokens,
        )
        cost, source = await price_usage(
            self._work, current_tenant(), self._catalogue, self._fallback, form
        )
        return pb.PriceUsageResponse(cost_nano_usd=cost, price_source=SOURCES[source])

    async def GetUsage(self, request: pb.GetUsageRequest, _: object) -> pb.GetUsageResponse:
        """Return usage summed by day, model or pipeline."""
        group_by = _GROUPINGS.get(request.group_by)
        if group_by is None:
            raise InvalidArgument.of_field("group_by", "must be day, model or pipeline")
        sums = await queries.get_usage(
            self._work,
            current_tenant(),
            start=_moment(request, "start_time"),
            end=_moment(request, "end_time"),
            group_by=group_by,
        )
        return pb.GetUsageResponse(rows=map(_row, sums), total=_total(sums))

    async def ListUsageRecords(
        self, request: pb.ListUsageRecordsRequest, _: object
    ) -> pb.ListUsageRecordsResponse:
        """Return a page of usage records."""
        page, token = await queries.list_usage_records(
            self._work, current_tenant(), size=request.page_size, token=request.page_token
        )
        return pb.ListUsageRecordsResponse(records=map(_record, page), next_page_token=token)

    async def ListLedgerTransactions(
        self, request: pb.ListLedgerTransactionsRequest, _: object
    ) -> pb.ListLedgerTransactionsResponse:
        """Return a page of postings."""
        page, token = await queries.list_ledger_transactions(
            self._work, current_tenant(), size=request.page_size, token=request.page_token
        )
        return pb.ListLedgerTransactionsResponse(
            transactions=[_transaction(posting, entries) for posting, entries in page],
            next_page_token=token,
        )

    async def ListPrices(self, request: pb.ListPricesRequest, _: object) -> pb.ListPricesResponse:
        """Return a page of prices in force now."""
        page, token = await queries.list_prices(
            self._work,
            current_tenant(),
            self._catalogue,
            size=request.page_size,
            token=request.page_token,
            query=request.query,
        )
        return pb.ListPricesResponse(prices=map(_listed, page), next_page_token=token)

    async def EstimateCosts(
        self, request: pb.EstimateCostsRequest, _: object
    ) -> pb.EstimateCostsResponse:
        """Say what uses of models would cost."""
        uses = [
            ProspectiveUse.of(
                model=use.model,
                provider=use.provider,
                given=use.input_tokens,
                most_output=use.max_output_tokens,
            )
            for use in request.uses
        ]
        estimates = await queries.estimate_costs(
            self._work, current_tenant(), self._catalogue, uses
        )
        return pb.EstimateCostsResponse(estimates=map(_estimate, estimates))

    async def CreatePrice(
        self, request: pb.CreatePriceRequest, _: object
    ) -> pb.CreatePriceResponse:
        """Add an own price; once for each request_id."""
        tenant = current_tenant()
        async with once(
            self._work, tenant, request, pb.CreatePriceResponse, method="CreatePrice"
        ) as call:
            if call.answer is None:
                price = await create_price(
                    call.work,
                    tenant,
                    current_caller().actor,
                    price=NewPrice(
                        request.provider,
                        request.model,
                        request.input_nano_usd_per_million_tokens,
                        request.output_nano_usd_per_million_tokens,
                        request.cached_input_nano_usd_per_million_tokens,
                    ),
                    effective_time=_moment(request, "effective_time"),
                )
                call.answer = pb.CreatePriceResponse(price=_own(price))
        return call.answer


def _moment(request: Message, field: str) -> datetime | None:
    """Return a time of the request; None when it is not set. Raises InvalidArgument."""
    if not request.HasField(field):
        return None
    try:
        moment: datetime = getattr(request, field).ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument.of_field(field, "must be a time of the years 1 to 9999") from error
    return moment


def _record(record: UsageRecord) -> pb.UsageRecord:
    return pb.UsageRecord(
        id=record.id,
        run_id=record.run_id,
        step_id=record.step_id,
        attempt=record.attempt,
        pipeline_id=record.pipeline_id,
        prompt_id=record.prompt_id,
        prompt_version=record.prompt_version,
        provider=record.provider,
        model=record.model,
        is_test=record.is_test,
        input_tokens=record.input_tokens,
        output_tokens=record.output_tokens,
        cached_input_tokens=record.cached_input_tokens,
        cost_nano_usd=record.cost_nano_usd,
        price_source=SOURCES[record.price_source],
        occur_time=_timestamp(record.occur_time),
    )


def _transaction(posting: LedgerTransaction, entries: list[LedgerEntry]) -> pb.LedgerTransaction:
    return pb.LedgerTransaction(
        id=posting.id,
        usage_id=posting.usage_id,
        entries=[
            pb.LedgerEntry(account=entry.account, amount_nano_usd=entry.amount_nano_usd)
            for entry in entries
        ],
        create_time=_timestamp(posting.create_time),
    )


def _row(row: UsageSum) -> pb.UsageRow:
    return pb.UsageRow(
        key=row.key,
        calls=row.calls,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost_nano_usd=row.cost_nano_usd,
    )


def _total(rows: Sequence[UsageSum]) -> pb.UsageRow:
    return pb.UsageRow(
        calls=sum(row.calls for row in rows),
        input_tokens=sum(row.input_tokens for row in rows),
        output_tokens=sum(row.output_tokens for row in rows),
        cost_nano_usd=sum(row.cost_nano_usd for row in rows),
    )


def _estimate(estimate: Estimate | None) -> pb.CostEstimate:
    if estimate is None:
        return pb.CostEstimate()
    rates, source = estimate.quote.rates, estimate.quote.source
    return pb.CostEstimate(
        price=pb.Price(
            id=estimate.quote.reference if source == "own" else "",
            provider=estimate.provider,
            model=estimate.model,
            input_nano_usd_per_million_tokens=rates.input,
            output_nano_usd_per_million_tokens=rates.output,
            cached_input_nano_usd_per_million_tokens=rates.cached_input,
            source=SOURCES[source],
        ),
        input_cost_nano_usd=estimate.input_nano_usd,
        max_output_cost_nano_usd=estimate.most_output_nano_usd,
    )


def _own(price: Price) -> pb.Price:
    return pb.Price(
        id=price.id,
        provider=price.provider,
        model=price.model,
        input_nano_usd_per_million_tokens=price.input_nano_usd_per_million_tokens,
        output_nano_usd_per_million_tokens=price.output_nano_usd_per_million_tokens,
        cached_input_nano_usd_per_million_tokens=price.cached_input_nano_usd_per_million_tokens,
        source=pb.PRICE_SOURCE_OWN,
        effective_time=_timestamp(price.effective_time),
    )


def _listed(price: ListedPrice) -> pb.Price:
    if isinstance(price, Price):
        return _own(price)
    return pb.Price(
        provider=price.provider,
        model=price.model,
        input_nano_usd_per_million_tokens=price.rates.input,
        output_nano_usd_per_million_tokens=price.rates.output,
        cached_input_nano_usd_per_million_tokens=price.rates.cached_input,
        source=pb.PRICE_SOURCE_CATALOGUE,
    )


def _timestamp(moment: datetime) -> Timestamp:
    written = Timestamp()
    written.FromDatetime(moment)
    return written
