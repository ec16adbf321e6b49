"""A process on real PostgreSQL and NATS: it starts in order and drains on SIGTERM."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from promptpilot.identity.v1 import identity_pb2, identity_pb2_grpc
from services.kit.bus import Bus
from services.kit.caller import acting_as
from services.kit.db import Database
from services.kit.errors import AppError
from services.kit.rpc.client import connect
from services.kit.runtime import App, Process, running
from services.kit.settings import BusSettings, DatabaseSettings, ServiceSettings
from tests.support.proxy import CuttableProxy
from tests.support.rpc import PRIVATE_KEY, PUBLIC_KEY, member, rpc_settings
from tests.support.stack import Stack

READY = {"status": "ready"}


@dataclass(frozen=True)
class Wires:
    """PostgreSQL and NATS behind connections that can be cut."""

    postgres: CuttableProxy
    nats: CuttableProxy
    settings: ServiceSettings


@pytest.fixture
async def wires(stack: Stack) -> AsyncIterator[Wires]:
    url = make_url(stack.service_url("prompts"))
    nats = make_url(stack.nats.url)
    socket = f"{url.query['host']}/.s.PGSQL.5432"
    postgres_wire = CuttableProxy(partial(asyncio.open_unix_connection, socket))
    nats_wire = CuttableProxy(partial(asyncio.open_connection, nats.host, nats.port))
    await postgres_wire.mend()
    await nats_wire.mend()
    through = url.set(host="127.0.0.1", port=postgres_wire.port, query={})
    settings = ServiceSettings(
        database=DatabaseSettings(url=SecretStr(through.render_as_string(hide_password=False))),
        bus=BusSettings(url=f"nats://127.0.0.1:{nats_wire.port}", token=stack.bus().token),
        rpc=rpc_settings(),
    )
    yield Wires(postgres_wire, nats_wire, settings)
    await postgres_wire.cut()
    await nats_wire.cut()


def app_of(settings: ServiceSettings, **parts: Any) -> App:
    return App(
        name="sample",
        settings=settings,
        servicers=[],
        database=Database(settings.database),
        bus=Bus(settings.bus, "sample"),
        **parts,
    )


async def get(port: int, path: str, *, method: str = "GET") -> tuple[int, str, str]:
    """Return status, head and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    head, _, body = (await asyncio.wait_for(reader.read(), 5)).decode().partition("\r\n\r\n")
    writer.close()
    return int(head.split()[1]), head, body


async def settled(process: Process, wanted: dict[str, Any]) -> Any:
    """Ask /ready until it answers this, for at most eight seconds; return its last answer."""
    answer: Any = None
    for _ in range(80):
        answer = json.loads((await get(process.health_port, "/ready"))[2])
        if answer == wanted:
            break
        await asyncio.sleep(0.1)
    return answer


async def failing(process: Process, name: str) -> list[str]:
    """Ask /ready until just this fails, for at most eight seconds; return what failed last."""
    failed: list[str] = []
    for _ in range(80):
        failed = list(json.loads((await get(process.health_port, "/ready"))[2]).get("failed", ()))
        if failed == [name]:
            break
        await asyncio.sleep(0.1)
    return failed


async def test_a_running_process_is_live_ready_and_measured(wires: Wires) -> None:
    async with running(app_of(wires.settings)) as process:
        assert (await get(process.health_port, "/live"))[0] == 200
        status, _, body = await get(process.health_port, "/ready")
        assert (status, json.loads(body)) == (200, {"status": "ready"})
        status, head, body = await get(process.health_port, "/metrics")
        assert status == 200
        assert "application/openmetrics-text" in head
        assert "promptpilot_rpc_server_in_flight 0.0" in body
        assert body.endswith("# EOF\n")


async def test_the_health_door_answers_nothing_else(wires: Wires) -> None:
    async with running(app_of(wires.settings)) as process:
        port = process.health_port
        assert (await get(port, "/"))[0] == 404
        assert (await get(port, "/live", method="POST"))[0] == 405
        assert (await get(port, "/ready?verbose=1"))[0] == 200
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x" * 100_000)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        assert (await get(port, "/live"))[0] == 200


async def test_ready_names_what_is_away_and_finds_it_again(wires: Wires) -> None:
    async with running(app_of(wires.settings)) as process:
        await wires.postgres.cut()
        assert await failing(process, "postgresql") == ["postgresql"]
        assert (await get(process.health_port, "/live"))[0] == 200
        await wires.postgres.mend()
        assert await settled(process, READY) == READY
        await wires.nats.cut()
        assert await failing(process, "nats") == ["nats"]
        await wires.nats.mend()
        assert await settled(process, READY) == READY


