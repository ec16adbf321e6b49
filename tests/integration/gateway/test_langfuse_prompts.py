"""Prompts at the door that is Langfuse's: its documents, over our commands."""

from typing import Any

import pytest

from tests.integration.gateway.langfuse import PROMPTS, create, pair_of, refused
from tests.support.platform_in_process import Api, Member, Platform

CHAT = [
    {"role": "system", "content": "Be {{tone}}."},
    {"type": "placeholder", "name": "history"},
    {"type": "chatmessage", "role": "user", "content": "{{question}}"},
]


@pytest.fixture
async def pair(platform: Platform, ada: Member) -> Api:
    return await pair_of(platform, ada)


async def test_a_text_prompt_is_made_and_fetched(pair: Api) -> None:
    config = {"model": "gpt-5", "temperature": 0.2, "mine": {"a": [1, None]}}
    made = await create(
        pair,
        "support/hello",
        labels=["production"],
        tags=["a"],
        config=config,
        commitMessage="first",
        unknown="passed over",
    )
    assert made == {
        "name": "support/hello",
        "version": 1,
        "type": "text",
        "prompt": "Hi {{who}}",
        "config": config,
        "labels": ["latest", "production"],
        "tags": ["a"],
        "commitMessage": "first",
        "resolutionGraph": None,
        "isActive": True,
    }
    assert (await pair.get(f"{PROMPTS}/support%2Fhello")).body == made
    assert (await pair.get(f"{PROMPTS}/support%2Fhello?version=1&resolve=true")).body == made
    assert (await pair.get(f"{PROMPTS}/support%2Fhello?label=latest")).body == made


async def test_a_chat_prompt_keeps_its_placeholders(pair: Api) -> None:
    made = await create(pair, "chat", CHAT, type="chat")
    assert made["prompt"] == [{"type": "chatmessage", **CHAT[0]}, CHAT[1], CHAT[2]]
    assert (made["type"], made["config"], made["labels"]) == ("chat", {}, ["latest"])
    assert (made["commitMessage"], made["isActive"]) == (None, False)
    assert (await pair.get(f"{PROMPTS}/chat?label=latest")).body == made


async def test_what_is_made_here_is_rendered_and_told_at_our_own_door(
    ada: Member, pair: Api
) -> None:
    await create(pair, "chat", CHAT, type="chat", config={"model": "sim-text"}, labels=["eu"])
    said = [{"role": "assistant", "content": "Before."}]
    body = {"label": "eu", "variables": {"tone": "kind", "question": "Why?", "history": said}}
    rendered = (await ada.api.post("/v1/prompts/chat:render", body)).body
    assert [one["content"] for one in rendered["messages"]] == ["Be kind.", "Before.", "Why?"]
    assert rendered["model"] == "sim-text"
    history = (await ada.api.get("/v1/prompts/chat/labels/eu/history")).body["items"]
    assert [(one["change"], one["to_version"]) for one in history] == [("set", 1)]
    assert history[0]["actor_id"].startswith("key_")


async def test_a_label_moves_and_the_next_fetch_has_it(ada: Member, pair: Api) -> None:
    await create(pair, "hello", labels=["production"])
    at = f"{PROMPTS}/hello"
    first = await pair.get(at)
    assert (await pair.get(at, If_None_Match=first.headers["ETag"])).status == 304
    second = await create(pair, "hello", "Two", labels=["eu"])
    assert second["labels"] == ["eu", "latest"]
    one = (await pair.get(at)).body
    assert (one["version"], one["labels"]) == (1, ["production"])
    moved = await pair.call("PATCH", f"{at}/versions/2", {"newLabels": ["production"]})
    assert moved.status == 200
    assert moved.body["labels"] == ["eu", "latest", "production"]
    assert (await pair.get(at)).body == moved.body
    assert (await pair.get(f"{at}?version=1")).body["labels"] == []
    # Changes at our own door are seen at once as well: labels, and tags.
    await ada.api.call("PUT", "/v1/prompts/hello/labels/production", {"version": 1})
    assert (await pair.get(at)).body["version"] == 1
    await ada.api.call("PATCH", "/v1/prompts/hello", {"tags": ["new"]})
    assert (await pair.get(at)).body["tags"] == ["new"]
    await ada.api.call("DELETE", "/v1/prompts/hello/labels/production")
    assert refused(await pair.get(at)) == (404, "LangfuseNotFoundError", "LABEL_NOT_FOUND")


