"""Events of services that a test does not run, put on the broker as their outbox relay does."""

import asyncio
from collections.abc import Awaitable, Callable

import nats.js.errors
from google.protobuf.message import Message

from services.kit.bus import Bus
from services.kit.clock import SystemClock
from services.kit.envelope import Envelope, encode, event_type, stream_of, subject_of, to_headers
from services.kit.ids import TenantId, new_id
from tests.support.stack import Stack


async def publish(stack: Stack, producer: str, tenant: TenantId, *events: Message) -> None:
    """Publish events in the name of a service, each under an id of its own."""
    bus = Bus(stack.bus(), f"{producer} in a test")
    await bus.connect()
    try:
        await _ensure_stream(bus, producer)
        for event in events:
            type_ = event_type(type(event))
            envelope = Envelope(new_id("evt"), type_, tenant, SystemClock().now(), {})
            await bus.jetstream.publish(
                subject_of(type_, tenant), encode(event), headers=to_headers(envelope)
            )
    finally:
        await bus.close()


async def until(holds: Callable[[], Awaitable[bool]], *, timeout_s: float = 20) -> None:
    """Ask again and again until something holds; TimeoutError when it does not in time."""
    async with asyncio.timeout(timeout_s):
        while not await holds():  # asks another process
            await asyncio.sleep(0.02)


async def _ensure_stream(bus: Bus, producer: str) -> None:
    try:
        await bus.jetstream.stream_info(stream_of(producer))
    except nats.js.errors.NotFoundError:
        await bus.jetstream.add_stream(name=stream_of(producer), subjects=[f"evt.*.{producer}.>"])
