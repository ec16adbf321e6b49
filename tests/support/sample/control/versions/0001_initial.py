"""Control tables."""

from alembic import op

from services.kit.migrations import create_control_requests, create_control_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the kit's tables."""
    create_control_tables(op)
    create_control_requests(op)
