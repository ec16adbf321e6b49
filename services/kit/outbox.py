"""The outbox relay: takes committed events to JetStream, in order, at least once.

Unpublished rows are found by their own mark, never by an id cursor: ids become visible out of
order. One relay at a time works
on a database (advisory lock), whatever the number of processes. A wiped broker is noticed by its
stream's creation time, and
everything of the last seven days is published again: the inboxes know what they have.
"""

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import nats.errors
import nats.js.errors
import structlog
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig, StreamInfo
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.kit import telemetry
from services.kit.bus import Bus, BusUnavailable
from services.kit.control import Outbox, OutboxStream
from services.kit.envelope import Envelope, stream_of, to_headers
from services.kit.errors import Unavailable
from services.kit.work import Tx, UnitOfWork

KEPT: Final = timedelta(days=7)
_BATCH: Final = 256
_POLL_S: Final = 0.25
_CHECK_S: Final = 2.0
_PRUNE_S: Final = 600.0
_DUPLICATE_WINDOW_S: Final = 120.0

# For hot paths that write outbox rows in a statement of their own: (id, tenant_id, type, subject,
# payload, headers, create_time).
INSERT_SQL: Final = (
    "INSERT INTO control.outbox (id, tenant_id, type, subject, payload, headers, create_time) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)"
)

_log = structlog.get_logger("kit.outbox")


class Relay:
    """Publishes one service's outbox. Run `run()` as a background task.

    Call `nudge()` after each commit.
    """

    def __init__(self, service: str, work: UnitOfWork, bus: Bus) -> None:
        self._service = service
        self._stream = stream_of(service)
        self._work = work
        self._bus = bus
        self._wake = asyncio.Event()
        self._stream_checked = 0.0
        self._pruned = 0.0
        work.nudge = self.nudge
        bus.on_reconnect(self._recheck)

    def nudge(self) -> None:
        """Say that there may be something to publish."""
        self._wake.set()

    async def run(self) -> None:
        """Publish for ever."""
        delay = _POLL_S
        while True:
            try:
                published = await self._turn()
                delay = _POLL_S
            except (Unavailable, nats.errors.Error, TimeoutError, OSError) as error:
                _log.warning("outbox.waiting", error=type(error).__name__, retry_s=round(delay, 2))
                published = 0
                self._recheck()
                delay = min(delay * 2, 5.0)
            if published < _BATCH:
                self._wake.clear()
                wait = delay * (0.75 + random.random() / 2)  # noqa: S311 # spreads polls, guards nothing
                try:
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
                except TimeoutError:
                    pass

    async def _turn(self) -> int:
        now = self._work.clock.monotonic()
        if now - self._stream_checked > _CHECK_S or self._stream_checked == 0:
            await self._check_stream()
            self._stream_checked = now
        if now - self._pruned > _PRUNE_S:
            await self._prune()
            self._pruned = now
        return await self.publish_waiting()

    def _recheck(self) -> None:
        self._stream_checked = 0.0
        self._wake.set()

    async def publish_waiting(self) -> int:
        """Publish up to one batch of waiting events, oldest first; returns how many."""
        async with self._work.begin_control() as tx:
            if not await tx.try_lock("kit.outbox.relay"):
                return 0
            rows = (await tx.session.execute(_waiting())).all()
            telemetry.metrics.OUTBOX_LAG_SECONDS.labels(self._service).set(_age_s(rows, tx))
            if not rows:
                return 0
            results = await asyncio.gather(*map(self._publish, rows), return_exceptions=True)
            done = _published_prefix(rows, results)
            await tx.session.execute(
                update(Outbox).where(Outbox.id.in_(done)).values(publish_time=tx.now)
            )
        telemetry.metrics.OUTBOX_PUBLISHED.labels(self._service).inc(len(done))
        failed = next((error for error in results if isinstance(error, BaseException)), None)
        if failed is not None:
            raise failed
        return len(rows)

    async def _publish(self, row: Row[Any]) -> None:
        envelope = Envelope(row.id, row.type, row.tenant_id, row.create_time, _trace(row.headers))
        await self._bus.jetstream.publish(
            row.subject, row.payload, timeout=5, stream=self._stream, headers=to_headers(envelope)
        )

    async def _check_stream(self) -> None:
        info = await self._ensure_stream()
        created = str(info.created)
        async with self._work.begin_control() as tx:
            if not await tx.try_lock("kit.outbox.relay"):
                return
            known = await tx.session.scalar(
                select(OutboxStream.created).where(OutboxStream.name == self._stream)
            )
            if known == created:
                return
            if known is not None:
                await tx.session.execute(_republish(tx))
                _log.warning("outbox.stream_was_wiped", stream=self._stream)
            await tx.session.execute(_remember(self._stream, created))

    async def _ensure_stream(self) -> StreamInfo:
        jetstream = self._bus.jetstream
        try:
            return await jetstream.stream_info(self._stream)
        except nats.js.errors.NotFoundError:
            pass
        except nats.js.errors.ServiceUnavailableError as error:
            raise BusUnavailable("JetStream is not ready", retry_after_s=1) from error
        return await jetstream.add_stream(
            StreamConfig(
                name=self._stream,
                subjects=[f"evt.*.{self._service}.>"],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                discard=DiscardPolicy.OLD,
                num_replicas=self._bus.settings.replicas,
                max_age=KEPT.total_seconds(),
                duplicate_window=_DUPLICATE_WINDOW_S,
                allow_direct=True,
            )
        )

    async def _prune(self) -> None:
        async with self._work.begin_control() as tx:
            old = (
                select(Outbox.id).where(Outbox.publish_time < tx.now - KEPT).limit(10_000)
            ).scalar_subquery()
            await tx.session.execute(delete(Outbox).where(Outbox.id.in_(old)))


def _waiting() -> Any:
    columns = (
        Outbox.id,
        Outbox.tenant_id,
        Outbox.type,
        Outbox.subject,
        Outbox.payload,
        Outbox.headers,
        Outbox.create_time,
    )
    return (
        select(*columns)
        .where(Outbox.publish_time.is_(None))
        .order_by(Outbox.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )


def _republish(tx: Tx) -> Any:
    return update(Outbox).where(Outbox.publish_time > tx.now - KEPT).values(publish_time=None)


def _remember(stream: str, created: str) -> Any:
    row = insert(OutboxStream).values(name=stream, created=created)
    return row.on_conflict_do_update(index_elements=["name"], set_={"created": created})


def _published_prefix(rows: Any, results: list[Any]) -> list[str]:
    """Mark only what stands before the first failure.

    What comes after it is published again, in order.
    """
    done: list[str] = []
    for row, result in zip(rows, results, strict=True):
        if isinstance(result, BaseException):
            break
        done.append(row.id)
    return done


def _trace(headers: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in headers.items()}


def _age_s(rows: Any, tx: Tx) -> float:
    return max((tx.now - rows[0].create_time).total_seconds(), 0.0) if rows else 0.0


async def waiting_count(tx: Tx) -> int:
    """Count the events that wait to be published: for `doctor` and tests."""
    query = select(func.count()).select_from(Outbox).where(Outbox.publish_time.is_(None))
    return int((await tx.session.execute(query)).scalar_one())
