"""The catalogue: the real data of genai-prices as integers."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage, calc_price

from services.billing.adapters import GenaiCatalogue
from services.billing.rules.costs import Rates, Tokens, cost_nano_usd

CATALOGUE = GenaiCatalogue()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOME = Tokens(1_000, 0, 100, 0)


def rates(model: str, *, provider: str = "openai", at: datetime = NOON, given: int = 1) -> Rates:
    quote = CATALOGUE.quote(provider, model, at=at, tokens=Tokens(given, 0, 1, 0))
    assert quote is not None
    return quote.rates


def test_published_prices_are_nano_dollars_for_a_million_tokens() -> None:
    assert rates("gpt-4o-mini") == Rates(150_000_000, 75_000_000, 600_000_000, 600_000_000)


def test_a_price_that_changed_is_that_of_its_time() -> None:
    before = rates("o3", at=datetime(2025, 6, 9, 23, 59, tzinfo=UTC))
    after = rates("o3", at=datetime(2025, 6, 10, tzinfo=UTC))
    assert (before.input, after.input) == (10_000_000_000, 2_000_000_000)


def test_the_tier_is_chosen_by_all_input_tokens_and_applies_to_all() -> None:
    low = rates("gemini-2.5-pro", provider="google", given=200_000)
    high = rates("gemini-2.5-pro", provider="google", given=200_001)
    assert (low.input, high.input) == (1_250_000_000, 2_500_000_000)
    assert low.output < high.output


def test_names_are_found_by_their_aliases_whatever_their_case() -> None:
    assert CATALOGUE.canonical_model("openai", "GPT-4o-mini-2024-07-18") == "gpt-4o-mini"
    assert rates("GPT-4O-MINI", provider="OpenAI") == rates("gpt-4o-mini")
    assert CATALOGUE.canonical_model("openai", "no-such-model") == ""


@pytest.mark.parametrize("provider", ["my-openai", "openai-compatible", "", "nobody"])
def test_a_provider_is_known_by_its_exact_name_only(provider: str) -> None:
    assert CATALOGUE.quote(provider, "gpt-4o-mini", at=NOON, tokens=SOME) is None


def test_a_model_whose_tokens_have_no_price_is_unknown_and_not_free() -> None:
    # Priced by the hour of sound, by the character, or for input alone.
    for model in ("whisper-1", "tts-1", "moderation"):
        assert CATALOGUE.quote("openai", model, at=NOON, tokens=SOME) is None
    embedding = "text-embedding-3-small"
    assert CATALOGUE.quote("openai", embedding, at=NOON, tokens=SOME) is None
    assert CATALOGUE.quote("openai", embedding, at=NOON, tokens=Tokens(9, 0, 0, 0)) is not None


def test_a_reference_says_what_was_looked_up() -> None:
    quote = CATALOGUE.quote("openai", "gpt-4o-mini-2024-07-18", at=NOON, tokens=SOME)
    assert quote is not None
    assert quote.reference.startswith("genai-prices ")
    assert quote.reference.endswith(" openai/gpt-4o-mini")


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4o"),
        ("anthropic", "claude-sonnet-4-5"),
        ("google", "gemini-2.5-pro"),
        ("mistral", "mistral-large-latest"),
        ("groq", "llama-3.3-70b-versatile"),
    ],
)
@pytest.mark.parametrize("given", [1_000, 300_000])
def test_our_integers_agree_with_the_library_to_the_nano_dollar(
    provider: str, model: str, given: int
) -> None:
    tokens = Tokens(given, given // 4, 777, 0)
    quote = CATALOGUE.quote(provider, model, at=NOON, tokens=tokens)
    assert quote is not None
    theirs = calc_price(
        Usage(input_tokens=given, cache_read_tokens=given // 4, output_tokens=777),
        model,
        provider_id=provider,
        genai_request_timestamp=NOON,
    ).total_price
    assert abs(Decimal(cost_nano_usd(tokens, quote.rates)) - theirs * 10**9) <= Decimal("0.5")


def test_the_list_holds_every_priced_model_once_in_order() -> None:
    listed = CATALOGUE.prices(NOON)
    keys = [(price.provider, price.model) for price in listed]
    assert len(keys) > 1_500
    assert keys == sorted(set(keys))
    assert listed[keys.index(("openai", "gpt-4o-mini"))].rates == rates("gpt-4o-mini")
