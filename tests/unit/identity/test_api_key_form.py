"""The form of an API key: what is one, and what a key may create."""

import random
import secrets
import zlib
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.errors import EnvironmentNotHeld, ExpiryTooLate, RoleTooWide
from services.identity.rules.api_keys import (
    BASE62,
    Creator,
    Environment,
    checksum,
    make_key,
    may_create,
    parse_key,
)
from services.identity.rules.roles import Role, holds_all, mask_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@given(seed=st.integers(), environment=st.sampled_from(Environment))
def test_every_key_that_is_made_is_read_back(seed: int, environment: Environment) -> None:
    key = make_key(environment, random.Random(seed).choice)
    assert parse_key(key.text) == key
    assert len(key.text) == len("pp_test_") + 8 + 32 + 6
    assert key.text.startswith(key.prefix)
    assert len(key.digest) == 32


@given(st.text(alphabet=BASE62, min_size=46, max_size=46))
def test_made_up_characters_are_a_key_only_with_their_own_checksum(text: str) -> None:
    body = f"pp_live_{text[:40]}"
    found = parse_key(f"pp_live_{text}")
    assert (found is not None) == (checksum(body) == text[40:])


@given(st.text())
def test_no_text_makes_it_stumble(text: str) -> None:
    assert parse_key(text) is None


def test_the_checksum_is_crc_32_in_base_62() -> None:
    body = "pp_test_" + "0" * 40
    value = 0
    for digit in checksum(body):
        value = value * 62 + BASE62.index(digit)
    assert value == zlib.crc32(body.encode())


def test_a_key_shows_no_secret_when_it_is_printed() -> None:
    key = make_key(Environment.LIVE, secrets.choice)
    assert key.text[16:-6] not in repr(key)
    assert key.prefix in repr(key)


def test_a_trailing_line_break_or_another_environment_is_no_key() -> None:
    text = make_key(Environment.TEST, secrets.choice).text
    assert parse_key(text + "\n") is None
    assert parse_key(" " + text) is None
    assert parse_key(text.replace("pp_test_", "pp_live_")) is None


@pytest.mark.parametrize(("creator", "role"), list(product(Role, Role)))
def test_a_role_may_create_exactly_the_roles_that_it_covers(creator: Role, role: Role) -> None:
    who = Creator(mask_of(creator), environment=None, expire_time=None)
    is_covered = holds_all(mask_of(creator), mask_of(role))
    try:
        may_create(who, role=role, environment=Environment.TEST, expire_time=None)
    except RoleTooWide:
        assert not is_covered
    else:
        assert is_covered


@pytest.mark.parametrize(
    ("own", "asked", "is_allowed"),
    [
        (None, None, True),
        (None, LATER, True),
        (LATER, LATER, True),
        (LATER, NOW, True),
        (LATER, None, False),
        (LATER, LATER + timedelta(microseconds=1), False),
    ],
)
def test_a_key_lives_no_longer_than_its_creator(
    own: datetime | None, asked: datetime | None, *, is_allowed: bool
) -> None:
    who = Creator(mask_of(Role.OWNER), environment=Environment.TEST, expire_time=own)
    try:
        may_create(who, role=Role.VIEWER, environment=Environment.TEST, expire_time=asked)
    except ExpiryTooLate:
        assert not is_allowed
    else:
        assert is_allowed


def test_a_key_creates_keys_of_its_own_environment_only() -> None:
    who = Creator(mask_of(Role.OWNER), environment=Environment.TEST, expire_time=None)
    with pytest.raises(EnvironmentNotHeld):
        may_create(who, role=Role.VIEWER, environment=Environment.LIVE, expire_time=None)
