"""The sample service, for tests of the kit on real PostgreSQL and NATS."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from cli.local.nats import EmbeddedNats, free_port
from services.kit.settings import BusSettings
from tests.support.sample.service import Sample, sample_service
from tests.support.stack import Stack


@pytest.fixture(scope="session")
async def sample(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sample]:
    """One sample service for all tests of the kit; its inbox and outbox are run by the tests.

    It publishes as identity does, so it has a broker of its own: on the shared one it would hear of
    every tenant that other tests make, and its own events would wait behind them.
    """
    nats = EmbeddedNats(tmp_path_factory.mktemp("nats"), free_port(), stack.nats_token)
    nats.start()
    try:
        broker = BusSettings(url=nats.url, token=SecretStr(stack.nats_token))
        async with sample_service(stack, "sample", broker) as running:
            yield running
    finally:
        nats.stop()
