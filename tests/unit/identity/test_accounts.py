"""What an e-mail address, a password and a name must be like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.rules.accounts import (
    email_violations,
    name_violations,
    normal_email,
    normal_password,
    password_violations,
    refuse,
)
from services.kit.errors import InvalidArgument


@pytest.mark.parametrize(
    "email",
    ["a@example.com", "ada.lovelace+x@mail.example.co.uk", "o'hara@example.com", "a@b-c.de"],
)
def test_usual_addresses_are_taken(email: str) -> None:
    assert email_violations(email) == []


@pytest.mark.parametrize(
    "email",
    [
        "",
        "a",
        "@example.com",
        "a@",
        "a@localhost",
        "a@-b.com",
        "a@b-.com",
        "a..b@example.com",
        ".a@example.com",
        "a@example..com",
        "a b@example.com",
        "a@example.com ",
        "ä@example.com",
        '"a"@example.com',
        "a@[127.0.0.1]",
        "A@example.com",
        "a@example.com\n",
        "<a@example.com>",
        "a" * 65 + "@example.com",
        "a@" + "b" * 64 + ".com",
        "a@" + "b." * 130 + "com",
    ],
)
def test_what_is_no_address_is_refused(email: str) -> None:
    assert [one.field for one in email_violations(email)] == ["email"]


@given(st.text())
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    assert normal_email(normal_email(text)) == normal_email(text)
    assert normal_password(normal_password(text)) == normal_password(text)


@given(st.text(max_size=300))
def test_no_address_that_is_taken_has_a_character_that_needs_care(text: str) -> None:
    email = normal_email(text + "@example.com")
    if not email_violations(email):
        assert email.isascii()
        assert email.isprintable()
        assert not set(email) & set(' "<>,;:\\()[]')


@pytest.mark.parametrize(
    "password", ["correct horse", "x7!kP0qz_w", "пароль-и-ещё", "a1b2" * 50, "1357924680"]
)
def test_passwords_that_nobody_guesses_first_are_taken(password: str) -> None:
    assert password_violations(password, "ada@example.com") == []


@pytest.mark.parametrize(
    "password",
    [
        "",
        "ninechars",
        "x1y2" * 50 + "z",
        "password123",
        "PassWord123",
        "1234567890",
        "abababababab",
        "ada.lovelace@example.com",
        "ADA.Lovelace@example.com",
        "ada.lovelace",
        "  password123 ",
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    violations = password_violations(password, "ada.lovelace@example.com")
    assert [one.field for one in violations] == ["password"]


@pytest.mark.parametrize("name", ["", "x" * 101, "a\nb", "a\x00", "a\u2028b", "\x7f"])
def test_a_name_is_one_line_of_at_most_a_hundred_characters(name: str) -> None:
    assert [one.field for one in name_violations("name", name)] == ["name"]


@pytest.mark.parametrize("name", ["A", "x" * 100, "Zoë's Büro 🚀", "株式会社"])
def test_names_in_any_script_are_taken(name: str) -> None:
    assert name_violations("name", name) == []


def test_all_violations_are_raised_together_and_none_is_no_error() -> None:
    refuse([])
    violations = [*email_violations(""), *name_violations("name", "")]
    with pytest.raises(InvalidArgument) as caught:
        refuse(violations)
    assert caught.value.violations == tuple(violations)
    assert "email" in caught.value.message
    assert "name" in caught.value.message
