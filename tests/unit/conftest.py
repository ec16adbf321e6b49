"""The unit room: rules only. Sockets are blocked, and a test that takes seconds is no unit test."""

import socket
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LONGEST_S = 10


class SocketInUnitRoomError(AssertionError):
    """A unit test tried to reach something outside itself."""


def _refuse(*_args: object, **_kwargs: object) -> None:
    raise SocketInUnitRoomError(
        "the unit room touches no network: decide in rules.py, or test in tests/integration"
    )


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every way out. Socket pairs stay: the event loop wakes itself through one."""
    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, _refuse)
    monkeypatch.setattr(socket, "getaddrinfo", _refuse)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of this room the room's time-out."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(LONGEST_S))
