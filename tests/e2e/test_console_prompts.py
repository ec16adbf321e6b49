"""A prompt in the console: read, edited, compared, labelled, tried."""

import json
import re

from playwright.async_api import Page, expect

from tests.support.browser import Visitor

TEXT = "The sea was calm. The ship was old. Nobody saw the storm. It came at night."
# Keeps what stands in the answer at each change while it is being written.
_WATCH_ANSWER = """() => {
    window.partsOfAnswer = [];
    new MutationObserver(() => {
        const answer = document.querySelector('[aria-label="Answer"][aria-busy="true"]');
        if (answer) window.partsOfAnswer.push(answer.innerText.trim());
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
FRESH_LINE = "Write as if to a friend."


async def test_a_library_prompt_is_edited_compared_labelled_and_tried(member: Visitor) -> None:
    page = member.page
    await _open_summarization(page)
    await expect(page.get_by_role("table", name="Variables")).to_contain_text("length")
    await _save_with_one_more_line(page)
    await _check_the_difference_is_shown(page)
    await _move_production_to(page, 2)
    prompt_id = page.url.split("/prompts/")[1].split("?")[0]
    resolved = await member.fetched(f"/v1/prompts/{prompt_id}/resolved?label=production")
    assert resolved["version"]["number"] == 2
    assert FRESH_LINE in json.dumps(resolved["version"]["content"])
    await _check_an_answer_streams(page)
    member.check_quiet()


async def test_a_new_prompt_is_written_and_its_faults_are_said_at_their_fields(
    member: Visitor,
) -> None:
    page = member.page
    await member.open("/prompts/new")
    await member.check_heading("New prompt")
    await page.get_by_label("Name", exact=True).first.fill("Not A Name")
    await page.get_by_label("Text of the prompt").fill("Greet {{who}}")
    await page.get_by_role("button", name=re.compile("Create|Save")).click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await page.get_by_label("Name", exact=True).first.fill("mail/greeting")
    await page.get_by_role("button", name=re.compile("Create|Save")).click()
    await member.check_heading("mail/greeting")
    await expect(page.get_by_text("Greet {{who}}")).to_be_visible()
    member.check_quiet()


async def test_a_missing_variable_is_said_at_its_field_before_anything_is_called(
    member: Visitor,
) -> None:
    page = member.page
    await _open_summarization(page)
    await page.get_by_role("tab", name="Try it").click()
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_text("Needed: it has no default")).to_be_visible()
    member.check_quiet()


async def test_a_label_that_moves_elsewhere_is_seen_without_a_reload(member: Visitor) -> None:
    page = member.page
    await _open_summarization(page)
    await _save_with_one_more_line(page)
    elsewhere = await page.context.new_page()
    await elsewhere.goto(page.url)
    await _move_production_to(elsewhere, 2)
    versions = page.get_by_role("listitem").filter(has_text="Version 2")
    await expect(versions.get_by_role("button", name="Move production", exact=True)).to_be_visible()
    member.check_quiet()


async def _open_summarization(page: Page) -> None:
    main = page.get_by_role("navigation", name="Main")
    await main.get_by_role("link", name="Prompts").click()
    await page.get_by_role("link", name=re.compile("^text-summarization")).click()
    await expect(page.get_by_role("heading", name="text-summarization", level=1)).to_be_visible()


async def _save_with_one_more_line(page: Page) -> None:
    await page.get_by_role("link", name="Edit", exact=True).click()
    chat = page.get_by_role("textbox", name=re.compile("Text of the prompt|Message"))
    text = chat.last
    await text.press("Control+End")
    await text.press("Enter")
    await page.keyboard.insert_text(FRESH_LINE)
    await page.get_by_label("What changed, and why").fill("Friendlier")
    await page.get_by_role("button", name="Save as version 2").click()
    await expect(page.get_by_role("tab", name="Version 2")).to_be_visible()
    await expect(page.get_by_text(FRESH_LINE)).to_be_visible()
    await expect(page.get_by_text("Friendlier")).to_be_visible()


async def _check_the_difference_is_shown(page: Page) -> None:
    await page.get_by_role("tab", name="Changes").click()
    changed = page.get_by_role("region", name=re.compile("Text|message")).filter(
        has_text=FRESH_LINE
    )
    await expect(changed.get_by_role("insertion")).to_contain_text(FRESH_LINE)
    await expect(changed.get_by_role("group", name=re.compile("before$"))).not_to_contain_text(
        FRESH_LINE
    )
    await expect(changed.get_by_role("deletion")).to_have_count(0)


async def _move_production_to(page: Page, number: int) -> None:
    await page.get_by_role("button", name="Move production", exact=True).click()
    dialog = page.get_by_role("dialog", name="Move production")
    await dialog.get_by_label("Points at").select_option(str(number))
    await dialog.get_by_role("button", name="Move", exact=True).click()
    await expect(dialog).to_be_hidden()
    versions = page.get_by_role("listitem").filter(has_text=f"Version {number}")
    await expect(versions.get_by_role("button", name="Move production", exact=True)).to_be_visible()


async def _check_an_answer_streams(page: Page) -> None:
    await page.get_by_role("tab", name="Try it").click()
    await page.get_by_label("text", exact=True).fill(TEXT)
    await page.get_by_role("combobox", name="Model").fill("sim-slow")
    await page.evaluate(_WATCH_ANSWER)
    await page.get_by_role("button", name="Run", exact=True).click()
    answer = page.get_by_role("region", name="Answer")
    await expect(answer).to_have_attribute("aria-busy", "false", timeout=60_000)
    whole = (await answer.inner_text()).strip()
    parts: list[str] = await page.evaluate("window.partsOfAnswer")
    # Part of it was there while more was to come, and it only grew.
    assert len(set(parts)) > 2, "it came all at once"
    assert all(whole.startswith(part) for part in parts)
    assert parts == sorted(parts, key=len)
    await expect(page.get_by_text(re.compile(r"first token \d"))).to_be_visible()
