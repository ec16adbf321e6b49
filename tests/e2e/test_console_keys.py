"""An API key in the console: shown once, used by a program, revoked."""

import asyncio

from playwright.async_api import expect

from tests.support.browser import Visitor
from tests.support.processes import Platform


async def test_a_key_is_shown_once_works_over_http_and_is_refused_once_revoked(
    member: Visitor, platform: Platform
) -> None:
    page = member.page
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="API keys").click()
    await page.get_by_role("button", name="New API key").first.click()
    dialog = page.get_by_role("dialog", name="New API key")
    await dialog.get_by_label("Name").fill("nightly")
    await dialog.get_by_label("May").select_option(label="Viewer: reads")
    await dialog.get_by_role("button", name="Create the key").click()
    shown = page.get_by_role("dialog", name="nightly")
    secret = await shown.get_by_role("code").first.inner_text()
    assert secret.startswith("pp_test_")
    await shown.get_by_role("button", name="I have copied it").click()
    await page.reload()
    row = page.get_by_role("row").filter(has_text="nightly")
    await expect(row).to_contain_text("active")
    assert secret not in await page.content()
    async with platform.client(secret) as program:
        assert (await program.get("/v1/prompts"))["items"]
        await row.get_by_role("button", name="Revoke").click()
        confirm = page.get_by_role("dialog", name="Revoke nightly?")
        await confirm.get_by_role("button", name="Revoke the key").click()
        await expect(row).to_contain_text("revoked")
        async with asyncio.timeout(10):  # far less than it is remembered without the push
            while (await program.call("GET", "/v1/prompts"))[0] != 401:
                await asyncio.sleep(0.02)
    member.check_quiet()


async def test_the_home_page_ticks_what_is_done(member: Visitor) -> None:
    page = member.page
    steps = page.get_by_role("listitem")
    making = steps.filter(has_text="Make an API key")
    await expect(making.get_by_role("img", name="To do")).to_be_visible()
    await making.get_by_role("link", name="Make a key").click()
    await page.get_by_role("button", name="New API key").first.click()
    dialog = page.get_by_role("dialog", name="New API key")
    await dialog.get_by_label("Name").fill("first")
    await dialog.get_by_role("button", name="Create the key").click()
    await page.get_by_role("button", name="I have copied it").click()
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Home").click()
    await expect(making.get_by_role("img", name="Done")).to_be_visible()
    member.check_quiet()
