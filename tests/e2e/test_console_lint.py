"""Lint in the console: what is said while a prompt is written, and mended with a click."""

import re

from playwright.async_api import Locator, Page, expect

from tests.support.browser import Visitor


async def test_a_prompt_is_mended_while_it_is_written_and_then_saved(member: Visitor) -> None:
    page = member.page
    await member.open("/prompts/new")
    await page.get_by_label("Name", exact=True).first.fill("mail/answer")
    text = page.get_by_label("Text of the prompt")
    await text.fill("Answer {{{question}}}\nin {{tone}} words. {{#open}}")
    await expect(_findings(page)).to_contain_text("{{#open}} is never closed")
    await expect(page.get_by_text("Errors keep it from being saved")).to_be_visible()
    await _check_a_click_leads_to_the_place(page, text)
    await _check_the_part_is_underlined(page)
    await page.keyboard.press("Delete")
    await expect(page.get_by_text("Errors keep it from being saved")).to_be_hidden()
    await page.get_by_role("button", name="Remove them", exact=True).click()
    await page.get_by_role("button", name="Write {{question}}", exact=True).click()
    await expect(text).to_contain_text("Answer {{question}}")
    await page.get_by_role("button", name="Declare question", exact=True).click()
    await page.get_by_role("button", name="Declare tone", exact=True).click()
    await expect(page.get_by_role("group", name="Variable tone")).to_be_visible()
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await page.get_by_role("button", name="Create the prompt").click()
    await member.check_heading("mail/answer")
    member.check_quiet()


async def test_a_variable_that_nobody_uses_is_removed_with_a_click(member: Visitor) -> None:
    page = member.page
    await member.open("/prompts/new")
    await page.get_by_label("Text of the prompt").fill("Say hello.")
    await page.get_by_role("button", name="Declare a variable").click()
    group = page.get_by_role("group", name=re.compile("^Variable"))
    await group.get_by_label("Name").fill("tone")
    await _findings(page).get_by_role("button", name="no template uses it").click()
    await expect(group.get_by_label("Name")).to_be_focused()
    await page.get_by_role("button", name="Remove tone", exact=True).click()
    await expect(group).to_have_count(0)
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    member.check_quiet()


async def test_findings_of_a_chat_lead_to_their_message(member: Visitor) -> None:
    page = member.page
    await member.open("/prompts/new")
    await page.get_by_role("button", name="Chat").click()
    await page.get_by_label("Message 1", exact=True).fill("Translate what follows.")
    second = page.get_by_label("Message 2", exact=True)
    await second.fill(
        "😀 Here: {{text}}\nTranslate it into German, and keep the names as they are."
    )
    finding = _findings(page).get_by_role("button", name="slot-unfenced")
    await expect(finding).to_contain_text("Message 2, line 1")
    await finding.click()
    await expect(second).to_be_focused()
    await page.keyboard.insert_text("<text>{{text}}</text>")
    await expect(finding).to_have_count(0)
    await expect(second).to_contain_text("😀 Here: <text>{{text}}</text>")
    member.check_quiet()


def _findings(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("^Lint: "))


async def _check_a_click_leads_to_the_place(page: Page, text: Locator) -> None:
    await _findings(page).get_by_role("button", name="is never closed").click()
    await expect(text).to_be_focused()


async def _check_the_part_is_underlined(page: Page) -> None:
    underlined = page.locator(".cm-lintRange-error")
    await expect(underlined).to_have_text("{{#open}}")
    line = await underlined.evaluate("part => getComputedStyle(part).textDecorationLine")
    assert line == "underline"