async def test_prompts_are_listed_by_name_with_their_versions(pair: Api) -> None:
    await create(pair, "zz/two", labels=["production"], config={"a": 1})
    await create(pair, "zz/two", "Two", tags=["mine"], config={"a": 2, "model": "m"})
    listed = (await pair.get(f"{PROMPTS}?name=zz/two")).body
    (entry,) = listed["data"]
    assert entry.pop("lastUpdatedAt").endswith("Z")
    assert entry == {
        "name": "zz/two",
        "type": "text",
        "versions": [1, 2],
        "labels": ["latest", "production"],
        "tags": ["mine"],
        "lastConfig": {"a": 2, "model": "m"},
    }
    assert listed["meta"] == {"page": 1, "limit": 10, "totalItems": 1, "totalPages": 1}
    assert listed["pagination"] == listed["meta"]
    every = (await pair.get(f"{PROMPTS}?limit=4")).body
    assert (len(every["data"]), every["meta"]["totalItems"]) == (4, 6)
    assert every["meta"]["totalPages"] == 2
    rest = (await pair.get(f"{PROMPTS}?limit=4&page=2")).body
    assert [one["name"] for one in rest["data"]][-1] == "zz/two"
    assert not (await pair.get(f"{PROMPTS}?toUpdatedAt=2020-01-01T00:00:00Z")).body["data"]
    assert (await pair.get(f"{PROMPTS}?tag=mine&label=latest")).body["meta"]["totalItems"] == 1


async def test_a_protected_label_is_refused_with_everything_else(ada: Member, pair: Api) -> None:
    await create(pair, "hello", labels=["eu"])
    await ada.api.post(
        "/v1/label-policies", {"label_pattern": "production", "minimum_role": "admin"}
    )
    forbidden = (403, "ForbiddenError", "LABEL_PROTECTED")
    body = {"name": "hello", "prompt": "Two", "labels": ["eu", "production"]}
    assert refused(await pair.post(PROMPTS, body)) == forbidden
    labels = {"newLabels": ["production"]}
    assert refused(await pair.call("PATCH", f"{PROMPTS}/hello/versions/1", labels)) == forbidden
    assert (await pair.get(f"{PROMPTS}/hello?label=latest")).body["version"] == 1


async def test_a_frozen_label_and_an_archived_prompt_are_conflicts(ada: Member, pair: Api) -> None:
    await create(pair, "hello")
    await ada.api.post(
        "/v1/label-policies",
        {"label_pattern": "production", "is_frozen": True, "freeze_reason": "until Monday"},
    )
    frozen = await pair.call("PATCH", f"{PROMPTS}/hello/versions/1", {"newLabels": ["production"]})
    assert refused(frozen) == (409, "LangfuseConflictError", "LABEL_FROZEN")
    assert "until Monday" in frozen.body["message"]
    await ada.api.post("/v1/prompts/hello:archive")
    archived = await pair.post(PROMPTS, {"name": "hello", "prompt": "x"})
    assert refused(archived) == (409, "LangfuseConflictError", "PROMPT_ARCHIVED")


