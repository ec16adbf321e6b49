"""Prompts out and in again in the console: first what would happen, then that it does."""

from pathlib import Path

from playwright.async_api import expect

from tests.support.browser import Visitor
from tests.unit.prompts.archives import PROMPT, zipped


async def test_a_file_is_checked_imported_and_exported_again(
    member: Visitor, tmp_path: Path
) -> None:
    page = member.page
    await member.open("/prompts")
    await page.get_by_role("link", name="Import and export").click()
    await member.check_heading("Import and export")
    broken = {"prompts/zz/_prompt.yaml": b"type: song\n"}
    archive = tmp_path / "mine.zip"
    archive.write_bytes(zipped({**PROMPT, **broken}))
    await page.get_by_label("File to import").set_input_files(archive)
    report = page.get_by_role("table", name="Report of the import")
    await expect(report.get_by_role("row", name="a/b")).to_contain_text("new")
    await expect(report.get_by_role("row", name="zz")).to_contain_text("line 1")
    await page.get_by_label("Folder to import into").fill("from/")
    await page.get_by_label("Folder to import into").press("Enter")
    await expect(report.get_by_role("row", name="from/a/b")).to_be_visible()
    await page.get_by_role("button", name="Import 1 prompt").click()
    await expect(page.get_by_text("The import is done.")).to_be_visible()
    await expect(report.get_by_role("row", name="from/a/b")).to_contain_text("created")
    await report.get_by_role("link", name="from/a/b").click()
    await member.check_heading("from/a/b")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Export").click()
    assert (await (await download.value).path()).read_bytes().startswith(b"PK")
    member.check_quiet()
