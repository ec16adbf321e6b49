"""SignUp: user, tenant and owner in one transaction."""

import asyncio
from hashlib import sha256

import pytest

from promptpilot.identity.v1 import identity_pb2 as pb
from services.kit.errors import AlreadyExists, AppError, Conflict, InvalidArgument
from services.kit.ids import new_id
from tests.support.identity import (
    PASSWORD,
    Door,
    identity_running,
    member,
    new_email,
    settings_for,
    sign_up_request,
)
from tests.support.stack import Stack


async def test_a_sign_up_makes_a_user_a_live_tenant_and_an_owner(identity: Door) -> None:
    email = new_email()
    answer = await identity.sign_up(email=f"  {email.upper()} ", display_name=" Ada ")
    assert answer.user.email == email
    assert answer.user.display_name == "Ada"
    assert answer.tenant.state == pb.TENANT_STATE_LIVE
    me = await identity.call("GetMe", pb.GetMeRequest(), member(answer))
    assert (me.user.id, me.tenant.id, me.role) == (
        answer.user.id,
        answer.tenant.id,
        pb.ROLE_OWNER,
    )


async def test_a_token_sign_up_gives_tokens_and_a_browser_sign_up_a_cookie(identity: Door) -> None:
    for_program = (await identity.sign_up()).tokens
    assert for_program.access_token.count(".") == 2
    assert for_program.access_token_lifetime_s == 300
    assert for_program.refresh_token.startswith("ppr_")
    assert not for_program.browser_token
    assert not for_program.csrf_token
    in_browser = (await identity.sign_up(session_kind=pb.SESSION_KIND_BROWSER)).tokens
    assert in_browser.browser_token.startswith("ppb_")
    assert in_browser.csrf_token
    assert not in_browser.access_token
    assert not in_browser.refresh_token


async def test_the_tenant_gets_its_schema_and_its_events_in_the_same_transaction(
    identity: Door, stack: Stack
) -> None:
    tenant_id = (await identity.sign_up()).tenant.id
    schema = tenant_id.replace("ten_", "t_")
    tables = await stack.query(
        "identity",
        "SELECT table_name FROM information_schema.tables WHERE table_schema = $1",
        schema,
    )
    assert "api_keys" in {row["table_name"] for row in tables}
    events = await stack.query(
        "identity", "SELECT type FROM control.outbox WHERE tenant_id = $1", tenant_id
    )
    assert {row["type"] for row in events} == {
        "dev.promptpilot.identity.user.signed_up.v1",
        "dev.promptpilot.identity.tenant.created.v1",
        "dev.promptpilot.identity.tenant.activated.v1",
    }


