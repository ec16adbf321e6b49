"""Pipelines, versions and labels."""

import sqlalchemy as sa
from alembic import op

from services.kit.migrations import create_tenant_tables
from services.kit.tenancy import TENANT_SCHEMA

revision = "0001"
down_revision = None

TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    create_tenant_tables(op)
    op.create_table(
        "pipelines",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("latest_version", sa.Integer, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("update_time", TIME, nullable=False),
        sa.Column("archive_time", TIME),
        schema=TENANT_SCHEMA,
    )
    op.create_index(
        "pipelines_update_time", "pipelines", ["update_time", "id"], schema=TENANT_SCHEMA
    )
    op.create_table(
        "pipeline_versions",
        sa.Column("pipeline_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("definition_hash", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("creator_id", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["pipeline_id"], [f"{TENANT_SCHEMA}.pipelines.id"]),
        sa.CheckConstraint("number > 0", name="pipeline_versions_number"),
        schema=TENANT_SCHEMA,
    )
    op.execute(
        f"""
        CREATE TRIGGER pipeline_versions_are_immutable
        BEFORE UPDATE OR DELETE OR TRUNCATE ON {TENANT_SCHEMA}.pipeline_versions
        FOR EACH STATEMENT EXECUTE FUNCTION control.refuse_change()
        """
    )
    op.create_table(
        "pipeline_labels",
        sa.Column("pipeline_id", sa.Text, primary_key=True),
        sa.Column("label", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("update_time", TIME, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["pipeline_id", "version"],
            [
                f"{TENANT_SCHEMA}.pipeline_versions.pipeline_id",
                f"{TENANT_SCHEMA}.pipeline_versions.number",
            ],
        ),
        schema=TENANT_SCHEMA,
    )
