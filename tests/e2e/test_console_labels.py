"""Labels in the console: moved with a reason, rolled back, protected, frozen."""

import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.support.browser import Visitor

# What the page's own scripts do, with the session's token against forged requests.
_SEND = """async ([method, path, body]) => {
    const { csrf_token } = await (await fetch('/v1/session')).json();
    const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf_token };
    const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
    return [answer.status, await answer.json()];
}"""


async def test_a_label_is_moved_protected_and_rolled_back_and_its_history_says_why(
    member: Visitor,
) -> None:
    page = member.page
    prompt = await _prompt_of_three_versions(member)
    await member.open(f"/prompts/{prompt}?view=labels")
    await _move(page, to=2, reason="2 answers shorter")
    history = page.get_by_role("table", name="History of labels")
    await expect(history.get_by_role("row").nth(1)).to_contain_text("1 → 2")
    await expect(history.get_by_role("row").nth(1)).to_contain_text("2 answers shorter")
    await expect(history.get_by_role("row").nth(1)).to_contain_text("You")

    await _protect(page)
    await member.open(f"/prompts/{prompt}?view=labels")
    labels = page.get_by_role("table", name="Labels", exact=True)
    production = labels.get_by_role("row").filter(has_text="production")
    await expect(production.get_by_role("img", name=re.compile("^Protected"))).to_be_visible()

    await production.get_by_role("button", name="Roll back to 1: production").click()
    dialog = page.get_by_role("dialog", name="Roll back production?")
    await dialog.get_by_role("button", name="Roll back to version 1").click()
    await expect(dialog.get_by_text("A policy asks for a reason")).to_be_visible()
    await dialog.get_by_label("Reason").fill("More refusals")
    await dialog.get_by_role("button", name="Roll back to version 1").click()
    await expect(dialog).to_be_hidden()
    await expect(production).to_contain_text("Version 1")
    await expect(history.get_by_role("row").nth(1)).to_contain_text("Rolled back")
    await expect(history.get_by_role("row").nth(1)).to_contain_text("More refusals")
    resolved = await member.fetched(f"/v1/prompts/{prompt}/resolved?label=production")
    assert resolved["version"]["number"] == 1
    member.check_quiet()


async def test_a_frozen_label_offers_no_move_until_the_freeze_is_lifted(member: Visitor) -> None:
    page = member.page
    prompt = await _prompt_of_three_versions(member)
    await member.open("/label-policies")
    await page.get_by_role("button", name="New policy").first.click()
    dialog = page.get_by_role("dialog", name="New label policy")
    await dialog.get_by_label("Labels").fill("prod*")
    await dialog.get_by_label("Freeze").select_option("yes")
    await dialog.get_by_role("button", name="Protect").click()
    await expect(dialog.get_by_text("Say why")).to_be_visible()
    await dialog.get_by_label("Why they are frozen").fill("Until Monday")
    await dialog.get_by_role("button", name="Protect").click()
    policy = page.get_by_role("row").filter(has_text="prod*")
    await expect(policy).to_contain_text("Until Monday")

    await member.open(f"/prompts/{prompt}?view=labels")
    labels = page.get_by_role("table", name="Labels", exact=True)
    production = labels.get_by_role("row").filter(has_text="production")
    await expect(production.get_by_role("img", name="Frozen: Until Monday")).to_be_visible()
    await expect(production.get_by_role("button")).to_have_count(0)

    await production.get_by_role("link", name="Frozen: Until Monday").click()
    await policy.get_by_role("button", name="Edit").click()
    await page.get_by_label("Freeze").select_option("no")
    await page.get_by_role("button", name="Save").click()
    await expect(policy).to_contain_text("Admins and owners")
    await policy.get_by_role("button", name="Remove").click()
    confirm = page.get_by_role("dialog", name="Remove the policy for prod*?")
    await confirm.get_by_role("button", name="Remove the policy").click()
    await expect(page.get_by_role("heading", name="No label is protected")).to_be_visible()

    await member.open(f"/prompts/{prompt}?view=labels")
    await production.get_by_role("button", name="Remove the label production").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove the label").click()
    await expect(labels.get_by_role("row").filter(has_text="production")).to_have_count(0)
    member.check_quiet()


async def test_who_looks_at_an_old_page_is_told_that_the_label_moved(member: Visitor) -> None:
    page = member.page
    prompt = await _prompt_of_three_versions(member)
    await member.open(f"/prompts/{prompt}?view=labels")
    await page.get_by_role("button", name="Move the label production", exact=True).click()
    dialog = page.get_by_role("dialog", name="Move production")
    await _sent(member, "PUT", f"/v1/prompts/{prompt}/labels/production", {"version": 3})
    await _choose(dialog, 2)
    await dialog.get_by_role("button", name="Move", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("points at version 3")
    await expect(dialog).to_contain_text("Now at version 3")
    await dialog.get_by_role("button", name="Roll back to version 2").click()
    await expect(dialog).to_be_hidden()
    rows = page.get_by_role("table", name="History of labels").get_by_role("row")
    await expect(rows.nth(1)).to_contain_text("3 → 2")


async def _prompt_of_three_versions(member: Visitor) -> str:
    content = {"type": "text", "text": "Greet {{who}}"}
    body = {"name": "mail/greeting", "content": content}
    made = await _sent(member, "POST", "/v1/prompts", body)
    prompt = str(made["prompt"]["id"])
    for text in ("Greet {{who}} well", "Greet {{who}} briefly"):
        body = {"content": {"type": "text", "text": text}}
        await _sent(member, "POST", f"/v1/prompts/{prompt}/versions", body)
    await _sent(member, "PUT", f"/v1/prompts/{prompt}/labels/production", {"version": 1})
    return prompt


async def _sent(member: Visitor, method: str, path: str, body: Any) -> Any:
    status, answer = await member.page.evaluate(_SEND, [method, path, body])
    assert status in (200, 201), answer
    return answer


async def _choose(dialog: Locator, version: int) -> None:
    await dialog.get_by_label("Points at").select_option(str(version))


async def _move(page: Page, *, to: int, reason: str) -> None:
    await page.get_by_role("button", name="Move the label production", exact=True).click()
    dialog = page.get_by_role("dialog", name="Move production")
    await _choose(dialog, to)
    await dialog.get_by_label("Reason").fill(reason)
    await dialog.get_by_role("button", name="Move", exact=True).click()
    await expect(dialog).to_be_hidden()


async def _protect(page: Page) -> None:
    """Say in the settings that production moves with a reason only."""
    main = page.get_by_role("navigation", name="Main")
    await main.get_by_role("link", name="Label policies").click()
    await page.get_by_role("button", name="New policy").first.click()
    dialog = page.get_by_role("dialog", name="New label policy")
    await dialog.get_by_label("Labels").fill("production")
    await dialog.get_by_label("Only prompts that start with").fill("mail/")
    await dialog.get_by_label("Reason").select_option("yes")
    await dialog.get_by_role("button", name="Protect").click()
    await expect(page.get_by_role("row").filter(has_text="mail/")).to_contain_text("with a reason")
