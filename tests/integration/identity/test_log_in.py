"""LogIn: the right password, every wrong one, and too many of them."""

import asyncio
from datetime import timedelta

import pytest

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.settings import AttemptSettings, PasswordSettings
from services.kit.errors import AppError, InvalidArgument, ResourceExhausted, Unauthenticated
from services.kit.ids import new_id
from tests.support.clock import HeldClock
from tests.support.identity import (
    CHEAP,
    PASSWORD,
    Door,
    gateway,
    identity_running,
    new_email,
    settings_for,
)
from tests.support.stack import Stack


def request(email: str, password: str = PASSWORD, address: str = "") -> pb.LogInRequest:
    return pb.LogInRequest(
        email=email,
        password=password,
        session_kind=pb.SESSION_KIND_TOKEN,
        client_address=address,
    )


async def refusal(door: Door, message: pb.LogInRequest) -> AppError:
    with pytest.raises(AppError) as caught:
        await door.call("LogIn", message)
    return caught.value


async def test_the_right_password_opens_a_new_session_in_the_users_tenant(identity: Door) -> None:
    signed_up = await identity.sign_up()
    answer = await identity.call("LogIn", request(f" {signed_up.user.email.upper()}"))
    assert answer.user == signed_up.user
    assert answer.tenant == signed_up.tenant
    assert answer.tokens.session_id != signed_up.tokens.session_id
    assert answer.tokens.access_token


async def test_a_browser_log_in_gives_a_cookie_that_authenticates(identity: Door) -> None:
    signed_up = await identity.sign_up()
    browser = request(signed_up.user.email)
    browser.session_kind = pb.SESSION_KIND_BROWSER
    tokens = (await identity.call("LogIn", browser)).tokens
    found = await identity.call(
        "AuthenticateSession",
        pb.AuthenticateSessionRequest(browser_token=tokens.browser_token),
        gateway(),
    )
    assert found.principal.session_id == tokens.session_id
    assert found.principal.csrf_token == tokens.csrf_token


async def test_unknown_user_and_wrong_password_are_not_told_apart(identity: Door) -> None:
    signed_up = await identity.sign_up()
    wrong = await refusal(identity, request(signed_up.user.email, "not the password"))
    unknown = await refusal(identity, request(new_email(), "not the password"))
    assert isinstance(wrong, Unauthenticated)
    assert wrong.reason == unknown.reason == "WRONG_CREDENTIALS"
    assert wrong.message == unknown.message
    assert wrong.metadata == unknown.metadata


async def test_an_unknown_user_waits_for_the_same_hashing_as_a_known_one(stack: Stack) -> None:
    # With one busy thread and no place to wait, whoever needs a hash is turned away: both do.
    slow = PasswordSettings(
        time_cost=20, memory_kib=64 * 1024, parallelism=1, threads=1, most_waiting=0
    )
    async with identity_running(await settings_for(stack)) as door:
        known = (await door.sign_up()).user.email
    async with identity_running(await settings_for(stack, passwords=slow)) as door:
        busy = asyncio.create_task(refusal(door, request(new_email())))
        await asyncio.sleep(0.1)
        assert not busy.done()
        for email in (known, new_email()):
            error = await refusal(door, request(email))
            assert isinstance(error, ResourceExhausted)
            assert error.reason == "PASSWORD_CHECKS_BUSY"
            assert error.retry_after_s == 1
        assert (await busy).reason == "WRONG_CREDENTIALS"
        # The thread is free again, and so is its place.
        assert (await refusal(door, request(new_email()))).reason == "WRONG_CREDENTIALS"


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (pb.LogInRequest(), {"email", "password", "session_kind"}),
        (request("nobody"), {"email"}),
        (request("a\x00@example.com"), {"email"}),
        (request("a@example.com", ""), {"password"}),
        (request("a@example.com", "x" * 201), {"password"}),
        (pb.LogInRequest(email="a@example.com", password="x"), {"session_kind"}),
    ],
)
async def test_bad_input_names_the_fields(
    identity: Door, message: pb.LogInRequest, fields: set[str]
) -> None:
    error = await refusal(identity, message)
    assert isinstance(error, InvalidArgument)
    assert {one.field for one in error.violations} == fields


