"""A pipeline in the console: made, broken, mended, published, run, watched, cancelled, counted."""

import json
import re
from typing import Any

from playwright.async_api import Page, expect

from tests.support.browser import Visitor

TEXT = "The sea was calm. The ship was old. Nobody saw the storm. It came at night."
INPUT = {"text": TEXT, "length": "two sentences", "target": "German"}


async def test_a_pipeline_is_made_mended_published_run_watched_and_counted(
    member: Visitor,
) -> None:
    page = member.page
    await _create_from_template(page, "reports/weekly")
    definition = await _edit_definition(page)
    await _check_a_fault_is_shown_on_its_line(page, definition)
    await _save_slowly_answered(page, definition)
    await _publish(page, 2)
    await _start(page, 2)
    await _watch_to_the_end(page)
    run = await member.fetched(f"/v1/runs/{page.url.rsplit('/', 1)[1]}")
    await _check_usage_shows(page, run)
    member.check_quiet("422 POST /v1/pipelines/…/versions")


async def test_a_slow_run_is_cancelled_from_its_page(member: Visitor) -> None:
    page = member.page
    await _create_from_template(page, "slow")
    await _save_slowly_answered(page, await _edit_definition(page))
    await _start(page, 2)
    await expect(page.get_by_role("region", name="Answer of summarise")).not_to_be_empty()
    await page.get_by_role("button", name="Cancel the run").click()
    dialog = page.get_by_role("dialog", name="Cancel this run?")
    await dialog.get_by_role("button", name="Cancel the run").click()
    await expect(page.get_by_role("status").filter(has_text="cancelled")).to_be_visible()
    await expect(page.get_by_role("button", name="Cancel the run")).to_be_hidden()
    await page.get_by_role("tab", name="Timeline").click()
    await expect(page.get_by_role("listitem").last).to_contain_text("run.cancelled")
    member.check_quiet()


async def test_a_run_without_what_it_needs_is_refused_at_the_field(member: Visitor) -> None:
    page = member.page
    await _create_from_template(page, "strict")
    await page.get_by_role("button", name="Run v1").click()
    dialog = page.get_by_role("dialog", name="Run strict, version 1")
    await dialog.get_by_role("button", name="Start the run").click()
    await expect(dialog.get_by_role("alert").first).to_be_visible()
    assert (await member.fetched("/v1/runs"))["items"] == []
    member.check_quiet()


async def _create_from_template(page: Page, name: str) -> None:
    main = page.get_by_role("navigation", name="Main")
    await main.get_by_role("link", name="Pipelines").click()
    await page.get_by_role("link", name="New pipeline").first.click()
    await page.get_by_role("radio", name=re.compile("translate", re.IGNORECASE)).click()
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_role("button", name="Create the pipeline").click()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await expect(page.get_by_text("not published")).to_be_visible()


async def _edit_definition(page: Page) -> dict[str, Any]:
    """Open the editor and return what stands in it."""
    await page.get_by_role("link", name="Edit", exact=True).click()
    await expect(page.get_by_text("Valid: it can be saved and run.")).to_be_visible()
    path = page.url.split("/pipelines/")[1].split("/")[0]
    version = await page.evaluate(
        "async (id) => (await fetch(`/v1/pipelines/${id}/versions/1`)).json()", path
    )
    definition: dict[str, Any] = version["definition"]
    return definition


async def _write(page: Page, definition: dict[str, Any]) -> None:
    editor = page.get_by_role("textbox", name="Pipeline definition")
    await editor.fill(json.dumps(definition, indent=2))


async def _check_a_fault_is_shown_on_its_line(page: Page, definition: dict[str, Any]) -> None:
    broken = json.loads(json.dumps(definition))
    broken["steps"][1]["variables"]["text"] = "${steps.nobody.output.text}"
    await _write(page, broken)
    fault = page.get_by_role("button", name=re.compile(r"steps\[1\]\.variables\.text"))
    await expect(fault).to_contain_text("nobody")
    await expect(page.get_by_text("Valid: it can be saved")).to_be_hidden()
    # The editor underlines what is at fault: no role says which text has a line under it.
    underlined = page.locator(".cm-lintRange-error")
    await expect(underlined).to_contain_text("${steps.nobody.output.text}")
    await page.get_by_role("button", name="Save as version 2").click()
    await expect(page.get_by_role("alert")).to_contain_text("nobody")


async def _save_slowly_answered(page: Page, definition: dict[str, Any]) -> None:
    slow = json.loads(json.dumps(definition))
    for step in slow["steps"]:
        step["model"] = "sim-slow"
    await _write(page, slow)
    await expect(page.get_by_text("Valid: it can be saved and run.")).to_be_visible()
    await page.get_by_label("What changed, and why").fill("Slowly, to be watched")
    await page.get_by_role("button", name="Save as version 2").click()
    await expect(page.get_by_role("tab", name="Version 2")).to_be_visible()


async def _publish(page: Page, number: int) -> None:
    await page.get_by_role("button", name=f"Publish v{number}").click()
    dialog = page.get_by_role("dialog", name=f"Publish version {number}?")
    await dialog.get_by_role("button", name="Publish").click()
    await expect(page.get_by_text(f"v{number} published")).to_be_visible()


async def _start(page: Page, number: int) -> None:
    await page.get_by_role("button", name=f"Run v{number}").click()
    dialog = page.get_by_role("dialog")
    for name, value in INPUT.items():
        field = dialog.get_by_label(re.compile(f"^{name}( \\(optional\\))?$"))
        await field.fill(value)
    await dialog.get_by_role("button", name="Start the run").click()
    await page.wait_for_url("**/runs/run_*")


async def _watch_to_the_end(page: Page) -> None:
    state = page.get_by_role("status")
    await expect(state.filter(has_text="running")).to_be_visible()
    first = page.get_by_role("region", name="Answer of summarise")
    await expect(first).not_to_be_empty()
    assert await first.get_attribute("aria-busy") == "true", "the answer came all at once"
    second = page.get_by_role("region", name="Answer of translate")
    await expect(second).not_to_be_empty(timeout=60_000)
    await expect(state.filter(has_text="succeeded")).to_be_visible(timeout=60_000)
    for step in ("summarise", "translate"):
        listed = page.get_by_role("listitem").filter(has_text=step)
        await expect(listed.first).to_contain_text("succeeded")
    await expect(page.get_by_text("2 of 2")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"^\$0"))).not_to_have_count(0)
    await page.get_by_role("tab", name="Input and output").click()
    await expect(page.get_by_role("main")).to_contain_text(TEXT)
    await expect(page.get_by_role("main")).to_contain_text("[German, simulated]")
    await page.reload()
    await expect(state.filter(has_text="succeeded")).to_be_visible()


async def _check_usage_shows(page: Page, run: dict[str, Any]) -> None:
    main = page.get_by_role("navigation", name="Main")
    await main.get_by_role("link", name="Usage").click()
    await page.get_by_role("tab", name="By pipeline").click()
    table = page.get_by_role("table", name="Usage by pipeline")
    row = table.get_by_role("row").filter(has_text="reports/weekly")
    for count in (2, run["usage"]["input_tokens"], run["usage"]["output_tokens"]):
        await expect(row.get_by_role("cell", name=f"{count:,}", exact=True)).to_be_visible()
    await page.get_by_role("tab", name="Records").click()
    records = page.get_by_role("table", name="Usage records")
    await expect(records.get_by_role("row")).to_have_count(3)
    await expect(records.get_by_role("link", name="translate")).to_have_attribute(
        "href", f"/runs/{run['id']}"
    )
