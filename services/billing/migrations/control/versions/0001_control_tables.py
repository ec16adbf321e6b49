"""The control tables that every service has, and the two guards of the ledger."""

from alembic import op

from services.kit.migrations import create_control_tables

revision = "0001"
down_revision = None

# One function for the tables of all tenants.
REFUSE_CHANGE = """
CREATE FUNCTION control.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are immutable', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""

# Called at commit for each new posting and each new entry; the argument names the column that holds
# the posting's id. A posting has two sides at least, and their sum is zero.
REQUIRE_BALANCE = """
CREATE FUNCTION control.require_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    posting text := to_jsonb(NEW) ->> TG_ARGV[0];
    sides bigint;
    balance numeric;
BEGIN
    EXECUTE format(
        'SELECT count(*), coalesce(sum(amount_nano_usd), 0)'
        ' FROM %I.ledger_entries WHERE transaction_id = $1',
        TG_TABLE_SCHEMA
    ) INTO sides, balance USING posting;
    IF sides < 2 OR balance <> 0 THEN
        RAISE EXCEPTION 'ledger transaction % has % entries that sum to %', posting, sides, balance
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balance';
    END IF;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    create_control_tables(op)
    op.execute(REFUSE_CHANGE)
    op.execute(REQUIRE_BALANCE)
