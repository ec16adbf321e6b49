"""What PostgreSQL itself refuses."""

import asyncpg
import pytest

from services.kit.tenancy import schema_of
from tests.support.pipelines import Door
from tests.support.stack import Stack


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {schema}.pipeline_versions SET definition = '{{}}'",
        "UPDATE {schema}.pipeline_versions SET note = 'changed'",
        "DELETE FROM {schema}.pipeline_versions",
        "TRUNCATE {schema}.pipeline_versions CASCADE",
    ],
)
async def test_a_version_can_be_neither_changed_nor_removed(
    door: Door, stack: Stack, statement: str
) -> None:
    await door.create()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="immutable"):
        await stack.query("pipelines", statement.format(schema=schema_of(door.tenant)))


async def test_a_label_points_at_a_version_that_is_there(door: Door, stack: Stack) -> None:
    await door.create()
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await stack.query(
            "pipelines", f"UPDATE {schema_of(door.tenant)}.pipeline_labels SET version = 2"
        )
