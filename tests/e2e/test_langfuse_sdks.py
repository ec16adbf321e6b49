"""Langfuse's own SDKs, unmodified, against our door: what a user's program does with prompts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.events import until
from tests.support.langfuse import COMMANDS, Sdk, SdkError, running_sdk
from tests.support.processes import Client, Platform, sign_up

NAME = "support/hello-world"
CHAT = [
    {"role": "system", "content": "Be {{tone}}."},
    {"type": "placeholder", "name": "history"},
    {"role": "user", "content": "{{question}}"},
]


@dataclass(frozen=True)
class Customer:
    """A tenant with a program that uses an SDK, and one that uses our own API."""

    tenant_id: str
    key: str
    sdk: Sdk
    own: Client


@pytest.fixture(params=COMMANDS)
async def customer(platform: Platform, request: pytest.FixtureRequest) -> AsyncIterator[Customer]:
    tenant_id, key = await sign_up(platform)
    async with (
        platform.client(key) as own,
        running_sdk(request.param, platform.url, key) as sdk,
    ):
        yield Customer(tenant_id, key, sdk, own)


async def move(customer: Customer, version: int, label: str = "production") -> None:
    """Move a label at our own door, behind the SDK's back."""
    at = f"/v1/prompts/{NAME.replace('/', '%2F')}/labels/{label}"
    status, body = await customer.own.call("PUT", at, {"version": version})
    assert status == 200, body


async def refusal(sdk: Sdk, action: str, **asked: Any) -> tuple[int, str]:
    """Return status and reason of what the SDK raised."""
    with pytest.raises(SdkError) as raised:
        await sdk.do(action, **asked)
    return raised.value.status, raised.value.body["reason"]


async def test_an_sdk_is_connected(customer: Customer) -> None:
    assert await customer.sdk.do("check") is True
    assert await customer.sdk.do("projects") == [customer.tenant_id]
    assert await customer.sdk.do("health") == "OK"


async def test_a_text_prompt_is_created_fetched_and_filled(customer: Customer) -> None:
    sdk = customer.sdk
    wanted = {
        "name": NAME,
        "prompt": "Greet {{who}}.",
        "config": {"model": "sim-text", "temperature": 0.5, "mine": {"a": [1, "b"]}},
        "tags": ["greeting"],
        "commit": "the first",
    }
    made = await sdk.do("create", **wanted, labels=["production"])
    assert made == {**wanted, "version": 1, "labels": ["latest", "production"]}
    assert await sdk.do("get", name=NAME) == made
    second = await sdk.do("create", **{**wanted, "prompt": "Hail {{who}}."}, labels=["eu"])
    assert (second["version"], second["labels"]) == (2, ["eu", "latest"])
    for asked, version in (({"label": "eu"}, 2), ({"label": "latest"}, 2), ({"version": 1}, 1)):
        assert (await sdk.do("get", name=NAME, **asked))["version"] == version
    assert await sdk.do("compile", name=NAME, label="eu", values={"who": "Ada"}) == "Hail Ada."


async def test_a_chat_prompt_is_created_fetched_and_filled(customer: Customer) -> None:
    made = await customer.sdk.do("create", name="chat", prompt=CHAT, type="chat", labels=["eu"])
    asked = {"name": "chat", "type": "chat", "label": "eu"}
    fetched = await customer.sdk.do("get", **asked)
    assert fetched == made
    # The SDKs call the type of a message by names of their own.
    parts = [{**one, "type": "placeholder" if "name" in one else ""} for one in fetched["prompt"]]
    assert parts == [{"type": "", **CHAT[0]}, CHAT[1], {"type": "", **CHAT[2]}]
    history = [{"role": "assistant", "content": "Before."}]
    values = {"tone": "kind", "question": "Why?", "history": history}
    filled = await customer.sdk.do("compile", **asked, values=values)
    said = [(one["role"], one["content"]) for one in filled]
    assert said == [("system", "Be kind."), ("assistant", "Before."), ("user", "Why?")]
    # Our own door fills the same prompt with the same values, to the same messages.
    body = {"label": "eu", "variables": values}
    rendered = await customer.own.post("/v1/prompts/chat:render", body)
    assert [(one["role"], one["content"]) for one in rendered["messages"]] == said


