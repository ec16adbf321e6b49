"""LogOut: the end of one session, by its cookie or its refresh token."""

import asyncio

import pytest
from nats.aio.msg import Msg

from promptpilot.identity.v1 import identity_pb2 as pb
from services.kit.bus import Bus
from services.kit.errors import AppError, InvalidArgument
from tests.support.identity import Door, gateway
from tests.support.stack import Stack


async def test_a_cookie_that_logged_out_authenticates_nobody(identity: Door) -> None:
    cookie = (await identity.sign_up(session_kind=pb.SESSION_KIND_BROWSER)).tokens.browser_token
    await identity.call("LogOut", pb.LogOutRequest(browser_token=cookie))
    request = pb.AuthenticateSessionRequest(browser_token=cookie)
    with pytest.raises(AppError) as caught:
        await identity.call("AuthenticateSession", request, gateway())
    assert caught.value.reason == "SESSION_INVALID"


async def test_a_refresh_token_that_logged_out_refreshes_nothing(identity: Door) -> None:
    token = (await identity.sign_up()).tokens.refresh_token
    await identity.call("LogOut", pb.LogOutRequest(refresh_token=token))
    with pytest.raises(AppError) as caught:
        await identity.call("RefreshTokens", pb.RefreshTokensRequest(refresh_token=token))
    assert caught.value.reason == "REFRESH_TOKEN_INVALID"


@pytest.mark.parametrize(
    "request_",
    [
        pb.LogOutRequest(browser_token="ppb_" + "a" * 43),
        pb.LogOutRequest(refresh_token="ppr_" + "a" * 43),
        pb.LogOutRequest(browser_token="null"),
        pb.LogOutRequest(refresh_token="\x00"),
    ],
)
async def test_a_token_that_nobody_knows_is_no_error(
    identity: Door, request_: pb.LogOutRequest
) -> None:
    assert await identity.call("LogOut", request_) == pb.LogOutResponse()


@pytest.mark.parametrize(
    "request_", [pb.LogOutRequest(), pb.LogOutRequest(browser_token="a", refresh_token="b")]
)
async def test_exactly_one_token_is_needed(identity: Door, request_: pb.LogOutRequest) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await identity.call("LogOut", request_)
    fields = {one.field for one in caught.value.violations}
    assert fields == {"browser_token", "refresh_token"}


async def test_a_log_out_ends_only_its_own_session_and_is_told_once(
    identity: Door, stack: Stack
) -> None:
    signed_up = await identity.sign_up(session_kind=pb.SESSION_KIND_BROWSER)
    other = await identity.sign_up(session_kind=pb.SESSION_KIND_BROWSER)
    logout = pb.LogOutRequest(browser_token=signed_up.tokens.browser_token)
    for _ in range(2):
        await identity.call("LogOut", logout)
    found = await identity.call(
        "AuthenticateSession",
        pb.AuthenticateSessionRequest(browser_token=other.tokens.browser_token),
        gateway(),
    )
    assert found.principal.actor_id == other.user.id
    events = await stack.query(
        "identity",
        "SELECT id FROM control.outbox WHERE tenant_id = $1"
        " AND type = 'dev.promptpilot.identity.session.revoked.v1'",
        signed_up.tenant.id,
    )
    assert len(events) == 1


async def test_a_log_out_is_pushed_to_every_gateway(identity: Door, stack: Stack) -> None:
    tokens = (await identity.sign_up(session_kind=pb.SESSION_KIND_BROWSER)).tokens
    bus = Bus(stack.bus(), "gateway")
    await bus.connect()
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def hear(message: Msg) -> None:
        heard.put_nowait(message.subject)

    try:
        await bus.listen(f"inv.identity.session.{tokens.session_id}", hear)
        await bus.check()
        await identity.call("LogOut", pb.LogOutRequest(browser_token=tokens.browser_token))
        async with asyncio.timeout(10):
            assert (await heard.get()).endswith(tokens.session_id)
    finally:
        await bus.close()
