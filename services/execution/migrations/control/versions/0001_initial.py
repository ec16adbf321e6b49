"""Control tables: the kit's, the queue of runs, and the shares of tenants in the workers."""

import sqlalchemy as sa
from alembic import op

from services.kit.migrations import create_control_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    create_control_tables(op)
    _create_run_queue()
    op.create_table(
        "tenant_shares",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("weight", sa.Float, nullable=False, server_default="1"),
        sa.Column("most_running", sa.Integer),
        sa.CheckConstraint("weight > 0", name="tenant_shares_weight"),
        sa.CheckConstraint("most_running >= 0", name="tenant_shares_most_running"),
        schema="control",
    )


def _create_run_queue() -> None:
    time = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "run_queue",
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("enqueue_time", time, nullable=False),
        sa.Column("wake_at", time, nullable=False),
        sa.Column("lease_owner", sa.Text, nullable=False, server_default=""),
        sa.Column("lease_epoch", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_until", time),
        sa.Column("losses", sa.Integer, nullable=False, server_default="0"),
        sa.Column("is_cancel_requested", sa.Boolean, nullable=False, server_default="false"),
        sa.CheckConstraint("state IN ('queued', 'running')", name="run_queue_state"),
        sa.CheckConstraint(
            "(state = 'running') = (lease_until IS NOT NULL)", name="run_queue_lease"
        ),
        schema="control",
        # A queue lives by updates and deletes: vacuum it by the row count, not by its share.
        postgresql_with={
            "fillfactor": 70,
            "autovacuum_vacuum_scale_factor": 0,
            "autovacuum_vacuum_threshold": 1000,
        },
    )
    op.create_index(
        "run_queue_ready",
        "run_queue",
        ["tenant_id", "enqueue_time", "run_id"],
        schema="control",
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "run_queue_running",
        "run_queue",
        ["tenant_id"],
        schema="control",
        postgresql_where=sa.text("state = 'running'"),
    )
