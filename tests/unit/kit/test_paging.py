"""Page sizes are bounded, and page tokens hold what was put in or are refused."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import InvalidArgument
from services.kit.ids import new_id
from services.kit.paging import (
    TimeKey,
    cut_page,
    decode_token,
    encode_token,
    number_key,
    page_size,
    time_key,
)

_PARTS = st.lists(
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
    min_size=1,
    max_size=4,
)


def forged(value: object) -> str:
    return urlsafe_b64encode(orjson.dumps(value)).decode()


@pytest.mark.parametrize(("asked", "given_back"), [(0, 50), (1, 1), (200, 200)])
def test_a_page_has_the_default_size_or_the_one_asked_for(asked: int, given_back: int) -> None:
    assert page_size(asked) == given_back


@pytest.mark.parametrize("asked", [-1, 201, 2**31 - 1])
def test_a_page_size_out_of_bounds_names_its_field(asked: int) -> None:
    with pytest.raises(InvalidArgument) as caught:
        page_size(asked)
    assert caught.value.violations[0].field == "page_size"


@given(_PARTS)
def test_a_token_gives_back_the_key_that_was_put_in(key: list[str | int | None]) -> None:
    assert decode_token(encode_token(key), len(key)) == key


def test_no_token_is_the_first_page() -> None:
    assert decode_token("", 2) is None


@pytest.mark.parametrize(
    "token",
    [
        "%",
        "ä",
        "a",
        "AAAA",
        forged({"a": 1}),
        forged([1]),
        forged([1, 2, 3]),
        forged([1, [2]]),
        forged([1, 0.5]),
        forged([1, True]),
        forged([1, 2**63]),
        forged([1, "nul\0"]),
        "x" * 10_000,
    ],
)
def test_a_token_that_no_list_gave_out_is_refused(token: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        decode_token(token, 2)
    assert caught.value.violations[0].field == "page_token"


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader_of_tokens(token: str) -> None:
    try:
        key = decode_token(token, 2)
    except InvalidArgument:
        return
    assert key is None or len(key) == 2


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_key_comes_back_from_its_token_to_the_microsecond(time: datetime) -> None:
    key = TimeKey(time, new_id("run"))
    assert time_key(key.token(), "run") == key


def test_a_time_key_of_any_zone_is_read_as_the_same_moment() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=2)))
    read = time_key(TimeKey(noon, new_id("run")).token(), "run")
    assert read is not None
    assert read.time == noon
    assert read.time.tzinfo is UTC


@pytest.mark.parametrize(
    "key",
    [
        ["2026-11-23T12:00:00+00:00", "run_1"],
        ["2026-11-23T12:00:00+00:00", new_id("prm")],
        ["yesterday", new_id("run")],
        ["0001-01-01T00:00:00+14:00", new_id("run")],
        [7, new_id("run")],
        [None, None],
        ["2026-11-23T12:00:00+00:00"],
    ],
)
def test_a_time_key_that_no_list_gave_out_is_refused(key: list[str | int | None]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        time_key(encode_token(key), "run")
    assert caught.value.violations[0].field == "page_token"


@pytest.mark.parametrize("number", [1, 2**31 - 1])
def test_a_number_comes_back_from_its_token(number: int) -> None:
    assert number_key(encode_token([number])) == number


@pytest.mark.parametrize("number", [0, -1, 2**31, "1", None])
def test_a_number_that_no_row_can_have_is_refused(number: str | int | None) -> None:
    with pytest.raises(InvalidArgument):
        number_key(encode_token([number]))


def test_without_a_token_there_is_no_key() -> None:
    assert time_key("", "run") is None
    assert number_key("") is None


@pytest.mark.parametrize(
    ("found", "page", "token"),
    [([], [], ""), ([1, 2], [1, 2], ""), ([1, 2, 3], [1, 2], "after 2")],
)
def test_a_page_ends_with_a_token_while_more_rows_follow(
    found: list[int], page: list[int], token: str
) -> None:
    assert cut_page(found, 2, lambda last: f"after {last}") == (page, token)
