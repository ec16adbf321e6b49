"""SearchPrompts: what is found, as soon as it is saved, narrowed by filters, page by page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument
from services.kit.ids import new_id
from services.kit.paging import encode_token
from tests.integration.prompts.conftest import Tenant, chat_content, text_content
from tests.integration.prompts.searching import archive, marked, names, search, update
from tests.integration.prompts.test_list_prompts import LIBRARY


def token_of(score: str, time: str) -> str:
    return encode_token([score, time, new_id("prm")])


async def test_a_new_tenants_library_is_found_by_its_words(tenant: Tenant) -> None:
    assert set(await names(tenant)) == LIBRARY
    assert (await names(tenant, "translation"))[0] == "language-translation"


async def test_every_text_of_a_prompt_is_looked_through(tenant: Tenant) -> None:
    await tenant.new_prompt(
        name="zoo/giraffe",
        description="About elephants",
        tags=["Big zebra"],
        note="because of lions",
        content=chat_content(("system", "You keep a tiger."), ("user", "Feed the {{monkey}}.")),
    )
    for word in ("giraffe", "elephant", "zebra", "lion", "tiger", "monkey", "ZOO", "Féed"):
        assert await names(tenant, word) == ["zoo/giraffe"], word
    # Words may stand in different fields, but all must stand somewhere.
    assert await names(tenant, "giraffe tiger zebra") == ["zoo/giraffe"]
    assert await names(tenant, "giraffe crocodile") == []


async def test_what_is_saved_is_found_and_what_is_replaced_is_not(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("apples", name="fruit")
    await tenant.new_version(prompt, "pears")
    assert await names(tenant, "pears") == ["fruit"]
    assert await names(tenant, "apples") == []
    await update(tenant, prompt, name="basket", description="plums", tags=["cherries"])
    assert await names(tenant, "fruit") == []
    for word in ("basket", "plums", "cherries", "pears"):
        assert await names(tenant, word) == ["basket"]


async def test_older_versions_are_found_as_long_as_a_label_points_at_them(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("apples", name="fruit")
    await tenant.new_version(prompt, "pears")
    await tenant.set_label(prompt, "production", 1)
    (found,) = await search(tenant, "apples")
    assert marked(found) == [("text", 1, "[apples]")]
    await tenant.set_label(prompt, "production", 2)
    assert await names(tenant, "apples") == []
    await tenant.roll_back(prompt, "production")
    assert await names(tenant, "apples") == ["fruit"]
    await tenant.remove_label(prompt, "production")
    assert await names(tenant, "apples") == []


async def test_a_search_shows_where_the_words_stand(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("Pay the refund now.", name="mail/refund", note="refund text")
    await update(tenant, prompt, description="Refunds, quickly", tags=["refund", "mail"])
    (found,) = await search(tenant, "refund")
    assert marked(found) == [
        ("name", 0, "mail/[refund]"),
        ("description", 0, "[Refunds], quickly"),
        ("tag", 0, "[refund]"),
        ("text", 1, "Pay the [refund] now."),
    ]
    assert found.prompt == await tenant.get(prompt.id)
    assert [one.matches for one in await search(tenant, folder="mail")] == [[]]


async def test_phrases_and_excluded_words_are_heeded(tenant: Tenant) -> None:
    await tenant.new_prompt("the refund policy", name="one")
    await tenant.new_prompt("the policy of a refund, a draft", name="two")
    assert set(await names(tenant, "refund policy")) == {"one", "two"}
    assert await names(tenant, '"refund policy"') == ["one"]
    assert await names(tenant, "refund -draft") == ["one"]
    assert "two" not in await names(tenant, '-"a draft"')


async def test_languages_without_spaces_are_found_by_a_part(tenant: Tenant) -> None:
    await tenant.new_prompt("私は東京都に住んでいます。", name="ja")
    await tenant.new_prompt("京都へ行きました。", name="ja-other")
    assert set(await names(tenant, "京都")) == {"ja", "ja-other"}
    assert await names(tenant, "東京") == ["ja"]
    assert set(await names(tenant, "都")) == {"ja", "ja-other"}
    assert await names(tenant, "大阪") == []


async def test_filters_narrow_with_and_without_words(tenant: Tenant) -> None:
    content = text_content("hello there", model="gpt-4o-mini")
    one = await tenant.new_prompt(name="mail/in/one", tags=["ads"], content=content)
    await tenant.new_prompt(name="mail/two", content=chat_content(("user", "hello")))
    await tenant.new_prompt("hello", name="mailbox")
    await tenant.set_label(one, "production", 1)
    for query in ("", "hello"):
        assert set(await names(tenant, query, folder="mail")) == {"mail/in/one", "mail/two"}
        assert await names(tenant, query, folder="/mail/in/") == ["mail/in/one"]
        assert await names(tenant, query, folder="ma") == []
        assert await names(tenant, query, tag="ads") == ["mail/in/one"]
        assert await names(tenant, query, folder="mail", type=pb.PROMPT_TYPE_CHAT) == ["mail/two"]
        assert await names(tenant, query, folder="mail", label="production") == ["mail/in/one"]
        assert await names(tenant, query, model="gpt-4o-mini") == ["mail/in/one"]
        assert await names(tenant, query, model="gpt") == []
        assert await names(tenant, query, tag="ads", type=pb.PROMPT_TYPE_CHAT) == []


async def test_prompts_are_found_by_who_made_a_version(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt(name="theirs")
    mine = new_id("usr")
    assert set(await names(tenant, author=tenant.caller.actor)) == {"theirs"}
    assert await names(tenant, author=mine) == []
    assert await names(other, author=tenant.caller.actor) == []
    assert prompt.name in await names(tenant)


async def test_prompts_are_found_by_when_they_changed(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt(name="fresh")
    changed = prompt.update_time.ToDatetime(UTC)
    assert "fresh" in await names(tenant, updated_since=changed)
    assert await names(tenant, updated_since=changed + timedelta(microseconds=1)) == []
    assert set(await names(tenant, updated_since=datetime(1, 1, 1, tzinfo=UTC))) > LIBRARY


async def test_archived_prompts_are_found_apart(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("xylophone", name="gone")
    await archive(tenant, prompt)
    assert await names(tenant, "xylophone") == []
    assert await names(tenant, "xylophone", is_archived=True) == ["gone"]
    await tenant.call("UnarchivePrompt", pb.UnarchivePromptRequest(prompt_id=prompt.id))
    assert await names(tenant, "xylophone") == ["gone"]


@pytest.mark.parametrize("query", ["", "paged", "-walrus"])
async def test_pages_hold_each_prompt_once_in_one_order(tenant: Tenant, query: str) -> None:
    for number in range(7):
        await tenant.new_prompt(f"paged {'paged ' * (number % 3)}", name=f"paged-{number}")
    seen: list[str] = []
    token = ""
    while True:
        request = pb.SearchPromptsRequest(query=query, page_size=3, page_token=token)
        answer = await tenant.call("SearchPrompts", request)
        assert len(answer.results) <= 3
        seen += [found.prompt.name for found in answer.results]
        token = answer.next_page_token
        if not token:
            break
    assert seen == await names(tenant, query, page_size=50)
    assert len(seen) == len(set(seen)) == (7 if query == "paged" else 12)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"query": "q" * 501}, "query"),
        ({"query": "a\0"}, "query"),
        ({"folder": "f" * 129}, "folder"),
        ({"folder": "\0"}, "folder"),
        ({"tag": "t" * 51}, "tag"),
        ({"label": "\0"}, "label"),
        ({"model": "m" * 201}, "model"),
        ({"author": "a" * 65}, "author"),
        ({"type": 9}, "type"),
        ({"page_size": 51}, "page_size"),
        ({"page_size": -1}, "page_size"),
        ({"page_token": "nonsense"}, "page_token"),
        ({"page_token": token_of("nan", "2026-01-01T00:00:00+00:00")}, "page_token"),
        ({"page_token": token_of("0x1p0", "soon")}, "page_token"),
        ({"page_token": token_of("0x1p9999", "2026-01-01T00:00:00+00:00")}, "page_token"),
    ],
)
async def test_bad_input_is_named(tenant: Tenant, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidArgument) as raised:
        await search(tenant, **fields)
    assert [one.field for one in raised.value.violations] == [field]


async def test_an_other_tenant_finds_its_own_only(tenant: Tenant, other: Tenant) -> None:
    await tenant.new_prompt("wombat saucepan", name="mine")
    await other.new_prompt("saucepan of others", name="theirs")
    assert await names(tenant, "saucepan") == ["mine"]
    assert await names(other, "saucepan") == ["theirs"]
    assert await names(other, "wombat") == []
