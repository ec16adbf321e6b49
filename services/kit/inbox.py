"""The inbox: applies other services' events, each exactly once.

The mark that an event was applied stands in the transaction of its effect, so a redelivery, a
replay of a whole stream or two consumers at once change nothing. What cannot be applied in ten
deliveries goes to `control.dead_letters`, and is tried once more at each start of the service.
Events are applied side by side, so handlers must not count on their order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

import nats.errors
import nats.js.errors
import structlog
from google.protobuf import json_format
from google.protobuf.message import Message
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from opentelemetry.trace import SpanKind
from sqlalchemy import Boolean, delete, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.kit import telemetry
from services.kit.bus import Bus
from services.kit.cancellation import heed_cancellation
from services.kit.control import DeadLetters, InboxRow
from services.kit.envelope import (
    Envelope,
    event_type,
    from_headers,
    producer_of,
    stream_of,
    subject_of,
)
from services.kit.errors import AppError, Unavailable
from services.kit.ids import TenantId
from services.kit.work import Tx, UnitOfWork

Handler = Callable[[Tx, Any], Awaitable[None]]

_KEPT: Final = timedelta(days=8)  # longer than a stream can replay
_BATCH: Final = 32
# What failed and waits for its next delivery counts as well: one tenant's must not fill it.
_MOST_UNACKED: Final = 10_000
# Rows that one statement deletes: well within the role's statement_timeout.
_SWEEP: Final = 5_000
_PRUNE_S: Final = 600.0
_NO_STREAM_S: Final = 0.5
_MAX_DELIVER: Final = 10
_ACK_WAIT_S: Final = 30
_RETRY_S: Final = (0.1, 0.5, 1, 2, 5, 10, 20, 30, 30, 30)

_log = structlog.get_logger("kit.inbox")


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which event, and what it does here.

    The handler gets the open transaction: of the event's tenant (`tenant`), or one that reaches
    schema control only (`control`). One that a later version adds sees events from then on.
    """

    event: type[Message]
    handler: Handler
    scope: Literal["tenant", "control"] = "tenant"


