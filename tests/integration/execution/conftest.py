"""One world of services for all tests of this folder, and a new tenant for each."""

from collections.abc import AsyncIterator

import pytest

from tests.support.execution import World, world_running
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def services(stack: Stack) -> AsyncIterator[World]:
    """Run prompts, pipelines and execution."""
    async with world_running(stack) as world:
        yield world


@pytest.fixture
async def world(services: World) -> World:
    """Give the test a tenant of its own."""
    return await services.new_tenant()


@pytest.fixture
async def other(services: World) -> World:
    """Give the test another tenant, which must not see the first one's things."""
    return await services.new_tenant()
