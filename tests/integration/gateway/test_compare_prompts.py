"""Comparisons over HTTP: by number, label and draft, with what the difference costs."""

from typing import Any

import pytest

from gateway.routes.billing import models as billing
from gateway.routes.prompts import comparison_models as models
from tests.support.platform_in_process import Api, Member, Platform


def content(text: str, model: str = "gpt-4o-mini", **parameters: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, "model": model, "parameters": parameters}


async def versions(api: Api, *contents: dict[str, Any], name: str = "tests/compared") -> str:
    """Create a prompt of these versions; return its path."""
    first, *others = contents
    made = await api.post("/v1/prompts", {"name": name, "content": first})
    assert made.status == 201, made.body
    at = f"/v1/prompts/{made.body['prompt']['id']}"
    for other in others:
        assert (await api.post(f"{at}/versions", {"content": other})).status == 201
    return at


async def compared(api: Api, path: str) -> dict[str, Any]:
    answer = await api.get(path)
    assert answer.status == 200, answer.body
    models.PromptComparison.model_validate(answer.body)
    found: dict[str, Any] = answer.body
    return found


async def test_two_versions_are_compared_with_their_cost(ada: Member) -> None:
    before = content("Greet {{who}}", max_tokens=1_000)
    after = content("Greet {{who}} warmly, please", "gpt-4o", max_tokens=2_000)
    at = await versions(ada.api, before, after)
    found = await compared(ada.api, f"{at}/compare?from=1&to=2")
    assert found["messages"][0]["parts"] == [
        {"change": "same", "text": "Greet {{who}}"},
        {"change": "added", "text": " warmly, please"},
    ]
    assert found["parameters"] == [
        {"path": "/max_tokens", "change": "changed", "before": 1_000, "after": 2_000}
    ]
    sides = found["before"], found["after"]
    assert [side["price_status"] for side in sides] == ["known", "known"]
    assert [side["cost"]["price"]["provider"] for side in sides] == ["openai", "openai"]
    tokens = [side["tokens"]["input_tokens"] for side in sides]
    difference = found["difference"]
    assert difference["input_tokens"] == tokens[1] - tokens[0] > 0
    # 0.15 and 2.50 dollars for a million input tokens, 0.60 and 10 for the output.
    assert difference["input_cost_nano_usd"] == tokens[1] * 2_500 - tokens[0] * 150
    assert difference["max_output_cost_nano_usd"] == 2_000 * 10_000 - 1_000 * 600


async def test_a_price_that_is_not_known_is_told_and_not_guessed(ada: Member) -> None:
    at = await versions(ada.api, content("Hi", "house-model-7b"), content("Hi", ""))
    found = await compared(ada.api, f"{at}/compare?from=1&to=2")
    assert [found[side]["price_status"] for side in ("before", "after")] == [
        "not_published",
        "no_model",
    ]
    assert (found["before"]["cost"], found["after"]["cost"]) == (None, None)
    assert found["difference"] == {
        "input_tokens": 0,
        "input_cost_nano_usd": None,
        "max_output_cost_nano_usd": None,
    }
    price = {
        "provider": "house",
        "model": "house-model-7b",
        "input_nano_usd_per_million_tokens": 10**9,
        "output_nano_usd_per_million_tokens": 10**9,
        "effective_time": "2026-01-01T00:00:00Z",
    }
    assert (await ada.api.post("/v1/prices", price)).status == 201
    again = await compared(ada.api, f"{at}/compare?from=1&to=1")
    assert again["is_same"]
    assert again["before"]["cost"]["price"]["source"] == "own"
    assert again["difference"]["input_cost_nano_usd"] == 0


async def test_labels_name_sides_and_production_and_latest_are_meant_by_default(
    ada: Member,
) -> None:
    at = await versions(ada.api, content("One"), content("Two"), content("Three"))
    absent = await ada.api.get(f"{at}/compare")
    assert (absent.status, absent.body["reason"]) == (404, "LABEL_NOT_FOUND")
    for label, version in (("production", 1), ("staging", 2)):
        set_to = await ada.api.call("PUT", f"{at}/labels/{label}", {"version": version})
        assert set_to.status == 200
    found = await compared(ada.api, f"{at}/compare")
    assert (found["before"]["version"], found["after"]["version"]) == (1, 3)
    found = await compared(ada.api, f"{at}/compare?from=staging&to=1")
    assert (found["before"]["label"], found["before"]["version"]) == ("staging", 2)
    assert (found["after"]["label"], found["after"]["version"]) == ("", 1)


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("from=9", 404, "PROMPT_VERSION_NOT_FOUND"),
        ("from=1&to=99999999999", 404, "LABEL_NOT_FOUND"),
        ("from=UPPER", 422, "INVALID_ARGUMENT"),
        ("from=", 422, "INVALID_ARGUMENT"),
        ("before=1", 422, "INVALID_ARGUMENT"),
    ],
)
async def test_what_cannot_be_compared_is_refused(
    ada: Member, query: str, status: int, reason: str
) -> None:
    at = await versions(ada.api, content("One"))
    answer = await ada.api.get(f"{at}/compare?{query}")
    assert (answer.status, answer.body["reason"]) == (status, reason)


async def test_a_draft_is_compared_before_it_is_saved(ada: Member) -> None:
    at = await versions(ada.api, content("Greet {{who}}"))
    answer = await ada.api.post(f"{at}/compare", {"draft": content("Greet {{who}}!")})
    models.PromptComparison.model_validate(answer.body)
    assert (answer.body["before"]["label"], answer.body["after"]["version"]) == ("latest", 0)
    assert answer.body["messages"][0]["change"] == "changed"
    broken = await ada.api.post(f"{at}/compare", {"from": "1", "draft": content("{{#a}}")})
    assert (broken.status, broken.body["reason"]) == (422, "PROMPT_INVALID")
    assert broken.body["errors"][0]["field"] == "after.draft.text"
    assert (await ada.api.get(f"{at}/versions")).body["items"][0]["number"] == 1


async def test_a_prompt_of_another_tenant_is_not_found(ada: Member, eve: Member) -> None:
    at = await versions(ada.api, content("One"), content("Two"))
    assert (await eve.api.get(f"{at}/compare?from=1&to=2")).status == 404
    assert (await eve.api.post(f"{at}/compare", {"draft": content("One")})).status == 404


async def test_costs_are_estimated_for_uses_that_have_not_happened(ada: Member) -> None:
    uses = [{"model": "gpt-4o-mini", "input_tokens": 1_000}, {"model": "?", "input_tokens": 1}]
    answer = await ada.api.post("/v1/prices:estimate", {"uses": uses})
    billing.CostEstimates.model_validate(answer.body)
    known, unknown = answer.body["estimates"]
    assert (known["input_cost_nano_usd"], unknown["price"]) == (150_000, None)
    refused = await ada.api.post("/v1/prices:estimate", {"uses": []})
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "uses")


async def test_a_comparison_without_prices_is_worth_more_than_none(
    platform: Platform, ada: Member
) -> None:
    at = await versions(ada.api, content("One"), content("Two"))
    await platform.stop("billing")
    try:
        found = await compared(ada.api, f"{at}/compare?from=1&to=2")
    finally:
        platform.services["billing"] = await platform.start("billing")
    assert found["before"]["price_status"] == "unavailable"
    assert found["before"]["cost"] is None
    assert found["difference"]["input_cost_nano_usd"] is None
    assert found["messages"][0]["change"] == "changed"
