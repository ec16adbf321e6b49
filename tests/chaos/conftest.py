"""A durable platform of its own, with a short lease: take-overs need not be waited for long."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.processes import Client, Platform, running_platform

LEASE_S = 3


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """All processes; killed parts are started again by their supervisor."""
    with running_platform({"PP_EXECUTION_WORKER__LEASE_S": str(LEASE_S)}) as running:
        yield running


@pytest.fixture
async def demo(platform: Platform) -> AsyncIterator[Client]:
    """A program with the demo tenant's test key."""
    async with platform.client(platform.values["PP_TEST_KEY"]) as client:
        yield client


@pytest.fixture(scope="session")
def cycles() -> int:
    """How often each fault is repeated: once in CI's short form."""
    return 1 if os.environ.get("CHAOS", "short") == "short" else 10
