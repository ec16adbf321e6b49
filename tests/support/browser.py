"""The console in a real browser, as a person meets it: by role and label, every complaint heard."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    async_playwright,
    expect,
)

# Without the last ones Chromium calls home at its start, where no network answers.
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_EXECUTABLE: Final = "/usr/bin/chromium"
# A page waits for services that share two cores with the browser.
_PATIENCE_MS: Final = 20_000
_QUIET_S: Final = 0.3
_LOOK_S: Final = 0.05
# What Chromium writes for each answer of 400 and more; answers are watched by themselves.
_OF_AN_ANSWER: Final = "Failed to load resource"

_AN_ID: Final = re.compile(r"[a-z]{3}_[0-9a-z]{26}")

PHONE: Final = ViewportSize(width=360, height=740)
DESK: Final = ViewportSize(width=1280, height=800)
Scheme = Literal["light", "dark"]


@dataclass
class Visitor:
    """A person before a page, and what the browser complained about meanwhile."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    # Answers of 400 and more, as "status method path", with … in place of each id.
    refusals: list[str] = field(default_factory=list)
    _awaited: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"thrown: {error}"))
        self.page.on("response", self._see)
        self.page.on("request", self._begin)
        self.page.on("requestfinished", self._end)
        self.page.on("requestfailed", self._end)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_OF_AN_ANSWER):
            self.complaints.append(f"{self.page.url}: {message.type}: {message.text}")

    def _see(self, response: Response) -> None:
        if response.status >= 400:
            path = _AN_ID.sub("…", response.url.removeprefix(self.url))
            self.refusals.append(f"{response.status} {response.request.method} {path}")

    def _begin(self, request: Request) -> None:
        if "text/event-stream" not in request.headers.get("accept", ""):
            self._awaited.add(request)

    def _end(self, request: Request) -> None:
        self._awaited.discard(request)

    async def settled(self) -> None:
        """Wait until the page has waited for no answer for a moment; streams have no end."""
        quiet_s = 0.0
        async with asyncio.timeout(_PATIENCE_MS / 1000):
            while quiet_s < _QUIET_S:
                quiet_s = 0.0 if self._awaited else quiet_s + _LOOK_S
                await asyncio.sleep(_LOOK_S)

    async def open(self, path: str) -> None:
        """Load a page by its address, as from a link in a mail."""
        await self.page.goto(f"{self.url}{path}")

    async def check_heading(self, name: str) -> None:
        """Wait until the page with this title is there."""
        await expect(self.page.get_by_role("heading", name=name, level=1)).to_be_visible()

    def check_quiet(self, *expected: str) -> None:
        """Fail on anything in the browser's console, a broken policy, and unexpected refusals.

        A visitor without a session is told so by a 401: that is how the console finds out.
        """
        unexpected = [
            each for each in self.refusals if each not in expected and each != "401 GET /v1/session"
        ]
        assert not self.complaints, self.complaints
        assert not unexpected, unexpected

    async def fetched(self, path: str) -> Any:
        """Ask the API with the browser's own session, as the page's scripts do."""
        return await self.page.evaluate(
            "async (path) => { const answer = await fetch(path); return await answer.json(); }",
            path,
        )


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with a workspace of their own."""

    email: str = field(default_factory=lambda: f"{secrets.token_hex(8)}@example.com")
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    name: str = "Ada Lovelace"
    workspace: str = "Analytical Engines"


async def sign_up(visitor: Visitor, account: Account) -> None:
    """Fill in the form of the first page that a stranger sees."""
    page = visitor.page
    await visitor.open("/sign-up")
    await page.get_by_label("Your name").fill(account.name)
    await page.get_by_label("Workspace").fill(account.workspace)
    await page.get_by_label("E-mail").fill(account.email)
    await page.get_by_label("Password").fill(account.password)
    await page.get_by_role("button", name="Create the workspace").click()
    await visitor.check_heading(f"Hello, {account.name.split()[0]}")


async def log_in(visitor: Visitor, email: str, password: str) -> None:
    """Fill in the log-in form of the page that is open."""
    await visitor.page.get_by_label("E-mail").fill(email)
    await visitor.page.get_by_label("Password").fill(password)
    await visitor.page.get_by_role("button", name="Log in").click()


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Run the system's Chromium without a window."""
    expect.set_options(timeout=_PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=_EXECUTABLE, args=list(_ARGUMENTS)
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(
    browser: Browser, url: str, *, scheme: Scheme = "light", is_phone: bool = False
) -> AsyncIterator[Visitor]:
    """Open a browser profile of its own: nothing of another visitor is in it."""
    context = await browser.new_context(
        color_scheme=scheme, reduced_motion="reduce", viewport=PHONE if is_phone else DESK
    )
    context.set_default_timeout(_PATIENCE_MS)
    yield Visitor(await context.new_page(), url)
    await context.close()
