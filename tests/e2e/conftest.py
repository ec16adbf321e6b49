"""One platform for the whole room; each test makes tenants of its own where it changes things."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser

from tests.support.browser import Account, Visitor, running_browser, sign_up, visiting
from tests.support.collector import Collector, running_collector
from tests.support.processes import Client, Platform, running_platform


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Where the platform's traces go."""
    with running_collector() as running:
        yield running


@pytest.fixture(scope="session")
def platform(collector: Collector) -> Iterator[Platform]:
    """All processes, started as a user starts them."""
    with running_platform({"PP_OTLP_ENDPOINT": collector.endpoint}) as running:
        yield running


@pytest.fixture
async def demo(platform: Platform) -> AsyncIterator[Client]:
    """A program with the demo tenant's test key."""
    async with platform.client(platform.values["PP_TEST_KEY"]) as client:
        yield client


@pytest.fixture
async def other(platform: Platform) -> AsyncIterator[Client]:
    """A program with the other tenant's test key."""
    async with platform.client(platform.values["PP_OTHER_TEST_KEY"]) as client:
        yield client


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium; each visitor has a profile of its own in it."""
    async with running_browser() as running:
        yield running


@pytest.fixture
async def visitor(browser: Browser, platform: Platform) -> AsyncIterator[Visitor]:
    """Somebody who has never been here."""
    async with visiting(browser, platform.url) as here:
        yield here


@pytest.fixture
async def member(visitor: Visitor) -> Visitor:
    """Somebody who has just made a workspace of their own, in the browser."""
    await sign_up(visitor, Account())
    return visitor
