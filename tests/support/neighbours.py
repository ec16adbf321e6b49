"""The other services' side of provisioning: their events on the real broker."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from google.protobuf.message import Message
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from promptpilot.billing.v1 import events_pb2 as billing
from promptpilot.execution.v1 import events_pb2 as execution
from promptpilot.pipelines.v1 import events_pb2 as pipelines
from promptpilot.prompts.v1 import events_pb2 as prompts
from services.kit.bus import Bus
from services.kit.envelope import (
    Envelope,
    encode,
    event_type,
    from_headers,
    stream_of,
    subject_of,
    to_headers,
)
from services.kit.ids import new_id
from tests.support.stack import Stack

_PROVISIONED: Final = {
    "prompts": prompts.TenantProvisioned,
    "pipelines": pipelines.TenantProvisioned,
    "execution": execution.TenantProvisioned,
    "billing": billing.TenantProvisioned,
}
SERVICES: Final = tuple(_PROVISIONED)


class Neighbours:
    """Publishes what a service publishes once it holds a tenant, as often as a test wants."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def say_provisioned(
        self, service: str, tenant_id: str, *, event_id: str | None = None
    ) -> None:
        """Say for a service that it holds the tenant; the same event id is the same event."""
        event: Message = _PROVISIONED[service](tenant_id=tenant_id)
        type_ = event_type(type(event))
        envelope = Envelope(
            id=event_id or new_id("evt"),
            type=type_,
            tenant=tenant_id,
            time=datetime.now(UTC),
            trace={},
        )
        headers = to_headers(envelope)
        # Without it the broker delivers a repetition too: what is tested is our own inbox.
        del headers["Nats-Msg-Id"]
        await self._bus.jetstream.publish(
            subject_of(type_, tenant_id), encode(event), headers=headers
        )

    async def answer(self, tenant_id: str, services: Sequence[str] = SERVICES) -> None:
        """Say it for several services at once."""
        await asyncio.gather(*(self.say_provisioned(one, tenant_id) for one in services))

    async def created(self, tenant_id: str) -> list[str]:
        """Wait until identity has published TenantCreated of a tenant; returns the events' ids."""
        subject = subject_of("dev.promptpilot.identity.tenant.created.v1", tenant_id)
        subscription = await self._bus.jetstream.subscribe(subject, ordered_consumer=True)
        found = [await subscription.next_msg(timeout=10)]
        await subscription.unsubscribe()
        return [from_headers(message.headers or {}).id for message in found]


@asynccontextmanager
async def neighbours_of(stack: Stack) -> AsyncIterator[Neighbours]:
    """Connect to the broker, and make the streams that the services' relays would make."""
    bus = Bus(stack.bus(), "neighbours")
    await bus.connect()
    try:
        for service in SERVICES:
            await _ensure_stream(bus, service)
        yield Neighbours(bus)
    finally:
        await bus.close()


async def _ensure_stream(bus: Bus, service: str) -> None:
    try:
        await bus.jetstream.stream_info(stream_of(service))
    except NotFoundError:
        config = StreamConfig(name=stream_of(service), subjects=[f"evt.*.{service}.>"])
        await bus.jetstream.add_stream(config)
