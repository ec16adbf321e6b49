"""The fast fetch answers from memory, and never with what is not right any more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from gateway.app import build
from gateway.server import GatewayProcess
from services.kit.ids import new_id
from tests.support.events import until
from tests.support.platform_in_process import Answer, Api, Member, Platform

NAME = "greeting"
CONTENT = {"type": "text", "text": "Greet {{who}}."}


@pytest.fixture
async def elsewhere(platform: Platform) -> AsyncIterator[Callable[[Api], Api]]:
    """Another gateway of the same platform: changes made there reach the first by events only."""
    other = GatewayProcess(build(platform.settings))
    await other.start()
    try:
        url = f"http://127.0.0.1:{other.port}"
        yield lambda api: Api(url, api.session, api.headers)
    finally:
        await other.stop(pre_drain_s=0)


async def labelled(api: Api, *, versions: int = 1) -> str:
    """Make a prompt whose production label stands at version 1; returns its path."""
    made = await api.post("/v1/prompts", {"name": NAME, "content": CONTENT})
    at = f"/v1/prompts/{made.body['prompt']['id']}"
    for number in range(2, versions + 1):
        text = f"Greet {{{{who}}}}, {number} times."
        await api.post(f"{at}/versions", {"content": {**CONTENT, "text": text}})
    await label(api, at, 1)
    return at


async def label(api: Api, at: str, version: int) -> None:
    answer = await api.call("PUT", f"{at}/labels/production", {"version": version})
    assert answer.status == 200, answer.body


async def answers(ask: Callable[[], Awaitable[Answer]], fits: Callable[[Answer], bool]) -> None:
    async def holds() -> bool:
        return fits(await ask())

    await until(holds, timeout_s=1)


def is_second(answer: Answer) -> bool:
    return bool(answer.body["version"]["number"] == 2)


def is_missing(answer: Answer) -> bool:
    return answer.status == 404


async def test_a_label_that_moves_at_another_gateway_is_seen_within_a_second(
    ada: Member, elsewhere: Callable[[Api], Api]
) -> None:
    at = await labelled(ada.api, versions=2)
    paths = (f"{at}/resolved", f"/v1/prompts/{NAME}/resolved?label=production")
    for path in paths:
        assert (await ada.api.get(path)).body["version"]["number"] == 1
    await label(elsewhere(ada.api), at, 2)
    for path in paths:
        await answers(partial(ada.api.get, path), is_second)


async def test_a_label_that_goes_at_another_gateway_is_missed_within_a_second(
    ada: Member, elsewhere: Callable[[Api], Api]
) -> None:
    at = await labelled(ada.api)
    assert (await ada.api.get(f"{at}/resolved")).status == 200
    gone = await elsewhere(ada.api).call("DELETE", f"{at}/labels/production")
    assert gone.status == 204
    await answers(lambda: ada.api.get(f"{at}/resolved"), is_missing)


async def test_each_change_made_here_is_read_at_once(ada: Member) -> None:
    at = await labelled(ada.api, versions=2)

    async def fetched(query: str = "") -> Any:
        return (await ada.api.get(f"{at}/resolved{query}")).body

    for number in (2, 1, 2, 1):
        await label(ada.api, at, number)
        assert (await fetched())["version"]["number"] == number
    assert (await fetched("?label=latest"))["version"]["number"] == 2
    await ada.api.post(f"{at}/versions", {"content": {**CONTENT, "text": "Wave."}})
    assert (await fetched("?label=latest"))["version"]["number"] == 3
    renamed = f"{NAME}-{new_id('tst')[-6:]}"
    await ada.api.call("PATCH", at, {"name": renamed})
    assert (await fetched())["name"] == renamed
    assert (await ada.api.get(f"/v1/prompts/{NAME}/resolved")).status == 404
    await ada.api.call("DELETE", f"/v1/prompts/{renamed}/labels/production")
    assert (await fetched())["reason"] == "LABEL_NOT_FOUND"


async def test_what_is_remembered_is_refused_to_whoever_may_not_read_it(
    platform: Platform, ada: Member, eve: Member
) -> None:
    at = await labelled(ada.api)
    assert (await ada.api.get(f"{at}/resolved")).status == 200
    _, accountant = await platform.new_key(ada, role="billing")
    refused = await accountant.get(f"{at}/resolved")
    assert (refused.status, refused.body["reason"]) == (403, "PERMISSION_DENIED")
    by_id = await eve.api.get(f"{at}/resolved")
    by_name = await eve.api.get(f"/v1/prompts/{NAME}/resolved")
    for answer in (by_id, by_name):
        assert (answer.status, answer.body["reason"]) == (404, "PROMPT_NOT_FOUND")


async def test_what_is_remembered_is_served_while_prompts_is_away(
    platform: Platform, ada: Member
) -> None:
    at = await labelled(ada.api)
    await asyncio.sleep(0.5)  # until its own events have come: they make the gateway forget it
    known = await ada.api.get(f"{at}/resolved")
    await platform.stop("prompts")
    try:
        again = await ada.api.get(f"{at}/resolved", If_None_Match=known.headers["ETag"])
        assert again.status == 304
        assert (await ada.api.get(f"{at}/resolved?label=latest")).status == 503
    finally:
        platform.services["prompts"] = await platform.start("prompts")
