"""One identity service for all tests of this folder that need nothing special."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from cli.local.databases import create_databases, service_url
from services.kit.fanout import migrate
from services.kit.ids import new_id
from services.kit.settings import DatabaseSettings
from tests.support.identity import Door, identity_running, settings_for
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def identity(stack: Stack) -> AsyncIterator[Door]:
    """Run identity with tenants that are live at once."""
    async with identity_running(await settings_for(stack)) as door:
        yield door


@pytest.fixture
async def own_database(stack: Stack) -> DatabaseSettings:
    """Make a database of the test's own, for what belongs to a whole database: keys, clock jobs."""
    name = f"identity_{new_id('tst')[-12:]}"
    admin_url = stack.postgres.url("postgres")
    await create_databases(admin_url, {name: stack.password})
    url = service_url(admin_url, name, stack.password)
    await migrate("identity", url)
    return DatabaseSettings(url=SecretStr(url))
