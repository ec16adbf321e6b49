"""Datasets: versioned items, and files on their way to become items."""

import sqlalchemy as sa
from alembic import op

from services.kit.tenancy import TENANT_SCHEMA

revision = "0004"
down_revision = "0003"

TIME = sa.TIMESTAMP(timezone=True)
# Everything of an item but `to_version`.
_WRITTEN_ONCE = (
    "dataset_id, id, from_version, position, input, expected, metadata, content_hash, is_archived, "
    "source_run_id, source_step_id, create_time, update_time, actor_id"
)


def upgrade() -> None:
    _create_datasets()
    _create_versions()
    _create_items()
    _create_imports()
    _create_import_items()


def _create_datasets() -> None:
    op.create_table(
        "datasets",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("latest_version", sa.Integer, nullable=False),
        sa.Column("item_count", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("last_position", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("update_time", TIME, nullable=False),
        sa.Column("archive_time", TIME),
        schema=TENANT_SCHEMA,
    )
    op.create_index("datasets_update_time", "datasets", ["update_time", "id"], schema=TENANT_SCHEMA)


def _create_versions() -> None:
    op.create_table(
        "dataset_versions",
        sa.Column("dataset_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("item_count", sa.Integer, nullable=False),
        sa.Column("added_count", sa.Integer, nullable=False),
        sa.Column("changed_count", sa.Integer, nullable=False),
        sa.Column("archived_count", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], [f"{TENANT_SCHEMA}.datasets.id"]),
        sa.CheckConstraint("source IN ('edit', 'import')", name="dataset_versions_source"),
        schema=TENANT_SCHEMA,
    )
    op.execute(
        f"""
        CREATE TRIGGER dataset_versions_are_immutable
        BEFORE UPDATE OR DELETE OR TRUNCATE ON {TENANT_SCHEMA}.dataset_versions
        FOR EACH STATEMENT EXECUTE FUNCTION control.refuse_change()
        """
    )


def _create_items() -> None:
    op.create_table(
        "dataset_items",
        sa.Column("dataset_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("from_version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("to_version", sa.Integer),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("expected", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("is_archived", sa.Boolean, nullable=False),
        sa.Column("source_run_id", sa.Text, nullable=False),
        sa.Column("source_step_id", sa.Text, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("update_time", TIME, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], [f"{TENANT_SCHEMA}.datasets.id"]),
        schema=TENANT_SCHEMA,
    )
    op.create_index(
        "dataset_items_position",
        "dataset_items",
        ["dataset_id", "position", "from_version"],
        schema=TENANT_SCHEMA,
    )
    for name, column, is_unique in (
        ("dataset_items_current", "id", True),
        ("dataset_items_content", "content_hash", False),
    ):
        op.create_index(
            name,
            "dataset_items",
            ["dataset_id", column],
            unique=is_unique,
            schema=TENANT_SCHEMA,
            postgresql_where=sa.text("to_version IS NULL"),
        )
    op.execute(
        f"""
        CREATE TRIGGER dataset_items_stay
        BEFORE DELETE OR TRUNCATE ON {TENANT_SCHEMA}.dataset_items
        FOR EACH STATEMENT EXECUTE FUNCTION control.refuse_change()
        """
    )
    op.execute(
        f"""
        CREATE TRIGGER dataset_items_are_immutable
        BEFORE UPDATE OF {_WRITTEN_ONCE} ON {TENANT_SCHEMA}.dataset_items
        FOR EACH STATEMENT EXECUTE FUNCTION control.refuse_change()
        """
    )
    op.execute(
        f"""
        CREATE TRIGGER dataset_items_end_once
        BEFORE UPDATE ON {TENANT_SCHEMA}.dataset_items
        FOR EACH ROW WHEN (OLD.to_version IS NOT NULL)
        EXECUTE FUNCTION control.refuse_change()
        """
    )


def _create_imports() -> None:
    op.create_table(
        "dataset_imports",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("received_bytes", sa.BigInteger, nullable=False),
        sa.Column("file_bytes", sa.BigInteger, nullable=False),
        sa.Column("placed_columns", sa.Text, nullable=False),
        sa.Column("reader_state", sa.Text, nullable=False),
        sa.Column("unread", sa.LargeBinary, nullable=False),
        sa.Column("record_count", sa.Integer, nullable=False),
        sa.Column("added_count", sa.Integer, nullable=False),
        sa.Column("changed_count", sa.Integer, nullable=False),
        sa.Column("unchanged_count", sa.Integer, nullable=False),
        sa.Column("problem_count", sa.Integer, nullable=False),
        sa.Column("problems", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("update_time", TIME, nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], [f"{TENANT_SCHEMA}.datasets.id"]),
        sa.CheckConstraint("format IN ('csv', 'jsonl', 'json')", name="dataset_imports_format"),
        sa.CheckConstraint(
            "state IN ('receiving', 'ready', 'applied')", name="dataset_imports_state"
        ),
        schema=TENANT_SCHEMA,
    )
    op.create_index(
        "dataset_imports_create_time", "dataset_imports", ["create_time"], schema=TENANT_SCHEMA
    )


def _create_import_items() -> None:
    op.create_table(
        "dataset_import_items",
        sa.Column("import_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("given_id", sa.Text, nullable=False),
        sa.Column("item_id", sa.Text, nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("expected", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], [f"{TENANT_SCHEMA}.dataset_imports.id"], ondelete="CASCADE"
        ),
        schema=TENANT_SCHEMA,
    )