async def test_it_waits_for_postgresql_and_nats_to_come_up(wires: Wires) -> None:
    await wires.postgres.cut()
    await wires.nats.cut()
    process = Process(app_of(wires.settings))
    starting = asyncio.create_task(process.start())
    await asyncio.sleep(0.5)
    assert not starting.done()
    status, _, body = await get(process.health_port, "/ready")
    assert status == 503
    assert set(json.loads(body)["failed"]) == {"process", "postgresql", "nats"}
    await wires.postgres.mend()
    await wires.nats.mend()
    await asyncio.wait_for(starting, 15)
    assert await settled(process, READY) == READY
    await process.stop(pre_drain_s=0)


async def test_background_work_that_crashes_starts_again(wires: Wires) -> None:
    attempts = 0
    went_well = asyncio.Event()

    async def work() -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise RuntimeError(f"crash {attempts}")
        went_well.set()
        await asyncio.sleep(3600)

    async with running(app_of(wires.settings, background=[work])):
        await asyncio.wait_for(went_well.wait(), 10)
    assert attempts == 3


async def test_what_a_service_opened_is_closed_in_reverse_whatever_fails(wires: Wires) -> None:
    closed: list[str] = []

    async def first() -> None:
        closed.append("first")

    async def second() -> None:
        closed.append("second")
        raise RuntimeError("cannot close")

    async with running(app_of(wires.settings, on_close=[first, second])):
        pass
    assert closed == ["second", "first"]


async def test_its_own_checks_count_for_ready(wires: Wires) -> None:
    async def keys() -> None:
        raise AppError("no signing key yet")

    async with running(app_of(wires.settings, checks={"keys": keys})) as process:
        wanted = {"status": "not ready", "failed": {"keys": "no signing key yet"}}
        assert await settled(process, wanted) == wanted


@asynccontextmanager
async def child(
    stack: Stack, *, postgres_url: str = ""
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a real process on the stack, and kill it in the end if it still runs."""
    environment = os.environ | {
        "PP_DATABASE__URL": postgres_url or stack.service_url("prompts"),
        "PP_BUS__URL": stack.nats.url,
        "PP_BUS__TOKEN": stack.nats_token,
        "PP_RPC__CONTEXT_PRIVATE_KEY": PRIVATE_KEY,
        "PP_RPC__CONTEXT_PUBLIC_KEYS": json.dumps({"gateway": PUBLIC_KEY}),
        "PP_TELEMETRY__LOG_FORMAT": "json",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.kit_process",
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def events_until(process: asyncio.subprocess.Process, event: str) -> dict[str, Any]:
    """Read the process's log until this event."""
    assert process.stderr is not None
    while line := await asyncio.wait_for(process.stderr.readline(), 20):
        entry = json.loads(line)
        if entry["event"] == event:
            return dict(entry)
    pytest.fail(f"the process ended without {event!r}")


async def test_sigterm_under_load_fails_no_call(stack: Stack) -> None:
    failed: list[AppError] = []
    succeeded = 0
    async with child(stack) as going, child(stack) as staying:
        ports = [(await events_until(each, "serving"))["rpc_port"] for each in (going, staying)]
        address = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
        channel = connect("peer", rpc_settings(peer=address), issuer="gateway")
        stub: Any = identity_pb2_grpc.IdentityServiceStub(channel)

        async def client() -> None:
            nonlocal succeeded
            while staying.returncode is None:
                try:
                    await stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=5)
                    succeeded += 1
                except AppError as error:
                    failed.append(error)

        with acting_as(member()):
            clients = [asyncio.create_task(client()) for _ in range(8)]
        await asyncio.sleep(0.5)
        going.send_signal(signal.SIGTERM)
        await events_until(going, "background cleaned up")
        await events_until(going, "stopped")
        assert await asyncio.wait_for(going.wait(), 5) == 0
        after = succeeded
        await asyncio.sleep(0.3)
        for each in clients:
            each.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
        await channel.close()
    assert failed == []
    assert succeeded > after > 20


async def test_sigterm_ends_a_process_that_still_waits_for_postgresql(stack: Stack) -> None:
    nobody = "postgresql://nobody@127.0.0.1:1/nothing"
    async with child(stack, postgres_url=nobody) as process:
        await events_until(process, "waiting for it to come up")
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