async def test_a_password_is_the_same_from_every_keyboard(identity: Door) -> None:
    composed, decomposed = "caf\u00e9 au lait 1", "cafe\u0301 au lait 1"
    signed_up = await identity.sign_up(password=composed)
    answer = await identity.call("LogIn", request(signed_up.user.email, decomposed))
    assert answer.user == signed_up.user


@pytest.mark.parametrize("is_known", [True, False])
async def test_an_email_is_locked_for_a_while_after_too_many_failures(
    stack: Stack, *, is_known: bool
) -> None:
    clock = HeldClock()
    attempts = AttemptSettings(log_ins_per_email=3, window_s=600)
    settings = await settings_for(stack, attempts=attempts)
    async with identity_running(settings, clock) as door:
        email = (await door.sign_up()).user.email if is_known else new_email()
        for _ in range(3):
            assert (await refusal(door, request(email, "wrong"))).reason == "WRONG_CREDENTIALS"
        clock.advance(timedelta(seconds=100))
        # Also the right password is not looked at any more.
        error = await refusal(door, request(email))
        assert error.reason == "TOO_MANY_ATTEMPTS"
        assert error.retry_after_s == 500
        clock.advance(timedelta(seconds=500))
        if is_known:
            await door.call("LogIn", request(email))
        else:
            assert (await refusal(door, request(email))).reason == "WRONG_CREDENTIALS"


async def test_guesses_sent_side_by_side_do_not_pass_the_limit(stack: Stack) -> None:
    settings = await settings_for(stack, attempts=AttemptSettings(log_ins_per_email=5))
    async with identity_running(settings) as door:
        email = (await door.sign_up()).user.email
        errors = await asyncio.gather(*(refusal(door, request(email, "wrong")) for _ in range(20)))
        reasons = sorted(error.reason for error in errors)
        assert reasons == ["TOO_MANY_ATTEMPTS"] * 15 + ["WRONG_CREDENTIALS"] * 5


async def test_a_success_clears_the_failures_of_its_email(stack: Stack) -> None:
    settings = await settings_for(stack, attempts=AttemptSettings(log_ins_per_email=3))
    async with identity_running(settings) as door:
        email = (await door.sign_up()).user.email
        for _ in range(2):
            for _ in range(2):
                await refusal(door, request(email, "wrong"))
            answer = await door.call("LogIn", request(email))
            assert answer.user.email == email


async def test_an_address_is_limited_over_all_emails_and_successes_are_free(stack: Stack) -> None:
    settings = await settings_for(stack, attempts=AttemptSettings(log_ins_per_client=3))
    address = new_id("adr")
    async with identity_running(settings) as door:
        email = (await door.sign_up()).user.email
        for _ in range(5):
            await door.call("LogIn", request(email, address=address))
        for _ in range(3):
            await refusal(door, request(new_email(), address=address))
        error = await refusal(door, request(new_email(), address=address))
        assert error.reason == "TOO_MANY_ATTEMPTS"
        await door.call("LogIn", request(email, address=new_id("adr")))


async def test_the_limit_holds_for_all_replicas_together(stack: Stack) -> None:
    settings = await settings_for(stack, attempts=AttemptSettings(log_ins_per_email=2))
    email = new_email()
    async with identity_running(settings) as one, identity_running(settings) as other:
        await refusal(one, request(email))
        await refusal(other, request(email))
        assert (await refusal(one, request(email))).reason == "TOO_MANY_ATTEMPTS"


async def test_a_log_in_renews_a_hash_of_older_parameters(stack: Stack) -> None:
    async with identity_running(await settings_for(stack)) as door:
        user = (await door.sign_up()).user
    newer = CHEAP.model_copy(update={"memory_kib": 128})
    async with identity_running(await settings_for(stack, passwords=newer)) as door:
        await door.call("LogIn", request(user.email))
        rows = await stack.query(
            "identity", "SELECT password_hash FROM control.users WHERE id = $1", user.id
        )
        assert "m=128," in rows[0]["password_hash"]
        await door.call("LogIn", request(user.email))


async def test_a_member_of_no_tenant_cannot_log_in(identity: Door, stack: Stack) -> None:
    signed_up = await identity.sign_up()
    await stack.query(
        "identity",
        "UPDATE control.tenant_directory SET state = 'offboarding' WHERE id = $1",
        signed_up.tenant.id,
    )
    assert (await refusal(identity, request(signed_up.user.email))).reason == "NO_TENANT"
