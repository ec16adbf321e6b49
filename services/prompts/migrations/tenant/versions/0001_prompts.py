"""Prompts, versions and labels."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from services.kit.migrations import create_tenant_tables
from services.kit.tenancy import TENANT_SCHEMA

revision = "0001"
down_revision = None

TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    create_tenant_tables(op)
    op.create_table(
        "prompts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("tags", ARRAY(sa.Text), nullable=False),
        sa.Column("latest_version", sa.Integer, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("update_time", TIME, nullable=False),
        sa.Column("archive_time", TIME),
        sa.CheckConstraint("type IN ('text', 'chat')", name="prompts_type"),
        schema=TENANT_SCHEMA,
    )
    op.create_index("prompts_update_time", "prompts", ["update_time", "id"], schema=TENANT_SCHEMA)
    op.create_table(
        "prompt_versions",
        sa.Column("prompt_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("creator_id", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["prompt_id"], [f"{TENANT_SCHEMA}.prompts.id"]),
        sa.CheckConstraint("number > 0", name="prompt_versions_number"),
        schema=TENANT_SCHEMA,
    )
    op.execute(
        f"""
        CREATE TRIGGER prompt_versions_are_immutable
        BEFORE UPDATE OR DELETE OR TRUNCATE ON {TENANT_SCHEMA}.prompt_versions
        FOR EACH STATEMENT EXECUTE FUNCTION control.refuse_change()
        """
    )
    op.create_table(
        "prompt_labels",
        sa.Column("prompt_id", sa.Text, primary_key=True),
        sa.Column("label", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("update_time", TIME, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["prompt_id", "version"],
            [
                f"{TENANT_SCHEMA}.prompt_versions.prompt_id",
                f"{TENANT_SCHEMA}.prompt_versions.number",
            ],
        ),
        schema=TENANT_SCHEMA,
    )
