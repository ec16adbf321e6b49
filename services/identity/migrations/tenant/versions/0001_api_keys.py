"""A tenant's API keys, without their secrets."""

import sqlalchemy as sa
from alembic import op

from services.kit.migrations import create_tenant_tables
from services.kit.tenancy import TENANT_SCHEMA

revision = "0001"
down_revision = None

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    create_tenant_tables(op)
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("last_four", sa.Text, nullable=False),
        sa.Column("create_time", _TIME, nullable=False),
        sa.Column("creator_id", sa.Text, nullable=False),
        sa.Column("expire_time", _TIME),
        sa.Column("revoke_time", _TIME),
        sa.CheckConstraint("environment IN ('test', 'live')", name="api_keys_environment"),
        schema=TENANT_SCHEMA,
    )
