"""Changes of prompts are told within a second, to their own tenant and to nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.kit.ids import new_id
from tests.integration.gateway.test_resolved_prompts import label, labelled
from tests.support.platform_in_process import Api, Member, Platform, platform_running
from tests.support.server_events import Event, events_of
from tests.support.stack import running_stack

Events = AsyncIterator[Event]


@asynccontextmanager
async def watching(api: Api, query: str = "") -> AsyncIterator[Events]:
    """Watch from `ready` on."""
    url = f"{api.url}/v1/prompts/live{query}"
    async with api.session.get(url, headers=api.headers) as response:
        assert response.status == 200, await response.text()
        assert response.content_type == "text/event-stream"
        events = events_of(response)
        assert (await told(events)).type == "ready"
        yield events


async def told(events: Events, seconds: float = 1) -> Event:
    async with asyncio.timeout(seconds):
        return await anext(events)


async def told_of(events: Events, kind: str, seconds: float = 1) -> Any:
    """Return what the next event of a kind says."""
    async with asyncio.timeout(seconds):
        while (event := await anext(events)).type != kind:
            pass
    return event.data


async def test_each_change_is_told_with_what_it_changed(ada: Member) -> None:
    async with watching(ada.api) as events:
        at = await labelled(ada.api, versions=2)
        prompt_id = at.rsplit("/", 1)[1]
        assert (await told_of(events, "prompt.created"))["prompt_id"] == prompt_id
        moved = await told_of(events, "prompt_label.set")
        assert moved == {"prompt_id": prompt_id, "label": "production", "version": 1, "sequence": 1}
        await label(ada.api, at, 2)
        moved = await told_of(events, "prompt_label.set")
        assert (moved["version"], moved["previous_version"]) == (2, 1)
        await ada.api.call("DELETE", f"{at}/labels/production")
        assert (await told_of(events, "prompt_label.deleted"))["label"] == "production"
        await ada.api.post(f"{at}:archive")
        assert await told_of(events, "prompt.archived") == {"prompt_id": prompt_id}


async def test_who_asks_again_when_told_gets_what_is_right_now(ada: Member) -> None:
    at = await labelled(ada.api, versions=2)
    async with watching(ada.api) as events:
        for version in (2, 1, 2, 1, 2):
            await ada.api.get(f"{at}/resolved")
            await label(ada.api, at, version)
            await told_of(events, "prompt_label.set")
            fetched = await ada.api.get(f"{at}/resolved")
            assert fetched.body["version"]["number"] == version


async def test_only_the_prompts_that_were_asked_for_are_told_of(ada: Member) -> None:
    at = await labelled(ada.api)
    wanted = at.rsplit("/", 1)[1]
    async with watching(ada.api, f"?prompt_ids={wanted}") as events:
        other = {"name": f"other/{new_id('tst')[-6:]}", "content": {"type": "text", "text": "x"}}
        await ada.api.post("/v1/prompts", other)
        await ada.api.post(f"{at}:archive")
        seen = [await told(events)]
        while seen[-1].type != "prompt.archived":
            seen.append(await told(events))
    assert {event.data["prompt_id"] for event in seen} == {wanted}


async def test_another_tenants_changes_are_not_told(ada: Member, eve: Member) -> None:
    async with watching(eve.api) as hers:
        at = await labelled(ada.api, versions=2)
        query = f"?prompt_ids={at.rsplit('/', 1)[1]}"
        async with watching(eve.api, query) as by_id:
            await label(ada.api, at, 2)
            await asyncio.sleep(0.5)
            own = await labelled(eve.api)
            data = await told_of(hers, "prompt.created")
            assert data["prompt_id"] == own.rsplit("/", 1)[1]
            with pytest.raises(TimeoutError):
                await told(by_id, seconds=0.2)


@pytest.mark.parametrize(
    "prompt_ids", ["greeting", "prm_1", ",", "prm_01jd8n3zq4e5v9x7k2m6r0t1wb,"]
)
async def test_what_is_no_list_of_ids_is_refused(ada: Member, prompt_ids: str) -> None:
    refused = await ada.api.get(f"/v1/prompts/live?prompt_ids={prompt_ids}")
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "prompt_ids")


async def test_who_may_not_read_prompts_may_not_watch_them(platform: Platform, ada: Member) -> None:
    _, accountant = await platform.new_key(ada, role="billing")
    refused = await accountant.get("/v1/prompts/live")
    assert (refused.status, refused.body["reason"]) == (403, "PERMISSION_DENIED")
    assert (await platform.anonymous.get("/v1/prompts/live")).status == 401


async def test_a_revoked_key_hears_no_more(platform: Platform, ada: Member) -> None:
    created, api = await platform.new_key(ada)
    async with watching(api) as events:
        await ada.api.call("DELETE", f"/v1/api-keys/{created['api_key']['id']}")
        assert (await told(events)).type == "reconnect"
        with pytest.raises(StopAsyncIteration):
            await told(events)
    assert (await api.get("/v1/prompts/live")).status == 401


async def test_no_prompt_can_take_the_name_of_the_stream(ada: Member) -> None:
    body = {"name": "live", "content": {"type": "text", "text": "x"}}
    refused = await ada.api.post("/v1/prompts", body)
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "name")


async def test_after_a_restart_of_nats_readers_are_told_that_they_missed_something() -> None:
    with running_stack() as own:
        async with platform_running(own) as platform:
            ada = await platform.sign_up()
            at = await labelled(ada.api, versions=2)
            async with watching(ada.api) as events:
                await asyncio.to_thread(own.nats.kill)
                refused = await _refused(ada.api)
                assert refused["reason"] == "BUS_UNAVAILABLE"
                # Nothing is answered from memory that a change could have made stale.
                assert (await ada.api.get(f"{at}/resolved")).status == 200
                await asyncio.to_thread(own.nats.start)
                await told_of(events, "missed", seconds=20)
                await label(ada.api, at, 2)
                await told_of(events, "prompt_label.set", seconds=20)


async def _refused(api: Api) -> Any:
    async with asyncio.timeout(20):
        while True:
            async with api.session.get(
                f"{api.url}/v1/prompts/live", headers=api.headers
            ) as response:
                if response.status == 503:
                    return await response.json(content_type=None)
            await asyncio.sleep(0.05)
