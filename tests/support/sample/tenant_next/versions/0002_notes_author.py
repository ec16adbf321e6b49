"""Notes get an author."""

import sqlalchemy as sa
from alembic import op

from services.kit.tenancy import TENANT_SCHEMA

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Expand: the new column may be empty, so old code goes on."""
    op.add_column("notes", sa.Column("author", sa.Text), schema=TENANT_SCHEMA)
