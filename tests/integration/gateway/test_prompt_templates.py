"""The library over HTTP: read, narrowed, copied."""

from typing import Any

from gateway.routes.prompts import models, template_models
from services.kit.ids import new_id
from tests.support.platform_in_process import Member


async def test_the_library_is_one_page_narrowed_by_filters(ada: Member) -> None:
    listed = await ada.api.get("/v1/prompt-templates")
    assert listed.status == 200
    page = template_models.PromptTemplatePage.model_validate(listed.body)
    assert len(page.items) == 20
    assert page.next_page_token == ""
    code = await ada.api.get("/v1/prompt-templates?category=code&query=sql+question")
    assert [one["name"] for one in code.body["items"]] == ["sql-from-question"]
    tagged = await ada.api.get("/v1/prompt-templates?tag=rag")
    assert [one["name"] for one in tagged.body["items"]] == ["answer-with-citations"]


async def test_a_template_is_read_with_examples_that_are_filled_in(ada: Member) -> None:
    read = await ada.api.get("/v1/prompt-templates/text-classification")
    whole = template_models.WholePromptTemplate.model_validate(read.body)
    assert whole.template.category == "data"
    several = whole.examples[1]
    assert several.variables["is_multi_label"] is True
    assert "several labels are allowed" in several.messages[1].content
    assert "- performance: " in several.messages[1].content


async def test_a_copy_is_a_prompt_like_any_other(ada: Member) -> None:
    name = f"tests/{new_id('tst')}"
    copied = await ada.api.post("/v1/prompt-templates/ticket-triage:copy", {"name": name})
    assert copied.status == 201
    models.CreatedPrompt.model_validate(copied.body)
    prompt = copied.body["prompt"]
    assert copied.headers["Location"] == f"/v1/prompts/{prompt['id']}"
    assert (await ada.api.get(copied.headers["Location"])).body == prompt
    template = (await ada.api.get("/v1/prompt-templates/ticket-triage")).body
    assert copied.body["version"]["content"] == template["content"]
    assert copied.body["version"]["content_hash"] == template["template"]["content_hash"]
    rendered = await ada.api.post(
        f"/v1/prompts/{prompt['id']}:render",
        {"label": "latest", "variables": template["examples"][0]["variables"]},
    )
    assert rendered.body["messages"] == template["examples"][0]["messages"]


async def test_without_a_name_it_has_the_templates_and_is_taken_once(eve: Member) -> None:
    made = await eve.api.post("/v1/prompt-templates/meeting-notes:copy", {})
    assert made.body["prompt"]["name"] == "meeting-notes"
    taken = await eve.api.post("/v1/prompt-templates/meeting-notes:copy", {"name": None})
    assert (taken.status, taken.body["reason"]) == (409, "PROMPT_NAME_TAKEN")


async def test_the_same_idempotency_key_gives_the_same_copy(ada: Member) -> None:
    path, body = "/v1/prompt-templates/code-review:copy", {"name": f"tests/{new_id('tst')}"}
    first = await ada.api.post(path, body, Idempotency_Key="copy-once")
    again = await ada.api.post(path, body, Idempotency_Key="copy-once")
    assert first.status == again.status == 201
    assert first.body == again.body
    other = await ada.api.post(
        "/v1/prompt-templates/unit-tests:copy", body, Idempotency_Key="copy-once"
    )
    assert (other.status, other.body["reason"]) == (422, "REQUEST_ID_REUSED")


async def test_what_is_wrong_is_named(ada: Member) -> None:
    for method, path in (("GET", ""), ("POST", ":copy")):
        body: dict[str, Any] | None = {} if method == "POST" else None
        missing = await ada.api.call(method, f"/v1/prompt-templates/no-such{path}", body)
        assert (missing.status, missing.body["reason"]) == (404, "PROMPT_TEMPLATE_NOT_FOUND")
    unnamed = await ada.api.post("/v1/prompt-templates/code-review:copy", {"name": "No Name"})
    assert (unnamed.status, unnamed.body["errors"][0]["field"]) == (422, "name")
    unknown = await ada.api.post("/v1/prompt-templates/code-review:copy", {"tags": []})
    assert (unknown.status, unknown.body["errors"][0]["field"]) == (422, "tags")
    filtered = await ada.api.get("/v1/prompt-templates?categories=code")
    assert (filtered.status, filtered.body["errors"][0]["field"]) == (422, "categories")


async def test_a_copy_is_not_found_by_the_other_tenant(ada: Member, eve: Member) -> None:
    body = {"name": f"tests/{new_id('tst')}"}
    mine = (await ada.api.post("/v1/prompt-templates/email-reply:copy", body)).body["prompt"]
    theirs = await eve.api.get(f"/v1/prompts/{mine['id']}")
    assert (theirs.status, theirs.body["reason"]) == (404, "PROMPT_NOT_FOUND")
    # Nor does its name, or the key that made it, tell the other tenant that it exists.
    again = await eve.api.post("/v1/prompt-templates/email-reply:copy", body)
    assert again.status == 201
    assert again.body["prompt"]["id"] != mine["id"]
