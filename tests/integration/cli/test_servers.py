"""Embedded PostgreSQL and nats-server: they start, stop, are killed, and keep their data."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import nats
import nats.js.errors
import pytest

from cli.local.children import end, spawn, tail
from cli.local.home import REPOSITORY
from cli.local.nats import EmbeddedNats, free_port
from cli.local.parts import choose_ports
from cli.local.postgres import EmbeddedPostgres


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "with space" / "postgres", "secret word")
    yield server
    server.stop()


def command_line(pid: int) -> str:
    """Return what every user of the machine sees of a process."""
    return Path(f"/proc/{pid}/cmdline").read_text()


async def ask(server: EmbeddedPostgres, *statements: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(
        host=str(server.socket_folder), user="postgres", password="secret word", database="postgres"
    )
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return list(await connection.fetch(statements[-1]))
    finally:
        await connection.close()


async def test_postgresql_keeps_its_data_over_stop_and_kill(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    rows = await ask(
        postgres, "CREATE TABLE kept (n int)", "CREATE EXTENSION vector", "SELECT version()"
    )
    assert rows[0][0].startswith("PostgreSQL 18")
    for number, stop in enumerate((postgres.stop, postgres.kill)):
        await ask(postgres, f"INSERT INTO kept VALUES ({number})", "SELECT 1")
        stop()
        assert postgres.pid == 0
        postgres.start()
    assert len(await ask(postgres, "SELECT n FROM kept")) == 2


async def test_nobody_comes_in_without_the_password(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    for word in ("", "wrong"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host=str(postgres.socket_folder),
                user="postgres",
                password=word,
                database="postgres",
            )
    assert stat.S_IMODE(postgres.socket_folder.stat().st_mode) == 0o700
    assert "secret" not in command_line(postgres.pid)


def test_a_first_start_that_was_cut_is_begun_anew(postgres: EmbeddedPostgres) -> None:
    half = postgres._folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    postgres.start()
    assert postgres.pid


@pytest.mark.parametrize(
    ("folder", "is_beside"),
    [("/srv/promptpilot/var/postgres", True), ("/" + "deep/" * 30, False), ("/a b/c", False)],
)
def test_the_sockets_path_is_never_too_long_or_odd(folder: str, is_beside: bool) -> None:
    server = EmbeddedPostgres(Path(folder), "x")
    assert (server.socket_folder == Path(folder) / "run") is is_beside
    assert len(str(server.socket_folder / ".s.PGSQL.5432.lock")) < 108


async def test_nats_keeps_its_streams_over_a_kill_and_loses_them_by_a_wipe(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path / "with space", free_port(), "token")
    server.start()
    try:
        assert stat.S_IMODE((tmp_path / "with space" / "nats.conf").stat().st_mode) == 0o600
        assert "token" not in command_line(server.pid)
        client = await nats.connect(server.url, token="token")
        await client.jetstream().add_stream(name="KEPT", subjects=["kept"])
        await client.jetstream().publish("kept", b"x")
        await client.close()
        server.kill()
        server.start()
        assert await messages(server) == 1
        server.kill()
        server.wipe()
        server.start()
        with pytest.raises(nats.js.errors.NotFoundError):
            await messages(server)
    finally:
        server.stop()
    assert server.pid == 0


async def messages(server: EmbeddedNats) -> int:
    client = await nats.connect(server.url, token="token")
    try:
        return (await client.jetstream().stream_info("KEPT")).state.messages
    finally:
        await client.close()


def test_ports_are_distinct_and_below_those_of_outgoing_connections() -> None:
    ports = choose_ports(8080)
    assert len(set(ports.values())) == len(ports) == 14
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(port < lowest for port in ports.values())


def test_a_child_that_does_not_stop_is_killed_and_its_words_are_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "child.log"
    stubborn = (
        "import signal, time; signal.signal(15, signal.SIG_IGN)\n"
        "print('here', flush=True); time.sleep(60)"
    )
    child = spawn([sys.executable, "-c", stubborn], log=log)
    wait_for(lambda: "here" in tail(log))
    end(child, signal.SIGTERM, 0.2)
    assert child.returncode == -signal.SIGKILL
    end(child, signal.SIGTERM, 0.2)
    assert tail(tmp_path / "none.log") == "(no log)"


def test_a_child_is_told_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from cli.local.children import spawn\n"
        "sleeper = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
        f"child = spawn(sleeper, log=Path({str(tmp_path / 'log')!r}))\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent, parent.stdout:
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
        parent.wait(10)
    wait_for(lambda: not is_running(child))


def is_running(pid: int) -> bool:
    with suppress(OSError):
        os.kill(pid, 0)
        # Whoever adopted it may not have taken note of its end yet.
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def wait_for(check: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.02)
