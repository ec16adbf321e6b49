"""Fixtures of every room."""

from collections.abc import Iterator

import pytest

from tests.support.stack import Stack, running_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Real PostgreSQL and NATS, started once and shared: each test makes tenants of its own."""
    with running_stack() as running:
        yield running
