"""Tables of a tenant: prompts, versions, branches, labels and who may move those."""

from datetime import datetime
from typing import Any, ClassVar, NewType

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, REAL, TIMESTAMP, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from services.kit.tenancy import TENANT_SCHEMA

PromptId = NewType("PromptId", str)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        list[str]: ARRAY(Text),
        list[int]: ARRAY(Integer),
        datetime: TIMESTAMP(timezone=True),
    }


class Prompt(Base):
    """A prompt. Its row is also the counter of its versions: whoever adds one locks it."""

    __tablename__ = "prompts"
    __table_args__ = (
        CheckConstraint("type IN ('text', 'chat')", name="prompts_type"),
        Index("prompts_update_time", "update_time", "id"),
        {"schema": TENANT_SCHEMA},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]
    type: Mapped[str]
    tags: Mapped[list[str]]
    # Number of the newest version of any branch, which is also how many there are.
    latest_version: Mapped[int]
    # Grows with every change of the prompt, its versions and labels included: the etag's ground.
    revision: Mapped[int] = mapped_column(BIGINT)
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]
    archive_time: Mapped[datetime | None]

    labels: Mapped[list["PromptLabel"]] = relationship(
        primaryjoin="Prompt.id == foreign(PromptLabel.prompt_id)",
        order_by="PromptLabel.label",
        lazy="raise",
        viewonly=True,
    )

    def touch(self, now: datetime) -> None:
        """Note that something about the prompt changed: a new etag, and the top of lists."""
        self.revision += 1
        self.update_time = max(self.update_time, now)


