"""Datasets in the console: a file becomes items, items are edited, a run becomes an item."""

import json
import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.support.browser import Visitor

BROKEN = b"""question,expected,topic
Where is my parcel?,delivery,post
I forgot my password,account
"Two lines
of a question",other,misc
"""
MENDED = BROKEN.replace(b"account\n", b"account,login\n")


async def test_a_file_is_mended_imported_edited_and_written_again(member: Visitor) -> None:
    page = member.page
    await _new_dataset(member, "Support questions")
    await page.get_by_role("link", name="Import a file").click()
    await _choose(page, "cases.csv", BROKEN)
    problems = page.get_by_role("table", name="Problems")
    await expect(problems.get_by_role("row").nth(1)).to_contain_text("3")
    await expect(problems).to_contain_text("has 2 cells, the header has 3")
    await expect(page.get_by_role("button", name="Leave it out and import 2")).to_be_visible()

    await _choose(page, "cases.csv", MENDED)
    await expect(problems).to_be_hidden()
    await page.get_by_label("Where topic goes").select_option("metadata.topic")
    await page.get_by_role("button", name="Read the file again").click()
    await page.get_by_role("button", name="Import 3").click()
    await member.check_heading("Support questions")
    rows = _rows(page)
    await expect(rows).to_have_count(3)
    await expect(rows.nth(1)).to_contain_text('{"question":"I forgot my password"}')
    await expect(rows.nth(1)).to_contain_text('{"topic":"login"}')

    await page.get_by_role("button", name="Open item 2").click()
    dialog = page.get_by_role("dialog", name="Edit item")
    await _write(dialog, "Expected", '"sign-in"')
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_be_hidden()
    await expect(rows.nth(1)).to_contain_text("sign-in")
    await page.get_by_role("button", name="Open item 3").click()
    await dialog.get_by_role("button", name="Archive this item").click()
    await expect(rows).to_have_count(2)

    await page.get_by_role("tab", name="Versions").click()
    versions = page.get_by_role("table", name="Versions")
    await expect(versions.get_by_role("row")).to_have_count(4)
    await expect(versions.get_by_role("row").nth(3)).to_contain_text("3 added")
    await expect(versions.get_by_role("row").nth(3)).to_contain_text("cases.csv")
    await versions.get_by_role("link", name=re.compile("^Version 1")).click()
    await expect(page.get_by_text("Version 1 as it was")).to_be_visible()
    await expect(rows).to_have_count(3)
    await expect(rows.nth(1)).to_contain_text("account")
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as download:
        await page.get_by_role("menuitem", name="JSONL").click()
    path = await (await download.value).path()
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["expected"] for line in lines] == ["delivery", "account", "other"]
    member.check_quiet()


async def test_ten_thousand_items_scroll_and_only_those_in_sight_are_drawn(
    member: Visitor,
) -> None:
    page = member.page
    await _new_dataset(member, "Many")
    await page.get_by_role("link", name="Import a file").click()
    lines = (json.dumps({"input": f"question {number}"}) for number in range(1, 10_001))
    await _choose(page, "many.jsonl", "\n".join(lines).encode())
    await page.get_by_role("button", name="Import 10,000").click()
    await expect(page.get_by_role("tab", name="Items (10,000)")).to_be_visible()
    grid = page.get_by_role("table", name="Items")
    await expect(grid).to_contain_text("question 1")
    await grid.evaluate("(grid) => { grid.scrollTop = grid.scrollHeight }")
    await expect(grid.get_by_text("question 10000")).to_be_visible(timeout=30_000)
    assert await _rows(page).count() < 60
    await page.get_by_role("searchbox", name="Search items").fill("question 777")
    await expect(_rows(page)).to_have_count(11)
    member.check_quiet()


async def test_a_run_becomes_an_item(member: Visitor) -> None:
    page = member.page
    await _new_dataset(member, "From runs")
    definition = {
        "schema_version": 1,
        "input": {"type": "object"},
        "steps": [{"id": "double", "type": "transform", "expression": "input.n * 2"}],
    }
    body = {"name": "doubling", "definition": definition}
    made = await _sent(member, "/v1/pipelines", body)
    pipeline = made["pipeline"]["id"]
    await _sent(member, f"/v1/pipelines/{pipeline}/versions/1:publish", {})
    run = await _sent(member, "/v1/runs", {"pipeline": pipeline, "input": {"n": 21}})
    await member.open(f"/runs/{run['id']}?view=io")
    await page.get_by_role("button", name="Add to a dataset").click()
    dialog = page.get_by_role("dialog", name="Add to a dataset")
    await expect(dialog.get_by_label("Dataset")).to_contain_text("From runs")
    await dialog.get_by_role("button", name="Add", exact=True).click()
    await expect(dialog).to_be_hidden()
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Datasets").click()
    await page.get_by_role("link", name=re.compile("^From runs")).click()
    await expect(_rows(page).first).to_contain_text("42")
    await page.get_by_role("button", name="Open item 1").click()
    await page.get_by_role("dialog").get_by_role("link", name="a run").click()
    await member.check_heading("doubling v1")
    member.check_quiet()


def _rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Items").get_by_role("rowgroup").get_by_role("row")


async def _new_dataset(member: Visitor, name: str) -> None:
    page = member.page
    await member.open("/datasets")
    await page.get_by_role("button", name="New dataset").first.click()
    dialog = page.get_by_role("dialog", name="New dataset")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_role("button", name="Create").click()
    await member.check_heading(name)


async def _choose(page: Page, name: str, data: bytes) -> None:
    file: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    await page.locator("input[type=file]").set_input_files(file)


async def _write(dialog: Locator, label: str, text: str) -> None:
    """Put a text in the place of what an editor holds."""
    editor = dialog.get_by_role("textbox", name=label)
    await editor.press("ControlOrMeta+a")
    await editor.press("Delete")
    await editor.press_sequentially(text)


# What the page's own scripts do, with the session's token against forged requests.
_SEND = """async ([path, body]) => {
    const { csrf_token } = await (await fetch('/v1/session')).json();
    const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf_token };
    const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    return [answer.status, await answer.json()];
}"""


async def _sent(member: Visitor, path: str, body: Any) -> Any:
    status, answer = await member.page.evaluate(_SEND, [path, body])
    assert status in (200, 201), answer
    return answer
