"""Prompts over HTTP: from the body to PostgreSQL and back."""

from typing import Any
from urllib.parse import quote

from gateway.routes.prompts import models
from services.kit.ids import new_id
from tests.support.platform_in_process import Api, Member

CONTENT = {
    "type": "text",
    "text": "Tell me about {{topic}} in {{words}} words.",
    "variables": [{"name": "words", "type": "integer", "default": 100}],
    "parameters": {"temperature": 0.5},
}


async def new_prompt(api: Api, **changes: Any) -> dict[str, Any]:
    body = {"name": f"tests/{new_id('prm')}", "content": CONTENT} | changes
    made = await api.post("/v1/prompts", body)
    assert made.status == 201, made.body
    models.CreatedPrompt.model_validate(made.body)
    prompt: dict[str, Any] = made.body["prompt"]
    return prompt


async def test_a_prompt_is_created_read_and_listed(ada: Member) -> None:
    prompt = await new_prompt(ada.api, tags=["a", "b"], note="first")
    read = await ada.api.get(f"/v1/prompts/{prompt['id']}")
    assert read.status == 200
    assert read.body == prompt
    assert read.headers["ETag"] == f'"{prompt["etag"]}"'
    version = await ada.api.get(f"/v1/prompts/{prompt['id']}/versions/1")
    assert version.body["content"]["variables"][0]["default"] == 100
    assert version.body["content"]["parameters"] == {"temperature": 0.5}
    listed = await ada.api.get("/v1/prompts?tag=a&page_size=200")
    assert [one["id"] for one in listed.body["items"]] == [prompt["id"]]


async def test_a_name_with_slashes_is_one_segment_of_a_path(ada: Member) -> None:
    prompt = await new_prompt(ada.api)
    encoded = quote(prompt["name"], safe="")
    assert "%2F" in encoded
    by_name = await ada.api.get(f"/v1/prompts/{encoded}")
    assert by_name.body["id"] == prompt["id"]
    resolved = await ada.api.get(f"/v1/prompts/{encoded}/resolved?label=latest")
    assert resolved.body["version"]["number"] == 1


async def test_the_fast_fetch_answers_304_until_the_label_moves(ada: Member) -> None:
    prompt = await new_prompt(ada.api)
    at = f"/v1/prompts/{prompt['id']}"
    await ada.api.call("PUT", f"{at}/labels/production", {"version": 1})
    first = await ada.api.get(f"{at}/resolved")
    models.ResolvedPrompt.model_validate(first.body)
    assert first.body["label"] == "production"
    again = await ada.api.get(f"{at}/resolved", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, "")
    await ada.api.post(f"{at}/versions", {"content": {**CONTENT, "text": "Shorter: {{topic}}"}})
    await ada.api.call("PUT", f"{at}/labels/production", {"version": 2})
    moved = await ada.api.get(f"{at}/resolved", If_None_Match=first.headers["ETag"])
    assert moved.status == 200
    assert moved.body["version"]["number"] == 2


async def test_the_same_idempotency_key_gives_the_same_prompt(ada: Member) -> None:
    body = {"name": f"tests/{new_id('prm')}", "content": CONTENT}
    first = await ada.api.post("/v1/prompts", body, Idempotency_Key="once")
    again = await ada.api.post("/v1/prompts", body, Idempotency_Key="once")
    assert first.status == again.status == 201
    assert first.body == again.body
    other = await ada.api.post("/v1/prompts", {**body, "note": "other"}, Idempotency_Key="once")
    assert (other.status, other.body["reason"]) == (422, "REQUEST_ID_REUSED")


async def test_an_update_based_on_something_old_is_refused(ada: Member) -> None:
    prompt = await new_prompt(ada.api)
    at = f"/v1/prompts/{prompt['id']}"
    changed = await ada.api.call(
        "PATCH", at, {"description": "new"}, If_Match=f'"{prompt["etag"]}"'
    )
    assert changed.body["description"] == "new"
    late = await ada.api.call("PATCH", at, {"tags": []}, If_Match=f'"{prompt["etag"]}"')
    assert (late.status, late.body["reason"]) == (409, "ETAG_MISMATCH")
    unquoted = await ada.api.call("PATCH", at, {"tags": []}, If_Match=prompt["etag"])
    assert (unquoted.status, unquoted.body["errors"][0]["field"]) == (422, "If-Match")


