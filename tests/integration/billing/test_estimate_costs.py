"""EstimateCosts: what uses would cost at the prices in force now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from promptpilot.billing.v1 import billing_pb2 as pb
from services.kit.errors import InvalidArgument
from tests.support.billing import NOON, Door, timestamp


def use(model: str = "gpt-4o-mini", given: int = 1_000, **more: Any) -> pb.ProspectiveUse:
    return pb.ProspectiveUse(model=model, input_tokens=given, **more)


async def estimates(door: Door, *uses: pb.ProspectiveUse) -> list[pb.CostEstimate]:
    answer = await door.rpc.EstimateCosts(pb.EstimateCostsRequest(uses=uses))
    return list(answer.estimates)


async def own_price(door: Door, provider: str, model: str, dollars: int, **more: Any) -> pb.Price:
    request = pb.CreatePriceRequest(
        provider=provider,
        model=model,
        input_nano_usd_per_million_tokens=dollars * 10**9,
        output_nano_usd_per_million_tokens=2 * dollars * 10**9,
        cached_input_nano_usd_per_million_tokens=0,
        **{"effective_time": timestamp(NOON - timedelta(days=1)), **more},
    )
    price: pb.Price = (await door.rpc.CreatePrice(request)).price
    return price


async def test_published_prices_are_found_by_the_models_name_alone(door: Door) -> None:
    mini, claude = await estimates(
        door, use("GPT-4o-mini", max_output_tokens=100), use("claude-sonnet-4-5")
    )
    assert (mini.price.provider, mini.price.model) == ("openai", "gpt-4o-mini")
    assert mini.price.source == pb.PRICE_SOURCE_CATALOGUE
    # 0.15 and 0.60 dollars for a million tokens.
    assert (mini.input_cost_nano_usd, mini.max_output_cost_nano_usd) == (150_000, 60_000)
    assert claude.price.provider == "anthropic"
    assert claude.input_cost_nano_usd > 0


async def test_a_price_that_nobody_published_is_unknown_and_not_free(door: Door) -> None:
    unknown, elsewhere = await estimates(
        door, use("house-model-7b"), use("gpt-4o-mini", provider="house")
    )
    assert not unknown.HasField("price")
    assert not elsewhere.HasField("price")
    assert unknown.input_cost_nano_usd == 0


async def test_the_simulator_is_free_and_says_so(door: Door) -> None:
    (simulated,) = await estimates(door, use("sim-text"))
    assert simulated.price.source == pb.PRICE_SOURCE_SIMULATOR
    assert simulated.input_cost_nano_usd == 0


async def test_an_own_price_wins_and_of_several_that_of_the_maker(door: Door) -> None:
    cheap = await own_price(door, "house", "gpt-4o-mini", 1)
    (estimate,) = await estimates(door, use())
    assert (estimate.price.id, estimate.price.provider) == (cheap.id, "house")
    assert estimate.input_cost_nano_usd == 1_000_000
    dear = await own_price(door, "openai", "gpt-4o-mini", 3)
    named, unnamed, dated = await estimates(
        door, use(provider="house"), use(), use("gpt-4o-mini-2024-07-18")
    )
    assert named.price.id == cheap.id
    assert unnamed.price.id == dear.id
    assert dated.price.id == dear.id


async def test_a_price_counts_from_its_moment_on(door: Door) -> None:
    later = timestamp(datetime.now(UTC) + timedelta(days=365))
    await own_price(door, "openai", "gpt-4o-mini", 1, effective_time=later)
    (estimate,) = await estimates(door, use())
    assert estimate.price.source == pb.PRICE_SOURCE_CATALOGUE


async def test_an_own_price_of_other_tenant_is_not_used(door: Door, other: Door) -> None:
    await own_price(door, "openai", "gpt-4o-mini", 1)
    (estimate,) = await estimates(other, use())
    assert estimate.price.source == pb.PRICE_SOURCE_CATALOGUE


@pytest.mark.parametrize(
    ("uses", "field"),
    [
        ([], "uses"),
        ([use()] * 21, "uses"),
        ([use(), use("")], "uses[1].model"),
        ([use("a\0b")], "uses[0].model"),
        ([use(given=-1)], "uses[0].input_tokens"),
        ([use(max_output_tokens=10**9 + 1)], "uses[0].max_output_tokens"),
        ([use(provider="p" * 201)], "uses[0].provider"),
    ],
)
async def test_what_is_wrong_is_named(
    door: Door, uses: list[pb.ProspectiveUse], field: str
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        await estimates(door, *uses)
    assert [violation.field for violation in refused.value.violations] == [field]
