"""Tables of a tenant: pipelines, their versions, and the labels that point at versions."""

from datetime import datetime
from typing import Any, ClassVar, NewType

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import BIGINT, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from services.kit.tenancy import TENANT_SCHEMA

PipelineId = NewType("PipelineId", str)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: TIMESTAMP(timezone=True),
    }


class Pipeline(Base):
    """A pipeline. Its row is also the counter of its versions: whoever adds one locks it."""

    __tablename__ = "pipelines"
    __table_args__ = (
        Index("pipelines_update_time", "update_time", "id"),
        {"schema": TENANT_SCHEMA},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]
    # Number of the newest version, which is also how many there are.
    latest_version: Mapped[int]
    # Grows with every change of the pipeline, its versions and labels included: the etag's ground.
    revision: Mapped[int] = mapped_column(BIGINT)
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]
    archive_time: Mapped[datetime | None]

    labels: Mapped[list["PipelineLabel"]] = relationship(
        primaryjoin="Pipeline.id == foreign(PipelineLabel.pipeline_id)",
        order_by="PipelineLabel.label",
        lazy="raise",
        viewonly=True,
    )

    def touch(self, now: datetime) -> None:
        """Note that something about the pipeline changed: a new etag, and the top of lists."""
        self.revision += 1
        self.update_time = max(self.update_time, now)


class PipelineVersion(Base):
    """A version. A trigger refuses every change of what was written once."""

    __tablename__ = "pipeline_versions"
    __table_args__ = (
        CheckConstraint("number > 0", name="pipeline_versions_number"),
        {"schema": TENANT_SCHEMA},
    )

    pipeline_id: Mapped[str] = mapped_column(
        ForeignKey(f"{TENANT_SCHEMA}.pipelines.id"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    # JSON as text, not jsonb: in the author's order of keys, without insignificant space.
    definition: Mapped[str]
    # SHA-256 of the canonical definition, hex.
    definition_hash: Mapped[str]
    note: Mapped[str]
    create_time: Mapped[datetime]
    creator_id: Mapped[str]


class PipelineLabel(Base):
    """A label and the version it points at. `latest` has its row too: all resolve alike."""

    __tablename__ = "pipeline_labels"
    __table_args__ = (
        ForeignKeyConstraint(
            ["pipeline_id", "version"],
            [
                f"{TENANT_SCHEMA}.pipeline_versions.pipeline_id",
                f"{TENANT_SCHEMA}.pipeline_versions.number",
            ],
        ),
        {"schema": TENANT_SCHEMA},
    )

    pipeline_id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    update_time: Mapped[datetime]
    # usr_… or key_… that moved it last.
    actor_id: Mapped[str]
