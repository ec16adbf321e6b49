"""Session secrets and lifetimes, attempts, and when signing keys change."""

import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.commands.open_session import Credentials
from services.identity.errors import TooManyAttempts
from services.identity.rules.attempts import Subject, check
from services.identity.rules.sessions import (
    Lifetimes,
    SessionKind,
    csrf_token,
    digest_of,
    idle_end,
    is_plausible,
    is_worth_touching,
    make_token,
)
from services.identity.rules.signing_keys import (
    KeyAges,
    is_rotation_due,
    key_set,
    load_pair,
    make_pair,
    private_text,
    public_text,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIFETIMES = Lifetimes(idle=HOUR, absolute=10 * HOUR)


@pytest.mark.parametrize("kind", list(SessionKind))
def test_a_token_holds_256_random_bits_and_is_of_its_kind_only(kind: SessionKind) -> None:
    asked: list[int] = []

    def randomness(count: int) -> bytes:
        asked.append(count)
        return secrets.token_bytes(count)

    token = make_token(kind, randomness)
    assert asked == [32]
    assert [other for other in SessionKind if is_plausible(token, other)] == [kind]
    assert len(digest_of(token)) == 32


def test_a_token_of_absurd_length_is_not_looked_up() -> None:
    assert not is_plausible("ppb_" + "a" * 1000, SessionKind.BROWSER)


def test_the_csrf_token_follows_from_the_cookie_and_not_the_other_way() -> None:
    one = make_token(SessionKind.BROWSER, secrets.token_bytes)
    other = make_token(SessionKind.BROWSER, secrets.token_bytes)
    assert csrf_token(one) == csrf_token(one)
    assert csrf_token(one) != csrf_token(other)
    assert digest_of(one).hex() not in csrf_token(one)


@given(st.integers(min_value=0, max_value=36_000))
def test_a_session_in_use_never_outlives_its_absolute_end(age_s: int) -> None:
    end = NOW + LIFETIMES.absolute
    now = NOW + timedelta(seconds=age_s)
    assert now <= idle_end(now, end, LIFETIMES) <= end


def test_a_use_is_written_after_a_sixtieth_of_the_idle_time() -> None:
    assert not is_worth_touching(NOW, NOW + HOUR, LIFETIMES)
    assert not is_worth_touching(NOW + timedelta(seconds=59), NOW + HOUR, LIFETIMES)
    assert is_worth_touching(NOW + timedelta(seconds=60), NOW + HOUR, LIFETIMES)


def test_credentials_show_no_secret_when_they_are_printed() -> None:
    shown = repr(Credentials("ses_1", NOW, "access", 300, "refresh", "browser"))
    assert "ses_1" in shown
    assert not {"access", "refresh", "browser"} & set(shown.replace("(", " ").split())


def test_the_attempt_after_the_last_allowed_one_is_refused_until_the_window_ends() -> None:
    subject = Subject("log_in_email", "ada@example.com", 3)
    check(3, subject, now=NOW, window_end=NOW + HOUR)
    with pytest.raises(TooManyAttempts) as caught:
        check(4, subject, now=NOW, window_end=NOW + timedelta(seconds=1.5))
    assert caught.value.retry_after_s == 2
    assert "ada" not in str(caught.value.metadata)


def test_what_is_counted_is_stored_as_a_digest_that_kinds_do_not_share() -> None:
    by_email = Subject("log_in_email", "ada@example.com", 3)
    by_client = Subject("log_in_client", "ada@example.com", 3)
    assert by_email.key != by_client.key
    assert "ada" not in by_email.key
    assert Subject("a", "b\x1fc", 1).key != Subject("a\x1fb", "d", 1).key


AGES = KeyAges(rotate_after=30 * HOUR, publish_ahead=24 * HOUR, keep_retired=HOUR)


@pytest.mark.parametrize(
    ("current_age", "next_age", "is_due"),
    [(29, 29, False), (30, 30, True), (30, 23, False), (30, 24, True), (1000, 0, False)],
)
def test_a_key_takes_over_when_the_old_one_is_old_and_it_has_been_public_for_long(
    current_age: int, next_age: int, *, is_due: bool
) -> None:
    since = {"current_since": NOW - current_age * HOUR, "next_since": NOW - next_age * HOUR}
    assert is_rotation_due(NOW, **since, ages=AGES) is is_due


def test_the_key_set_never_holds_a_private_half_and_a_pair_survives_storage() -> None:
    pair = make_pair()
    (public,) = json.loads(key_set([public_text(pair)]))["keys"]
    assert "d" not in public
    assert public["kid"] == pair.kid
    again = load_pair(private_text(pair))
    assert again.kid == pair.kid
    assert private_text(again) == private_text(pair)
