"""What usage cost, the ledger behind it, and prices."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Query, Response

from gateway.answers import answer, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, router
from gateway.operations import BILLING, operation
from gateway.routes.billing import models
from gateway.schema import PageParams
from gateway.translate import fill, read
from promptpilot.billing.v1 import billing_pb2 as pb
from services.kit.errors import InvalidArgument

billing = router("billing")
_DEFAULT_RANGE = timedelta(days=30)


@billing.get("/usage", **operation(BILLING, "GetUsage", response_model=models.Usage))
async def get_usage(params: Annotated[models.GetUsage, Query()], rpc: Rpc) -> Response:
    """Sum usage by UTC day, model or pipeline. 422 for a range over 366 days or reversed."""
    start, end = _range(params)
    request = fill(pb.GetUsageRequest, start_time=start, end_time=end, group_by=params.group_by)
    usage = read(await ask(rpc.billing.GetUsage, request))
    return answer({**usage, "start_time": start, "end_time": end})


@billing.get(
    "/usage-records",
    **operation(BILLING, "ListUsageRecords", response_model=models.UsageRecordPage),
)
async def list_usage_records(params: Annotated[PageParams, Query()], rpc: Rpc) -> Response:
    """List usage records, newest first."""
    listed = await ask(rpc.billing.ListUsageRecords, fill(pb.ListUsageRecordsRequest, params))
    return page(listed.records, listed.next_page_token)


@billing.get(
    "/ledger-transactions",
    **operation(BILLING, "ListLedgerTransactions", response_model=models.LedgerTransactionPage),
)
async def list_ledger_transactions(params: Annotated[PageParams, Query()], rpc: Rpc) -> Response:
    """List ledger transactions with their entries, newest first; each sums to zero."""
    listed = await ask(
        rpc.billing.ListLedgerTransactions, fill(pb.ListLedgerTransactionsRequest, params)
    )
    return page(listed.transactions, listed.next_page_token)


@billing.get("/prices", **operation(BILLING, "ListPrices", response_model=models.PricePage))
async def list_prices(params: Annotated[models.ListPrices, Query()], rpc: Rpc) -> Response:
    """List prices in force now: the tenant's own first, then the price book's."""
    listed = await ask(rpc.billing.ListPrices, fill(pb.ListPricesRequest, params))
    return page(listed.prices, listed.next_page_token)


@billing.post(
    "/prices",
    **operation(
        BILLING,
        "CreatePrice",
        errors=(409,),
        body=True,
        status_code=201,
        response_model=models.Price,
    ),
)
async def create_price(
    body: models.CreatePrice, rpc: Rpc, request_id: IdempotencyKey = ""
) -> Response:
    """Add an own price from a moment on. Usage already booked keeps its price."""
    cached = body.cached_input_nano_usd_per_million_tokens
    request = fill(
        pb.CreatePriceRequest,
        body,
        request_id=request_id,
        cached_input_nano_usd_per_million_tokens=body.input_nano_usd_per_million_tokens
        if cached is None
        else cached,
    )
    return resource((await ask(rpc.billing.CreatePrice, request)).price, 201)


@billing.post(
    "/prices:estimate",
    **operation(BILLING, "EstimateCosts", body=True, response_model=models.CostEstimates),
)
async def estimate_costs(body: models.EstimateCosts, rpc: Rpc) -> Response:
    """Say what uses of models would cost at the prices in force now, before anything is run.

    An own price wins over the price book's; a model without a price has none here, though its use
    would be booked at the fallback price.
    """
    return resource(await ask(rpc.billing.EstimateCosts, fill(pb.EstimateCostsRequest, body)))


def _range(params: models.GetUsage) -> tuple[datetime, datetime]:
    try:
        end = params.end_time or datetime.now(UTC)
        return params.start_time or end - _DEFAULT_RANGE, end
    except OverflowError:
        raise InvalidArgument.of_field(
            "end_time", "is less than 30 days after the year 1"
        ) from None