async def test_rendering_names_the_variables_at_fault(ada: Member) -> None:
    prompt = await new_prompt(ada.api)
    at = f"/v1/prompts/{prompt['id']}:render"
    fine = await ada.api.post(at, {"label": "latest", "variables": {"topic": "bees"}})
    assert fine.status == 200
    assert fine.body["messages"] == [
        {"role": "user", "content": "Tell me about bees in 100 words."}
    ]
    faulty = await ada.api.post(at, {"label": "latest", "variables": {"words": "many"}})
    assert (faulty.status, faulty.body["reason"]) == (422, "VARIABLES_INVALID")
    assert {fault["field"] for fault in faulty.body["errors"]} == {
        "variables.topic",
        "variables.words",
    }
    draft = {"type": "chat", "messages": [{"role": "system", "content": "Hi {{you}}"}]}
    drafted = await ada.api.post(at, {"draft": draft, "variables": {"you": "Ada"}})
    assert drafted.body["messages"] == [{"role": "system", "content": "Hi Ada"}]
    assert drafted.body["version"] == 0


async def test_pages_follow_each_other_without_gap(ada: Member) -> None:
    made = [(await new_prompt(ada.api, tags=["paged"]))["id"] for _ in range(5)]
    seen: list[str] = []
    token = ""
    while True:
        page = await ada.api.get(f"/v1/prompts?tag=paged&page_size=2&page_token={token}")
        seen += [one["id"] for one in page.body["items"]]
        token = page.body["next_page_token"]
        if not token:
            break
    assert seen == made[::-1]


async def test_an_archived_prompt_is_hidden_and_comes_back(ada: Member) -> None:
    prompt = await new_prompt(ada.api, tags=["archived"])
    at = f"/v1/prompts/{prompt['id']}"
    assert (await ada.api.post(f"{at}:archive")).body["archive_time"] is not None
    assert (await ada.api.get("/v1/prompts?tag=archived")).body["items"] == []
    listed = await ada.api.get("/v1/prompts?tag=archived&is_archived=true")
    assert [one["id"] for one in listed.body["items"]] == [prompt["id"]]
    refused = await ada.api.post(f"{at}/versions", {"content": CONTENT})
    assert (refused.status, refused.body["reason"]) == (409, "PROMPT_ARCHIVED")
    assert (await ada.api.post(f"{at}:unarchive")).body["archive_time"] is None


async def test_another_tenants_prompt_is_not_found_on_every_route(ada: Member, eve: Member) -> None:
    prompt = await new_prompt(ada.api)
    at = f"/v1/prompts/{prompt['id']}"
    unknown = f"/v1/prompts/{new_id('prm')}"
    calls: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("PATCH", "", {"description": "mine"}),
        ("POST", ":archive", None),
        ("POST", ":unarchive", None),
        ("GET", "/versions", None),
        ("GET", "/versions/1", None),
        ("POST", "/versions", {"content": CONTENT}),
        ("PUT", "/labels/production", {"version": 1}),
        ("DELETE", "/labels/production", None),
        ("GET", "/resolved?label=latest", None),
        ("POST", ":render", {"label": "latest", "variables": {}}),
    ]
    for method, rest, body in calls:
        theirs = await eve.api.call(method, at + rest, body)
        nobodys = await eve.api.call(method, unknown + rest, body)
        assert theirs.status == nobodys.status == 404, (method, rest, theirs.body)
        assert theirs.body["reason"] == nobodys.body["reason"]
    assert (await ada.api.get(at)).body == prompt


async def test_fields_that_only_answers_have_are_refused(ada: Member) -> None:
    for field in ("id", "tenant_id", "create_time", "etag", "labels", "latest_version", "role"):
        body = {"name": f"tests/{new_id('prm')}", "content": CONTENT, field: "x"}
        refused = await ada.api.post("/v1/prompts", body)
        assert refused.status == 422
        assert [fault["field"] for fault in refused.body["errors"]] == [field]