class PromptVersion(Base):
    """A version. A trigger refuses every change of what was written once."""

    __tablename__ = "prompt_versions"
    __table_args__ = (
        CheckConstraint("number > 0", name="prompt_versions_number"),
        Index("prompt_versions_branch", "prompt_id", "branch", "number"),
        {"schema": TENANT_SCHEMA},
    )

    prompt_id: Mapped[str] = mapped_column(
        ForeignKey(f"{TENANT_SCHEMA}.prompts.id"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    # Canonical JSON as text, not jsonb: its bytes are what the hash was taken of.
    content: Mapped[str]
    content_hash: Mapped[str]
    note: Mapped[str]
    create_time: Mapped[datetime]
    creator_id: Mapped[str]
    branch: Mapped[str] = mapped_column(default="main", server_default="main")
    # Numbers; the head that it was put on comes first. Empty: the first version.
    parents: Mapped[list[int]] = mapped_column(default=list, server_default="{}")


class PromptBranch(Base):
    """A branch that somebody made; `main` has no row. Its head is its newest version, or its base.

    Numbers rise along a branch, so the head needs no column that could get out of step.
    """

    __tablename__ = "prompt_branches"
    __table_args__ = (
        ForeignKeyConstraint(
            ["prompt_id", "base_version"],
            [
                f"{TENANT_SCHEMA}.prompt_versions.prompt_id",
                f"{TENANT_SCHEMA}.prompt_versions.number",
            ],
        ),
        CheckConstraint(
            "state IN ('open', 'merged', 'closed')",
            name="prompt_branches_state",
        ),
        {"schema": TENANT_SCHEMA},
    )

    prompt_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    base_version: Mapped[int]
    state: Mapped[str]
    create_time: Mapped[datetime]
    creator_id: Mapped[str]
    end_time: Mapped[datetime | None]
    # Version that merged it; 0 when none did.
    merge_version: Mapped[int]


class PromptLabel(Base):
    """A label and the version it points at. `latest` has its row too: all resolve alike."""

    __tablename__ = "prompt_labels"
    __table_args__ = (
        ForeignKeyConstraint(
            ["prompt_id", "version"],
            [
                f"{TENANT_SCHEMA}.prompt_versions.prompt_id",
                f"{TENANT_SCHEMA}.prompt_versions.number",
            ],
        ),
        {"schema": TENANT_SCHEMA},
    )

    prompt_id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    update_time: Mapped[datetime]
    actor_id: Mapped[str]


class PromptLabelEvent(Base):
    """What happened to a label. A trigger refuses every change of what was written once."""

    __tablename__ = "prompt_label_events"
    __table_args__ = (
        CheckConstraint(
            "change IN ('set', 'removed', 'rolled_back', 'recorded')",
            name="prompt_label_events_change",
        ),
        ForeignKeyConstraint(
            ["prompt_id", "rolls_back_to"],
            [
                f"{TENANT_SCHEMA}.prompt_label_events.prompt_id",
                f"{TENANT_SCHEMA}.prompt_label_events.sequence",
            ],
        ),
        Index("prompt_label_events_label", "prompt_id", "label", "sequence"),
        {"schema": TENANT_SCHEMA},
    )

    prompt_id: Mapped[str] = mapped_column(
        ForeignKey(f"{TENANT_SCHEMA}.prompts.id"), primary_key=True
    )
    # 1, 2, 3 … over all labels of the prompt: whoever adds one has locked the prompt.
    sequence: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    change: Mapped[str]
    # 0: nowhere.
    from_version: Mapped[int]
    to_version: Mapped[int]
    # The event whose `to_version` a rollback of the label goes to, if it comes next.
    rolls_back_to: Mapped[int | None]
    reason: Mapped[str]
    actor_id: Mapped[str]
    create_time: Mapped[datetime]


class LabelPolicy(Base):
    """A rule about who may move which labels."""

    __tablename__ = "label_policies"
    __table_args__ = (
        CheckConstraint(
            "minimum_role IN ('editor', 'admin', 'owner')", name="label_policies_minimum_role"
        ),
        UniqueConstraint("label_pattern", "prompt_prefix", name="label_policies_covers_key"),
        {"schema": TENANT_SCHEMA},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    label_pattern: Mapped[str]
    prompt_prefix: Mapped[str]
    minimum_role: Mapped[str]
    is_reason_required: Mapped[bool]
    is_frozen: Mapped[bool]
    freeze_reason: Mapped[str]
    # Grows with every change: the etag's ground.
    revision: Mapped[int] = mapped_column(BIGINT)
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]
    actor_id: Mapped[str]


class Dataset(Base):
    """A dataset. Its row is also the counter of its versions: whoever makes one locks it."""

    __tablename__ = "datasets"
    __table_args__ = (
        Index("datasets_update_time", "update_time", "id"),
        {"schema": TENANT_SCHEMA},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]
    # JSON; empty: null. So are `input`, `expected` and `metadata` of items.
    metadata_: Mapped[str] = mapped_column("metadata")
    latest_version: Mapped[int]
    # Of the newest version.
    item_count: Mapped[int]
    content_hash: Mapped[str]
    # Items are listed by it: grows with every item that is added.
    last_position: Mapped[int] = mapped_column(BIGINT)
    # Grows with every change: the etag's ground.
    revision: Mapped[int] = mapped_column(BIGINT)
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]
    archive_time: Mapped[datetime | None]

    def touch(self, now: datetime) -> None:
        """Note that something about the dataset changed: a new etag, and the top of lists."""
        self.revision += 1
        self.update_time = max(self.update_time, now)


class DatasetVersion(Base):
    """What a dataset was. A trigger refuses every change of what was written once."""

    __tablename__ = "dataset_versions"
    __table_args__ = (
        CheckConstraint("source IN ('edit', 'import')", name="dataset_versions_source"),
        {"schema": TENANT_SCHEMA},
    )

    dataset_id: Mapped[str] = mapped_column(
        ForeignKey(f"{TENANT_SCHEMA}.datasets.id"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    item_count: Mapped[int]
    added_count: Mapped[int]
    changed_count: Mapped[int]
    archived_count: Mapped[int]
    content_hash: Mapped[str]
    source: Mapped[str]
    file_name: Mapped[str]
    actor_id: Mapped[str]
    create_time: Mapped[datetime]


class DatasetItem(Base):
    """An item as the versions from `from_version` up to, not including, `to_version` have it.

    `to_version` is written once, by whatever comes after; a trigger refuses every other change.
    """

    __tablename__ = "dataset_items"
    __table_args__ = (
        Index("dataset_items_position", "dataset_id", "position", "from_version"),
        Index(
            "dataset_items_current",
            "dataset_id",
            "id",
            unique=True,
            postgresql_where="to_version IS NULL",
        ),
        Index(
            "dataset_items_content",
            "dataset_id",
            "content_hash",
            postgresql_where="to_version IS NULL",
        ),
        {"schema": TENANT_SCHEMA},
    )

    dataset_id: Mapped[str] = mapped_column(
        ForeignKey(f"{TENANT_SCHEMA}.datasets.id"), primary_key=True
    )
    id: Mapped[str] = mapped_column(primary_key=True)
    from_version: Mapped[int] = mapped_column(primary_key=True)
    # None: the newest version has it so.
    to_version: Mapped[int | None]
    position: Mapped[int] = mapped_column(BIGINT)
    input: Mapped[str]
    expected: Mapped[str]
    metadata_: Mapped[str] = mapped_column("metadata")
    content_hash: Mapped[str]
    is_archived: Mapped[bool]
    source_run_id: Mapped[str]
    source_step_id: Mapped[str]
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]
    actor_id: Mapped[str]


class DatasetImport(Base):
    """A file on its way into a dataset. Gone a day after its beginning, applied or not."""

    __tablename__ = "dataset_imports"
    __table_args__ = (
        CheckConstraint("format IN ('csv', 'jsonl', 'json')", name="dataset_imports_format"),
        CheckConstraint("state IN ('receiving', 'ready', 'applied')", name="dataset_imports_state"),
        Index("dataset_imports_create_time", "create_time"),
        {"schema": TENANT_SCHEMA},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey(f"{TENANT_SCHEMA}.datasets.id"))
    format: Mapped[str]
    file_name: Mapped[str]
    state: Mapped[str]
    received_bytes: Mapped[int] = mapped_column(BIGINT)
    file_bytes: Mapped[int] = mapped_column(BIGINT)
    # JSON: column → target, as the caller placed them.
    placed_columns: Mapped[str]
    # JSON: where reading stands; and what was cut off at the end of the last part.
    reader_state: Mapped[str]
    unread: Mapped[bytes]
    record_count: Mapped[int]
    added_count: Mapped[int]
    changed_count: Mapped[int]
    unchanged_count: Mapped[int]
    problem_count: Mapped[int]
    # JSON: the first of them.
    problems: Mapped[str]
    version: Mapped[int]
    actor_id: Mapped[str]
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]


class DatasetImportItem(Base):
    """A record of a file that can become an item, until it does."""

    __tablename__ = "dataset_import_items"
    __table_args__ = ({"schema": TENANT_SCHEMA},)

    import_id: Mapped[str] = mapped_column(
        ForeignKey(f"{TENANT_SCHEMA}.dataset_imports.id", ondelete="CASCADE"), primary_key=True
    )
    # 1, 2, 3 … in the order of the file, records with problems left out.
    number: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int]
    # What the file gives; empty: nothing, and `item_id` is a new one.
    given_id: Mapped[str]
    item_id: Mapped[str]
    input: Mapped[str]
    expected: Mapped[str]
    metadata_: Mapped[str] = mapped_column("metadata")
    content_hash: Mapped[str]
    # What becomes of it: added, changed, unchanged; empty: not yet known.
    change: Mapped[str]


class PromptSearch(Base):
    """What of a prompt is searched, as it was at a revision: it may be behind for a while."""

    __tablename__ = "prompt_search"
    __table_args__ = (
        Index("prompt_search_words", "words", postgresql_using="gin"),
        {"schema": TENANT_SCHEMA},
    )

    # No foreign key: checking it would wait for whoever holds the prompt, and none is ever deleted.
    prompt_id: Mapped[str] = mapped_column(primary_key=True)
    # Of the prompt, as it was indexed; and of the rules that it was indexed by.
    revision: Mapped[int] = mapped_column(BIGINT)
    index_version: Mapped[int]
    # Of name, description, tags and the versions that labels point at. A: name … D: least.
    words: Mapped[str] = mapped_column(TSVECTOR)
    # That those versions name.
    models: Mapped[list[str]]
    # Which embedder made the embedding: only those of the same one are compared.
    embedder: Mapped[str]
    # Numbers and not pgvector's type, so that a server without pgvector lacks one query, and not
    # the table; and so that one that gets it later has nothing to migrate.
    embedding: Mapped[list[float]] = mapped_column(ARRAY(REAL))
