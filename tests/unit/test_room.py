"""What the unit room refuses."""

import asyncio
import socket

import pytest


def test_the_unit_room_reaches_no_address() -> None:
    with socket.socket() as one, pytest.raises(AssertionError, match="touches no network"):
        one.connect(("127.0.0.1", 9))
    with pytest.raises(AssertionError, match="touches no network"):
        socket.getaddrinfo("localhost", 80)


async def test_the_unit_room_reaches_no_address_from_a_coroutine() -> None:
    with pytest.raises(AssertionError, match="touches no network"):
        await asyncio.open_connection("127.0.0.1", 9)


def test_the_unit_room_has_its_own_time_out(request: pytest.FixtureRequest) -> None:
    marker = request.node.get_closest_marker("timeout")
    assert marker is not None
    assert marker.args == (10,)