async def test_the_same_idempotency_key_makes_one_version(pair: Api) -> None:
    body = {"name": "hello", "prompt": "One"}
    first = await pair.post(PROMPTS, body, Idempotency_Key="once")
    assert (await pair.post(PROMPTS, body, Idempotency_Key="once")).body == first.body
    assert (await pair.get(f"{PROMPTS}?name=hello")).body["data"][0]["versions"] == [1]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"prompt": "x"}, ["name"]),
        ({"name": "A B", "prompt": "x"}, ["name"]),
        ({"name": "a", "prompt": ["x"]}, ["prompt"]),
        ({"name": "a", "prompt": "x", "type": "chat"}, ["prompt"]),
        ({"name": "a", "prompt": "x", "type": "image"}, ["type"]),
        ({"name": "a", "prompt": [{"role": "user"}], "type": "chat"}, ["prompt", 0]),
        (
            {"name": "a", "prompt": [{"role": "tool", "content": "x"}], "type": "chat"},
            ["prompt", 0, "role"],
        ),
        ({"name": "a", "prompt": "{{a b}}"}, ["prompt"]),
        ({"name": "a", "prompt": "@@@langfusePrompt:name=b|label=c@@@"}, ["prompt"]),
        ({"name": "a", "prompt": "x", "config": [1]}, ["config"]),
        ({"name": "a", "prompt": "x", "config": {"temperature": 3}}, ["config", "temperature"]),
        ({"name": "a", "prompt": "x", "config": {"model": "a b"}}, ["config", "model"]),
        ({"name": "a", "prompt": "x", "labels": ["No!"]}, ["labels", 0]),
        ({"name": "a", "prompt": "x", "commitMessage": "x" * 501}, ["commitMessage"]),
    ],
)
async def test_what_is_at_fault_is_an_issue_with_its_path(
    pair: Api, body: dict[str, Any], path: list[Any]
) -> None:
    answer = await pair.post(PROMPTS, body)
    assert answer.status == 400, answer.body
    (issue,) = answer.body["error"]
    assert issue["path"] == path
    assert issue["message"] in answer.body["message"]


async def test_a_version_of_another_type_is_refused(pair: Api) -> None:
    await create(pair, "hello")
    answer = await pair.post(PROMPTS, {"name": "hello", "prompt": CHAT, "type": "chat"})
    assert (answer.status, answer.body["error"][0]["path"]) == (400, ["type"])


async def test_latest_is_taken_with_a_new_version_and_never_moved(pair: Api) -> None:
    assert (await create(pair, "hello", labels=["latest"]))["labels"] == ["latest"]
    moved = await pair.call("PATCH", f"{PROMPTS}/hello/versions/1", {"newLabels": ["latest"]})
    assert (moved.status, moved.body["reason"]) == (400, "LABEL_RESERVED")


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("?version=1&label=latest", 400, "INVALID_ARGUMENT"),
        ("?version=one", 400, "INVALID_ARGUMENT"),
        ("?version=9", 404, "PROMPT_VERSION_NOT_FOUND"),
        ("?label=eu", 404, "LABEL_NOT_FOUND"),
        ("", 404, "LABEL_NOT_FOUND"),
    ],
)
async def test_a_fetch_that_finds_nothing_says_what_is_missing(
    pair: Api, query: str, status: int, reason: str
) -> None:
    await create(pair, "hello")
    answer = await pair.get(f"{PROMPTS}/hello{query}")
    assert (answer.status, answer.body["reason"]) == (status, reason)


async def test_an_other_tenants_prompts_are_not_there(
    platform: Platform, pair: Api, eve: Member
) -> None:
    await create(pair, "mine", labels=["production"])
    other = await pair_of(platform, eve)
    missing = (404, "LangfuseNotFoundError", "PROMPT_NOT_FOUND")
    assert refused(await other.get(f"{PROMPTS}/mine")) == missing
    labels = {"newLabels": ["eu"]}
    assert refused(await other.call("PATCH", f"{PROMPTS}/mine/versions/1", labels)) == missing
    assert (await other.get(f"{PROMPTS}?name=mine")).body["data"] == []
    assert (await create(other, "mine", "Theirs"))["version"] == 1
    assert (await pair.get(f"{PROMPTS}/mine")).body["prompt"] == "Hi {{who}}"