async def test_every_field_at_fault_is_named_at_once(identity: Door) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await identity.call("SignUp", pb.SignUpRequest(email="nobody", password="short"))
    assert {one.field for one in caught.value.violations} == {
        "email",
        "password",
        "display_name",
        "tenant_name",
        "session_kind",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "a@b"),
        ("email", "a b@example.com"),
        ("email", "a@example.com\nb@example.com"),
        ("email", "a" * 65 + "@example.com"),
        ("email", "a@" + "b." * 150 + "com"),
        ("email", "a\x00@example.com"),
        ("password", "x" * 9),
        ("password", "xyz" * 67),
        ("password", "Password123"),
        ("password", "aaaaaaaaaaaa"),
        ("display_name", "   "),
        ("display_name", "x" * 101),
        ("display_name", "two\nlines"),
        ("tenant_name", "nul\x00"),
        ("session_kind", 0),
        ("session_kind", 99),
        ("request_id", "x" * 129),
        ("request_id", "nul\x00"),
    ],
)
async def test_a_bad_field_is_refused_by_name(identity: Door, field: str, value: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await identity.call("SignUp", sign_up_request(**{field: value}))
    assert [one.field for one in caught.value.violations] == [field]


async def test_the_email_is_no_password(identity: Door) -> None:
    email = new_email()
    with pytest.raises(InvalidArgument) as caught:
        await identity.sign_up(email=email, password=email.upper())
    assert [one.field for one in caught.value.violations] == ["password"]


async def test_an_email_signs_up_once_whatever_its_case(identity: Door) -> None:
    first = await identity.sign_up()
    with pytest.raises(AlreadyExists) as caught:
        await identity.sign_up(email=first.user.email.upper())
    assert caught.value.reason == "EMAIL_TAKEN"


async def test_fifty_sign_ups_at_once_with_one_email_make_one_user(
    identity: Door, stack: Stack
) -> None:
    email = new_email()
    results = await asyncio.gather(
        *(identity.sign_up(email=email) for _ in range(50)), return_exceptions=True
    )
    made = [one for one in results if isinstance(one, pb.SignUpResponse)]
    refused = [one.reason for one in results if isinstance(one, AppError)]
    assert len(made) == 1
    assert refused == ["EMAIL_TAKEN"] * 49
    users = await stack.query("identity", "SELECT id FROM control.users WHERE email = $1", email)
    assert [row["id"] for row in users] == [made[0].user.id]
    tenants = await stack.query(
        "identity",
        "SELECT tenant_id FROM control.memberships WHERE user_id = $1",
        made[0].user.id,
    )
    assert len(tenants) == 1


async def test_a_repeated_request_gives_the_same_answer_and_one_user(identity: Door) -> None:
    request = sign_up_request(request_id=new_id("req"), client_address="10.0.0.1")
    first = await identity.call("SignUp", request)
    request.client_address = "10.0.0.2"
    second = await identity.call("SignUp", request)
    assert first == second
    assert second.tokens.refresh_token


@pytest.mark.parametrize("field", ["password", "tenant_name"])
async def test_a_request_id_with_another_body_is_refused(identity: Door, field: str) -> None:
    request = sign_up_request(request_id=new_id("req"))
    await identity.call("SignUp", request)
    setattr(request, field, "something quite else")
    with pytest.raises(InvalidArgument) as caught:
        await identity.call("SignUp", request)
    assert caught.value.reason == "REQUEST_ID_REUSED"


async def test_strangers_do_not_meet_under_one_request_id(identity: Door) -> None:
    mine, theirs = (sign_up_request(request_id="first-try") for _ in range(2))
    theirs.password = mine.password
    first = await identity.call("SignUp", mine)
    # Neither refused, which would tell that the id is taken, nor answered with what is not theirs.
    other = await identity.call("SignUp", theirs)
    assert (other.user.email, other.tenant.id != first.tenant.id) == (theirs.email, True)
    assert await identity.call("SignUp", mine) == first
    assert await identity.call("SignUp", theirs) == other


async def test_strangers_under_one_request_id_do_not_wait_for_each_other(identity: Door) -> None:
    request_id = new_id("req")
    answers = await asyncio.gather(
        *(identity.call("SignUp", sign_up_request(request_id=request_id)) for _ in range(8))
    )
    assert len({answer.tenant.id for answer in answers}) == 8


async def test_twenty_at_once_with_one_request_id_make_one_tenant(
    identity: Door, stack: Stack
) -> None:
    request = sign_up_request(request_id=new_id("req"))
    results = await asyncio.gather(
        *(identity.call("SignUp", request) for _ in range(20)), return_exceptions=True
    )
    answers = {one.tenant.id for one in results if isinstance(one, pb.SignUpResponse)}
    assert len(answers) == 1
    assert all(isinstance(one, pb.SignUpResponse | Conflict) for one in results)
    users = await stack.query(
        "identity", "SELECT id FROM control.users WHERE email = $1", request.email
    )
    assert len(users) == 1


async def test_neither_password_nor_tokens_stand_in_the_database_in_clear(
    identity: Door, stack: Stack
) -> None:
    request = sign_up_request(request_id=new_id("req"), password=new_id("pwd"))
    tokens = (await identity.call("SignUp", request)).tokens
    rows = await stack.query(
        "identity",
        "SELECT request_id, answer::text AS answer FROM control.requests"
        " WHERE request_id LIKE '%:' || $1",
        request.request_id,
    )
    assert request.email not in rows[0]["request_id"]
    stored = bytes.fromhex(rows[0]["answer"].removeprefix("\\x"))
    users = await stack.query(
        "identity", "SELECT password_hash FROM control.users WHERE email = $1", request.email
    )
    assert users[0]["password_hash"].startswith("$argon2id$")
    for secret in (request.password, tokens.refresh_token, tokens.access_token):
        assert secret.encode() not in stored
        assert secret not in users[0]["password_hash"]


async def test_the_stored_request_does_not_let_anybody_guess_the_password(
    identity: Door, stack: Stack
) -> None:
    # Whoever steals the database pays argon2 for each guess: a plain hash would be free.
    request = sign_up_request(request_id=new_id("req"), password=PASSWORD)
    await identity.call("SignUp", request)
    rows = await stack.query(
        "identity",
        "SELECT body_hash FROM control.requests WHERE request_id LIKE '%:' || $1",
        request.request_id,
    )
    guesses = [request.SerializeToString(deterministic=True)]
    request.client_address = ""
    guesses.append(request.SerializeToString(deterministic=True))
    assert rows[0]["body_hash"] not in {sha256(guess).digest() for guess in guesses}


async def test_sign_ups_from_one_address_are_limited(stack: Stack) -> None:
    settings = await settings_for(stack, attempts={"sign_ups_per_client": 2})
    address = new_id("adr")
    async with identity_running(settings) as door:
        for _ in range(2):
            await door.sign_up(client_address=address)
        with pytest.raises(AppError) as caught:
            await door.sign_up(client_address=address)
        assert caught.value.reason == "TOO_MANY_ATTEMPTS"
        assert 0 < (caught.value.retry_after_s or 0) <= 900
        await door.sign_up(client_address=new_id("adr"))
