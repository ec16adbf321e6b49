"""The signed context: what it carries, and that nothing else is believed."""

from dataclasses import replace

import pytest

from services.kit.caller import EVERY_GRANT, Caller, acting_as, current_caller, find_caller
from services.kit.errors import Unauthenticated
from services.kit.ids import ActorId, TenantId, new_id
from services.kit.rpc.context import (
    CLOCK_SKEW_S,
    LIFETIME_S,
    ContextInvalid,
    ContextSigner,
    ContextVerifier,
    generate_key_pair,
)

CALLER = Caller(
    tenant=TenantId(new_id("ten")),
    actor=ActorId(new_id("usr")),
    kind="user",
    permission_mask=(1 << 62) | (1 << 14),
    environment="live",
    request_id="req-7",
    session_id="ses-9",
)


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def keys() -> tuple[str, str]:
    return generate_key_pair()


@pytest.fixture
def signer(keys: tuple[str, str], clock: Hands) -> ContextSigner:
    return ContextSigner("gateway", keys[0], now=clock)


@pytest.fixture
def verifier(keys: tuple[str, str], clock: Hands) -> ContextVerifier:
    return ContextVerifier({"gateway": keys[1]}, now=clock)


@pytest.mark.parametrize(
    "caller",
    [
        CALLER,
        Caller.anonymous("req-1"),
        Caller.service("execution", TenantId(new_id("ten")), environment="test"),
        Caller.service("cli"),
        replace(CALLER, kind="key", permission_mask=EVERY_GRANT),
    ],
)
def test_every_caller_arrives_as_it_was_sent(
    signer: ContextSigner, verifier: ContextVerifier, caller: Caller
) -> None:
    assert verifier.verify(signer.mint(caller)) == caller


def test_a_token_is_good_until_its_end_and_no_longer(
    signer: ContextSigner, verifier: ContextVerifier, clock: Hands
) -> None:
    token = signer.mint(CALLER)
    clock.now += LIFETIME_S + CLOCK_SKEW_S - 1
    assert verifier.verify(token) == CALLER
    clock.now += 1
    with pytest.raises(ContextInvalid, match="expired"):
        verifier.verify(token)


def test_a_token_verified_before_expires_all_the_same(
    signer: ContextSigner, verifier: ContextVerifier, clock: Hands
) -> None:
    token = signer.mint(CALLER)
    verifier.verify(token)
    clock.now += LIFETIME_S + CLOCK_SKEW_S
    with pytest.raises(ContextInvalid, match="expired"):
        verifier.verify(token)


def test_a_token_from_the_future_is_refused(
    signer: ContextSigner, verifier: ContextVerifier, clock: Hands
) -> None:
    clock.now += CLOCK_SKEW_S + 2
    token = signer.mint(CALLER)
    clock.now -= CLOCK_SKEW_S + 2
    with pytest.raises(ContextInvalid, match="not valid yet"):
        verifier.verify(token)


def test_every_single_changed_byte_is_noticed(
    signer: ContextSigner, verifier: ContextVerifier
) -> None:
    token = signer.mint(CALLER)
    for place in range(len(token)):
        forged = token[:place] + bytes((token[place] ^ 1,)) + token[place + 1 :]
        with pytest.raises(ContextInvalid):
            verifier.verify(forged)


def test_every_cut_token_is_refused(signer: ContextSigner, verifier: ContextVerifier) -> None:
    token = signer.mint(CALLER)
    for length in range(len(token)):
        with pytest.raises(ContextInvalid):
            verifier.verify(token[:length])
    with pytest.raises(ContextInvalid):
        verifier.verify(token + b"x" * 4096)


def test_a_part_cannot_speak_in_the_name_of_another(
    verifier: ContextVerifier, clock: Hands
) -> None:
    strangers_key, _ = generate_key_pair()
    with pytest.raises(ContextInvalid, match="signature"):
        verifier.verify(ContextSigner("gateway", strangers_key, now=clock).mint(CALLER))


def test_an_unknown_part_is_refused(keys: tuple[str, str], clock: Hands) -> None:
    stranger = ContextSigner("stranger", keys[0], now=clock)
    with pytest.raises(ContextInvalid, match="unknown part"):
        ContextVerifier({"gateway": keys[1]}, now=clock).verify(stranger.mint(CALLER))


def test_a_refused_context_is_unauthenticated_with_its_reason() -> None:
    assert issubclass(ContextInvalid, Unauthenticated)
    assert ContextInvalid.reason == "CONTEXT_INVALID"


def test_a_caller_is_signed_again_only_when_half_of_the_life_is_over(
    signer: ContextSigner, clock: Hands
) -> None:
    token = signer.mint(CALLER)
    clock.now += LIFETIME_S / 2 - 1
    assert signer.mint(CALLER) is token
    clock.now += 1
    assert signer.mint(CALLER) != token
    assert signer.mint(replace(CALLER, request_id="other")) != token


def test_what_is_remembered_has_a_bound(signer: ContextSigner, verifier: ContextVerifier) -> None:
    for number in range(4200):
        verifier.verify(signer.mint(replace(CALLER, request_id=str(number))))
    assert len(signer._minted) == 4096
    assert len(verifier._verified) == 4096


def test_outside_a_call_there_is_no_caller() -> None:
    with pytest.raises(LookupError, match="acting_as"):
        current_caller()
    assert find_caller() is None


def _fail_as_a_service() -> None:
    with acting_as(Caller.service("execution")):
        raise RuntimeError(current_caller().kind)


def test_acting_as_ends_with_its_block_also_by_an_error() -> None:
    with acting_as(CALLER):
        with pytest.raises(RuntimeError, match="service"):
            _fail_as_a_service()
        assert current_caller() is CALLER
    assert find_caller() is None


def test_a_service_holds_every_grant_and_nobody_holds_more_than_his_mask() -> None:
    assert all(Caller.service("x").holds(number) for number in range(8, 63))
    assert [number for number in range(64) if CALLER.holds(number)] == [14, 62]
