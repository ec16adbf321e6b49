"""The outbox relay: takes committed events to JetStream, oldest first, at least once.

Unpublished rows are found by their own mark, never by an id cursor: ids become visible out of
order. One relay at a time works on a database (advisory lock), whatever the number of processes.
Consumers must not count on order: an event that the broker did not take comes after later ones.

A wiped broker is noticed by its stream's creation time, and everything of the last seven days is
published again: the inboxes know what they have.
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
from services.kit.cancellation import heed_cancellation
from services.kit.control import Outbox, OutboxStream
from services.kit.db import translated
from services.kit.envelope import Envelope, stream_of, to_headers
from services.kit.errors import Unavailable
from services.kit.work import Tx, UnitOfWork

KEPT: Final = timedelta(days=7)
_BATCH: Final = 256
# Rows that one statement marks or deletes: well within the role's statement_timeout.
_SWEEP: Final = 5_000
_LOCK: Final = "kit.outbox.relay"
_POLL_S: Final = 0.25
_MOST_RETRY_S: Final = 5.0
_ACK_TIMEOUT_S: Final = 5
_CHECK_S: Final = 2.0
_PRUNE_S: Final = 600.0
_DUPLICATE_WINDOW_S: Final = 120.0

_log = structlog.get_logger("kit.outbox")


class Relay:
    """Publishes one service's outbox. Run `run()` as a background task.

    It wakes by `nudge()` after each commit of this process, and looks by itself every `poll_s` for
    what others have committed.
    """

    def __init__(
        self, service: str, work: UnitOfWork, bus: Bus, *, poll_s: float = _POLL_S
    ) -> None:
        self._poll_s = poll_s
        self._service = service
        self._stream = stream_of(service)
        self._work = work
        self._bus = bus
        self._wake = asyncio.Event()
        self._reconnected = asyncio.Event()
        self._checked = -_CHECK_S
        self._pruned = -_PRUNE_S
        # Creation time of the stream that this process last saw.
        self._created = ""
        work.nudge = self.nudge
        bus.on_reconnect(self._look_again)

    def nudge(self) -> None:
        """Say that there may be something to publish."""
        self._wake.set()

    def _look_again(self) -> None:
        self._checked = -_CHECK_S
        self._reconnected.set()

    async def run(self) -> None:
        """Publish for ever."""
        retry_s, is_nudged = _POLL_S, True
        while True:
            heed_cancellation()
            # Before the look, so that a commit during it is not slept over.
            self._wake.clear()
            self._reconnected.clear()
            try:
                published = await self._turn(is_nudged)
            except (Unavailable, nats.errors.Error, TimeoutError, OSError) as error:
                _log.warning(
                    "outbox.waiting", error=type(error).__name__, retry_s=round(retry_s, 2)
                )
                self._checked = -_CHECK_S
                # Not by nudges: under load they would make a queue before a broker that is away.
                await _within(self._reconnected, retry_s)
                is_nudged = True
                retry_s = min(retry_s * 2, _MOST_RETRY_S)
            else:
                retry_s = _POLL_S
                is_nudged = published == _BATCH or await _within(self._wake, self._poll_s)

    async def _turn(self, is_nudged: bool) -> int:  # noqa: FBT001 # the loop's own state
        if not self._bus.is_connected:
            raise BusUnavailable("not connected to NATS", retry_after_s=1)
        now = self._work.clock.monotonic()
        if now - self._checked >= _CHECK_S:
            await self._check_stream()
            self._checked = now
        if now - self._pruned >= _PRUNE_S and await self._prune():
            self._pruned = now
        if not is_nudged and not await self._is_waiting():
            telemetry.metrics.OUTBOX_LAG_SECONDS.labels(self._service).set(0)
            return 0
        return await self.publish_waiting()

    async def _is_waiting(self) -> bool:
        """Look without a transaction: a poll that finds nothing costs one round trip."""
        with translated():
            async with self._work.database.engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                query = select(Outbox.id).where(Outbox.publish_time.is_(None)).limit(1)
                return await connection.scalar(query) is not None

    async def publish_waiting(self) -> int:
        """Publish up to one batch of waiting events, oldest first; returns how many there were.

        The transaction stays open meanwhile, for at most `_ACK_TIMEOUT_S`: well below the role's
        idle_in_transaction_session_timeout. Raises the first error after marking what did arrive.
        """
        async with self._work.begin_control() as tx:
            if not await tx.try_lock(_LOCK):
                return 0
            rows = (await tx.session.execute(_waiting())).all()
            telemetry.metrics.OUTBOX_LAG_SECONDS.labels(self._service).set(_age_s(rows, tx))
            if not rows:
                return 0
            results = await asyncio.gather(*map(self._publish, rows), return_exceptions=True)
            failed = [error for error in results if isinstance(error, BaseException)]
            done = [
                row.id
                for row, result in zip(rows, results, strict=True)
                if not isinstance(result, BaseException)
            ]
            await tx.session.execute(
                update(Outbox).where(Outbox.id.in_(done)).values(publish_time=tx.now)
            )
        telemetry.metrics.OUTBOX_PUBLISHED.labels(self._service).inc(len(done))
        if failed:
            raise failed[0]
        return len(rows)

    async def _publish(self, row: Row[Any]) -> None:
        envelope = Envelope(row.id, row.type, row.tenant_id, row.create_time, _trace(row.headers))
        await self._bus.jetstream.publish(
            row.subject,
            row.payload,
            timeout=_ACK_TIMEOUT_S,
            stream=self._stream,
            headers=to_headers(envelope),
        )

    async def _check_stream(self) -> None:
        created = str((await self._ensure_stream()).created)
        after: str | None = ""
        while created != self._created and after is not None:
            after = await self._republish(created, after)
        self._created = created

    async def _republish(self, created: str, after: str) -> str | None:
        """Mark a batch as unpublished if the stream is another than the one published to.

        Returns the last id of the batch, None when nothing is left. The new stream is remembered
        with the last batch: after a crash between two of them it starts again.
        """
        async with self._work.begin_control() as tx:
            await tx.lock(_LOCK)
            known = await tx.session.scalar(
                select(OutboxStream.created).where(OutboxStream.name == self._stream)
            )
            if known == created:
                return None
            if known is not None:
                ids: list[str] = [*(await tx.session.execute(_unpublish(tx, after))).scalars()]
                if ids:
                    _log.warning("outbox.stream_was_wiped", stream=self._stream, again=len(ids))
                    return max(ids)
            await tx.session.execute(_remember(self._stream, created))
            return None

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

    async def _prune(self) -> bool:
        """Delete a batch of what was published long ago; False when there may be more."""
        async with self._work.begin_control() as tx:
            old = select(Outbox.id).where(Outbox.publish_time < tx.now - KEPT).limit(_SWEEP)
            skipping = old.with_for_update(skip_locked=True).scalar_subquery()
            gone = await tx.session.execute(
                delete(Outbox).where(Outbox.id.in_(skipping)).returning(Outbox.id)
            )
            return len(gone.all()) < _SWEEP


async def _within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, about so long: pauses of many processes drift apart."""
    try:
        async with asyncio.timeout(seconds * (0.75 + random.random() / 2)):  # noqa: S311 # no secret
            await event.wait()
    except TimeoutError:
        return False
    return True


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


def _unpublish(tx: Tx, after: str) -> Any:
    batch = (
        select(Outbox.id)
        .where(Outbox.publish_time > tx.now - KEPT, Outbox.id > after)
        .order_by(Outbox.id)
        .limit(_SWEEP)
        .scalar_subquery()
    )
    return update(Outbox).where(Outbox.id.in_(batch)).values(publish_time=None).returning(Outbox.id)


def _remember(stream: str, created: str) -> Any:
    row = insert(OutboxStream).values(name=stream, created=created)
    return row.on_conflict_do_update(index_elements=["name"], set_={"created": created})


def _trace(headers: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in headers.items()}


def _age_s(rows: Any, tx: Tx) -> float:
    return max((tx.now - rows[0].create_time).total_seconds(), 0.0) if rows else 0.0


async def waiting_count(tx: Tx) -> int:
    """Count the events that wait to be published: for `doctor` and tests."""
    query = select(func.count()).select_from(Outbox).where(Outbox.publish_time.is_(None))
    return int((await tx.session.execute(query)).scalar_one())
