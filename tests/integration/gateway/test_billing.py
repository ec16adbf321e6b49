"""Usage, ledger and prices over HTTP."""

import pytest

from gateway.routes.billing import models
from tests.support.platform_in_process import Member, Platform

PRICE = {
    "provider": "acme",
    "model": "acme-large",
    "input_nano_usd_per_million_tokens": 2_000_000_000,
    "output_nano_usd_per_million_tokens": 900_000_000_000_000,
}


async def test_an_own_price_is_booked_to_the_nano_dollar(ada: Member) -> None:
    made = await ada.api.post("/v1/prices", PRICE, Idempotency_Key="once")
    assert made.status == 201, made.body
    models.Price.model_validate(made.body)
    assert made.body["output_nano_usd_per_million_tokens"] == 900_000_000_000_000
    assert made.body["cached_input_nano_usd_per_million_tokens"] == 2_000_000_000
    again = await ada.api.post("/v1/prices", PRICE, Idempotency_Key="once")
    assert again.body == made.body
    listed = await ada.api.get("/v1/prices?query=acme-large")
    assert [one["id"] for one in listed.body["items"]] == [made.body["id"]]
    assert listed.body["items"][0]["source"] == "own"


@pytest.mark.parametrize("group_by", ["day", "model", "pipeline"])
async def test_usage_of_a_new_tenant_is_nothing(ada: Member, group_by: str) -> None:
    usage = await ada.api.get(f"/v1/usage?group_by={group_by}")
    models.Usage.model_validate(usage.body)
    assert usage.body["rows"] == []
    assert usage.body["total"]["cost_nano_usd"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "start_time=2026-01-02T00:00:00Z&end_time=2026-01-01T00:00:00Z",
        "start_time=2020-01-01T00:00:00Z&end_time=2026-01-01T00:00:00Z",
        "start_time=2026-01-01",
        "start_time=yesterday",
        "start_time=2026-01-01T00:00:00",
        "end_time=0001-01-01T00:00:00Z",
        "group_by=week",
    ],
)
async def test_a_range_that_makes_no_sense_is_refused(ada: Member, query: str) -> None:
    assert (await ada.api.get(f"/v1/usage?{query}")).status == 422


async def test_lists_of_a_new_tenant_are_empty_pages(ada: Member) -> None:
    for path in ("/v1/usage-records", "/v1/ledger-transactions"):
        assert (await ada.api.get(path)).body == {"items": [], "next_page_token": ""}


async def test_the_other_tenant_sees_only_its_own_prices(ada: Member, eve: Member) -> None:
    made = await ada.api.post("/v1/prices", PRICE)
    listed = await eve.api.get("/v1/prices?query=acme-large")
    assert made.body["id"] not in [one["id"] for one in listed.body["items"]]


async def test_billing_is_for_those_who_may_see_it(platform: Platform, ada: Member) -> None:
    _, editor = await platform.new_key(ada, role="editor")
    refused = await editor.get("/v1/usage")
    assert (refused.status, refused.body["metadata"]["permission"]) == (403, "billing.read")
