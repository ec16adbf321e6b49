"""The tables of schema `control` that every service has: ids and numbers, no tenant content."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CONTROL_SCHEMA = "control"


class ControlBase(DeclarativeBase):
    """Base of kit's own control tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: TIMESTAMP(timezone=True),
        str: Text,
        int: BigInteger,
    }


class Tenants(ControlBase):
    """The tenants whose schema this database holds."""

    __tablename__ = "tenants"
    __table_args__ = ({"schema": CONTROL_SCHEMA},)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    database: Mapped[str]
    # provisioning, live, read_only, offboarding
    state: Mapped[str]
    # Alembic revision that the schema is at.
    revision: Mapped[str]
    create_time: Mapped[datetime]


class Outbox(ControlBase):
    """Events to publish.

    Written in the transaction of their effect and kept 7 days after publishing.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_waiting", "id", postgresql_where=text("publish_time IS NULL")),
        Index(
            "outbox_published", "publish_time", postgresql_where=text("publish_time IS NOT NULL")
        ),
        {"schema": CONTROL_SCHEMA},
    )

    # evt_…: also the Nats-Msg-Id and the CloudEvents id.
    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]
    type: Mapped[str]
    subject: Mapped[str]
    # proto3 JSON of the event message.
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    # traceparent and tracestate of the transaction.
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    create_time: Mapped[datetime]
    publish_time: Mapped[datetime | None]


class OutboxStream(ControlBase):
    """The JetStream stream that the outbox was last published to.

    Another creation time means that it was wiped.
    """

    __tablename__ = "outbox_stream"
    __table_args__ = ({"schema": CONTROL_SCHEMA},)

    name: Mapped[str] = mapped_column(primary_key=True)
    created: Mapped[str]


class InboxRow(ControlBase):
    """Events that were applied, written in the transaction of their effect."""

    __tablename__ = "inbox"
    __table_args__ = (Index("inbox_create_time", "create_time"), {"schema": CONTROL_SCHEMA})

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    create_time: Mapped[datetime]


class DeadLetters(ControlBase):
    """Events that could not be applied in ten deliveries.

    Kept until somebody replays or drops them.
    """

    __tablename__ = "dead_letters"
    __table_args__ = ({"schema": CONTROL_SCHEMA},)

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]
    type: Mapped[str]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    error: Mapped[str]
    deliveries: Mapped[int] = mapped_column(Integer)
    create_time: Mapped[datetime]


class TenantMigrations(ControlBase):
    """Work list of the migration fan-out.

    What failed where, so that a second run goes on instead of starting again.
    """

    __tablename__ = "tenant_migrations"
    __table_args__ = ({"schema": CONTROL_SCHEMA},)

    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenants.tenant_id), primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    # done, failed
    state: Mapped[str]
    duration_ms: Mapped[int] = mapped_column(Integer)
    error: Mapped[str]
    update_time: Mapped[datetime]
