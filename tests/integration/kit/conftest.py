"""The sample service, for tests of the kit on real PostgreSQL and NATS."""

from collections.abc import AsyncIterator

import pytest

from tests.support.sample.service import Sample, sample_service
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def sample(stack: Stack) -> AsyncIterator[Sample]:
    """One sample service for all tests of the kit; its inbox and outbox are run by the tests."""
    async with sample_service(stack, "sample") as running:
        yield running
