"""The unit room: rules only. Sockets and processes are blocked, and no test takes seconds."""

import asyncio
import os
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.clock import time_passes_at_once

# Seconds have no place here: on a busy machine they would be the faults of the neighbours.
_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples each time: what CI lets through, it lets through again.
settings.register_profile("usual", _UNHURRIED, max_examples=15, derandomize=True)
# Others each time, and many: PP_HYPOTHESIS=thorough make test-unit
settings.register_profile("thorough", _UNHURRIED, max_examples=500)
PROFILE = os.environ.get("PP_HYPOTHESIS", "usual")
settings.load_profile(PROFILE)

HERE = Path(__file__).parent
LONGEST_S = 10 if PROFILE == "usual" else 120


class SocketInUnitRoomError(AssertionError):
    """A unit test tried to reach something outside itself."""


def _refuse(*_args: object, **_kwargs: object) -> None:
    raise SocketInUnitRoomError(
        "the unit room touches no network: decide in rules.py, or test in tests/integration"
    )


class ProcessInUnitRoomError(AssertionError):
    """A unit test tried to start a program."""


def _refuse_to_start(*_args: object, **_kwargs: object) -> None:
    raise ProcessInUnitRoomError(
        "the unit room starts no process: an interpreter takes longer than 100 rules; test it in "
        "tests/integration"
    )


@pytest.fixture(autouse=True)
def _no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every way out. Socket pairs stay: the event loop wakes itself through one."""
    monkeypatch.setattr(subprocess.Popen, "__init__", _refuse_to_start)
    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, _refuse)
    monkeypatch.setattr(socket, "getaddrinfo", _refuse)


@pytest.fixture
async def virtual_time() -> AsyncIterator[None]:
    """Let the event loop's time jump to whatever is waited for: waiting takes none."""
    with time_passes_at_once(asyncio.get_running_loop()):
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of this room the room's time-out."""
    limit = pytest.mark.timeout(LONGEST_S)
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(limit)
