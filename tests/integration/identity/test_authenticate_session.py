"""AuthenticateSession: whose cookie this is."""

from datetime import UTC, timedelta

import pytest

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.rules.roles import Role, mask_of
from services.identity.settings import SessionSettings
from services.kit.errors import AppError, PermissionDenied
from tests.support.clock import HeldClock
from tests.support.identity import Door, gateway, identity_running, member, settings_for
from tests.support.stack import Stack


async def browser(door: Door) -> pb.SignUpResponse:
    return await door.sign_up(session_kind=pb.SESSION_KIND_BROWSER)


async def authenticate(door: Door, cookie: str) -> pb.Principal:
    request = pb.AuthenticateSessionRequest(browser_token=cookie)
    answer = await door.call("AuthenticateSession", request, gateway())
    principal: pb.Principal = answer.principal
    return principal


async def refusal(door: Door, cookie: str) -> str:
    with pytest.raises(AppError) as caught:
        await authenticate(door, cookie)
    return caught.value.reason


async def test_a_cookie_gives_its_user_tenant_role_and_csrf_token(identity: Door) -> None:
    signed_up = await browser(identity)
    principal = await authenticate(identity, signed_up.tokens.browser_token)
    assert principal.tenant_id == signed_up.tenant.id
    assert principal.actor_id == signed_up.user.id
    assert principal.session_id == signed_up.tokens.session_id
    assert principal.permission_mask == mask_of(Role.OWNER)
    assert principal.environment == pb.ENVIRONMENT_UNSPECIFIED
    assert principal.csrf_token == signed_up.tokens.csrf_token
    assert principal.csrf_token not in signed_up.tokens.browser_token


async def test_two_sessions_have_two_csrf_tokens(identity: Door) -> None:
    one, other = await browser(identity), await browser(identity)
    assert one.tokens.csrf_token != other.tokens.csrf_token


@pytest.mark.parametrize("cookie", ["", "null", "[]", "ppb_", "ppb_" + "a" * 43, "ppb_\x00"])
async def test_an_invented_cookie_is_refused(identity: Door, cookie: str) -> None:
    assert await refusal(identity, cookie) == "SESSION_INVALID"


async def test_a_refresh_or_access_token_is_no_cookie(identity: Door) -> None:
    tokens = (await identity.sign_up()).tokens
    assert await refusal(identity, tokens.refresh_token) == "SESSION_INVALID"
    assert await refusal(identity, tokens.access_token) == "SESSION_INVALID"
    disguised = "ppb_" + tokens.refresh_token.removeprefix("ppr_")
    assert await refusal(identity, disguised) == "SESSION_INVALID"


async def test_a_used_session_lives_on_an_idle_one_ends_and_none_outlives_its_end(
    stack: Stack,
) -> None:
    clock = HeldClock()
    sessions = SessionSettings(browser_idle_s=600, browser_absolute_s=1500)
    async with identity_running(await settings_for(stack, sessions=sessions), clock) as door:
        used = (await browser(door)).tokens.browser_token
        idle = (await browser(door)).tokens.browser_token
        clock.advance(timedelta(seconds=500))
        end = (await authenticate(door, used)).expire_time.ToDatetime(tzinfo=UTC)
        assert end == clock.now() + timedelta(seconds=600)
        clock.advance(timedelta(seconds=500))
        assert await refusal(door, idle) == "SESSION_INVALID"
        end = (await authenticate(door, used)).expire_time.ToDatetime(tzinfo=UTC)
        assert end == clock.now() + timedelta(seconds=500)
        clock.advance(timedelta(seconds=500))
        assert await refusal(door, used) == "SESSION_INVALID"


async def test_a_session_used_often_is_written_seldom(stack: Stack) -> None:
    clock = HeldClock()
    sessions = SessionSettings(browser_idle_s=600)
    async with identity_running(await settings_for(stack, sessions=sessions), clock) as door:
        signed_up = await browser(door)
        ends = set()
        for _ in range(9):
            clock.advance(timedelta(seconds=1))
            await authenticate(door, signed_up.tokens.browser_token)
            rows = await stack.query(
                "identity",
                "SELECT idle_expire_time FROM control.sessions WHERE id = $1",
                signed_up.tokens.session_id,
            )
            ends.add(rows[0]["idle_expire_time"])
        assert len(ends) == 1


async def test_a_demotion_counts_at_once_and_a_removed_member_is_out(
    identity: Door, stack: Stack
) -> None:
    signed_up = await browser(identity)
    user_id, cookie = signed_up.user.id, signed_up.tokens.browser_token
    await stack.query(
        "identity", "UPDATE control.memberships SET role = 'viewer' WHERE user_id = $1", user_id
    )
    assert (await authenticate(identity, cookie)).permission_mask == mask_of(Role.VIEWER)
    await stack.query("identity", "DELETE FROM control.memberships WHERE user_id = $1", user_id)
    assert await refusal(identity, cookie) == "SESSION_INVALID"


async def test_the_cookie_is_not_in_the_database(identity: Door, stack: Stack) -> None:
    signed_up = await browser(identity)
    rows = await stack.query(
        "identity",
        "SELECT s::text AS line FROM control.sessions s WHERE id = $1",
        signed_up.tokens.session_id,
    )
    for secret in (signed_up.tokens.browser_token, signed_up.tokens.csrf_token):
        assert secret not in rows[0]["line"]
        assert secret.encode().hex() not in rows[0]["line"]


async def test_only_the_platforms_own_parts_may_ask(identity: Door) -> None:
    signed_up = await browser(identity)
    request = pb.AuthenticateSessionRequest(browser_token=signed_up.tokens.browser_token)
    for caller in (member(signed_up), None):
        with pytest.raises(PermissionDenied):
            await identity.call("AuthenticateSession", request, caller)
