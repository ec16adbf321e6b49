"""Revision 0003: what was written before there were branches is a chain on `main`."""

from pathlib import Path
from shutil import copy

import asyncpg
import pytest

from services.kit.db import asyncpg_dsn
from services.kit.ids import TenantId, new_id
from services.kit.migrations import TenantTree, tenant_tree
from services.kit.tenancy import schema_of
from tests.integration.prompts.conftest import Service
from tests.support.stack import Stack

VERSIONS = Path("services/prompts/migrations/tenant/versions")
ADD = (
    "INSERT INTO {schema}.prompt_versions"
    " (prompt_id, number, content, content_hash, note, create_time, creator_id)"
    " SELECT '{prompt}', n, 'content ' || n, 'hash', '', now(), ''"
    " FROM generate_series({first}, {last}) AS n"
)


async def test_versions_of_before_are_a_chain_on_main_and_stay_immutable(
    service: Service, stack: Stack, tmp_path: Path
) -> None:
    assert service
    (tmp_path / "versions").mkdir()
    copy(VERSIONS / "0001_prompts.py", tmp_path / "versions")
    schema, prompt = schema_of(TenantId(new_id("ten"))), new_id("prm")
    dsn = asyncpg_dsn((await stack.database_for("prompts")).url.get_secret_value())
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"CREATE SCHEMA {schema}")
        await connection.execute(TenantTree(tmp_path).create_script(schema))
        await connection.execute(
            f"INSERT INTO {schema}.prompts VALUES"
            f" ('{prompt}', 'old', '', 'text', '{{}}', 3, 3, now(), now(), NULL)"
        )
        await connection.execute(ADD.format(schema=schema, prompt=prompt, first=1, last=3))
        async with connection.transaction():
            await connection.execute(tenant_tree("prompts").upgrade_script(schema, "0001"))
        # A process of the version before is still at work while tenants are migrated.
        await connection.execute(ADD.format(schema=schema, prompt=prompt, first=4, last=4))
        rows = await connection.fetch(
            f"SELECT content, branch, parents FROM {schema}.prompt_versions ORDER BY number"
        )
        assert [(row["content"], row["branch"], row["parents"]) for row in rows] == [
            ("content 1", "main", []),
            ("content 2", "main", [1]),
            ("content 3", "main", [2]),
            ("content 4", "main", []),
        ]
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="immutable"):
            await connection.execute(f"UPDATE {schema}.prompt_versions SET parents = '{{}}'")
    finally:
        await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        await connection.close()
