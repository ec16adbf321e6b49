"""Branches in the console: edited, merged with a conflict settled; a save that came too late."""

import re

from playwright.async_api import Page, expect

from tests.support.browser import Visitor

TEXT = "Summarize the text.\nUse three sentences.\nBe kind.\n\n{{text}}"
ON_BRANCH = TEXT.replace("three sentences", "one sentence").replace(
    "Be kind.", "Be kind and brief."
)
ON_MAIN = TEXT.replace("three sentences", "two sentences").replace("Summarize", "Sum up")
SAVE = re.compile("^Save as version")


async def test_a_branch_is_edited_beside_main_and_merged_with_a_conflict_settled(
    member: Visitor,
) -> None:
    page = member.page
    prompt_id = await _new_prompt(member, "mail/summary")
    await page.get_by_role("button", name="New branch").click()
    dialog = page.get_by_role("dialog", name="New branch")
    await dialog.get_by_label("Name of the branch").fill("shorter")
    await dialog.get_by_role("button", name="Begin").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_label("Branch", exact=True).last).to_have_value("shorter")
    await _edit(page, ON_BRANCH)
    await expect(page.get_by_text("shorter · from v1")).to_be_visible()
    await page.get_by_label("Branch", exact=True).last.select_option("main")
    await expect(page.get_by_role("tab", name="Version 1")).to_be_visible()
    await _edit(page, ON_MAIN)
    await page.get_by_label("Branch", exact=True).last.select_option("shorter")
    await page.get_by_role("link", name="Merge", exact=True).click()
    await member.check_heading("Merge mail/summary")
    await _settle_by_hand(page)
    await page.get_by_role("button", name="Merge into main").click()
    await expect(page.get_by_role("tab", name="Version 4")).to_be_visible()
    await expect(page.get_by_text("main · v3 merged with v2")).to_be_visible()
    merged = await member.fetched(f"/v1/prompts/{prompt_id}/resolved?label=latest")
    assert merged["version"]["parents"] == [3, 2]
    assert merged["version"]["content"]["text"] == (
        "Sum up the text.\nUse one or two sentences.\nBe kind and brief.\n\n{{text}}"
    )
    await page.get_by_label("Branch", exact=True).last.select_option("shorter")
    await expect(page.get_by_text("merged", exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name="Edit", exact=True)).to_be_hidden()
    member.check_quiet()


async def test_a_save_that_came_too_late_is_merged_and_loses_nothing(member: Visitor) -> None:
    page = member.page
    prompt_id = await _new_prompt(member, "mail/late")
    await page.get_by_role("link", name="Edit", exact=True).click()
    mine = TEXT.replace("Be kind.", "Be kind to all.").replace("three", "four")
    await page.get_by_label("Text of the prompt").fill(mine)
    await _save_elsewhere(page, prompt_id, TEXT.replace("three", "five").replace("Sum", "SUM"))
    await page.get_by_role("button", name=SAVE).click()
    await expect(page.get_by_text("Nothing of yours is lost")).to_be_visible()
    await page.get_by_role("button", name="Back to my text").click()
    await _check_written(page, mine)
    await page.get_by_role("button", name=SAVE).click()
    await expect(page.get_by_role("button", name="Save the result")).to_be_disabled()
    await page.get_by_role("button", name="Take your text").click()
    await page.get_by_role("button", name="Save the result").click()
    await expect(page.get_by_role("tab", name="Version 3")).to_be_visible()
    saved = await member.fetched(f"/v1/prompts/{prompt_id}/versions/3")
    assert saved["content"]["text"] == mine.replace("Sum", "SUM")
    assert saved["parents"] == [2]
    member.check_quiet(
        "409 POST /v1/prompts/…/versions",
    )


async def test_what_was_written_is_found_again_when_the_branch_has_moved(member: Visitor) -> None:
    page = member.page
    prompt_id = await _new_prompt(member, "mail/again")
    await page.get_by_role("link", name="Edit", exact=True).click()
    mine = TEXT.replace("Be kind.", "Be kind to all.")
    await page.get_by_label("Text of the prompt").fill(mine)
    await page.get_by_role("link", name="mail/again").click()
    await _save_elsewhere(page, prompt_id, TEXT.replace("three", "five"))
    await expect(page.get_by_role("tab", name="Version 2")).to_be_visible()
    await page.get_by_role("link", name="Edit", exact=True).click()
    await expect(page.get_by_text("begun on version 1. main is at version 2")).to_be_visible()
    await _check_written(page, mine)
    await page.reload()
    await expect(page.get_by_text("begun on version 1. main is at version 2")).to_be_visible()
    await page.get_by_role("button", name=SAVE).click()
    await expect(page.get_by_text("No conflicts")).to_be_visible()
    await page.get_by_role("button", name="Save the result").click()
    await expect(page.get_by_role("tab", name="Version 3")).to_be_visible()
    saved = await member.fetched(f"/v1/prompts/{prompt_id}/versions/3")
    assert saved["content"]["text"] == mine.replace("three", "five")
    await page.get_by_role("link", name="Edit", exact=True).click()
    await _check_written(page, saved["content"]["text"])
    await expect(page.get_by_text("begun on version")).to_be_hidden()
    member.check_quiet("409 POST /v1/prompts/…/versions")


async def _new_prompt(member: Visitor, name: str) -> str:
    page = member.page
    await member.open("/prompts/new")
    await page.get_by_label("Name", exact=True).first.fill(name)
    await page.get_by_label("Text of the prompt").fill(TEXT)
    await page.get_by_role("button", name=re.compile("Create|Save")).click()
    await member.check_heading(name)
    return page.url.split("/prompts/")[1].split("?")[0]


async def _edit(page: Page, text: str) -> None:
    await page.get_by_role("link", name="Edit", exact=True).click()
    await page.get_by_label("Text of the prompt").fill(text)
    await page.get_by_role("button", name=SAVE).click()
    await expect(page.get_by_role("link", name="Edit", exact=True)).to_be_visible()


async def _check_written(page: Page, text: str) -> None:
    lines = page.get_by_label("Text of the prompt").locator(".cm-line")
    await expect(lines).to_have_text(text.split("\n"))


async def _settle_by_hand(page: Page) -> None:
    await expect(page.get_by_role("status").filter(has_text="1 of 1 conflict")).to_be_visible()
    merge = page.get_by_role("button", name="Merge into main")
    await expect(merge).to_be_disabled()
    conflict = page.get_by_role("region", name="Text, line 2")
    await conflict.get_by_role("button", name="Take shorter").click()
    await expect(merge).to_be_enabled()
    await conflict.get_by_role("button", name="Edit by hand").click()
    await conflict.get_by_label("What shall stand at").fill("Use one or two sentences.")
    result = page.get_by_role("textbox", name="Changes of the text").last
    await expect(result).to_contain_text("Use one or two sentences.")


async def _save_elsewhere(page: Page, prompt_id: str, text: str) -> None:
    """Save as somebody with the same prompt open in another window."""
    status = await page.evaluate(
        """async ([path, text]) => {
            const session = await (await fetch('/v1/session')).json();
            const headers = {
                'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf_token,
            };
            const body = JSON.stringify({ content: { type: 'text', text } });
            return (await fetch(path, { method: 'POST', headers, body })).status;
        }""",
        [f"/v1/prompts/{prompt_id}/versions", text],
    )
    assert status == 201
