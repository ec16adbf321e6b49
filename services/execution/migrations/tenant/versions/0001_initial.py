"""Tenant tables: runs, their steps and events, the plans they follow, providers."""

import sqlalchemy as sa
from alembic import op

from services.kit.migrations import create_tenant_tables
from services.kit.tenancy import TENANT_SCHEMA

revision = "0001"
down_revision = None

_TIME = sa.TIMESTAMP(timezone=True)
_RUN_STATES = "'queued', 'running', 'succeeded', 'failed', 'cancelled'"
_STEP_STATES = "'running', 'succeeded', 'failed', 'skipped', 'cancelled'"


def upgrade() -> None:
    """Make the tables, and guard what is terminal."""
    create_tenant_tables(op)
    _create_plans()
    _create_runs()
    _create_steps()
    _create_events()
    _create_providers()
    _guard_terminal_states()


def _usage() -> list[sa.Column[int]]:
    names = ("input_tokens", "output_tokens", "cached_input_tokens", "reasoning_tokens")
    return [sa.Column(name, sa.BigInteger, nullable=False, server_default="0") for name in names]


def _error() -> list[sa.Column[str]]:
    names = ("error_reason", "error_message", "error_step_id")
    return [sa.Column(name, sa.Text, nullable=False, server_default="") for name in names]


def _create_plans() -> None:
    op.create_table(
        "run_plans",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("prompts", sa.Text, nullable=False),
        schema=TENANT_SCHEMA,
    )


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("pipeline_id", sa.Text, nullable=False),
        sa.Column("pipeline_name", sa.Text, nullable=False),
        sa.Column("pipeline_version", sa.Integer, nullable=False),
        sa.Column("plan_hash", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("output", sa.Text, nullable=False, server_default=""),
        *_error(),
        *_usage(),
        sa.Column("is_cancel_requested", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("worker_id", sa.Text, nullable=False, server_default=""),
        sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
        sa.Column("traceparent", sa.Text, nullable=False, server_default=""),
        sa.Column("creator_id", sa.Text, nullable=False),
        sa.Column("create_time", _TIME, nullable=False),
        sa.Column("start_time", _TIME),
        sa.Column("end_time", _TIME),
        sa.CheckConstraint(f"state IN ({_RUN_STATES})", name="runs_state"),
        sa.CheckConstraint("mode IN ('test', 'live')", name="runs_mode"),
        schema=TENANT_SCHEMA,
    )
    op.create_index("runs_newest", "runs", ["create_time", "id"], schema=TENANT_SCHEMA)
    op.create_index(
        "runs_of_pipeline", "runs", ["pipeline_id", "create_time", "id"], schema=TENANT_SCHEMA
    )


def _create_steps() -> None:
    op.create_table(
        "run_steps",
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("step_id", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("output", sa.Text, nullable=False),
        *_error()[:2],
        *_usage(),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("retry_at", _TIME),
        sa.Column("start_time", _TIME),
        sa.Column("end_time", _TIME),
        sa.CheckConstraint(f"state IN ({_STEP_STATES})", name="run_steps_state"),
        schema=TENANT_SCHEMA,
    )


def _create_events() -> None:
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("step_id", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("create_time", _TIME, nullable=False),
        schema=TENANT_SCHEMA,
    )


def _create_providers() -> None:
    op.create_table(
        "providers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("base_url", sa.Text, nullable=False),
        sa.Column("sealed_key", sa.LargeBinary),
        sa.Column("key_last_four", sa.Text, nullable=False),
        sa.Column("models", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("create_time", _TIME, nullable=False),
        sa.Column("update_time", _TIME, nullable=False),
        sa.UniqueConstraint("name", name="providers_name"),
        sa.CheckConstraint("kind IN ('openai_compatible')", name="providers_kind"),
        schema=TENANT_SCHEMA,
    )


def _guard_terminal_states() -> None:
    """Refuse any change of a run or step that has ended; the same values again are no change."""
    op.execute(
        f"CREATE FUNCTION {TENANT_SCHEMA}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% of % has ended and never changes', TG_TABLE_NAME, OLD.state "
        "USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in ("runs", "run_steps"):
        op.execute(
            f"CREATE TRIGGER {table}_are_final BEFORE UPDATE ON {TENANT_SCHEMA}.{table} "
            "FOR EACH ROW WHEN (OLD.state IN ('succeeded', 'failed', 'cancelled', 'skipped') "
            "AND OLD.* IS DISTINCT FROM NEW.*) "
            f"EXECUTE FUNCTION {TENANT_SCHEMA}.refuse_change()"
        )
