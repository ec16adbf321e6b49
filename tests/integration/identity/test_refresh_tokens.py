"""RefreshTokens: each token once; a token used twice ends its session."""

import asyncio
from datetime import UTC, timedelta

import pytest
from nats.aio.msg import Msg

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.settings import SessionSettings
from services.kit.bus import Bus
from services.kit.errors import AppError, Unauthenticated
from tests.support.clock import HeldClock
from tests.support.identity import Door, identity_running, settings_for, unverified_claims
from tests.support.stack import Stack


async def refresh(door: Door, token: str) -> pb.SessionTokens:
    answer = await door.call("RefreshTokens", pb.RefreshTokensRequest(refresh_token=token))
    tokens: pb.SessionTokens = answer.tokens
    return tokens


async def refusal(door: Door, token: str) -> AppError:
    with pytest.raises(Unauthenticated) as caught:
        await refresh(door, token)
    return caught.value


async def test_a_refresh_gives_the_next_pair_of_the_same_session(identity: Door) -> None:
    first = (await identity.sign_up()).tokens
    second = await refresh(identity, first.refresh_token)
    third = await refresh(identity, second.refresh_token)
    assert first.session_id == second.session_id == third.session_id
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert len({first.access_token, second.access_token, third.access_token}) == 3


async def test_a_token_used_twice_ends_the_session_for_thief_and_owner(
    identity: Door, stack: Stack
) -> None:
    first = (await identity.sign_up()).tokens
    second = await refresh(identity, first.refresh_token)
    assert (await refusal(identity, first.refresh_token)).reason == "REFRESH_TOKEN_REUSED"
    assert (await refusal(identity, second.refresh_token)).reason == "REFRESH_TOKEN_INVALID"
    events = await stack.query(
        "identity",
        "SELECT convert_from(payload, 'UTF8') AS body FROM control.outbox"
        " WHERE type = 'dev.promptpilot.identity.session.revoked.v1'",
    )
    bodies = [row["body"] for row in events if first.session_id in row["body"]]
    assert len(bodies) == 1
    assert '"refresh_token_reused"' in bodies[0]


async def test_a_reuse_is_pushed_to_every_gateway(identity: Door, stack: Stack) -> None:
    first = (await identity.sign_up()).tokens
    await refresh(identity, first.refresh_token)
    bus = Bus(stack.bus(), "gateway")
    await bus.connect()
    heard = asyncio.Event()

    async def hear(_message: Msg) -> None:
        heard.set()

    try:
        await bus.listen(f"inv.identity.session.{first.session_id}", hear)
        await bus.check()
        await refusal(identity, first.refresh_token)
        async with asyncio.timeout(10):
            await heard.wait()
    finally:
        await bus.close()


async def test_other_sessions_of_the_user_live_on(identity: Door) -> None:
    signed_up = await identity.sign_up()
    log_in = pb.LogInRequest(
        email=signed_up.user.email,
        password="correct horse battery",
        session_kind=pb.SESSION_KIND_TOKEN,
    )
    other = (await identity.call("LogIn", log_in)).tokens
    await refresh(identity, signed_up.tokens.refresh_token)
    await refusal(identity, signed_up.tokens.refresh_token)
    assert (await refresh(identity, other.refresh_token)).session_id == other.session_id


async def test_of_ten_at_once_with_one_token_at_most_one_wins_and_the_session_ends(
    identity: Door,
) -> None:
    tokens = (await identity.sign_up()).tokens
    results = await asyncio.gather(
        *(refresh(identity, tokens.refresh_token) for _ in range(10)), return_exceptions=True
    )
    won = [one for one in results if isinstance(one, pb.SessionTokens)]
    reasons = [one.reason for one in results if isinstance(one, AppError)]
    assert len(won) == 1
    assert reasons == ["REFRESH_TOKEN_REUSED"] * 9
    assert (await refusal(identity, won[0].refresh_token)).reason == "REFRESH_TOKEN_INVALID"


@pytest.mark.parametrize(
    "token",
    ["", "null", "ppr_", "ppr_" + "a" * 43, "ppr_" + "a" * 100_000, "ppb_" + "a" * 43, "ppr_\x00"],
)
async def test_an_invented_token_is_refused(identity: Door, token: str) -> None:
    assert (await refusal(identity, token)).reason == "REFRESH_TOKEN_INVALID"


async def test_an_access_token_or_a_cookie_is_no_refresh_token(identity: Door) -> None:
    tokens = (await identity.sign_up()).tokens
    cookie = (await identity.sign_up(session_kind=pb.SESSION_KIND_BROWSER)).tokens.browser_token
    for wrong in (tokens.access_token, cookie, "ppr_" + cookie.removeprefix("ppb_")):
        assert (await refusal(identity, wrong)).reason == "REFRESH_TOKEN_INVALID"


async def test_a_session_ends_when_idle_and_at_its_absolute_end(stack: Stack) -> None:
    clock = HeldClock()
    sessions = SessionSettings(token_idle_s=100, token_absolute_s=250)
    async with identity_running(await settings_for(stack, sessions=sessions), clock) as door:
        idle = (await door.sign_up()).tokens
        clock.advance(timedelta(seconds=100))
        assert (await refusal(door, idle.refresh_token)).reason == "REFRESH_TOKEN_INVALID"
        tokens = (await door.sign_up()).tokens
        for _ in range(2):
            clock.advance(timedelta(seconds=90))
            tokens = await refresh(door, tokens.refresh_token)
        # 180 s old: the idle end would be at 280 s, the absolute end is at 250 s.
        assert tokens.expire_time.ToDatetime(tzinfo=UTC) == clock.now() + timedelta(seconds=70)
        clock.advance(timedelta(seconds=70))
        assert (await refusal(door, tokens.refresh_token)).reason == "REFRESH_TOKEN_INVALID"


async def test_a_refreshed_access_token_has_the_role_of_the_moment(
    identity: Door, stack: Stack
) -> None:
    signed_up = await identity.sign_up()
    await stack.query(
        "identity",
        "UPDATE control.memberships SET role = 'viewer' WHERE user_id = $1",
        signed_up.user.id,
    )
    tokens = await refresh(identity, signed_up.tokens.refresh_token)
    claims = unverified_claims(tokens.access_token)
    assert claims["mask"] != unverified_claims(signed_up.tokens.access_token)["mask"]
    await stack.query(
        "identity", "DELETE FROM control.memberships WHERE user_id = $1", signed_up.user.id
    )
    assert (await refusal(identity, tokens.refresh_token)).reason == "REFRESH_TOKEN_INVALID"
