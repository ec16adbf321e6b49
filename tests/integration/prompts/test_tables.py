"""The tables that migrations make are those that the models speak of."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from services.kit.db import Database
from services.kit.tenancy import TENANT_SCHEMA, schema_of
from services.prompts.models import Base
from tests.integration.prompts.conftest import Tenant
from tests.support.stack import Stack

# Kit's own tables in every tenant's schema.
KIT_TABLES = {"alembic_version", "requests", "tenant_keys"}


async def test_a_tenants_schema_is_what_the_models_say(tenant: Tenant, stack: Stack) -> None:
    schema = schema_of(tenant.id)
    ours = Base.metadata
    placed = type(ours)()
    for table in ours.tables.values():
        table.to_metadata(placed, schema=schema, referred_schema_fn=lambda *_: schema)

    def is_ours(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "schema":
            return name == schema
        return kind != "table" or name not in KIT_TABLES

    def differences(connection: Connection) -> list[Any]:
        options = {"include_schemas": True, "include_name": is_ours}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), placed))

    database = Database(await stack.database_for("prompts"))
    try:
        async with database.engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await database.close()
    assert {table.schema for table in ours.tables.values()} == {TENANT_SCHEMA}
