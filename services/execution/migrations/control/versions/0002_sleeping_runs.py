"""Runs that only wait for a retry far away sleep in the queue, where no claim looks at them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Let runs sleep, and find those that are due."""
    op.drop_constraint("run_queue_state", "run_queue", schema="control")
    op.create_check_constraint(
        "run_queue_state",
        "run_queue",
        "state IN ('queued', 'running', 'sleeping')",
        schema="control",
    )
    op.create_index(
        "run_queue_sleeping",
        "run_queue",
        ["wake_at"],
        schema="control",
        postgresql_where=sa.text("state = 'sleeping'"),
    )
