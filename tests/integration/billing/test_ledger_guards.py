"""What PostgreSQL itself refuses, whoever writes."""

import asyncpg
import pytest

from services.kit.tenancy import schema_of
from tests.support.billing import Door, usage
from tests.support.stack import Stack

TABLES = ("usage_records", "ledger_transactions", "ledger_entries", "prices")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "TRUNCATE {table} CASCADE",
    ],
)
async def test_what_was_booked_can_be_neither_changed_nor_removed(
    door: Door, stack: Stack, table: str, statement: str
) -> None:
    await door.book(usage())
    column = "amount_nano_usd" if table == "ledger_entries" else "create_time"
    named = f"{schema_of(door.tenant)}.{table}"
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="immutable"):
        await stack.query("billing", statement.format(table=named, column=column))


async def post(stack: Stack, door: Door, *entries: tuple[str, int]) -> None:
    """Write a posting by hand, in one transaction."""
    event = usage()
    schema = schema_of(door.tenant)
    await door.book(event)
    booked = f"SELECT id FROM {schema}.ledger_transactions"
    connection = await asyncpg.connect(stack.service_url("billing"))
    try:
        async with connection.transaction():
            posting = await connection.fetchval(booked)
            await connection.execute(
                f"CREATE TEMP TABLE copied AS SELECT * FROM {schema}.usage_records"
            )
            await connection.execute("UPDATE copied SET id = 'use_by_hand'")
            await connection.execute(f"INSERT INTO {schema}.usage_records SELECT * FROM copied")
            await connection.execute(
                f"INSERT INTO {schema}.ledger_transactions (id, usage_id, create_time)"
                " VALUES ('ltx_by_hand', 'use_by_hand', now())"
            )
            for account, amount in entries:
                await connection.execute(
                    f"INSERT INTO {schema}.ledger_entries"
                    " (transaction_id, account, amount_nano_usd) VALUES ('ltx_by_hand', $1, $2)",
                    account,
                    amount,
                )
            assert posting
    finally:
        await connection.close()


async def test_a_balanced_posting_is_taken(door: Door, stack: Stack) -> None:
    await post(stack, door, ("usage_receivable", 5), ("usage_revenue", -5))


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (("usage_receivable", 5),),
        (("usage_receivable", 0),),
        (("usage_receivable", 5), ("usage_revenue", 5)),
        (("usage_receivable", 5), ("usage_revenue", -4)),
    ],
)
async def test_a_posting_that_does_not_balance_cannot_be_committed(
    door: Door, stack: Stack, entries: tuple[tuple[str, int], ...]
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="sum to"):
        await post(stack, door, *entries)
    rows = await stack.query(
        "billing", f"SELECT count(*) AS count FROM {schema_of(door.tenant)}.ledger_transactions"
    )
    assert rows[0]["count"] == 1


async def test_an_entry_cannot_be_added_to_a_posting_later(door: Door, stack: Stack) -> None:
    await door.book(usage())
    schema = schema_of(door.tenant)
    with pytest.raises(asyncpg.CheckViolationError):
        await stack.query(
            "billing",
            f"INSERT INTO {schema}.ledger_entries (transaction_id, account, amount_nano_usd)"
            f" SELECT id, 'pocket_money', 1 FROM {schema}.ledger_transactions",
        )
