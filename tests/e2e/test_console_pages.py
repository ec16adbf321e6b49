"""Every page of the console: quiet, reachable by its address, on a phone, in the dark, for all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser, Error, Page, expect

from cli.local.home import REPOSITORY
from tests.support.browser import Scheme, Visitor, log_in, visiting
from tests.support.processes import Client, Platform
from tests.support.runs import cost_of

_AXE = REPOSITORY / "console" / "node_modules" / "axe-core" / "axe.min.js"
_TO_COMPLAIN = """async () => {
    const found = await axe.run(document, { resultTypes: ['violations'] });
    return found.violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 160))].join(' | '));
}"""
_WIDTHS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
_BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"

# Every page, by what it shows; `{prompt}` and so on stand for ids of the demo tenant.
PAGES = {
    "home": "/",
    "prompts": "/prompts",
    "searching prompts": "/prompts?query=greet+well&folder=pages-folder/mail&type=text&days=7",
    "new prompt": "/prompts/new",
    "library": "/prompts/library",
    "searching the library": "/prompts/library?query=no-such-thing",
    "template": "/prompts/library/ticket-triage",
    "examples of a template": "/prompts/library/code-review?view=examples",
    "import and export": "/prompts/transfer",
    "prompt": "/prompts/{prompt}",
    "changes of a prompt": "/prompts/{prompt}?view=changes",
    "comparison of a prompt": "/prompts/{prompt}/compare?from=1&to=2",
    "trying a prompt": "/prompts/{prompt}?view=try",
    "labels of a prompt": "/prompts/{prompt}?view=labels",
    "similar prompts": "/prompts/{prompt}?view=similar",
    "editing a prompt": "/prompts/{prompt}/edit",
    "branch of a prompt": "/prompts/{prompt}?branch=shorter",
    "merging a branch": "/prompts/{prompt}/merge?from=shorter",
    "merging nothing yet": "/prompts/{prompt}/merge",
    "datasets": "/datasets",
    "dataset": "/datasets/{dataset}",
    "versions of a dataset": "/datasets/{dataset}?view=versions",
    "older version of a dataset": "/datasets/{dataset}?version=1",
    "importing into a dataset": "/datasets/{dataset}/import",
    "playground": "/prompts/{prompt}/playground",
    "playground with a draft": "/prompts/{prompt}/playground?draft=1",
    "pipelines": "/pipelines",
    "new pipeline": "/pipelines/new",
    "pipeline": "/pipelines/{pipeline}",
    "definition of a pipeline": "/pipelines/{pipeline}?view=definition",
    "runs of a pipeline": "/pipelines/{pipeline}?view=runs",
    "editing a pipeline": "/pipelines/{pipeline}/edit",
    "runs": "/runs",
    "run": "/runs/{run}",
    "input and output of a run": "/runs/{run}?view=io",
    "timeline of a run": "/runs/{run}?view=timeline",
    "providers": "/providers",
    "usage": "/usage",
    "usage by model": "/usage?by=model",
    "usage records": "/usage?by=records",
    "label policies": "/label-policies",
    "keys": "/api-keys",
    "no page": "/no-such-page",
}


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo tenant's things that have a page."""

    prompt: str
    dataset: str
    pipeline: str
    run: str


@pytest.fixture(scope="module")
async def things(platform: Platform) -> Demo:
    """A prompt of two versions and a branch, a pipeline, and a run of it that has ended."""
    async with platform.client(platform.values["PP_TEST_KEY"]) as client:
        prompt = await _prompt(client)
        dataset = await _dataset(client)
        made = await client.post(
            "/v1/pipelines", {"name": "pages", "template_id": "summarise-translate"}
        )
        pipeline = made["pipeline"]["id"]
        await client.post(f"/v1/pipelines/{pipeline}/versions/1:publish")
        text = "The sea was calm. Nobody saw the storm."
        run_input = {"text": text, "length": "one sentence", "target": "German"}
        run = await client.post("/v1/runs", {"pipeline": pipeline, "input": run_input})
        await client.finished(run["id"])
        await cost_of(client, run["id"], 2)
    return Demo(prompt, dataset, pipeline, run["id"])


async def _prompt(client: Client) -> str:
    content = {"type": "text", "text": "Greet {{who}}"}
    made = await client.post("/v1/prompts", {"name": "pages", "content": content})
    prompt = str(made["prompt"]["id"])
    content = {"type": "text", "text": "Greet {{who}} well"}
    await client.post(f"/v1/prompts/{prompt}/versions", {"content": content})
    await client.post("/v1/prompts", {"name": "pages-folder/mail/greeting", "content": content})
    for version in (1, 2):
        body = {"version": version, "reason": "a reason that is long enough to need two lines"}
        await client.call("PUT", f"/v1/prompts/{prompt}/labels/pages-test", body)
    policy = {"label_pattern": "pages-*", "prompt_prefix": "pages", "is_reason_required": True}
    await client.post("/v1/label-policies", policy)
    await client.post(f"/v1/prompts/{prompt}/branches", {"name": "shorter", "base_version": 1})
    content = {"type": "text", "text": "Greet {{who}} briefly"}
    on_branch = {"content": content, "branch": "shorter"}
    await client.post(f"/v1/prompts/{prompt}/versions", on_branch)
    return prompt


