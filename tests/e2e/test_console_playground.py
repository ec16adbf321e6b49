"""The playground: versions, a draft and models side by side; stopped, repeated, saved."""

import re

from playwright.async_api import Locator, Page, expect

from tests.support.browser import Visitor

TEXT = "The sea was calm. The ship was old. Nobody saw the storm. It came at night."
TOOLS = (
    '{"tools": [{"type": "function", "function": {"name": "find_ship",'
    ' "parameters": {"type": "object", "properties": {"name": {"type": "string"}}}}}]}'
)


async def test_models_answer_side_by_side_with_their_figures(member: Visitor) -> None:
    page = member.page
    await _open_playground(page)
    await page.get_by_role("button", name="Add a column").click()
    await page.get_by_role("button", name="Add a column").click()
    await _model(page, 1, "sim-echo")
    await _model(page, 2, "sim-text")
    await _model(page, 3, "sim-slow")
    await page.get_by_label("text", exact=True).fill(TEXT)
    await page.keyboard.press("Control+Enter")
    slow = page.get_by_role("region", name="Answer 3")
    await expect(slow).to_have_attribute("aria-busy", "true")
    await expect(page.get_by_role("status")).to_have_text("3 of 3 answers are complete.")
    await expect(_column(page, 1).get_by_role("region", name="Answer 1")).to_contain_text(TEXT)
    for number, model in ((1, "sim-echo"), (2, "sim-text"), (3, "sim-slow")):
        figures = _column(page, number).get_by_role("list", name="Figures")
        await expect(figures).to_contain_text(model)
        await expect(figures).to_contain_text(re.compile(r"\d+ in · \d+ out"))
        await expect(figures).to_contain_text("free: test mode")
    records = await member.fetched("/v1/usage-records")
    assert sorted(record["model"] for record in records["items"]) == [
        "sim-echo",
        "sim-slow",
        "sim-text",
    ]
    member.check_quiet()


async def test_escape_stops_what_runs_and_one_answer_is_run_again(member: Visitor) -> None:
    page = member.page
    await _open_playground(page)
    await page.get_by_role("button", name="Add a column").click()
    await _model(page, 1, "sim-text")
    await _model(page, 2, "sim-slow")
    await page.get_by_label("text", exact=True).fill(TEXT * 200)
    await page.get_by_label("length", exact=True).fill("300 sentences")
    await page.get_by_role("button", name="Run all 2").click()
    await expect(page.get_by_role("region", name="Answer 2")).not_to_be_empty()
    await page.keyboard.press("Escape")
    await expect(_column(page, 2).get_by_text("Stopped.")).to_be_visible()
    await expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    await page.get_by_label("text", exact=True).fill(TEXT)
    await _model(page, 2, "sim-echo")
    await _column(page, 2).get_by_role("button", name="Run again").click()
    await expect(page.get_by_role("region", name="Answer 2")).to_contain_text(TEXT)
    await expect(_column(page, 2).get_by_role("list", name="Figures")).to_be_visible()
    member.check_quiet()


async def test_an_unsaved_draft_of_the_editor_is_tried_with_its_tools_and_saved(
    member: Visitor,
) -> None:
    page = member.page
    await _open_summarization(page)
    await page.get_by_role("link", name="Edit", exact=True).click()
    texts = page.get_by_role("textbox", name=re.compile("Text of the prompt|Message"))
    await texts.last.fill("Which ship is it? {{text}}")
    await page.get_by_label("Other parameters").fill(TOOLS)
    await page.get_by_role("link", name="Compare in the playground").click()
    await member.check_heading("Playground")
    await expect(_column(page, 1).get_by_label("Prompt")).to_have_value("draft")
    await expect(_column(page, 2).get_by_label("Prompt")).to_have_value("1")
    await _model(page, 1, "sim-tools")
    await _model(page, 2, "sim-echo")
    await page.get_by_label("text", exact=True).fill(TEXT)
    await page.get_by_role("button", name="Run all 2").click()
    called = _column(page, 1).get_by_role("list", name="Tool calls")
    await expect(called).to_contain_text("find_ship")
    await expect(called.get_by_role("region")).to_contain_text('"name":')
    await expect(page.get_by_role("region", name="Answer 2")).to_contain_text("Summarise")
    await _column(page, 1).get_by_role("button", name="Save as version").click()
    dialog = page.get_by_role("dialog", name="Save as version")
    await dialog.get_by_label("What changed, and why").fill("Asks a tool")
    await dialog.get_by_role("button", name="Save").click()
    await expect(_column(page, 1).get_by_label("Prompt")).to_have_value("2")
    prompt_id = page.url.split("/prompts/")[1].split("/")[0]
    saved = await member.fetched(f"/v1/prompts/{prompt_id}/versions/2")
    assert saved["content"]["model"] == "sim-tools"
    assert saved["content"]["parameters"]["tools"][0]["function"]["name"] == "find_ship"
    assert saved["content"]["messages"][-1]["content"] == "Which ship is it? {{text}}"
    assert saved["note"] == "Asks a tool"
    member.check_quiet()


async def test_what_is_wrong_is_said_before_a_model_is_asked_or_in_its_column(
    member: Visitor,
) -> None:
    page = member.page
    await _open_playground(page)
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.get_by_text("Needed: it has no default")).to_be_visible()
    await page.get_by_label("text", exact=True).fill(TEXT)
    await _model(page, 1, "no-such-model")
    await page.get_by_label("Answered by").select_option("live")
    await page.get_by_role("button", name="Run", exact=True).click()
    column = _column(page, 1)
    await expect(column.get_by_role("alert")).to_contain_text("no-such-model")
    await expect(page.get_by_role("status")).to_have_text("0 of 1 answer is complete, 1 failed.")
    member.check_quiet("404 POST /v1/playground:stream")


async def test_what_was_set_up_outlives_a_reload(member: Visitor) -> None:
    page = member.page
    await _open_playground(page)
    await page.get_by_label("text", exact=True).fill(TEXT)
    await page.get_by_role("button", name="Add a column").click()
    await _model(page, 2, "sim-echo")
    await page.wait_for_function(
        "() => Object.entries(sessionStorage).some("
        "([key, value]) => key.includes('playground:') && value.includes('sim-echo'))"
    )
    await page.reload()
    await expect(page.get_by_label("text", exact=True)).to_have_value(TEXT)
    model = _column(page, 2).get_by_role("combobox", name="Model")
    await expect(model).to_have_value("sim-echo")
    member.check_quiet()


def _column(page: Page, number: int) -> Locator:
    return page.get_by_role("region", name=f"Column {number}")


async def _model(page: Page, number: int, name: str) -> None:
    await _column(page, number).get_by_role("combobox", name="Model").fill(name)


async def _open_summarization(page: Page) -> None:
    main = page.get_by_role("navigation", name="Main")
    await main.get_by_role("link", name="Prompts").click()
    await page.get_by_role("link", name=re.compile("^text-summarization")).click()
    await expect(page.get_by_role("heading", name="text-summarization", level=1)).to_be_visible()


async def _open_playground(page: Page) -> None:
    await _open_summarization(page)
    await page.get_by_role("link", name="Playground", exact=True).click()
    await expect(page.get_by_role("heading", name="Playground", level=1)).to_be_visible()
