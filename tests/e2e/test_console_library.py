"""The library in the console: a template is found, looked at, copied, and answers as it streams."""

import re

from playwright.async_api import Page, expect

from tests.support.browser import Visitor


async def test_a_template_is_found_copied_and_tried_with_its_own_example(member: Visitor) -> None:
    page = member.page
    await _find_triage(page)
    await _check_its_example_is_filled_in(page)
    await page.get_by_role("button", name="Use this template").click()
    dialog = page.get_by_role("dialog", name="Use this template")
    await expect(dialog.get_by_label("Name of your prompt")).to_have_value("ticket-triage")
    await dialog.get_by_label("Name of your prompt").fill("support/triage")
    await dialog.get_by_role("button", name="Create the prompt").click()
    await member.check_heading("support/triage")
    prompt_id = page.url.split("/prompts/")[1].split("?")[0]
    version = await member.fetched(f"/v1/prompts/{prompt_id}/versions/1")
    template = await member.fetched("/v1/prompt-templates/ticket-triage")
    assert version["content_hash"] == template["template"]["content_hash"]
    assert version["note"].startswith("Copied from the template ticket-triage")
    await _check_an_answer_streams(page)
    member.check_quiet()


async def test_a_name_that_is_taken_is_said_at_its_field_and_another_one_taken(
    member: Visitor,
) -> None:
    page = member.page
    await member.open("/prompts/library/text-summarization")
    await page.get_by_role("button", name="Use this template").click()
    dialog = page.get_by_role("dialog", name="Use this template")
    name = dialog.get_by_label("Name of your prompt")
    await expect(name).to_have_value("text-summarization-2")
    await name.fill("text-summarization")
    await dialog.get_by_role("button", name="Create the prompt").click()
    await expect(dialog.get_by_text("This name is taken")).to_be_visible()
    await name.fill("shorter")
    await dialog.get_by_role("button", name="Create the prompt").click()
    await member.check_heading("shorter")
    member.check_quiet("409 POST /v1/prompt-templates/text-summarization:copy")


async def test_an_edited_copy_is_still_offered_the_examples_that_fit(member: Visitor) -> None:
    page = member.page
    await member.open("/prompts?query=text-summarization")
    await page.get_by_role("link", name=re.compile("^text-summarization")).click()
    await page.get_by_role("link", name="Edit", exact=True).click()
    texts = page.get_by_role("textbox", name=re.compile("Text of the prompt|Message"))
    await texts.last.fill("{{text}} Be kind to {{reader}}.")
    await page.get_by_role("button", name="Save as version 2").click()
    await page.get_by_role("tab", name="Try it").click()
    examples = page.get_by_role("group", name="Examples")
    await examples.get_by_role("button", name="A council decision in one sentence").click()
    await expect(page.get_by_label("text", exact=True)).to_have_value(re.compile("city council"))
    await expect(page.get_by_label("reader", exact=True)).to_have_value("")
    member.check_quiet()


async def test_a_prompt_of_ones_own_is_offered_no_examples(member: Visitor) -> None:
    page = member.page
    await member.open("/prompts/new")
    await page.get_by_label("Name", exact=True).first.fill("mine")
    await page.get_by_label("Text of the prompt").fill("Greet {{who}}")
    await page.get_by_role("button", name="Create the prompt").click()
    await member.check_heading("mine")
    await page.get_by_role("tab", name="Try it").click()
    await expect(page.get_by_label("who", exact=True)).to_be_visible()
    await member.settled()
    await expect(page.get_by_role("group", name="Examples")).to_be_hidden()
    member.check_quiet()


async def _find_triage(page: Page) -> None:
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Prompts").click()
    await page.get_by_role("link", name="New prompt").click()
    await page.get_by_role("link", name="Start from a template").click()
    await expect(page.get_by_role("heading", name="Library", level=1)).to_be_visible()
    await expect(page.get_by_role("region", name="Code")).to_be_visible()
    await page.get_by_role("button", name="Support", exact=True).click()
    await expect(page.get_by_role("region", name="Code")).to_be_hidden()
    await page.get_by_role("searchbox", name="Search the library").fill("ticket")
    cards = page.get_by_role("region", name="Support").get_by_role("listitem")
    await expect(cards).to_have_count(1)
    await cards.get_by_role("link", name="Triage a support ticket").click()
    await expect(page.get_by_role("heading", name="Triage a support ticket")).to_be_visible()


async def _check_its_example_is_filled_in(page: Page) -> None:
    await expect(page.get_by_role("table", name="Variables")).to_contain_text("categories")
    await page.get_by_role("tab", name="Examples").click()
    examples = page.get_by_role("group", name="Examples")
    await examples.get_by_role("button", name="Categories of your own").click()
    filled = page.get_by_role("region", name="User message, filled in")
    await expect(filled).to_contain_text("- delivery: Where an order is")
    await expect(filled).to_contain_text("Boots arrived, thanks")
    await expect(filled).not_to_contain_text("{{")


async def _check_an_answer_streams(page: Page) -> None:
    await page.get_by_role("tab", name="Try it").click()
    examples = page.get_by_role("group", name="Examples")
    await examples.get_by_role("button", name="Categories of your own").click()
    await expect(page.get_by_label("ticket", exact=True)).to_have_value(re.compile("order 88213"))
    await expect(page.get_by_label("categories", exact=True)).to_have_value(re.compile("delivery"))
    await page.get_by_role("combobox", name="Model").fill("sim-slow")
    await page.get_by_role("button", name="Run", exact=True).click()
    answer = page.get_by_role("region", name="Answer")
    await expect(answer).to_have_attribute("aria-busy", "true")
    await expect(answer).not_to_be_empty()
    part = (await answer.inner_text()).strip()
    assert await answer.get_attribute("aria-busy") == "true", "it came all at once"
    await expect(answer).to_have_attribute("aria-busy", "false", timeout=60_000)
    whole = (await answer.inner_text()).strip()
    assert whole.startswith(part)
    assert len(whole) > len(part) > 0
    await expect(page.get_by_text(re.compile(r"first token \d"))).to_be_visible()
