"""Fixtures of every room."""

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:  # loading it takes as long as half of the unit room, which needs none of it
    from tests.support.stack import Stack

# Of the time that pytest-timeout gives: it interrupts whatever task happens to run, and asyncio may
# swallow that. A test that is cancelled from within the loop first cleans up and says where it was.
_SHARE: Final = 0.8


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bound each asynchronous test."""
    usual = float(config.getini("timeout"))
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            marker = item.get_closest_marker("timeout")
            item.obj = _bounded(item.obj, _SHARE * (marker.args[0] if marker else usual))


def _bounded(test: Callable[..., Awaitable[None]], seconds: float) -> Callable[..., Any]:
    @functools.wraps(test)
    async def bounded(*arguments: Any, **fixtures: Any) -> None:
        async with asyncio.timeout(seconds):
            await test(*arguments, **fixtures)

    return bounded


@pytest.fixture(scope="session")
def stack() -> "Iterator[Stack]":
    """Real PostgreSQL and NATS, started once and shared: each test makes tenants of its own."""
    from tests.support.stack import running_stack  # noqa: PLC0415 - see above

    with running_stack() as running:
        yield running
