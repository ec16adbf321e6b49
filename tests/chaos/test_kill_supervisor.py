"""kill -9 of the supervisor: no process is left behind, and `up` brings everything back."""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.processes import Platform


@pytest.fixture
def own() -> Iterator[Platform]:
    """A platform that no other test needs: it will be down for a while."""
    with tempfile.TemporaryDirectory(prefix="pp with space ", ignore_cleanup_errors=True) as folder:
        platform = Platform(Path(folder), {})
        try:
            platform.up()
            yield platform
        finally:
            platform.down()


def is_running(pid: int) -> bool:
    with suppress(OSError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


@pytest.mark.timeout(400)
async def test_a_killed_supervisor_takes_its_parts_along_and_up_brings_them_back(
    own: Platform,
) -> None:
    async with own.client(own.values["PP_TEST_KEY"]) as client:
        body = {"name": "kept", "content": {"type": "text", "text": "kept"}}
        await client.post("/v1/prompts", body)
        pids = list(own.state.pids.values())
        os.kill(own.state.supervisor_pid, signal.SIGKILL)
        assert "nothing is running" in own.command("status").stdout
        own.up()
        assert (await client.get("/v1/prompts/kept"))["name"] == "kept"
    deadline = time.monotonic() + 30
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
