"""Search, similar prompts and folders over HTTP."""

from urllib.parse import quote

import pytest

from gateway.routes.prompts import search_models as models
from tests.integration.gateway.test_prompts import new_prompt
from tests.support.platform_in_process import Member

_TEXT = {"type": "text", "text": "Answer {{customer}} about the marmot refund."}


async def test_a_search_answers_prompts_with_marked_words(ada: Member) -> None:
    prompt = await new_prompt(ada.api, content=_TEXT, tags=["marmots"])
    found = await ada.api.get("/v1/prompts:search?query=marmot+refund&tag=marmots")
    assert found.status == 200
    page = models.FoundPromptPage.model_validate(found.body)
    assert [one.prompt.id for one in page.items] == [prompt["id"]]
    by_field = {match.field: match for match in page.items[0].matches}
    assert [part.text for part in by_field["text"].parts if part.is_match] == ["marmot", "refund"]
    assert by_field["text"].version == 1
    none = await ada.api.get("/v1/prompts:search?query=marmot+refund&type=chat")
    assert none.body == {"items": [], "next_page_token": "", "is_catching_up": False}


async def test_pages_follow_by_token(ada: Member) -> None:
    first = await ada.api.get("/v1/prompts:search?page_size=1")
    second = await ada.api.get(
        f"/v1/prompts:search?page_size=1&page_token={first.body['next_page_token']}"
    )
    assert len(first.body["items"]) == len(second.body["items"]) == 1
    assert first.body["items"] != second.body["items"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("query=" + "q" * 501, "query"),
        ("query=%00", "query"),
        ("type=poem", "type"),
        ("updated_since=yesterday", "updated_since"),
        ("updated_since=2026-01-01T00:00:00", "updated_since"),
        ("page_size=51", "page_size"),
        ("is_archived=maybe", "is_archived"),
        ("page_token=x", "page_token"),
        ("order=name", "order"),
    ],
)
async def test_bad_input_is_refused_by_its_field(ada: Member, query: str, field: str) -> None:
    answer = await ada.api.get(f"/v1/prompts:search?{query}")
    assert (answer.status, [one["field"] for one in answer.body["errors"]]) == (422, [field])


async def test_what_changed_since_a_time_is_found(ada: Member) -> None:
    prompt = await new_prompt(ada.api, tags=["dated"])
    since = quote(prompt["update_time"])
    found = await ada.api.get(f"/v1/prompts:search?tag=dated&updated_since={since}")
    assert [one["prompt"]["id"] for one in found.body["items"]] == [prompt["id"]]
    later = "2999-01-01T00:00:00%2B02:00"
    none = await ada.api.get(f"/v1/prompts:search?tag=dated&updated_since={later}")
    assert none.body["items"] == []


async def test_similar_prompts_say_what_compared_them(ada: Member) -> None:
    one = await new_prompt(ada.api, content=_TEXT)
    two = await new_prompt(ada.api, content=_TEXT)
    answer = await ada.api.get(f"/v1/prompts/{one['id']}/similar?page_size=20")
    assert answer.status == 200
    similar = models.SimilarPrompts.model_validate(answer.body)
    assert similar.embedder == "local-hashing"
    assert two["id"] in [each.prompt.id for each in similar.items]
    by_name = await ada.api.get(f"/v1/prompts/{quote(one['name'], safe='')}/similar?page_size=20")
    assert by_name.body == answer.body
    gone = await ada.api.get("/v1/prompts/no-such-prompt/similar")
    assert (gone.status, gone.body["reason"]) == (404, "PROMPT_NOT_FOUND")


async def test_folders_are_listed_level_by_level(ada: Member) -> None:
    await new_prompt(ada.api, name="shelf/box/one")
    await new_prompt(ada.api, name="shelf/two")
    top = models.PromptFolderPage.model_validate((await ada.api.get("/v1/prompt-folders")).body)
    (shelf,) = [one for one in top.items if one.path == "shelf"]
    assert (shelf.prompt_count, shelf.folder_count) == (2, 1)
    below = await ada.api.get("/v1/prompt-folders?parent=shelf")
    assert below.body["items"] == [{"path": "shelf/box", "prompt_count": 1, "folder_count": 0}]


async def test_an_other_tenant_finds_nothing_of_it(ada: Member, eve: Member) -> None:
    prompt = await new_prompt(ada.api, name="hidden/treasure", content=_TEXT)
    found = await eve.api.get("/v1/prompts:search?query=treasure")
    assert found.body["items"] == []
    similar = await eve.api.get(f"/v1/prompts/{prompt['id']}/similar")
    assert (similar.status, similar.body["reason"]) == (404, "PROMPT_NOT_FOUND")
    folders = await eve.api.get("/v1/prompt-folders?parent=hidden")
    assert folders.body["items"] == []
