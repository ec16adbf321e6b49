"""One platform for all tests of this folder that need nothing special."""

from collections.abc import AsyncIterator

import pytest

from tests.support.platform_in_process import Member, Platform, platform_running
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def platform(stack: Stack) -> AsyncIterator[Platform]:
    """Run every service and the gateway."""
    async with platform_running(stack) as running:
        yield running


@pytest.fixture
async def ada(platform: Platform) -> Member:
    """Sign up the owner of a new tenant."""
    return await platform.sign_up()


@pytest.fixture
async def eve(platform: Platform) -> Member:
    """Sign up the owner of another new tenant."""
    return await platform.sign_up()
