"""Finding a prompt in the console: by words while typing, by filters, by folder, by likeness."""

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.support.browser import Visitor

# What the page's own scripts do, with the session's token against forged requests.
_SEND = """async ([method, path, body]) => {
    const { csrf_token } = await (await fetch('/v1/session')).json();
    const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf_token };
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
    return [answer.status, await answer.json()];
}"""
REFUND = "Answer a customer who asks for a refund. Be friendly, and name the refund policy."
REFUNDS = "Reply to customers asking for refunds: be friendly and mention our refund policies."


async def test_a_prompt_is_found_while_its_words_are_typed(member: Visitor) -> None:
    page = member.page
    await _prompts(member)
    await member.open("/prompts")
    await page.get_by_label("Search prompts").press_sequentially("refund polic")
    rows = _rows(page)
    await expect(rows).to_have_count(2)
    first = rows.filter(has_text="support/mail/refund")
    await expect(first.locator("mark").filter(has_text=re.compile("^policy$"))).to_be_visible()
    await expect(first).to_contain_text("Version 1: ")
    await page.get_by_label("Search prompts").fill("refund -customers")
    await expect(rows).to_have_count(1)
    await page.get_by_label("Search prompts").fill("zeppelin")
    await expect(page.get_by_role("heading", name="No prompt matches")).to_be_visible()
    member.check_quiet()


async def test_folders_and_filters_narrow_and_stay_in_the_address(member: Visitor) -> None:
    page = member.page
    await _prompts(member)
    await member.open("/prompts")
    folders = page.get_by_role("navigation", name="Folders")
    await folders.get_by_role("button", name=re.compile("^support")).click()
    await expect(_rows(page)).to_have_count(2)
    await folders.get_by_role("button", name="Folders in support").click()
    await folders.get_by_role("button", name=re.compile("^mail")).click()
    await expect(_rows(page)).to_have_count(1)
    await expect(page).to_have_url(re.compile("folder=support%2Fmail"))
    await folders.get_by_role("button", name="All prompts").click()
    await page.get_by_role("button", name="Filters").click()
    await page.get_by_label("Type").select_option("chat")
    await expect(_rows(page).filter(has_text="sales/offer")).to_be_visible()
    await expect(_rows(page).filter(has_text="support/")).to_have_count(0)
    await page.get_by_label("Author").select_option(label="By me")
    await page.get_by_label("Changed").select_option("7")
    await page.get_by_label("Model").fill("sim-text")
    await expect(_rows(page)).to_have_count(1)
    await page.reload()
    await expect(_rows(page)).to_have_count(1)
    await page.get_by_role("button", name="Clear").click()
    await expect(_rows(page).filter(has_text="support/mail/refund")).to_be_visible()
    member.check_quiet()


async def test_a_prompt_shows_which_others_say_nearly_the_same(member: Visitor) -> None:
    page = member.page
    ids = await _prompts(member)
    await member.open(f"/prompts/{ids['support/mail/refund']}")
    await page.get_by_role("tab", name="Similar").click()
    similar = page.get_by_role("table", name="Similar prompts")
    await expect(similar.get_by_role("row").nth(1)).to_contain_text("support/chat-refunds")
    await expect(page.get_by_text("local-hashing, which compares wording")).to_be_visible()
    await similar.get_by_role("link", name="support/chat-refunds").click()
    await member.check_heading("support/chat-refunds")
    member.check_quiet()


def _rows(page: Page) -> Any:
    """The rows below the head."""
    table = page.get_by_role("table", name="Prompts", exact=True)
    return table.get_by_role("row").filter(has=page.get_by_role("link"))


async def _prompts(member: Visitor) -> dict[str, str]:
    """Make prompts in folders; return name -> id."""
    chat = {"type": "chat", "messages": [{"role": "user", "content": "Offer {{product}}"}]}
    contents: dict[str, dict[str, Any]] = {
        "support/mail/refund": {"type": "text", "text": REFUND},
        "support/chat-refunds": {"type": "text", "text": REFUNDS},
        "sales/offer": {**chat, "model": "sim-text"},
    }
    made = {}
    for name, content in contents.items():
        body = {"name": name, "content": content}
        status, answer = await member.page.evaluate(_SEND, ["POST", "/v1/prompts", body])
        assert status == 201, answer
        made[name] = str(answer["prompt"]["id"])
    return made
