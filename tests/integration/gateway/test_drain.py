"""A gateway that is told to stop fails nobody: requests end, streams ask their readers back."""

import asyncio

from tests.integration.gateway.test_runs import follow, new_pipeline, start
from tests.support.platform_in_process import Member, Platform, platform_running
from tests.support.stack import Stack

REQUEST = b"GET /v1/prompts HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n"


async def ask_until_told_to_leave(platform: Platform, ada: Member) -> int:
    """Send one request after the other on a connection until an answer says it closes."""
    request = REQUEST % ada.api.headers["Authorization"].encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", platform.gateway.port)
    answered = 0
    try:
        while True:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200 "), head
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            answered += 1
            if b"connection: close" in head:
                return answered
    finally:
        writer.close()


async def test_no_request_fails_while_the_gateway_goes_away(stack: Stack) -> None:
    async with platform_running(stack) as platform:
        ada = await platform.sign_up()
        clients = [asyncio.create_task(ask_until_told_to_leave(platform, ada)) for _ in range(20)]
        await asyncio.sleep(0.5)
        assert not any(client.done() for client in clients)
        await platform.gateway.stop(pre_drain_s=1)
        answered = await asyncio.gather(*clients)
        assert all(count > 1 for count in answered)


async def test_open_streams_are_asked_to_come_back(stack: Stack) -> None:
    async with platform_running(stack) as platform:
        ada = await platform.sign_up()
        run = await start(ada.api, await new_pipeline(ada.api))
        stopping: asyncio.Task[None] | None = None
        kinds: list[str] = []
        async for event in follow(ada.api, run.body["id"]):
            kinds.append(event.type)
            if stopping is None:
                stopping = asyncio.create_task(platform.gateway.stop(pre_drain_s=0.2))
        assert stopping is not None
        await stopping
        assert kinds[-1] == "reconnect"
