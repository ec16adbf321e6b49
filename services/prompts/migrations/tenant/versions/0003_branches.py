"""Branches: versions get one, and parents; what is there already is a chain on `main`.

Code of before goes on working: what it writes lands on `main`, without parents.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from services.kit.tenancy import TENANT_SCHEMA

revision = "0003"
down_revision = "0002"

TIME = sa.TIMESTAMP(timezone=True)
_VERSIONS = f"{TENANT_SCHEMA}.prompt_versions"


def upgrade() -> None:
    for column in (
        sa.Column("branch", sa.Text, nullable=False, server_default="main"),
        sa.Column("parents", ARRAY(sa.Integer), nullable=False, server_default="{}"),
    ):
        op.add_column("prompt_versions", column, schema=TENANT_SCHEMA)
    # What a version holds stays as it was: only the new column is filled. The lock that disabling
    # takes is held until this transaction ends, so nobody else ever meets the table unguarded.
    op.execute(f"ALTER TABLE {_VERSIONS} DISABLE TRIGGER prompt_versions_are_immutable")
    op.execute(f"UPDATE {_VERSIONS} SET parents = ARRAY[number - 1] WHERE number > 1")
    op.execute(f"ALTER TABLE {_VERSIONS} ENABLE TRIGGER prompt_versions_are_immutable")
    op.create_index(
        "prompt_versions_branch",
        "prompt_versions",
        ["prompt_id", "branch", "number"],
        schema=TENANT_SCHEMA,
    )
    op.create_table(
        "prompt_branches",
        sa.Column("prompt_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("base_version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("creator_id", sa.Text, nullable=False),
        sa.Column("end_time", TIME),
        sa.Column("merge_version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["prompt_id", "base_version"],
            [f"{_VERSIONS}.prompt_id", f"{_VERSIONS}.number"],
        ),
        sa.CheckConstraint("state IN ('open', 'merged', 'closed')", name="prompt_branches_state"),
        schema=TENANT_SCHEMA,
    )