async def test_an_sdk_keeps_a_prompt_and_refreshes_what_is_old(customer: Customer) -> None:
    sdk = customer.sdk
    for text in ("One", "Two"):
        await sdk.do("create", name=NAME, prompt=text)
    await move(customer, 1)
    assert (await sdk.do("get", name=NAME, ttl=3600))["version"] == 1
    assert (await sdk.do("get", name=NAME, version=1, ttl=1))["labels"] == ["production"]
    await move(customer, 2)
    assert (await sdk.do("get", name=NAME, ttl=3600))["version"] == 1, "kept by the SDK"
    assert (await sdk.do("get", name=NAME, ttl=0))["version"] == 2, "asked of us"

    async def is_refreshed() -> bool:
        """Tell whether the SDK, which hands out what is old while it refreshes, has the new."""
        return not (await sdk.do("get", name=NAME, version=1, ttl=1))["labels"]

    await until(is_refreshed)


async def test_labels_are_moved_by_the_sdk(customer: Customer) -> None:
    sdk = customer.sdk
    await sdk.do("create", name=NAME, prompt="One", labels=["production"])
    await sdk.do("create", name=NAME, prompt="Two")
    assert (await sdk.do("get", name=NAME))["version"] == 1
    updated = await sdk.do("update", name=NAME, version=2, labels=["production", "eu"])
    assert updated == {"version": 2, "labels": ["eu", "latest", "production"]}
    assert (await sdk.do("get", name=NAME))["version"] == 2
    at = f"/v1/prompts/{NAME.replace('/', '%2F')}/labels/production/history"
    history = (await customer.own.get(at))["items"]
    assert [(one["from_version"], one["to_version"]) for one in history] == [(1, 2), (0, 1)]


async def test_prompts_are_listed(customer: Customer) -> None:
    sdk = customer.sdk
    await sdk.do("create", name=NAME, prompt="One", config={"a": 1}, tags=["x"])
    await sdk.do("create", name=NAME, prompt="Two", config={"a": 2}, labels=["eu"])
    listed = await sdk.do("list", name=NAME)
    assert listed == {
        "total": 1,
        "prompts": [
            {
                "name": NAME,
                "type": "text",
                "versions": [1, 2],
                "labels": ["eu", "latest"],
                "tags": ["x"],
                "config": {"a": 2},
                "year": datetime.now(UTC).year,
            }
        ],
    }
    every = await sdk.do("list", limit=2, page=1)
    assert (len(every["prompts"]), every["total"]) == (2, 6)
    assert (await sdk.do("list", label="eu"))["total"] == 1


async def test_refusals_arrive_as_the_sdks_errors(customer: Customer) -> None:
    sdk = customer.sdk
    await sdk.do("create", name=NAME, prompt="One")
    assert await refusal(sdk, "get", name="nothing") == (404, "PROMPT_NOT_FOUND")
    assert await refusal(sdk, "get", name=NAME) == (404, "LABEL_NOT_FOUND")
    assert await refusal(sdk, "create", name="No!", prompt="x") == (400, "PROMPT_INVALID")
    latest = await refusal(sdk, "update", name=NAME, version=1, labels=["latest"])
    assert latest == (400, "LABEL_RESERVED")
    await customer.own.post(
        "/v1/label-policies",
        {"label_pattern": "production", "is_frozen": True, "freeze_reason": "a release"},
    )
    frozen = await refusal(sdk, "create", name=NAME, prompt="Two", labels=["production"])
    assert frozen == (409, "LABEL_FROZEN")
    assert (await sdk.do("get", name=NAME, label="latest"))["version"] == 1, "nothing was saved"
    assert await refusal(sdk, "delete", name=NAME) == (405, "METHOD_NOT_ALLOWED")
    assert await refusal(sdk, "datasets") == (501, "NOT_SERVED")


async def test_an_other_tenant_sees_nothing_of_it(platform: Platform, customer: Customer) -> None:
    await customer.sdk.do("create", name=NAME, prompt="Mine", labels=["production"])
    _, key = await sign_up(platform)
    async with running_sdk("python", platform.url, key) as other:
        assert await refusal(other, "get", name=NAME) == (404, "PROMPT_NOT_FOUND")
        assert (await other.do("list", name=NAME))["total"] == 0
        assert (await other.do("create", name=NAME, prompt="Theirs"))["version"] == 1
    assert (await customer.sdk.do("get", name=NAME))["prompt"] == "Mine"


async def test_a_key_that_was_changed_opens_nothing(platform: Platform, customer: Customer) -> None:
    last = "a" if customer.key[-1] != "a" else "b"
    for language in COMMANDS:
        async with running_sdk(language, platform.url, customer.key[:-1] + last) as stranger:
            assert await refusal(stranger, "projects") == (401, "API_KEY_INVALID")
