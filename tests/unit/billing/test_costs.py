"""Costs: integers all the way, rounded once."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.rules.costs import (
    OwnPrice,
    Quote,
    Rates,
    Tokens,
    choose_quote,
    cost_nano_usd,
    divide_half_even,
)

COUNTS = st.integers(-10, 2_000_000)
RATES = st.builds(Rates, *[st.integers(0, 10**15)] * 4)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKENS = st.builds(
    lambda given, cached, answered, reasoned: Tokens.counted(
        given=given, cached=cached, answered=answered, reasoned=reasoned
    ),
    COUNTS,
    COUNTS,
    COUNTS,
    COUNTS,
)


@given(st.integers(0, 10**24), st.integers(1, 10**9))
def test_division_rounds_to_the_nearest_and_ties_to_even(dividend: int, divisor: int) -> None:
    assert divide_half_even(dividend, divisor) == round(Fraction(dividend, divisor))


@pytest.mark.parametrize(
    ("dividend", "quotient"), [(0, 0), (4, 0), (5, 0), (6, 1), (14, 1), (15, 2), (16, 2), (25, 2)]
)
def test_halves_go_to_the_even_neighbour(dividend: int, quotient: int) -> None:
    assert divide_half_even(dividend, 10) == quotient


@given(TOKENS, RATES)
def test_a_cost_is_the_exact_one_rounded_once(tokens: Tokens, rates: Rates) -> None:
    exact = Fraction(
        (tokens.input - tokens.cached_input) * rates.input
        + tokens.cached_input * rates.cached_input
        + (tokens.output - tokens.reasoning) * rates.output
        + tokens.reasoning * rates.reasoning,
        1_000_000,
    )
    assert cost_nano_usd(tokens, rates) == round(exact)
    assert cost_nano_usd(tokens, rates) >= 0


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_counts_are_sane_whatever_a_provider_says(
    given_: int, cached: int, answered: int, reasoned: int
) -> None:
    tokens = Tokens.counted(given=given_, cached=cached, answered=answered, reasoned=reasoned)
    assert 0 <= tokens.cached_input <= tokens.input
    assert 0 <= tokens.reasoning <= tokens.output
    assert tokens.input == max(given_, 0)
    assert tokens.output == max(answered, 0)


def test_a_cost_to_the_nano_dollar() -> None:
    # One token at 0.4999999 nano-dollars rounds down, three at 0.5 are 1.5 and go to the even 2.
    assert cost_nano_usd(Tokens(1, 0, 0, 0), Rates(499_999, 0, 0, 0)) == 0
    assert cost_nano_usd(Tokens(3, 0, 0, 0), Rates(500_000, 0, 0, 0)) == 2
    assert cost_nano_usd(Tokens(1, 0, 0, 0), Rates(500_000, 0, 0, 0)) == 0


PUBLISHED = Quote(Rates(1, 1, 1, 1), "catalogue", "published")
FALLBACK = Rates(9, 9, 9, 9)


def own(id_: str, model: str, hours: int) -> OwnPrice:
    return OwnPrice(id_, model, Rates(2, 2, 2, 2), NOON + timedelta(hours=hours))


def test_an_own_price_wins_over_the_catalogue_and_this_over_the_fallback() -> None:
    assert choose_quote([own("prc_1", "m", 0)], "m", PUBLISHED, FALLBACK).reference == "prc_1"
    assert choose_quote([], "m", PUBLISHED, FALLBACK) == PUBLISHED
    assert choose_quote([], "m", None, FALLBACK) == Quote(FALLBACK, "fallback", "")


def test_of_own_prices_the_recorded_name_wins_and_then_the_later() -> None:
    prices = [own("prc_1", "m", 2), own("prc_2", "m-2026", 0), own("prc_3", "m-2026", 1)]
    assert choose_quote(prices, "M-2026", None, FALLBACK).reference == "prc_3"
    assert choose_quote(prices, "m", None, FALLBACK).reference == "prc_1"
