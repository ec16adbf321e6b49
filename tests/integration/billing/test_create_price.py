"""CreatePrice and ListPrices: own prices, and those of the catalogue."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from promptpilot.billing.v1 import billing_pb2 as pb
from services.kit.errors import AlreadyExists, InvalidArgument
from services.kit.ids import is_id
from services.kit.paging import encode_token
from tests.support.billing import NOON, Door, timestamp, usage

HOUR = timedelta(hours=1)


def price(**changes: Any) -> pb.CreatePriceRequest:
    """Make a good price: 1, 2 and 0.5 dollars for a million tokens, from noon on."""
    fields: dict[str, Any] = {
        "provider": "openai",
        "model": "gpt-4o-mini",
        "input_nano_usd_per_million_tokens": 1_000_000_000,
        "output_nano_usd_per_million_tokens": 2_000_000_000,
        "cached_input_nano_usd_per_million_tokens": 500_000_000,
        "effective_time": timestamp(NOON),
    }
    return pb.CreatePriceRequest(**(fields | changes))


async def create(door: Door, **changes: Any) -> pb.Price:
    answer: pb.CreatePriceResponse = await door.rpc.CreatePrice(price(**changes))
    return answer.price


async def listed(door: Door, size: int = 200, query: str = "") -> list[pb.Price]:
    """Read every page."""
    found: list[pb.Price] = []
    token = ""
    while True:
        request = pb.ListPricesRequest(page_size=size, page_token=token, query=query)
        page = await door.rpc.ListPrices(request)
        found += page.prices
        token = page.next_page_token
        if not token:
            return found


async def test_an_own_price_wins_from_its_moment_on(door: Door) -> None:
    made = await create(door)
    assert is_id("prc", made.id)
    assert made.source == pb.PRICE_SOURCE_OWN
    before = await door.record(usage(given=10, answered=1, at=NOON - timedelta(microseconds=1)))
    at = await door.record(usage(given=10, cached=4, answered=1, reasoned=1, at=NOON))
    assert (before.price_source, before.cost_nano_usd) == (pb.PRICE_SOURCE_CATALOGUE, 2_100)
    assert (at.price_source, at.cost_nano_usd) == (
        pb.PRICE_SOURCE_OWN,
        6 * 1_000 + 4 * 500 + 2_000,
    )


async def test_the_latest_price_that_holds_is_taken_whatever_the_order(door: Door) -> None:
    for hours, rate in ((2, 7_000_000), (0, 3_000_000), (1, 5_000_000)):
        await create(
            door,
            effective_time=timestamp(NOON + hours * HOUR),
            input_nano_usd_per_million_tokens=rate,
        )
    costs = [
        (await door.record(usage(given=1, answered=0, at=NOON + hours * HOUR))).cost_nano_usd
        for hours in (0, 1, 2, 3)
    ]
    assert costs == [3, 5, 7, 7]


async def test_a_price_holds_for_the_dated_names_of_its_model_unless_they_have_one(
    door: Door,
) -> None:
    await create(door, model="GPT-4o-Mini", input_nano_usd_per_million_tokens=3_000_000)
    dated = usage(model="gpt-4o-mini-2024-07-18", given=1, answered=0)
    assert (await door.record(dated)).cost_nano_usd == 3
    await create(door, model="gpt-4o-mini-2024-07-18", input_nano_usd_per_million_tokens=9_000_000)
    dated = usage(model="gpt-4o-mini-2024-07-18", given=1, answered=0)
    assert (await door.record(dated)).cost_nano_usd == 9


async def test_a_price_of_a_model_that_no_catalogue_knows_is_no_fallback(door: Door) -> None:
    await create(door, provider="my-server", model="llama-at-home")
    record = await door.record(usage(provider="My-Server", model="Llama-at-Home", given=1))
    assert record.price_source == pb.PRICE_SOURCE_OWN


async def test_what_was_booked_keeps_its_price(door: Door) -> None:
    event = usage()
    before = await door.record(event)
    await create(door, effective_time=timestamp(NOON - HOUR))
    assert await door.record(event) == before


async def test_without_a_moment_a_price_holds_from_now_on(door: Door) -> None:
    started = datetime.now(UTC)
    request = price()
    request.ClearField("effective_time")
    made = (await door.rpc.CreatePrice(request)).price
    assert abs(made.effective_time.ToDatetime(tzinfo=UTC) - started) < timedelta(seconds=20)


async def test_one_model_has_one_price_from_one_moment_on(door: Door, other: Door) -> None:
    await create(door)
    with pytest.raises(AlreadyExists) as caught:
        await create(door, model="GPT-4O-MINI")
    assert caught.value.reason == "PRICE_EXISTS"
    await create(other)


async def test_a_repeated_request_adds_one_price(door: Door) -> None:
    request = price(request_id="once")
    first = await door.rpc.CreatePrice(request)
    assert await door.rpc.CreatePrice(request) == first


async def test_every_field_at_fault_is_named(door: Door) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await create(
            door,
            provider="",
            model="m" * 201,
            input_nano_usd_per_million_tokens=-1,
            cached_input_nano_usd_per_million_tokens=10**15 + 1,
        )
    assert [one.field for one in caught.value.violations] == [
        "provider",
        "model",
        "input_nano_usd_per_million_tokens",
        "cached_input_nano_usd_per_million_tokens",
    ]
    with pytest.raises(InvalidArgument) as caught:
        await create(door, model="nul\0")
    assert [one.field for one in caught.value.violations] == ["model"]


async def test_own_prices_come_first_and_hide_those_they_override(door: Door) -> None:
    await create(door, effective_time=timestamp(datetime(2020, 1, 1, tzinfo=UTC)))
    latest = await create(door, effective_time=timestamp(datetime(2021, 1, 1, tzinfo=UTC)))
    await create(door, effective_time=timestamp(datetime(2999, 1, 1, tzinfo=UTC)))
    found = await listed(door, query="GPT-4o-mini")
    assert found[0] == latest
    rest = [(one.provider, one.model) for one in found[1:]]
    assert ("openai", "gpt-4o-mini") not in rest
    assert ("openrouter", "openai/gpt-4o-mini") in rest
    assert {one.source for one in found[1:]} == {pb.PRICE_SOURCE_CATALOGUE}


async def test_pages_of_prices_hold_each_once_in_order(door: Door) -> None:
    await create(door, model="claude-of-my-own", effective_time=timestamp(NOON - 1_000 * HOUR))
    everything = await listed(door, query="claude")
    assert len(everything) > 20
    assert await listed(door, size=7, query="claude") == everything
    keys = [(one.source != pb.PRICE_SOURCE_OWN, one.provider, one.model) for one in everything]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize(
    "fields",
    [
        {"page_size": 201},
        {"page_token": encode_token(["a", "b", "c"])},
        {"page_token": "nonsense"},
        {"query": "q" * 201},
    ],
)
async def test_a_bad_page_of_prices_is_refused(door: Door, fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await door.rpc.ListPrices(pb.ListPricesRequest(**fields))
    assert [one.field for one in caught.value.violations] == list(fields)


async def test_a_price_holds_and_is_listed_for_no_other_tenant(door: Door, other: Door) -> None:
    await create(door, effective_time=timestamp(NOON - 1_000 * HOUR))
    assert {one.source for one in await listed(other, query="gpt-4o-mini")} == {
        pb.PRICE_SOURCE_CATALOGUE
    }
    assert (await other.record(usage())).price_source == pb.PRICE_SOURCE_CATALOGUE