class Inbox:
    """All subscriptions of one service. Run `run()` as a background task.

    It uses at most half of the connection pool at a time: a flood of events leaves calls the other.
    """

    def __init__(
        self, service: str, work: UnitOfWork, bus: Bus, subscriptions: Sequence[Subscription]
    ) -> None:
        self._service = service
        self._work = work
        self._bus = bus
        self._by_type = {event_type(each.event): each for each in subscriptions}
        if len(self._by_type) != len(subscriptions):
            raise ValueError(f"{service} subscribes to an event twice: one handler would be lost")
        self._slots = asyncio.Semaphore(max(1, work.database.settings.pool_size // 2))

    async def run(self) -> None:
        """Apply events for ever: one pull consumer for each producing service."""
        producers = {producer_of(type_) for type_ in self._by_type}
        async with asyncio.TaskGroup() as group:
            for producer in sorted(producers):
                group.create_task(self._follow(producer))
            group.create_task(self._look_after())

    async def _follow(self, producer: str) -> None:
        delay = 0.1
        while True:
            heed_cancellation()
            began = self._work.clock.monotonic()
            try:
                await self._consume(producer)
            except nats.js.errors.NotFoundError:
                # The producer has not made its stream yet, or the broker was wiped.
                delay = min(delay * 2, _NO_STREAM_S)
            except (nats.errors.Error, Unavailable, TimeoutError, OSError) as error:
                _log.warning("inbox.waiting", producer=producer, error=type(error).__name__)
                is_new_trouble = self._work.clock.monotonic() - began > _ACK_WAIT_S
                delay = 0.1 if is_new_trouble else min(delay * 2, 2.0)
            await asyncio.sleep(delay)

    async def _consume(self, producer: str) -> None:
        durable = f"{self._service}-from-{producer}"
        jetstream = self._bus.jetstream
        config = self._config(durable, producer)
        await jetstream.add_consumer(stream_of(producer), config)
        pull = await jetstream.pull_subscribe_bind(durable, stream=stream_of(producer))
        try:
            while True:
                heed_cancellation()
                await self._fetch(pull, producer)
        finally:
            with suppress(nats.errors.Error, OSError):
                await pull.unsubscribe()

    async def _fetch(self, pull: JetStreamContext.PullSubscription, producer: str) -> None:
        try:
            messages = await pull.fetch(_BATCH, timeout=2)
        except TimeoutError:
            # Quiet, or the consumer is gone with a wiped broker: asking tells (NotFoundError starts
            # afresh).
            info = await pull.consumer_info()
            pending = telemetry.metrics.CONSUMER_PENDING.labels(self._service, producer)
            pending.set(info.num_pending or 0)
            return
        await asyncio.gather(*map(self._apply, messages))

    def _config(self, durable: str, producer: str) -> ConsumerConfig:
        subjects = [
            subject_of(type_, "*") for type_ in self._by_type if producer_of(type_) == producer
        ]
        return ConsumerConfig(
            durable_name=durable,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=_ACK_WAIT_S,
            # No limit at the broker, which would drop in silence: `_settle` counts, and buries.
            max_deliver=-1,
            max_ack_pending=_MOST_UNACKED,
            filter_subjects=sorted(subjects),
        )

    async def _apply(self, message: Msg) -> None:
        try:
            envelope = from_headers(message.headers or {})
        except ValueError as error:
            _log.error("inbox.not_an_event", subject=message.subject, error=str(error))
            await message.term()
            return
        context = telemetry.extract(envelope.trace)
        with telemetry.tracer().start_as_current_span(
            f"apply {envelope.type}", context, kind=SpanKind.CONSUMER
        ):
            await self._settle(message, envelope)

    async def _settle(self, message: Msg, envelope: Envelope) -> None:
        deliveries = message.metadata.num_delivered
        try:
            async with self._slots:
                is_new = await self.apply(envelope, message.data)
        except Exception as error:  # noqa: BLE001 # whatever a handler raises decides how the message is settled
            passing = isinstance(error, Unavailable)
            _log.warning(
                "inbox.failed",
                type=envelope.type,
                event_id=envelope.id,
                deliveries=deliveries,
                error=type(error).__name__,
                exc_info=not isinstance(error, AppError),
            )
            if deliveries >= _MAX_DELIVER and not passing:
                await self._bury(envelope, message, error)
                await message.ack()
                self._count(envelope, "dead")
            else:
                self._count(envelope, "retried")
                await message.nak(delay=_RETRY_S[min(deliveries, len(_RETRY_S)) - 1])
        else:
            await message.ack()
            self._count(envelope, "applied" if is_new else "duplicate")

    def _count(self, envelope: Envelope, outcome: str) -> None:
        producer = producer_of(envelope.type)
        age_s = (self._work.clock.now() - envelope.time).total_seconds()
        telemetry.metrics.CONSUMER_LAG_SECONDS.labels(self._service, producer).set(max(age_s, 0.0))
        telemetry.metrics.CONSUMER_HANDLED.labels(self._service, producer, outcome).inc()

    async def apply(self, envelope: Envelope, body: bytes) -> bool:
        """Apply one event in a transaction of its own; False when it was applied before."""
        subscription = self._by_type.get(envelope.type)
        if subscription is None:
            return False
        event = json_format.Parse(body, subscription.event(), ignore_unknown_fields=True)
        tenant = TenantId(envelope.tenant)
        scope = (
            self._work.begin(tenant)
            if subscription.scope == "tenant"
            else self._work.begin_control()
        )
        async with scope as tx:
            if not await self._mark(tx, envelope):
                return False
            await subscription.handler(tx, event)
        return True

    async def _mark(self, tx: Tx, envelope: Envelope) -> bool:
        row = insert(InboxRow).values(
            consumer=self._service, event_id=envelope.id, create_time=tx.now
        )
        # A mark that is met again stays as long as the republished event can come again.
        row = row.on_conflict_do_update(
            index_elements=["consumer", "event_id"], set_={"create_time": tx.now}
        )
        is_new = literal_column("xmax = 0", Boolean)
        return bool((await tx.session.execute(row.returning(is_new))).scalar_one())

    async def _bury(self, envelope: Envelope, message: Msg, error: Exception) -> None:
        async with self._work.begin_control() as tx:
            row = insert(DeadLetters).values(
                consumer=self._service,
                event_id=envelope.id,
                tenant_id=envelope.tenant,
                type=envelope.type,
                payload=message.data,
                headers=dict(message.headers or {}),
                error=f"{type(error).__name__}: {error}"[:2000],
                deliveries=message.metadata.num_delivered,
                create_time=tx.now,
            )
            await tx.session.execute(row.on_conflict_do_nothing())
        _log.error("inbox.dead_letter", type=envelope.type, event_id=envelope.id)

    async def replay_dead_letters(self, limit: int = 1000) -> int:
        """Apply what was buried once more, oldest first; returns how many passed.

        What fails again stays, as does what this version of the service does not subscribe to.
        """
        async with self._work.begin_control() as tx:
            columns = (DeadLetters.event_id, DeadLetters.headers, DeadLetters.payload)
            query = select(*columns).where(
                DeadLetters.consumer == self._service, DeadLetters.type.in_(self._by_type)
            )
            rows = (
                await tx.session.execute(query.order_by(DeadLetters.event_id).limit(limit))
            ).all()
        passed = 0
        for row in rows:
            try:
                await self.apply(from_headers(_headers(row.headers)), row.payload)
            except Exception as error:  # noqa: BLE001 # whatever a handler raises, the letter stays
                _log.warning("inbox.replay_failed", event_id=row.event_id, error=str(error))
                continue
            async with self._work.begin_control() as tx:
                gone = (DeadLetters.consumer == self._service, DeadLetters.event_id == row.event_id)
                await tx.session.execute(delete(DeadLetters).where(*gone))
            passed += 1
        return passed

    async def _look_after(self) -> None:
        """Replay what was buried, once, and forget old marks, for ever."""
        is_replayed = False
        while True:
            is_pruned = False
            with suppress(Unavailable):
                if not is_replayed:
                    await self.replay_dead_letters()
                    is_replayed = True
                is_pruned = await self._prune()
            await asyncio.sleep(_PRUNE_S if is_pruned else 1)

    async def _prune(self) -> bool:
        """Forget a batch of old marks; False when there may be more."""
        async with self._work.begin_control() as tx:
            key = tuple_(InboxRow.consumer, InboxRow.event_id)
            old = select(InboxRow.consumer, InboxRow.event_id).where(
                InboxRow.create_time < tx.now - _KEPT
            )
            skipping = old.limit(_SWEEP).with_for_update(skip_locked=True)
            gone = delete(InboxRow).where(key.in_(skipping)).returning(InboxRow.event_id)
            return len((await tx.session.execute(gone)).all()) < _SWEEP


def _headers(stored: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in stored.items()}
