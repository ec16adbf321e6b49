"""Tenant tables."""

import sqlalchemy as sa
from alembic import op

from services.kit.migrations import create_tenant_tables
from services.kit.tenancy import TENANT_SCHEMA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the kit's tables and one of our own."""
    create_tenant_tables(op)
    op.create_table(
        "notes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        schema=TENANT_SCHEMA,
    )
    op.execute(
        f"CREATE FUNCTION {TENANT_SCHEMA}.refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'notes are for ever: %', OLD.id; END $$"
    )
    op.execute(
        f"CREATE TRIGGER refuse BEFORE DELETE ON {TENANT_SCHEMA}.notes "
        f"FOR EACH ROW EXECUTE FUNCTION {TENANT_SCHEMA}.refuse()"
    )
