"""A tenant goes live when every service holds it: never half made, whatever crashes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.app import build_for_tests
from services.kit.ids import new_id
from services.kit.runtime import running
from tests.support.identity import (
    Door,
    door_to,
    identity_running,
    member,
    settings_for,
    sign_up_request,
)
from tests.support.neighbours import SERVICES, Neighbours, neighbours_of
from tests.support.stack import Stack, running_stack

ACTIVATED = "dev.promptpilot.identity.tenant.activated.v1"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack of its own: on the shared one the real services may run, and answer."""
    with running_stack() as alone:
        yield alone


@pytest.fixture(scope="module")
async def waiting(stack: Stack) -> AsyncIterator[Door]:
    """Identity that waits for four services, but not in the sign-up itself."""
    settings = await settings_for(stack, required_services=SERVICES, sign_up_wait_s=0)
    async with identity_running(settings) as door:
        yield door


@pytest.fixture(scope="module")
async def neighbours(stack: Stack) -> AsyncIterator[Neighbours]:
    """The four services' events."""
    async with neighbours_of(stack) as there:
        yield there


async def state_of(door: Door, signed_up: pb.SignUpResponse) -> pb.TenantState.ValueType:
    answer = await door.call("GetTenant", pb.GetTenantRequest(), member(signed_up))
    state: pb.TenantState.ValueType = answer.tenant.state
    return state


async def until_live(door: Door, signed_up: pb.SignUpResponse) -> None:
    async with asyncio.timeout(15):
        while await state_of(door, signed_up) != pb.TENANT_STATE_LIVE:
            await asyncio.sleep(0.05)


async def applied(stack: Stack, event_ids: list[str]) -> None:
    """Wait until identity's inbox has these events."""
    query = "SELECT event_id FROM control.inbox WHERE event_id = ANY($1)"
    async with asyncio.timeout(15):
        while len(await stack.query("identity", query, event_ids)) < len(event_ids):
            await asyncio.sleep(0.05)


async def activations(stack: Stack, tenant_id: str) -> int:
    query = "SELECT id FROM control.outbox WHERE tenant_id = $1 AND type = $2"
    return len(await stack.query("identity", query, tenant_id, ACTIVATED))


async def test_a_sign_up_waits_for_the_services_and_answers_live(
    stack: Stack, neighbours: Neighbours
) -> None:
    settings = await settings_for(stack, required_services=SERVICES, sign_up_wait_s=15)
    async with identity_running(settings) as door:
        request = sign_up_request()
        waits = asyncio.create_task(door.call("SignUp", request))
        tenant_id = await tenant_of(stack, request.email)
        await neighbours.created(tenant_id)
        assert not waits.done()
        await neighbours.answer(tenant_id)
        assert (await waits).tenant.state == pb.TENANT_STATE_LIVE


async def tenant_of(stack: Stack, email: str) -> str:
    query = (
        "SELECT m.tenant_id FROM control.memberships m"
        " JOIN control.users u ON u.id = m.user_id WHERE u.email = $1"
    )
    async with asyncio.timeout(10):
        while not (rows := await stack.query("identity", query, email)):
            await asyncio.sleep(0.02)
    return str(rows[0]["tenant_id"])


async def test_a_sign_up_that_waited_in_vain_says_so_and_its_tokens_work(
    waiting: Door, neighbours: Neighbours
) -> None:
    signed_up = await waiting.sign_up()
    assert signed_up.tenant.state == pb.TENANT_STATE_PROVISIONING
    assert await state_of(waiting, signed_up) == pb.TENANT_STATE_PROVISIONING
    await neighbours.answer(signed_up.tenant.id)
    await until_live(waiting, signed_up)
    refresh = pb.RefreshTokensRequest(refresh_token=signed_up.tokens.refresh_token)
    assert (await waiting.call("RefreshTokens", refresh)).tokens.access_token


async def test_a_repeated_sign_up_shows_the_tenants_state_of_the_moment(
    waiting: Door, neighbours: Neighbours
) -> None:
    request = sign_up_request(request_id=new_id("req"))
    first = await waiting.call("SignUp", request)
    assert first.tenant.state == pb.TENANT_STATE_PROVISIONING
    await neighbours.answer(first.tenant.id)
    await until_live(waiting, first)
    again = await waiting.call("SignUp", request)
    assert again.tenant.state == pb.TENANT_STATE_LIVE
    assert again.tokens == first.tokens


