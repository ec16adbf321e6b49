"""What the unit room refuses."""

import asyncio
import socket
import subprocess

import pytest
from hypothesis import settings


def test_the_unit_room_reaches_no_address() -> None:
    with socket.socket() as one, pytest.raises(AssertionError, match="touches no network"):
        one.connect(("127.0.0.1", 9))
    with pytest.raises(AssertionError, match="touches no network"):
        socket.getaddrinfo("localhost", 80)


async def test_the_unit_room_reaches_no_address_from_a_coroutine() -> None:
    with pytest.raises(AssertionError, match="touches no network"):
        await asyncio.open_connection("127.0.0.1", 9)


def test_the_unit_room_starts_no_process() -> None:
    with pytest.raises(AssertionError, match="starts no process"):
        subprocess.run(["/bin/true"], check=True)


async def test_the_unit_room_starts_no_process_from_a_coroutine() -> None:
    with pytest.raises(AssertionError, match="starts no process"):
        await asyncio.create_subprocess_exec("/bin/true")


async def test_an_hour_of_virtual_time_takes_none(virtual_time: None) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await asyncio.sleep(3600)
    assert 5 <= loop.time() - began < 6


def test_the_unit_room_has_its_own_time_out(request: pytest.FixtureRequest) -> None:
    marker = request.node.get_closest_marker("timeout")
    assert marker is not None
    assert marker.args == (10 if settings.get_current_profile_name() == "usual" else 120,)
