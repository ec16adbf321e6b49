"""Two tenants in two browsers: neither sees that the other has anything."""

from typing import Any

from playwright.async_api import Browser, expect

from tests.support.browser import Account, Visitor, sign_up, visiting
from tests.support.processes import Platform

# A canary in everything that the first tenant makes.
NAME = "canary/secret-plan"

_SEND = """async ([path, body]) => {
    const { csrf_token: token } = await (await fetch('/v1/session')).json();
    const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': token };
    const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    return await answer.json();
}"""


async def test_another_tenants_pages_are_not_found_and_its_lists_do_not_show_them(
    member: Visitor, browser: Browser, platform: Platform
) -> None:
    pages = await _things(member)
    async with visiting(browser, platform.url) as stranger:
        await sign_up(stranger, Account(name="Mallory Vane", workspace="Elsewhere"))
        for path in pages:
            await stranger.open(path)
            missing = stranger.page.get_by_role("heading", name="There is no such")
            await expect(missing).to_be_visible()
            await stranger.settled()
            await expect(stranger.page.get_by_text("canary")).to_have_count(0)
        assert stranger.refusals
        assert all(
            each.startswith(("404 GET", "401 GET /v1/session")) for each in stranger.refusals
        )
        assert not stranger.complaints
        stranger.refusals.clear()
        for path in ("/", "/prompts", "/pipelines", "/runs", "/usage", "/api-keys", "/providers"):
            await stranger.open(path)
            await expect(stranger.page.get_by_role("heading", level=1)).to_be_visible()
            await stranger.settled()
            await expect(stranger.page.get_by_text("canary")).to_have_count(0)
        stranger.check_quiet()
    for path in pages:
        await member.open(path)
        await expect(member.page.get_by_text("canary").first).to_be_visible()
    member.check_quiet()


async def test_an_address_that_no_page_has_says_so_and_leads_home(member: Visitor) -> None:
    await member.open("/no-such-page")
    await expect(member.page.get_by_text("There is no such page")).to_be_visible()
    await member.page.get_by_role("link", name="Go home").click()
    await member.check_heading("Hello, Ada")
    member.check_quiet()


async def _things(member: Visitor) -> list[str]:
    """Make one of each thing that has a page; returns the pages."""
    content = {"type": "text", "text": "The canary's {{what}}"}
    prompt = await _send(member, "/v1/prompts", {"name": NAME, "content": content})
    made = await _send(
        member, "/v1/pipelines", {"name": NAME, "template_id": "summarise-translate"}
    )
    pipeline_id = made["pipeline"]["id"]
    await _send(member, f"/v1/pipelines/{pipeline_id}/versions/1:publish", {})
    body = {
        "pipeline": pipeline_id,
        "mode": "test",
        "input": {"text": "canary", "length": "one word", "target": "German"},
    }
    run = await _send(member, "/v1/runs", body)
    prompt_path = f"/prompts/{prompt['prompt']['id']}"
    pipeline_path = f"/pipelines/{pipeline_id}"
    return [
        prompt_path,
        f"{prompt_path}/edit",
        pipeline_path,
        f"{pipeline_path}/edit",
        f"/runs/{run['id']}",
    ]


async def _send(member: Visitor, path: str, body: Any) -> Any:
    """Post as the page's own scripts do, with the session's cookie and its token."""
    answer = await member.page.evaluate(_SEND, [path, body])
    assert "status" not in answer or isinstance(answer["status"], str), answer
    return answer