async def _dataset(client: Client) -> str:
    made = await client.post("/v1/datasets", {"name": "pages", "description": "For pages."})
    at = f"/v1/datasets/{made['id']}"
    long = {"question": "A question that is much longer than a row of any table is wide. " * 3}
    for value in ("short", long, [1, None]):
        await client.post(f"{at}/items", {"input": value, "expected": "x", "metadata": {"n": 1}})
    return str(made["id"])


async def _owner(browser: Browser, platform: Platform, **look: Any) -> AsyncIterator[Visitor]:
    async with visiting(browser, platform.url, **look) as visitor:
        await visitor.open("/log-in")
        values = platform.values
        await log_in(visitor, values["PP_ADMIN_EMAIL"], values["PP_ADMIN_PASSWORD"])
        await expect(visitor.page.get_by_role("heading", name="Hello")).to_be_visible()
        yield visitor


@pytest.fixture(scope="module")
async def at_a_desk(browser: Browser, platform: Platform) -> AsyncIterator[Visitor]:
    """The demo tenant's owner before a wide screen."""
    async for visitor in _owner(browser, platform):
        yield visitor


@pytest.fixture(scope="module")
async def on_a_phone(browser: Browser, platform: Platform) -> AsyncIterator[Visitor]:
    """The demo tenant's owner with a phone, in the dark."""
    async for visitor in _owner(browser, platform, scheme="dark", is_phone=True):
        yield visitor


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_loads_by_its_address_quietly_and_accessibly(
    name: str, at_a_desk: Visitor, things: Demo
) -> None:
    await _open(at_a_desk, PAGES[name], things)
    at_a_desk.check_quiet()
    await check_accessible(at_a_desk.page)


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_fits_a_phone_and_is_dark_and_accessible_there(
    name: str, on_a_phone: Visitor, things: Demo
) -> None:
    await _open(on_a_phone, PAGES[name], things)
    on_a_phone.check_quiet()
    content, screen = await on_a_phone.page.evaluate(_WIDTHS)
    assert content <= screen, f"{content} px wide on a screen of {screen} px"
    assert await is_dark(on_a_phone.page)
    await check_accessible(on_a_phone.page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/log-in", "/sign-up", "/docs"])
async def test_what_is_open_to_all_is_quiet_and_accessible_on_a_phone(
    browser: Browser, platform: Platform, path: str, scheme: Scheme
) -> None:
    async with visiting(browser, platform.url, scheme=scheme, is_phone=True) as visitor:
        await visitor.open(path)
        await expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
        visitor.check_quiet()
        content, screen = await visitor.page.evaluate(_WIDTHS)
        assert content <= screen
        assert await is_dark(visitor.page) == (scheme == "dark")
        await check_accessible(visitor.page)


@pytest.mark.parametrize(
    "attempt",
    [
        "document.body.innerHTML = '<img src=x onerror=alert(1)>'",
        "document.createElement('script').text = 'alert(1)'",
        "window.trustedTypes.createPolicy('mine', { createHTML: (text) => text })",
    ],
)
async def test_no_script_of_a_page_can_turn_text_into_markup_or_code(
    browser: Browser, platform: Platform, attempt: str
) -> None:
    async with visiting(browser, platform.url) as visitor:
        await visitor.open("/log-in")
        with pytest.raises(Error, match="TypeError"):
            await visitor.page.evaluate(f"() => {{ {attempt} }}")


async def test_the_chosen_colours_stay_whatever_the_system_says(member: Visitor) -> None:
    page = member.page
    assert not await is_dark(page)
    await page.get_by_role("button", name="Dark").click()
    await check_becomes_dark(page)
    await page.reload()
    await member.check_heading("Hello, Ada")
    await check_becomes_dark(page)
    member.check_quiet()


async def test_on_a_phone_the_pages_are_reached_through_the_drawer(
    on_a_phone: Visitor, things: Demo
) -> None:
    page = on_a_phone.page
    await on_a_phone.open("/")
    await page.get_by_role("button", name="Open navigation").click()
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Runs").click()
    await on_a_phone.check_heading("Runs")
    await expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    on_a_phone.check_quiet()


async def _open(visitor: Visitor, path: str, things: Demo) -> None:
    address = path.format(
        prompt=things.prompt, dataset=things.dataset, pipeline=things.pipeline, run=things.run
    )
    await visitor.open(address)
    await expect(visitor.page.get_by_role("main").get_by_role("heading").first).to_be_visible()
    await visitor.settled()


async def check_accessible(page: Page) -> None:
    """Fail on what axe calls serious or critical, in whole sentences with the elements at fault."""
    if not await page.evaluate("() => 'axe' in window"):
        # Not as a script element: the policy refuses what does not come from us.
        await page.evaluate(_AXE.read_text())
    complaints = await page.evaluate(_TO_COMPLAIN)
    assert complaints == []


async def check_becomes_dark(page: Page) -> None:
    """Wait until the page is drawn dark: a click is answered before it is drawn."""
    async with asyncio.timeout(10):
        while not await is_dark(page):
            await asyncio.sleep(0.05)


async def is_dark(page: Page) -> bool:
    """Tell whether the page's background is nearer to black than to white."""
    colour = await page.evaluate(_BACKGROUND)
    parts = [float(part) for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]
    return sum(parts) / 3 < 128
