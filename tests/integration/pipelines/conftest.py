"""One pipelines service for all tests of this folder, and a new tenant for each."""

from collections.abc import AsyncIterator

import pytest

from tests.support.pipelines import Door, pipelines_running, prompts_running, settings_for
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def service(stack: Stack) -> AsyncIterator[Door]:
    """Run pipelines, and prompts, which it asks."""
    async with prompts_running(stack) as prompts:
        settings = await settings_for(stack, prompts=prompts.address)
        async with pipelines_running(settings, prompts) as door:
            yield door


@pytest.fixture
async def door(service: Door) -> Door:
    """Give the test a tenant of its own."""
    return await service.new_tenant()


@pytest.fixture
async def other(service: Door) -> Door:
    """Give the test another tenant, which must not see the first one's things."""
    return await service.new_tenant()
