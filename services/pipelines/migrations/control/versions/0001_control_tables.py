"""The control tables of every service, and the guard of immutable rows that all tenants share."""

from alembic import op

from services.kit.migrations import create_control_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_control_tables(op)
    # One function for all tenants: each schema then costs a trigger, and not a function too.
    op.execute(
        """
        CREATE FUNCTION control.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% of % is refused: its rows are immutable', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END
        $$
        """
    )
