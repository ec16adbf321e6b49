"""A prompt that a program made with the Langfuse SDK: seen, edited and released in the console."""

import re

from playwright.async_api import Page, expect

from tests.support.browser import Visitor
from tests.support.langfuse import Sdk, running_sdk
from tests.support.processes import Platform

CHAT = [
    {"role": "system", "content": "Be {{tone}}."},
    {"type": "placeholder", "name": "history"},
    {"role": "user", "content": "{{question}}"},
]


async def test_a_prompt_goes_from_a_program_to_the_console_and_back(
    member: Visitor, platform: Platform
) -> None:
    page = member.page
    secret, public = await _make_a_key(page)
    assert secret.startswith(public)
    async with running_sdk("python", platform.url, secret) as sdk:
        await sdk.do("create", name="bot/help", type="chat", prompt=CHAT, labels=["production"])
        await _save_another_version(page)
        await page.get_by_role("button", name="Move production", exact=True).click()
        dialog = page.get_by_role("dialog", name="Move production")
        await dialog.get_by_label("Points at").select_option("2")
        await dialog.get_by_role("button", name="Move", exact=True).click()
        await expect(dialog).not_to_be_visible()
        await _check_fetched(sdk)
    member.check_quiet()


async def _make_a_key(page: Page) -> tuple[str, str]:
    """Make a key that may write prompts; return the pair that is shown."""
    main = page.get_by_role("navigation", name="Main")
    await main.get_by_role("link", name="API keys").click()
    await page.get_by_role("button", name="New API key").first.click()
    dialog = page.get_by_role("dialog", name="New API key")
    await dialog.get_by_label("Name").fill("bot")
    await dialog.get_by_label("May").select_option("editor")
    await dialog.get_by_role("button", name="Create the key").click()
    shown = page.get_by_role("dialog", name="bot")
    await expect(shown.get_by_role("code")).to_have_count(2)
    secret, public = await shown.get_by_role("code").all_inner_texts()
    await shown.get_by_role("button", name="I have copied it").click()
    await expect(page.get_by_role("row").filter(has_text=public)).to_be_visible()
    return secret, public


async def _save_another_version(page: Page) -> None:
    """Change a message beside the placeholder, which stays what it is."""
    main = page.get_by_role("navigation", name="Main")
    await main.get_by_role("link", name="Prompts").click()
    await page.get_by_role("link", name=re.compile(r"^bot\/help")).click()
    await expect(page.get_by_text("The messages of history stand here.")).to_be_visible()
    await page.get_by_role("link", name="Edit", exact=True).click()
    await expect(page.get_by_label("Variable of message 2")).to_have_value("history")
    text = page.get_by_role("textbox", name="Message 3")
    await text.press("Control+End")
    await page.keyboard.insert_text(" Briefly.")
    await page.get_by_role("button", name="Save as version 2").click()
    await expect(page.get_by_role("tab", name="Version 2")).to_be_visible()


async def _check_fetched(sdk: Sdk) -> None:
    fetched = await sdk.do("get", name="bot/help", type="chat")
    assert (fetched["version"], fetched["labels"]) == (2, ["latest", "production"])
    history = [{"role": "assistant", "content": "Before."}]
    values = {"tone": "kind", "question": "Why?", "history": history}
    filled = await sdk.do("compile", name="bot/help", type="chat", values=values)
    assert [one["content"] for one in filled] == ["Be kind.", "Before.", "Why? Briefly."]
