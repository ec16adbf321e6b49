"""Comparing versions in the console: words, fields, tokens and cost, before anything is run."""

import re
from typing import Any

from playwright.async_api import expect

from tests.support.browser import PHONE, Visitor

# What the page's own scripts do, with the session's token against forged requests.
_SEND = """async ([method, path, body]) => {
    const { csrf_token } = await (await fetch('/v1/session')).json();
    const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf_token };
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
    return [answer.status, await answer.json()];
}"""


def _content(*messages: tuple[str, str], **more: Any) -> dict[str, Any]:
    shown = [{"role": role, "content": text} for role, text in messages]
    return {"type": "chat", "messages": shown, **more}


BEFORE = _content(
    ("system", "Be brief."),
    ("user", "Where is {{place}}?"),
    model="gpt-4o-mini",
    parameters={"temperature": 0.2, "max_tokens": 100},
)
AFTER = _content(
    ("user", "Where is {{place}}?"),
    ("system", "Be brief and kind."),
    model="house-model-7b",
    parameters={"temperature": 0.7, "max_tokens": 100},
)


async def test_two_versions_are_compared_from_the_list_and_from_a_labels_history(
    member: Visitor,
) -> None:
    page = member.page
    prompt = await _prompt(member)
    await member.open(f"/prompts/{prompt}")
    await page.get_by_role("link", name="Compare", exact=True).click()
    await member.check_heading("Compare versions")

    cost = page.get_by_role("table", name="Tokens and cost of a call")
    tokens = cost.get_by_role("row").filter(has_text="Input tokens")
    await expect(tokens).to_contain_text(re.compile(r"\+\d+ \(\+[\d.]+%\)"))
    await expect(cost.get_by_role("row").filter(has_text="Price")).to_contain_text("not published")
    await expect(cost.get_by_role("row").filter(has_text="Input cost")).to_contain_text("unknown")
    await expect(page.get_by_text("Tokens of house-model-7b are an estimate")).to_be_visible()
    await expect(page.get_by_text("Values of {{place}} come on top")).to_be_visible()

    moved = page.get_by_role("region", name="System, was message 1, now message 2")
    await expect(moved.get_by_text("Moved")).to_be_visible()
    await expect(moved.get_by_role("insertion")).to_have_text(" and kind")
    before = moved.get_by_role("group", name=re.compile("before$"))
    await expect(before).to_have_text("Be brief.")
    await page.get_by_role("button", name="In one text").click()
    await expect(before).to_have_count(0)
    await expect(moved.get_by_role("insertion")).to_have_text(" and kind")
    parameters = page.get_by_role("table", name="Parameters")
    await expect(parameters.get_by_role("row").nth(1)).to_contain_text("temperature0.20.7")

    await member.open(f"/prompts/{prompt}?view=labels")
    await page.get_by_role("link", name="1 → 2: what changed for production").click()
    await member.check_heading("Compare versions")
    await expect(page.get_by_label("From", exact=True)).to_have_value("1")
    member.check_quiet()


async def test_sides_are_chosen_by_label_and_swapped_and_the_address_keeps_them(
    member: Visitor,
) -> None:
    page = member.page
    prompt = await _prompt(member)
    await member.open(f"/prompts/{prompt}/compare?from=1&to=1")
    await expect(page.get_by_text("Both hold exactly the same.")).to_be_visible()
    await page.get_by_label("To", exact=True).select_option("production")
    inserted = page.get_by_role("insertion").filter(has_text="and kind")
    await expect(inserted).to_be_visible()
    await page.get_by_role("button", name="Swap").click()
    await expect(inserted).to_have_count(0)
    await expect(page.get_by_role("deletion").filter(has_text="and kind")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"compare\?from=production&to=1$"))
    await page.reload()
    await expect(page.get_by_label("From", exact=True)).to_have_value("production")

    await page.set_viewport_size(PHONE)
    await expect(page.get_by_role("group", name=re.compile("before$"))).to_have_count(0)
    await expect(page.get_by_role("deletion").filter(has_text="and kind")).to_be_visible()
    member.check_quiet()


async def _prompt(member: Visitor) -> str:
    made = await _sent(member, "POST", "/v1/prompts", {"name": "maps/where", "content": BEFORE})
    prompt = str(made["prompt"]["id"])
    await _sent(member, "POST", f"/v1/prompts/{prompt}/versions", {"content": AFTER})
    for version in (1, 2):
        body = {"version": version}
        await _sent(member, "PUT", f"/v1/prompts/{prompt}/labels/production", body)
    return prompt


async def _sent(member: Visitor, method: str, path: str, body: Any) -> Any:
    status, answer = await member.page.evaluate(_SEND, [method, path, body])
    assert status in (200, 201), answer
    return answer
