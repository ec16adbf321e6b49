"""One identity service for all tests of this folder that need nothing special."""

from collections.abc import AsyncIterator

import pytest

from tests.support.identity import Door, identity_running, settings_for
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def identity(stack: Stack) -> AsyncIterator[Door]:
    """Run identity with tenants that are live at once."""
    async with identity_running(await settings_for(stack)) as door:
        yield door
