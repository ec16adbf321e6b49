"""PriceUsage: the cost of a use before, or without, its being booked: the figure that is booked."""

from typing import Any

import pytest

from promptpilot.billing.v1 import billing_pb2 as pb
from promptpilot.execution.v1.execution_pb2 import MODE_TEST
from services.kit.errors import InvalidArgument
from tests.support.billing import NOON, Door, timestamp, usage


async def price(door: Door, **changes: Any) -> pb.PriceUsageResponse:
    fields: dict[str, Any] = {
        "provider": "openai",
        "model": "gpt-4o-mini",
        "input_tokens": 1_000,
        "cached_input_tokens": 400,
        "output_tokens": 500,
        "reasoning_tokens": 100,
    }
    request = pb.PriceUsageRequest(**(fields | changes))
    answer: pb.PriceUsageResponse = await door.rpc.PriceUsage(request)
    return answer


async def test_it_is_what_is_booked_for_the_same_use(door: Door) -> None:
    booked = await door.record(usage(given=1_000, cached=400, answered=500, reasoned=100))
    answer = await price(door)
    assert answer == pb.PriceUsageResponse(
        cost_nano_usd=booked.cost_nano_usd, price_source=pb.PRICE_SOURCE_CATALOGUE
    )
    assert answer.cost_nano_usd == 420_000
    assert len(await door.records()) == 1, "asking books nothing"


async def test_test_mode_costs_nothing_whatever_the_model(door: Door) -> None:
    answer = await price(door, is_test=True, model="gpt-4o")
    assert answer == pb.PriceUsageResponse(price_source=pb.PRICE_SOURCE_SIMULATOR)
    record = await door.record(usage(mode=MODE_TEST, model="gpt-4o"))
    assert record.cost_nano_usd == answer.cost_nano_usd


async def test_what_nobody_knows_is_said_to_be_unknown(door: Door) -> None:
    answer = await price(door, model="a-model-of-tomorrow", cached_input_tokens=0)
    booked = await door.record(usage(model="a-model-of-tomorrow"))
    assert answer.price_source == pb.PRICE_SOURCE_FALLBACK
    assert answer.cost_nano_usd == booked.cost_nano_usd > 0


async def test_an_own_price_wins_and_is_not_the_other_tenants(door: Door, other: Door) -> None:
    await door.rpc.CreatePrice(
        pb.CreatePriceRequest(
            provider="openai",
            model="gpt-4o-mini",
            input_nano_usd_per_million_tokens=1_000_000_000,
            output_nano_usd_per_million_tokens=2_000_000_000,
            cached_input_nano_usd_per_million_tokens=500_000_000,
            effective_time=timestamp(NOON.replace(year=2020)),
        )
    )
    own = await price(door)
    assert own.price_source == pb.PRICE_SOURCE_OWN
    # 600 at $1, 400 at $0.50 and 500 at $2 for a million tokens.
    assert own.cost_nano_usd == 600 * 1_000 + 400 * 500 + 500 * 2_000
    assert (await price(other)).price_source == pb.PRICE_SOURCE_CATALOGUE


async def test_every_field_at_fault_is_named(door: Door) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await price(door, provider="x" * 201, input_tokens=-1, output_tokens=1_000_000_001)
    fields = [violation.field for violation in caught.value.violations]
    assert fields == ["provider", "input_tokens", "output_tokens"]
    with pytest.raises(InvalidArgument):
        await price(door, model="a\0b")
