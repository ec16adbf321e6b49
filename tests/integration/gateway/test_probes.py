"""Ready means: every service and NATS really answer."""

import asyncio

import aiohttp

from tests.support.identity import PASSWORD
from tests.support.platform_in_process import Platform, platform_running
from tests.support.stack import Stack


async def test_ready_when_everything_answers(platform: Platform) -> None:
    async with asyncio.timeout(10):
        while (await platform.anonymous.get("/health/ready")).status != 200:
            await asyncio.sleep(0.1)
    assert (await platform.anonymous.get("/health/ready")).body == {"status": "ready"}
    assert (await platform.anonymous.get("/health/live")).body == {"status": "live"}


async def test_not_ready_names_the_service_that_is_gone(stack: Stack) -> None:
    async with platform_running(stack) as platform:
        await platform.stop("billing")
        await asyncio.sleep(1.1)  # a probe's result is good for a second
        ready = await platform.anonymous.get("/health/ready")
        assert (ready.status, ready.body["reason"]) == (503, "NOT_READY")
        assert "billing (" in ready.body["detail"]
        assert int(ready.headers["Retry-After"]) >= 1


async def test_without_identity_the_door_says_unavailable_and_recovers_nothing_by_itself(
    stack: Stack,
) -> None:
    async with platform_running(stack) as platform:
        ada = await platform.sign_up()
        assert (await ada.api.get("/v1/prompts")).status == 200
        await platform.stop("identity")
        # The token was verified before and needs nobody; who is not known yet cannot be let in.
        assert (await ada.api.get("/v1/prompts")).status == 200
        form = {"email": ada.email, "password": PASSWORD}
        refused = await platform.anonymous.post("/v1/sessions", form)
        assert (refused.status, refused.body["reason"]) == (503, "UNAVAILABLE")


async def test_metrics_are_on_a_door_of_their_own(platform: Platform) -> None:
    await platform.anonymous.get("/health/live")
    url = f"http://127.0.0.1:{platform.gateway.health_port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        text = await response.text()
    assert "promptpilot_http_seconds_bucket" in text
    assert (await platform.anonymous.get("/metrics")).status == 404
