"""Which of several prompts comes first, and what no search can break."""

import pytest

from tests.integration.prompts.conftest import Tenant
from tests.integration.prompts.searching import names, search, update

_FILLER = "and so on with other things in it "


async def test_the_field_counts_more_than_how_often_the_word_is_in_it(tenant: Tenant) -> None:
    """Made in the reverse order, so that no other order gives this one."""
    old = await tenant.new_prompt("walrus " * 30, name="older-text")
    await tenant.new_version(old, "nothing")
    await tenant.set_label(old, "production", 1)
    await tenant.new_prompt("walrus " * 30, name="newest-text")
    await tenant.new_prompt("x", name="described", description="walrus " * 30)
    await tenant.new_prompt(_FILLER * 20, name="walrus-named", description=_FILLER)
    assert await names(tenant, "walrus") == [
        "walrus-named",
        "described",
        "newest-text",
        "older-text",
    ]


async def test_the_prompt_whose_name_is_typed_comes_first(tenant: Tenant) -> None:
    await tenant.new_prompt(name="mail/greeting")
    for number in range(3):
        await tenant.new_prompt(
            "mail greeting " * 20,
            name=f"mail/greeting/mail-greeting-{number}",
            description="mail greeting mail greeting",
        )
    assert (await names(tenant, "mail/greeting"))[0] == "mail/greeting"


async def test_a_whole_word_comes_before_one_that_only_begins_so(tenant: Tenant) -> None:
    await tenant.new_prompt("one art", name="t/whole")
    await tenant.new_prompt("one artichoke", name="t/begun")
    assert await names(tenant, "art", folder="t") == ["t/whole", "t/begun"]


async def test_what_says_it_more_often_comes_first_in_the_same_field(tenant: Tenant) -> None:
    await tenant.new_prompt("otter otter otter", name="often")
    await tenant.new_prompt("otter", name="once")
    assert await names(tenant, "otter") == ["often", "once"]


async def test_of_equals_the_last_changed_comes_first(tenant: Tenant) -> None:
    first = await tenant.new_prompt("badger", name="first")
    await tenant.new_prompt("badger", name="second")
    assert await names(tenant, "badger") == ["second", "first"]
    await update(tenant, first, description="changed")
    assert await names(tenant, "badger") == ["first", "second"]


async def test_each_key_that_is_typed_keeps_the_prompt_in_sight(tenant: Tenant) -> None:
    await tenant.new_prompt("Zusammenfassung für Kunden", name="de/kurz")
    for typed in ("Zusammenfassung für Kunden", "de/kurz"):
        for end in range(1, len(typed) + 1):
            found = await names(tenant, typed[:end])
            assert "de/kurz" in found or typed[end - 1] == "/", typed[:end]


@pytest.mark.parametrize(
    "query",
    [
        "'", "''", "\\", "\\'", "a' | 'b", "a:*", "!!a", "a <-> b", "a <9999> b", "((((a", "& | !",
        "'; DROP TABLE prompts; --", "%", "_", "*", '"', '"a', 'a"b"c', "-", "--a", "- a", '-"',
        "🚀", "👩‍👩‍👧‍👦", "\u202e\u200b", "ﷺ" * 50, "a\tb\nc\r\n", "{{name}}", "ÿ" * 500, "x" * 500,
        "a " * 250, "\U0010ffff", "-a -b -c",
    ],
)  # fmt: skip
async def test_no_query_is_more_than_words(tenant: Tenant, query: str) -> None:
    await tenant.new_prompt(f"Quoth: {query}", name="quoted")
    for found in await search(tenant, query):
        assert found.prompt.name
    assert await names(tenant, "quoth") == ["quoted"]


@pytest.mark.parametrize("query", ["🚀", "{{name}}", "a:*", 'quoth "my name"', "👩‍👩‍👧‍👦"])
async def test_what_was_copied_from_a_prompt_finds_it(tenant: Tenant, query: str) -> None:
    await tenant.new_prompt(f"Quoth: {query} now", name="quoted")
    assert "quoted" in await names(tenant, query)


async def test_the_longest_prompt_is_saved_and_found(tenant: Tenant) -> None:
    text = " ".join(f"word{number}" for number in range(20_000))[:199_000]
    prompt = await tenant.new_prompt(text, name="longest", description="d" * 2_000)
    await tenant.new_version(prompt, "語" * 200_000)
    await tenant.set_label(prompt, "production", 1)
    assert await names(tenant, "語語") == ["longest"]
    assert await names(tenant, "longest") == ["longest"]
