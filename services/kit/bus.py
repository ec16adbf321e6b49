"""NATS: JetStream for events that must arrive, core NATS for hints that may be lost.

The connection is kept up for ever: reconnecting has no limit, and what is sent meanwhile is
bounded.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Final

import nats
import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js import JetStreamContext

from services.kit.errors import Unavailable
from services.kit.settings import BusSettings

# What waits to be sent while disconnected: hints past this are dropped, events stay in the outbox.
_PENDING_BYTES: Final = 2 * 1024 * 1024
# What waits to be read by a listener: a slow one loses hints, never memory.
_PENDING_HINTS: Final = 4096

_log = structlog.get_logger("kit.bus")


class BusUnavailable(Unavailable):
    """NATS does not answer."""

    reason = "BUS_UNAVAILABLE"


class Bus:
    """One connection of a process."""

    def __init__(self, settings: BusSettings, name: str) -> None:
        self.settings = settings
        self._name = name
        self._client: Client | None = None
        self._jetstream: JetStreamContext | None = None
        self._on_reconnect: list[Callable[[], None]] = []
        self._on_missed: list[Callable[[], None]] = []

    @property
    def is_connected(self) -> bool:
        """Whether messages go out at this moment."""
        return self._client is not None and self._client.is_connected

    @property
    def jetstream(self) -> JetStreamContext:
        """The JetStream door, for outbox and inbox."""
        if self._jetstream is None:
            raise BusUnavailable("not connected to NATS yet", retry_after_s=1)
        return self._jetstream

    def on_reconnect(self, call: Callable[[], None]) -> None:
        """Call this after each reconnect."""
        self._on_reconnect.append(call)

    def on_missed(self, call: Callable[[], None]) -> None:
        """Call this when hints may have been missed: after a reconnect, and from a full queue.

        What was cached by grace of pushed invalidation is stale then.
        """
        self._on_missed.append(call)

    async def connect(self) -> None:
        """Connect; waits for NATS as long as it takes."""
        token = self.settings.token
        self._client = await nats.connect(
            self.settings.url,
            name=self._name,
            token=token.get_secret_value() if token else None,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,
            connect_timeout=2,
            ping_interval=5,
            max_outstanding_pings=2,
            pending_size=_PENDING_BYTES,
            error_cb=self._failed,
            disconnected_cb=self._disconnected,
            reconnected_cb=self._reconnected,
        )
        self._jetstream = self._client.jetstream(timeout=5)

    async def check(self) -> None:
        """Ask NATS for an answer; raises BusUnavailable."""
        if self._client is None or not self._client.is_connected:
            raise BusUnavailable("not connected to NATS", retry_after_s=1)
        try:
            await self._client.flush(timeout=2)
        except (nats.errors.Error, TimeoutError, OSError) as error:
            raise BusUnavailable("NATS does not answer", retry_after_s=1) from error

    async def hint(self, subject: str, data: bytes = b"") -> None:
        """Say something to whoever listens now. It may be lost.

        It never fails and never waits for long.
        """
        if self._client is None:
            return
        with suppress(nats.errors.Error, OSError):
            await self._client.publish(subject, data)

    async def listen(self, subject: str, call: Callable[[Msg], Awaitable[None]]) -> Subscription:
        """Call this for each hint on a subject (wildcards as in NATS).

        End it with `await subscription.unsubscribe()`.
        """
        if self._client is None:
            raise BusUnavailable("not connected to NATS yet", retry_after_s=1)
        return await self._client.subscribe(
            subject, cb=call, pending_msgs_limit=_PENDING_HINTS, pending_bytes_limit=_PENDING_BYTES
        )

    async def close(self) -> None:
        """Send what waits, at most two seconds long, and disconnect."""
        if self._client is None:
            return
        with suppress(nats.errors.Error, TimeoutError, OSError):
            async with asyncio.timeout(2):
                await self._client.flush(timeout=1)
        with suppress(nats.errors.Error, TimeoutError, OSError):
            await self._client.close()
        self._client = self._jetstream = None

    async def _failed(self, error: Exception) -> None:
        _log.warning("bus.error", error=type(error).__name__, detail=str(error))
        if isinstance(error, nats.errors.SlowConsumerError):
            _call_all(self._on_missed)

    async def _disconnected(self) -> None:
        _log.warning("bus.disconnected")

    async def _reconnected(self) -> None:
        _log.info("bus.reconnected")
        _call_all((*self._on_reconnect, *self._on_missed))


def _call_all(calls: Iterable[Callable[[], None]]) -> None:
    for call in calls:
        try:
            call()
        except Exception:  # noqa: BLE001 # one that fails must not keep the others from it
            _log.exception("bus.call_failed")