@pytest.mark.parametrize("missing", SERVICES)
async def test_one_missing_service_keeps_the_tenant_from_going_live(
    waiting: Door, neighbours: Neighbours, stack: Stack, missing: str
) -> None:
    signed_up = await waiting.sign_up()
    tenant_id = signed_up.tenant.id
    ids = {service: new_id("evt") for service in SERVICES}
    others = [service for service in SERVICES if service != missing]
    for service in others:
        await neighbours.say_provisioned(service, tenant_id, event_id=ids[service])
    await applied(stack, [ids[service] for service in others])
    assert await state_of(waiting, signed_up) == pb.TENANT_STATE_PROVISIONING
    assert await activations(stack, tenant_id) == 0
    await neighbours.say_provisioned(missing, tenant_id)
    await until_live(waiting, signed_up)
    assert await activations(stack, tenant_id) == 1


async def test_answers_that_come_twice_are_applied_once(
    waiting: Door, neighbours: Neighbours, stack: Stack
) -> None:
    signed_up = await waiting.sign_up()
    tenant_id = signed_up.tenant.id
    ids = {service: new_id("evt") for service in SERVICES}
    # The same event delivered again, and another event that says the same.
    repeated = [
        neighbours.say_provisioned(service, tenant_id, event_id=event_id)
        for service, event_id in ids.items()
        for _ in range(3)
    ]
    await asyncio.gather(*repeated, neighbours.answer(tenant_id))
    await until_live(waiting, signed_up)
    last = new_id("evt")
    await neighbours.say_provisioned("billing", tenant_id, event_id=last)
    await applied(stack, [last])
    assert await activations(stack, tenant_id) == 1


async def test_a_crash_right_after_the_commit_is_finished_by_the_event(
    stack: Stack, neighbours: Neighbours
) -> None:
    settings = await settings_for(stack, required_services=SERVICES, sign_up_wait_s=0)
    # This process dies before its relay has published anything: it never starts one.
    mute = replace(build_for_tests(settings), background=[])
    async with running(mute) as process, door_to(process) as door:
        signed_up = await door.sign_up()
    tenant_id = signed_up.tenant.id
    assert await activations(stack, tenant_id) == 0
    async with identity_running(settings) as door:
        assert await neighbours.created(tenant_id)
        assert await state_of(door, signed_up) == pb.TENANT_STATE_PROVISIONING
        await neighbours.answer(tenant_id)
        await until_live(door, signed_up)
        log_in = pb.LogInRequest(
            email=signed_up.user.email,
            password="correct horse battery",
            session_kind=pb.SESSION_KIND_TOKEN,
        )
        answer: Any = await door.call("LogIn", log_in)
        assert answer.tenant.state == pb.TENANT_STATE_LIVE


async def test_answers_given_while_identity_was_down_are_applied_when_it_is_back(
    stack: Stack, neighbours: Neighbours
) -> None:
    settings = await settings_for(stack, required_services=SERVICES, sign_up_wait_s=0)
    mute = replace(build_for_tests(settings), background=[])
    async with running(mute) as process, door_to(process) as door:
        signed_up = await door.sign_up()
    await neighbours.answer(signed_up.tenant.id)
    async with identity_running(settings) as door:
        await until_live(door, signed_up)
        assert await activations(stack, signed_up.tenant.id) == 1


async def test_the_other_tenant_is_not_touched_by_an_answer(
    waiting: Door, neighbours: Neighbours
) -> None:
    signed_up, other = await waiting.sign_up(), await waiting.sign_up()
    await neighbours.answer(signed_up.tenant.id)
    await until_live(waiting, signed_up)
    assert await state_of(waiting, other) == pb.TENANT_STATE_PROVISIONING


async def test_an_answer_about_an_unknown_tenant_holds_nothing_up(
    waiting: Door, neighbours: Neighbours, stack: Stack
) -> None:
    strangers = {new_id("evt"): new_id("ten") for _ in range(200)}
    for event_id, tenant_id in strangers.items():
        await neighbours.say_provisioned("prompts", tenant_id, event_id=event_id)
    await applied(stack, list(strangers))
    signed_up = await waiting.sign_up()
    await neighbours.answer(signed_up.tenant.id)
    await until_live(waiting, signed_up)
    assert await activations(stack, signed_up.tenant.id) == 1


async def test_a_service_that_nobody_waits_for_does_no_harm(
    stack: Stack, neighbours: Neighbours
) -> None:
    settings = await settings_for(stack, required_services=("prompts",), sign_up_wait_s=0)
    async with identity_running(settings) as door:
        signed_up = await door.sign_up()
        early = new_id("evt")
        await neighbours.say_provisioned("billing", signed_up.tenant.id, event_id=early)
        await applied(stack, [early])
        assert await state_of(door, signed_up) == pb.TENANT_STATE_PROVISIONING
        await neighbours.say_provisioned("prompts", signed_up.tenant.id)
        await until_live(door, signed_up)
