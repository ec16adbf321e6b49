"""History of labels, and policies that say who may move them."""

import sqlalchemy as sa
from alembic import op

from services.kit.tenancy import TENANT_SCHEMA

revision = "0002"
down_revision = "0001"

TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    _create_events()
    _record_labels()
    _create_policies()


def _create_events() -> None:
    op.create_table(
        "prompt_label_events",
        sa.Column("prompt_id", sa.Text, primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("from_version", sa.Integer, nullable=False),
        sa.Column("to_version", sa.Integer, nullable=False),
        sa.Column("rolls_back_to", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.ForeignKeyConstraint(["prompt_id"], [f"{TENANT_SCHEMA}.prompts.id"]),
        sa.ForeignKeyConstraint(
            ["prompt_id", "rolls_back_to"],
            [
                f"{TENANT_SCHEMA}.prompt_label_events.prompt_id",
                f"{TENANT_SCHEMA}.prompt_label_events.sequence",
            ],
        ),
        sa.CheckConstraint(
            "change IN ('set', 'removed', 'rolled_back', 'recorded')",
            name="prompt_label_events_change",
        ),
        schema=TENANT_SCHEMA,
    )
    op.create_index(
        "prompt_label_events_label",
        "prompt_label_events",
        ["prompt_id", "label", "sequence"],
        schema=TENANT_SCHEMA,
    )
    op.execute(
        f"""
        CREATE TRIGGER prompt_label_events_are_immutable
        BEFORE UPDATE OR DELETE OR TRUNCATE ON {TENANT_SCHEMA}.prompt_label_events
        FOR EACH STATEMENT EXECUTE FUNCTION control.refuse_change()
        """
    )


def _record_labels() -> None:
    """Begin the history of every label that stands already: where, since when, by whom."""
    op.execute(
        f"""
        INSERT INTO {TENANT_SCHEMA}.prompt_label_events
          (prompt_id, sequence, label, change, from_version, to_version, reason, actor_id,
           create_time)
        SELECT prompt_id, row_number() OVER (PARTITION BY prompt_id ORDER BY update_time, label),
          label, 'recorded', 0, version, '', actor_id, update_time
        FROM {TENANT_SCHEMA}.prompt_labels
        WHERE label <> 'latest'
        """
    )


def _create_policies() -> None:
    op.create_table(
        "label_policies",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("label_pattern", sa.Text, nullable=False),
        sa.Column("prompt_prefix", sa.Text, nullable=False),
        sa.Column("minimum_role", sa.Text, nullable=False),
        sa.Column("is_reason_required", sa.Boolean, nullable=False),
        sa.Column("is_frozen", sa.Boolean, nullable=False),
        sa.Column("freeze_reason", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("update_time", TIME, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.CheckConstraint(
            "minimum_role IN ('editor', 'admin', 'owner')", name="label_policies_minimum_role"
        ),
        sa.UniqueConstraint("label_pattern", "prompt_prefix", name="label_policies_covers_key"),
        schema=TENANT_SCHEMA,
    )
