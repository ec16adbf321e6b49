"""The form of API keys: what is refused before identity is asked."""

import string
import zlib
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth.api_keys import has_key_form, key_of_pair
from gateway.auth.errors import ApiKeyInvalid, CredentialsMalformed

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def with_checksum(body: str) -> str:
    value, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        digits = BASE62[digit] + digits
    return body + digits


@given(st.sampled_from(["test", "live"]), st.text(BASE62, min_size=40, max_size=40))
def test_every_key_with_its_checksum_has_the_form(environment: str, rest: str) -> None:
    assert has_key_form(with_checksum(f"pp_{environment}_{rest}"))


@given(
    st.text(BASE62, min_size=40, max_size=40),
    st.integers(min_value=8, max_value=53),
    st.sampled_from(BASE62),
)
def test_one_mistyped_character_is_found(rest: str, at: int, other: str) -> None:
    key = with_checksum(f"pp_test_{rest}")
    mistyped = key[:at] + other + key[at + 1 :]
    assert has_key_form(mistyped) == (mistyped == key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pp_test_",
        "pp_prod_" + "a" * 46,
        with_checksum("pp_test_" + "a" * 39),
        with_checksum("pp_test_" + "a" * 41),
        with_checksum("pp_test_" + "é" * 40),
        with_checksum("pp_test_" + "a" * 40) + "\n",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    assert not has_key_form(text)


KEY = with_checksum("pp_live_" + "0123abCD" + "s" * 32)


def pair(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_a_pair_is_the_keys_beginning_and_the_key() -> None:
    assert key_of_pair(pair(f"pp_live_0123abCD:{KEY}")) == KEY


@pytest.mark.parametrize(
    "public", ["", "pp_live_0123abC", "pp_live_0123abCDs", "pp_test_0123abCD", KEY, "é"]
)
def test_a_public_key_that_is_not_the_secret_keys_is_refused(public: str) -> None:
    with pytest.raises((ApiKeyInvalid, CredentialsMalformed)):
        key_of_pair(pair(f"{public}:{KEY}"))


@pytest.mark.parametrize("secret", ["", "pp_live_0123abCD", KEY[:-1], KEY + "x", f"{KEY}:"])
def test_a_secret_key_that_is_no_key_is_refused(secret: str) -> None:
    with pytest.raises(ApiKeyInvalid):
        key_of_pair(pair(f"pp_live_0123abCD:{secret}"))


@given(st.text(max_size=100))
def test_any_other_credentials_are_refused(text: str) -> None:
    for credentials in (text, pair(text)):
        with pytest.raises((ApiKeyInvalid, CredentialsMalformed)):
            key_of_pair(credentials)
