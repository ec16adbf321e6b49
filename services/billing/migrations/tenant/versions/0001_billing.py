"""Own prices, usage records, the ledger and the daily sums."""

import sqlalchemy as sa
from alembic import op

from services.kit.migrations import create_tenant_tables
from services.kit.tenancy import TENANT_SCHEMA

revision = "0001"
down_revision = None

TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    create_tenant_tables(op)
    create_prices()
    create_usage_records()
    create_ledger()
    create_usage_daily()


def create_prices() -> None:
    op.create_table(
        "prices",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        *_prices("input", "output", "cached_input"),
        sa.Column("effective_time", TIME, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("creator_id", sa.Text, nullable=False),
        sa.UniqueConstraint("provider", "model", "effective_time", name="prices_moment"),
        schema=TENANT_SCHEMA,
    )
    _make_immutable("prices")


def create_usage_records() -> None:
    op.create_table(
        "usage_records",
        sa.Column("id", sa.Text, primary_key=True),
        *_texts("run_id", "step_id"),
        sa.Column("attempt", sa.Integer, nullable=False),
        *_texts("call_id", "pipeline_id"),
        sa.Column("pipeline_version", sa.Integer, nullable=False),
        *_texts("prompt_id"),
        sa.Column("prompt_version", sa.Integer, nullable=False),
        *_texts("provider", "model"),
        sa.Column("is_test", sa.Boolean, nullable=False),
        *_counts("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens"),
        *_counts("cost_nano_usd"),
        *_texts("price_source", "price_reference"),
        *_prices("input", "cached_input", "output", "reasoning"),
        sa.Column("occur_time", TIME, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.CheckConstraint(
            "price_source IN ('catalogue', 'own', 'fallback', 'simulator')",
            name="usage_records_price_source",
        ),
        sa.CheckConstraint(
            "cached_input_tokens BETWEEN 0 AND input_tokens"
            " AND reasoning_tokens BETWEEN 0 AND output_tokens",
            name="usage_records_tokens",
        ),
        sa.CheckConstraint("cost_nano_usd >= 0", name="usage_records_cost"),
        schema=TENANT_SCHEMA,
    )
    op.create_index(
        "usage_records_run",
        "usage_records",
        ["run_id"],
        schema=TENANT_SCHEMA,
        postgresql_where=sa.text("run_id <> ''"),
    )
    op.create_index(
        "usage_records_time", "usage_records", ["occur_time", "id"], schema=TENANT_SCHEMA
    )
    _make_immutable("usage_records")


def create_ledger() -> None:
    op.create_table(
        "ledger_transactions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("usage_id", sa.Text, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.ForeignKeyConstraint(["usage_id"], [f"{TENANT_SCHEMA}.usage_records.id"]),
        sa.UniqueConstraint("usage_id", name="ledger_transactions_usage"),
        schema=TENANT_SCHEMA,
    )
    op.create_index(
        "ledger_transactions_time",
        "ledger_transactions",
        ["create_time", "id"],
        schema=TENANT_SCHEMA,
    )
    op.create_table(
        "ledger_entries",
        sa.Column("transaction_id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("amount_nano_usd", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["transaction_id"], [f"{TENANT_SCHEMA}.ledger_transactions.id"]),
        sa.CheckConstraint(
            "account IN ('usage_receivable', 'usage_revenue')", name="ledger_entries_account"
        ),
        schema=TENANT_SCHEMA,
    )
    _make_immutable("ledger_transactions")
    _make_immutable("ledger_entries")
    _require_balance("ledger_transactions", "id")
    _require_balance("ledger_entries", "transaction_id")


def create_usage_daily() -> None:
    op.create_table(
        "usage_daily",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("model", sa.Text, primary_key=True),
        sa.Column("pipeline_id", sa.Text, primary_key=True),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("calls", "input_tokens", "output_tokens", "cost_nano_usd")
        ),
        schema=TENANT_SCHEMA,
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _prices(*classes: str) -> list[sa.Column[int]]:
    names = [f"{token_class}_nano_usd_per_million_tokens" for token_class in classes]
    return [
        sa.Column(name, sa.BigInteger, sa.CheckConstraint(f"{name} >= 0"), nullable=False)
        for name in names
    ]


def _make_immutable(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_immutable"
        f" BEFORE UPDATE OR DELETE OR TRUNCATE ON {TENANT_SCHEMA}.{table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION control.refuse_change()"
    )


def _require_balance(table: str, column: str) -> None:
    op.execute(
        f"CREATE CONSTRAINT TRIGGER {table}_balance AFTER INSERT ON {TENANT_SCHEMA}.{table}"
        " DEFERRABLE INITIALLY DEFERRED"
        f" FOR EACH ROW EXECUTE FUNCTION control.require_balance('{column}')"
    )
