"""Tenants from before a revision: what they have is brought along."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from services.kit.db import asyncpg_dsn
from services.kit.ids import TenantId, new_id
from services.kit.migrations import TenantTree, tenant_tree
from services.kit.tenancy import schema_of
from tests.integration.prompts.conftest import Service, Tenant, tenant_of
from tests.support.stack import Stack

VERSIONS = Path("services/prompts/migrations/tenant/versions")
_PROMPTS = """
    INSERT INTO {schema}.prompts VALUES
      ('prm_a', 'a', '', 'text', '{{}}', 3, 1, now(), now(), NULL),
      ('prm_b', 'b', '', 'text', '{{}}', 1, 1, now(), now(), NULL);
    INSERT INTO {schema}.prompt_versions
      SELECT 'prm_a', number, '{{}}', 'x', '', now(), '' FROM generate_series(1, 3) AS number;
    INSERT INTO {schema}.prompt_versions VALUES ('prm_b', 1, '{{}}', 'x', '', now(), '');
    INSERT INTO {schema}.prompt_labels VALUES
      ('prm_a', 'latest', 3, '2026-01-03Z', 'usr_1'),
      ('prm_a', 'production', 2, '2026-01-02Z', 'usr_1'),
      ('prm_a', 'staging', 3, '2026-01-01Z', 'key_1'),
      ('prm_b', 'production', 1, '2026-01-01Z', '');
"""


@pytest.fixture
async def old(service: Service, stack: Stack, tmp_path: Path) -> AsyncIterator[Tenant]:
    """A tenant of revision 0001, with labels, brought to the newest revision."""
    tenant = TenantId(new_id("ten"))
    schema = schema_of(tenant)
    (tmp_path / "versions").mkdir()
    shutil.copy(VERSIONS / "0001_prompts.py", tmp_path / "versions")
    database = await stack.database_for("prompts")
    connection = await asyncpg.connect(asyncpg_dsn(database.url.get_secret_value()))
    try:
        await connection.execute(f"CREATE SCHEMA {schema}")
        await connection.execute(TenantTree(tmp_path).create_script(schema))
        await connection.execute(_PROMPTS.format(schema=schema))
        await connection.execute(tenant_tree("prompts").upgrade_script(schema, "0001"))
        yield tenant_of(service, tenant)
    finally:
        await connection.execute(f"DROP SCHEMA {schema} CASCADE")
        await connection.close()


async def test_every_label_has_one_event_of_where_it_stood(old: Tenant) -> None:
    rows = await old.query(
        "SELECT prompt_id, sequence, label, change, from_version, to_version, rolls_back_to,"
        " reason, actor_id, create_time::date::text AS day"
        " FROM {schema}.prompt_label_events ORDER BY prompt_id, sequence"
    )
    recorded = ("recorded", 0)
    assert [tuple(row) for row in rows] == [
        ("prm_a", 1, "staging", *recorded, 3, None, "", "key_1", "2026-01-01"),
        ("prm_a", 2, "production", *recorded, 2, None, "", "usr_1", "2026-01-02"),
        ("prm_b", 1, "production", *recorded, 1, None, "", "", "2026-01-01"),
    ]
